"""Rounds begin: for each subject by the workflow that it follows. An edit ends the old round and begins a new one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from syndication_assets.approval.approval_error import NoApproversError
from syndication_assets.approval.rounds.step_clock import step_clock
from syndication_assets.approval.workflows.approvers import PlannedStep, plan_round
from syndication_assets.approval.workflows.matching import Subject, Workflow, matching_workflow
from syndication_assets.approval.workflows.workflow_rows import (
    active_workflows,
    members_who_decide,
    working_hours_of,
)
from syndication_assets.database.connection import Connection


@dataclass(frozen=True, slots=True)
class Opened:
    """A round that began."""

    round_id: str
    subject_id: str
    workflow_name: str | None
    """None if one person with the right decides."""
    is_approved: bool
    """Whether the automatic rule of the workflow approved it at once."""


class RoundOpener:
    """Begins rounds of one organization in the caller's transaction, and reads the workflows once."""

    def __init__(self, connection: Connection, organization_id: str) -> None:
        self._connection = connection
        self._organization_id = organization_id
        self._workflows = active_workflows(connection, organization_id)
        self._roles = members_who_decide(connection, organization_id)
        self._hours = working_hours_of(connection, organization_id)

    def workflow_of(self, subject: Subject) -> Workflow | None:
        """The workflow that the subject follows; None if one person with the right decides."""
        return matching_workflow(self._workflows, subject)

    def open(self, subject: Subject, *, replaces: str | None = None) -> Opened:
        """Begins a round; `replaces` is the round of what the subject replaces. The subject has no open round.

        NoApproversError if nobody could decide a step: nothing was written.
        """
        workflow = self.workflow_of(subject)
        steps = plan_round(workflow, subject, self._roles)
        round_id, moment = self._write_round(subject, workflow, replaces)
        first = next((step for step in steps if not step.is_skipped), None)
        for step in steps:
            self._write_step(round_id, step, workflow, moment if step is first else None)
        if workflow is not None and first is None:
            end_round(self._connection, self._organization_id, round_id, "approved")
        name = None if workflow is None else workflow.workflow_name
        return Opened(round_id, subject.subject_id, name, is_approved=first is None)

    def _write_round(self, subject: Subject, workflow: Workflow | None, replaces: str | None) -> tuple[str, datetime]:
        ((round_id, moment),) = self._connection.execute(
            "insert into approval.rounds (organization_id, subject_id, content_hash, content_type, platform,"
            " channel_type, generator, score, authors, workflow_id, workflow_name, workflow_version, minimum_score,"
            " forbids_own, replaces_round_id)"
            " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) returning round_id, created_at",
            [
                self._organization_id,
                subject.subject_id,
                subject.content_hash,
                subject.content_type,
                subject.platform,
                subject.channel_type,
                subject.generator,
                subject.score,
                list(subject.authors),
                workflow and workflow.workflow_id,
                workflow and workflow.workflow_name,
                workflow and workflow.version,
                workflow and workflow.minimum_score,
                workflow is not None and workflow.forbids_own,
                replaces,
            ],
        ).fetchall()
        return str(round_id), moment

    def _write_step(
        self, round_id: str, step: PlannedStep, workflow: Workflow | None, entered_at: datetime | None
    ) -> None:
        remind_after, escalate_after = (
            (step.step.remind_after_hours, step.step.escalate_after_hours) if step.step else (None, None)
        )
        clock = step_clock(entered_at, remind_after, escalate_after, self._hours)
        state = "skipped" if step.is_skipped else "waiting" if entered_at is None else "open"
        self._connection.execute(
            "insert into approval.round_steps (organization_id, round_id, step_order, step_name, needs, approvers,"
            " escalation_approvers, remind_after_hours, escalate_after_hours, state, step_entered_at, remind_at,"
            " escalate_at) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                self._organization_id,
                round_id,
                step.step_order,
                step.step_name,
                step.needs,
                None if step.approvers is None else list(step.approvers),
                list(step.escalation_approvers),
                remind_after,
                escalate_after,
                state,
                *clock,
            ],
        )
        if step.is_skipped and workflow is not None:
            self._connection.execute(
                "insert into approval.decisions (organization_id, round_id, step_order, approver, decision, decided_by,"
                " is_by_rule) values (%(organization_id)s, %(round_id)s, %(step_order)s, %(name)s, 'approved',"
                " %(name)s, true)",
                {
                    "organization_id": self._organization_id,
                    "round_id": round_id,
                    "step_order": step.step_order,
                    "name": workflow.workflow_name,
                },
            )


def open_all(
    opener: RoundOpener, subjects: Iterable[Subject], replaces: Mapping[str, str]
) -> tuple[list[Opened], dict[str, str]]:
    """Begins a round for each; returns those that began, and why others could not, by the subject's id."""
    opened, refused = [], {}
    for subject in subjects:
        try:
            opened.append(opener.open(subject, replaces=replaces.get(subject.subject_id)))
        except NoApproversError as error:
            refused[subject.subject_id] = str(error)
    return opened, refused


def supersede(connection: Connection, organization_id: str, subject_id: str) -> str | None:
    """Ends the round of an edited subject; returns its newest round, which the next one replaces. None without one."""
    rows = connection.execute(
        "select round_id, state::text from approval.rounds where organization_id = %s and subject_id = %s"
        " order by created_at desc, round_id desc for update",
        [organization_id, subject_id],
    ).fetchall()
    for round_id, state in rows:
        if state in {"open", "approved"}:
            end_round(connection, organization_id, round_id, "superseded")
    return rows[0][0] if rows else None


def end_round(connection: Connection, organization_id: str, round_id: str, state: str) -> None:
    """Ends a round; its room learns of it in the same transaction."""
    connection.execute(
        "update approval.round_steps set state = 'skipped'"
        " where organization_id = %s and round_id = %s and state in ('waiting', 'open')",
        [organization_id, round_id],
    )
    connection.execute(
        "update approval.rounds set state = %s, ended_at = coalesce(ended_at, now())"
        " where organization_id = %s and round_id = %s",
        [state, organization_id, round_id],
    )
