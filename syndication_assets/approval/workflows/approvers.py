"""Who may decide a step, and in whose place: roles, users, delegations and escalations. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from syndication_assets.approval.approval_error import NoApproversError
from syndication_assets.approval.workflows.matching import Needs, Step, Subject, Workflow


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """A step of a round that begins."""

    step_order: int
    step_name: str
    needs: Needs
    approvers: tuple[str, ...] | None
    """Ids of users; None for whoever has the right of the subject's kind."""
    escalation_approvers: tuple[str, ...] = ()
    is_skipped: bool = False
    """Whether the automatic rule covers it."""
    step: Step | None = None
    """None for the step of a workflow without steps."""


DECISION = "decision"
"""Name of the step where no workflow has steps: one person with the right decides."""


def plan_round(workflow: Workflow | None, subject: Subject, roles: Mapping[str, str]) -> list[PlannedStep]:
    """The steps of a round in order. `roles` has the role of each member who may decide, by their id.

    A covered subject skips all steps but the last; without steps it is approved. NoApproversError if nobody could
    decide a step.
    """
    is_covered = workflow is not None and workflow.covers(subject)
    if workflow is None or not workflow.steps:
        return [PlannedStep(1, DECISION, "any", None, is_skipped=is_covered)]
    barred = frozenset(subject.authors) if workflow.forbids_own else frozenset()
    planned = []
    for number, step in enumerate(workflow.steps, start=1):
        is_skipped = is_covered and number < len(workflow.steps)
        named = _members(step.roles, step.users, roles)
        approvers = [user for user in named if user not in barred]
        escalation = _members(step.escalation_roles, step.escalation_users, roles)
        if not approvers and not is_skipped:
            raise NoApproversError(_nobody(workflow, step, subject, is_own=bool(named)))
        planned.append(
            PlannedStep(
                step.step_order,
                step.step_name,
                step.needs,
                tuple(approvers),
                tuple(user for user in escalation if user not in barred),
                is_skipped,
                step,
            )
        )
    return planned


def _members(wanted_roles: Collection[str], users: Iterable[str], roles: Mapping[str, str]) -> list[str]:
    chosen = {user for user, role in roles.items() if role in wanted_roles} | {user for user in users if user in roles}
    return sorted(chosen)


def _nobody(workflow: Workflow, step: Step, subject: Subject, *, is_own: bool) -> str:
    where = f"the step {step.step_name!r} of the workflow {workflow.workflow_name!r}"
    if is_own:
        return (
            f"Nobody may decide on {subject.subject_id} in {where}: all of its approvers wrote or edited it, and the "
            "workflow forbids to decide on one's own. Name another approver: `syndication approval step edit --help`."
        )
    wanted = ", ".join([*(f"the role {role}" for role in step.roles), *step.users]) or "no approver"
    return (
        f"Nobody may decide on {subject.subject_id} in {where}: it names {wanted}, and no active member with the right "
        "approvals.decide is among them. Name another approver (`syndication approval step edit --help`), or give "
        "somebody the role (`syndication member role`)."
    )


def stands_for(user: str, delegates: Mapping[str, str], active: Collection[str]) -> frozenset[str]:
    """In whose place a user decides: their own, and that of everybody whose delegation leads to them.

    `delegates` has to whom each delegates now. A delegation to somebody who is not an active member leads nowhere.
    """
    places = {user}
    for origin in delegates:
        seen, follower = {origin}, delegates.get(origin)
        while follower is not None and follower not in seen and follower in active:
            if follower == user:
                places.add(origin)
                break
            seen.add(follower)
            follower = delegates.get(follower)
    return frozenset(places)


def is_complete(needs: Needs, approvers: Collection[str], approved: Collection[str], active: Collection[str]) -> bool:
    """Whether a step has the approvals that it needs. Approvers who are gone are not waited for.

    `approved` has in whose places it was approved; one that is no approver's is an escalation's, and enough.
    """
    if not approved:
        return False
    if needs == "any" or not set(approved) <= set(approvers):
        return True
    return {user for user in approvers if user in active} <= set(approved)
