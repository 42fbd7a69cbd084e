"""Decisions of people: a step is approved or rejected, the next one begins, the round ends."""

from typing import Literal, NamedTuple

import psycopg

from syndication_assets.approval.approval_error import ApprovalError
from syndication_assets.approval.rounds.inbox import WaitingStep, step_of
from syndication_assets.approval.rounds.opening import end_round
from syndication_assets.approval.rounds.step_clock import step_clock
from syndication_assets.approval.workflows.approvers import is_complete
from syndication_assets.approval.workflows.workflow_rows import members_who_decide, working_hours_of
from syndication_assets.database.connection import Connection

Decision = Literal["approved", "rejected"]


class Outcome(NamedTuple):
    """What a decision led to."""

    state: str
    """Of the round: open, approved or rejected."""
    open_step: str | None
    """The step that waits now; None if the round ended."""


class _Round(NamedTuple):
    subject_id: str
    state: str
    authors: list[str]
    forbids_own: bool
    permission: str


def decide(
    connection: Connection,
    organization_id: str,
    round_id: str,
    user_id: str,
    decision: Decision,
    reason: str | None = None,
    *,
    step_order: int | None = None,
) -> Outcome:
    """Records a decision in all places that the user stands for.

    `user_id` is a login where there are no users. `step_order` is the step that the user saw; None decides the open
    one. ApprovalError if the round ended or went on meanwhile, if others have to decide, without a reason for a
    rejection, and where the room of the subject refuses the approval.
    """
    reason = (reason or "").strip() or None
    if decision == "rejected" and reason is None:
        raise ApprovalError("A rejection needs a reason: --reason 'what is wrong'.")
    found = _locked_round(connection, organization_id, round_id)
    if found.state != "open":
        raise ApprovalError(_ended(connection, organization_id, round_id, found))
    step = step_of(connection, organization_id, round_id, user_id)
    if step is None:
        raise ApprovalError(_not_theirs(connection, organization_id, round_id, found, user_id))
    if step_order is not None and step.step_order != step_order:
        raise ApprovalError(f"{round_id} went on to the step {step.step_name!r} meanwhile: look at it again.")
    if decision == "approved":
        _require_score(step)
    _write(connection, organization_id, step, user_id, decision, reason)
    if decision == "rejected":
        _close_step(connection, organization_id, step, "rejected")
        _end(connection, organization_id, round_id, "rejected")
        return Outcome("rejected", None)
    approved = connection.execute(
        "select approver from approval.decisions where organization_id = %s and round_id = %s and step_order = %s",
        [organization_id, round_id, step.step_order],
    )
    if not is_complete(
        "all" if step.needs == "all" else "any",
        step.approvers,
        [place for (place,) in approved],
        members_who_decide(connection, organization_id),
    ):
        return Outcome("open", step.step_name)
    _close_step(connection, organization_id, step, "approved")
    next_step = _begin_next_step(connection, organization_id, round_id)
    if next_step is not None:
        return Outcome("open", next_step)
    _end(connection, organization_id, round_id, "approved")
    return Outcome("approved", None)


def _require_score(step: WaitingStep) -> None:
    """ApprovalError if the score is known to be too low."""
    if step.score is not None and step.minimum_score is not None and step.score < step.minimum_score:
        raise ApprovalError(
            f"{step.subject_id} has a score of {step.score.normalize():f}, and the workflow {step.workflow_name!r} "
            f"approves from {step.minimum_score.normalize():f} on: edit it, or reject it."
        )


def withdraw(connection: Connection, organization_id: str, round_id: str, user_id: str, reason: str) -> None:
    """Rejects what was approved. ApprovalError if it is not approved, or without the right of the subject's kind."""
    found = _locked_round(connection, organization_id, round_id)
    if found.state != "approved":
        raise ApprovalError(f"{found.subject_id} is not approved: there is nothing to withdraw.")
    ((is_allowed,),) = connection.execute(
        "select approval.has_right(%s, %s, %s)", [organization_id, user_id, found.permission]
    ).fetchall()
    if not is_allowed:
        raise ApprovalError(f"To withdraw the approval of {found.subject_id} takes the right {found.permission}.")
    connection.execute(
        "insert into approval.decisions (organization_id, round_id, step_order, approver, decision, decided_by, reason,"
        " is_withdrawal) select organization_id, round_id, max(step_order), %(user)s, 'rejected', %(user)s, %(reason)s,"
        " true from approval.round_steps where organization_id = %(organization_id)s and round_id = %(round_id)s"
        " group by organization_id, round_id",
        {"user": user_id, "reason": reason, "organization_id": organization_id, "round_id": round_id},
    )
    _end(connection, organization_id, round_id, "rejected")


def _locked_round(connection: Connection, organization_id: str, round_id: str) -> _Round:
    # Lock first: after waiting for another approver, the next statements see what they decided.
    connection.execute(
        "select from approval.rounds where organization_id = %s and round_id = %s for update",
        [organization_id, round_id],
    )
    row = connection.execute(
        "select r.subject_id, r.state::text, r.authors, r.forbids_own, k.permission from approval.rounds as r"
        " inner join approval.subject_kinds as k using (subject_prefix)"
        " where r.organization_id = %s and r.round_id = %s",
        [organization_id, round_id],
    ).fetchone()
    if row is None:
        raise ApprovalError(f"There is no round {round_id}: `syndication approval inbox` shows those that wait.")
    return _Round(*row)


def _ended(connection: Connection, organization_id: str, round_id: str, found: _Round) -> str:
    if found.state == "superseded":
        return f"{found.subject_id} was edited meanwhile: decide on its newest version."
    row = connection.execute(
        "select tenancy.actor_name(decided_by), decided_at from approval.decisions"
        " where organization_id = %s and round_id = %s order by decided_at desc, decision_id desc limit 1",
        [organization_id, round_id],
    ).fetchone()
    by = f" by {row[0]} at {row[1]:%Y-%m-%d %H:%M} UTC" if row else ""
    return f"{found.subject_id} is {found.state} already{by}."


def _not_theirs(connection: Connection, organization_id: str, round_id: str, found: _Round, user_id: str) -> str:
    if found.forbids_own and user_id in found.authors:
        return (
            f"You wrote or edited {found.subject_id}, and its workflow forbids to decide on one's own: let another "
            "approver decide."
        )
    row = connection.execute(
        "select step_name, array(select tenancy.actor_name(a) from unnest(approvers) as a order by 1), exists ("
        " select from approval.decisions as d where d.organization_id = s.organization_id and d.round_id = s.round_id"
        " and d.step_order = s.step_order and d.decided_by = %s) from approval.round_steps as s"
        " where organization_id = %s and round_id = %s and state = 'open'",
        [user_id, organization_id, round_id],
    ).fetchone()
    name, people, has_decided = row or ("", [], False)
    if has_decided:
        return f"You have decided on the step {name!r} of {found.subject_id} already: it waits for the others."
    who = ", ".join(people) or f"whoever has the right {found.permission}"
    return f"You are no approver of the step {name!r} of {found.subject_id}: {who} may decide, or who they delegate to."


def _write(
    connection: Connection,
    organization_id: str,
    step: WaitingStep,
    user_id: str,
    decision: Decision,
    reason: str | None,
) -> None:
    connection.execute(
        "insert into approval.decisions (organization_id, round_id, step_order, approver, decision, decided_by, reason)"
        " select %s, %s, %s, place, %s, %s, %s from unnest(%s::text[]) as place",
        [organization_id, step.round_id, step.step_order, decision, user_id, reason, step.places],
    )


def _close_step(connection: Connection, organization_id: str, step: WaitingStep, state: str) -> None:
    connection.execute(
        "update approval.round_steps set state = %s, decided_at = now()"
        " where organization_id = %s and round_id = %s and step_order = %s",
        [state, organization_id, step.round_id, step.step_order],
    )


def _begin_next_step(connection: Connection, organization_id: str, round_id: str) -> str | None:
    """The name of the step that begins; None if the decided one was the last."""
    row = connection.execute(
        "select step_order, step_name, remind_after_hours, escalate_after_hours, now() from approval.round_steps"
        " where organization_id = %s and round_id = %s and state = 'waiting' order by step_order limit 1",
        [organization_id, round_id],
    ).fetchone()
    if row is None:
        return None
    step_order, name, remind_after, escalate_after, moment = row
    clock = step_clock(moment, remind_after, escalate_after, working_hours_of(connection, organization_id))
    connection.execute(
        "update approval.round_steps set state = 'open', step_entered_at = %s, remind_at = %s, escalate_at = %s"
        " where organization_id = %s and round_id = %s and step_order = %s",
        [*clock, organization_id, round_id, step_order],
    )
    return str(name)


def _end(connection: Connection, organization_id: str, round_id: str, state: str) -> None:
    try:
        end_round(connection, organization_id, round_id, state)
    except psycopg.errors.IntegrityConstraintViolation as error:
        raise ApprovalError(f"{error.diag.message_primary}.") from None
