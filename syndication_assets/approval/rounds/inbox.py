"""What waits for a user, and what became of a subject."""

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from syndication_assets.approval.workflows.approvers import stands_for
from syndication_assets.approval.workflows.workflow_rows import delegates_now, members_who_decide
from syndication_assets.database.connection import Connection, load_sql


class WaitingStep(NamedTuple):
    """An open step that a user may decide now."""

    round_id: str
    subject_id: str
    noun: str
    """What the subject is, such as text."""
    content_hash: bytes
    """What the subject's hash has to be: another one was edited."""
    content_type: str | None
    platform: str | None
    channel_type: str | None
    generator: str | None
    score: Decimal | None
    minimum_score: Decimal | None
    authors: list[str]
    workflow_name: str | None
    """None if one person with the right decides."""
    step_order: int
    step_name: str
    steps: int
    """How many steps the round has."""
    needs: str
    """any or all."""
    approvers: list[str]
    """Ids, before delegations; empty if whoever has the right decides."""
    since: datetime
    remind_at: datetime | None
    escalate_at: datetime | None
    is_escalated: bool
    places: list[str]
    """In whose places the user decides: their own id, or those of others who delegate to them."""


class HistoryLine(NamedTuple):
    """A step of a round, with a decision if there is one."""

    round_id: str
    subject_id: str
    state: str
    began_at: datetime
    ended_at: datetime | None
    workflow_name: str | None
    workflow_version: int | None
    step_order: int
    step_name: str
    step_state: str
    step_entered_at: datetime | None
    decision: str | None
    decided_by: str | None
    """A name for people."""
    in_place_of: str | None
    """A name; None if they decided in their own place."""
    is_by_rule: bool | None
    reason: str | None
    decided_at: datetime | None


def inbox_of(connection: Connection, organization_id: str, user_id: str, *, limit: int = 100) -> list[WaitingStep]:
    """What the user may decide now, the longest waiting first. Where there are no users, `user_id` is a login."""
    return _waiting(connection, organization_id, user_id, None, limit)


def step_of(connection: Connection, organization_id: str, round_id: str, user_id: str) -> WaitingStep | None:
    """The open step of a round, if the user may decide it now."""
    return next(iter(_waiting(connection, organization_id, user_id, round_id, 1)), None)


def history_of(connection: Connection, organization_id: str, subject_id: str) -> list[HistoryLine]:
    """The rounds of a subject and of what it replaced, step by step, the oldest first."""
    rows = connection.execute(
        load_sql("approval/history.sql"), {"organization_id": organization_id, "subject_id": subject_id}
    )
    return [HistoryLine(*row) for row in rows]


def _waiting(
    connection: Connection, organization_id: str, user_id: str, round_id: str | None, limit: int
) -> list[WaitingStep]:
    active = members_who_decide(connection, organization_id)
    places = stands_for(user_id, delegates_now(connection, organization_id), active) if user_id in active else ()
    rows = connection.execute(
        load_sql("approval/waiting_steps.sql"),
        {
            "organization_id": organization_id,
            "user_id": user_id,
            "places": sorted(places),
            "round_id": round_id,
            "most_rows": limit,
        },
    )
    return [WaitingStep(*row) for row in rows]
