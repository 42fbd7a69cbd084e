"""Texts as a reviewer sees them: those that wait, and one with its findings and decisions."""

from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import NamedTuple

from syndication_assets.content.compliance.validation import Finding
from syndication_assets.content.draft import Draft
from syndication_assets.content.generation.variations import VariationsBy
from syndication_assets.database.connection import Connection, load_sql, transaction
from syndication_assets.errors import SyndicationError


class ReviewError(SyndicationError):
    """A decision that cannot be made. Nothing changes, except that the results of the rules may be refreshed."""


@dataclass(frozen=True, slots=True)
class ReviewedText:
    """One text with its post, for a reviewer."""

    organization_id: str
    content_id: str
    post_core_id: str
    state: str
    platform: str
    channel_type: str
    planned_on: date
    post_kind: str
    variation: int
    variations_by: VariationsBy
    version: int
    newest_version: int
    generator: str
    model: str | None
    created_by: str | None
    attempts: int
    content_hash: bytes
    request_id: str | None
    """The brief that led to it; None for other texts."""
    event: str | None
    """The facts of the event that it is about, in a line; None for other texts."""
    is_sent: bool
    """Whether the text was published, or may have been."""
    draft: Draft

    @property
    def is_open(self) -> bool:
        return self.state in {"generated", "needs_review"}


@dataclass(frozen=True, slots=True)
class Decision:
    """One row of content.approvals."""

    decision: str
    decided_by: str
    decided_at: datetime
    reason: str | None


class WaitingText(NamedTuple):
    """A text that waits for a decision."""

    content_id: str
    planned_on: date
    channel: str
    generator: str
    state: str
    reasons: str
    """The hard rules that it breaks; empty if none."""
    kind: str
    """product, blog_post, announcement or event."""


def waiting(url: str, organization: str | None = None) -> list[WaitingText]:
    """Texts that wait for a decision, the earliest day first."""
    with transaction(url) as connection:
        rows = connection.execute(load_sql("content/waiting_for_decision.sql"), {"organization": organization})
        return [WaitingText(*row) for row in rows]


def show(url: str, content_id: str) -> tuple[ReviewedText, list[Finding], list[Decision]]:
    """A text with its findings and decisions. ReviewError if there is no such text."""
    with transaction(url) as connection:
        text = read_text(connection, content_id)
        findings = connection.execute(
            "select rule_name, severity::text, reason from content.compliance_checks"
            " where organization_id = %s and content_id = %s order by is_passed, severity, rule_name",
            [text.organization_id, content_id],
        ).fetchall()
        return text, [Finding(*row) for row in findings], _decisions(connection, text)


def waiting_step(url: str, content_id: str) -> str | None:
    """The step of a workflow that an undecided text waits for; None if it waits for none."""
    with transaction(url) as connection:
        row = connection.execute(
            "select s.step_name from approval.rounds as r inner join approval.round_steps as s"
            " on r.organization_id = s.organization_id and r.round_id = s.round_id and s.state = 'open'"
            " where r.subject_id = %s and r.ended_at is null",
            [content_id],
        ).fetchone()
    return None if row is None else str(row[0])


def read_text(connection: Connection, content_id: str, *, for_update: bool = False) -> ReviewedText:
    """A text with its post; `for_update` locks it. ReviewError if there is no such text."""
    if for_update:
        # Lock first: after waiting for a publisher's lease, the next statement reads what became of the text's targets.
        connection.execute("select from content.posts_content where content_id = %s for update", [content_id])
    cursor = connection.execute(load_sql("content/reviewed_text.sql"), {"content_id": content_id})
    rows = cursor.fetchall()
    if not rows:
        raise ReviewError(f"There is no text {content_id}: `syndication review list` shows the texts that wait.")
    values = dict(zip([column.name for column in cursor.description or ()], rows[0], strict=True))
    draft = {field.name: values.pop(field.name) for field in fields(Draft)}
    return ReviewedText(**values, draft=Draft(**{**draft, "hashtags": tuple(draft["hashtags"])}))


def _decisions(connection: Connection, text: ReviewedText) -> list[Decision]:
    rows = connection.execute(
        "select decision::text, tenancy.actor_name(decided_by), decided_at, reason from content.approvals"
        " where organization_id = %s and content_id = %s order by decided_at",
        [text.organization_id, text.content_id],
    )
    return [Decision(*row) for row in rows]
