"""What people decide on a text: approve, reject, edit. Each decision is bound to the hash of what was decided on."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime

from syndication_assets.content.compliance.validation import Finding, hard_reasons
from syndication_assets.content.draft import Draft
from syndication_assets.content.generation.posts_to_write import (
    PostToWrite,
    facts_of,
    materials_of,
    new_content_id,
    read_channel,
)
from syndication_assets.content.generation.variations import VariationsBy
from syndication_assets.content.generation.writing import WrittenText, findings_of, store
from syndication_assets.content.post_hashtags import found_hashtags
from syndication_assets.database.connection import Connection, load_sql, transaction
from syndication_assets.errors import SyndicationError


class ReviewError(SyndicationError):
    """A decision that cannot be made; nothing was changed but the checks, which were made anew."""


@dataclass(frozen=True, slots=True)
class ReviewedText:
    """One text as a reviewer sees it."""

    organization_id: str
    content_id: str
    post_core_id: str
    state: str
    platform: str
    channel_type: str
    planned_on: date
    variation: int
    variations_by: VariationsBy
    version: int
    newest_version: int
    generator: str
    attempts: int
    content_hash: bytes
    is_sent: bool
    """Whether a target of it went out, or may have."""
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


def waiting(url: str, organization: str | None = None) -> list[tuple[str, date, str, str, str, str]]:
    """Texts that wait for a decision: id, day, channel, generator, state, reasons; the day that comes first on top."""
    with transaction(url) as connection:
        return connection.execute(
            load_sql("content/waiting_for_decision.sql"), {"organization": organization}
        ).fetchall()


def show(url: str, content_id: str) -> tuple[ReviewedText, list[Finding], list[Decision]]:
    """A text with its findings and decisions. ReviewError if there is no such text."""
    with transaction(url) as connection:
        text = _read(connection, content_id)
        findings = connection.execute(
            "select rule_name, severity::text, reason from content.compliance_checks"
            " where organization_id = %s and content_id = %s order by is_passed, severity, rule_name",
            [text.organization_id, content_id],
        ).fetchall()
        return text, [Finding(*row) for row in findings], _decisions(connection, text)


def approve(url: str, content_id: str, person: str) -> bool:
    """Approves a text; returns False if it was approved before. Its rules are checked anew, with the facts of today.

    ReviewError, with the reasons, if it breaks a hard rule; also if it was rejected or replaced.
    """
    with _decided_by(url, person) as connection:
        text = _read(connection, content_id, is_to_change=True)
        if text.state == "approved":
            return False
        if not text.is_open:
            raise ReviewError(f"{content_id} is {text.state}: edit it, and approve the new version.")
        findings = _check_anew(connection, text)
        reasons = hard_reasons(findings)
        if not reasons:
            _write_decision(connection, text, "approved", person, None)
    if reasons:
        listed = "\n".join(f"  {reason}" for reason in reasons)
        raise ReviewError(f"{content_id} breaks rules that keep a text from being published:\n{listed}\nEdit it first.")
    return True


def reject(url: str, content_id: str, person: str, reason: str) -> bool:
    """Rejects a text, an approved one too: its approval is withdrawn. Returns False if it was rejected before.

    ReviewError if it was replaced, or went out.
    """
    if not reason.strip():
        raise ReviewError("A rejection needs its reason: --reason 'what is wrong'.")
    with _decided_by(url, person) as connection:
        text = _read(connection, content_id, is_to_change=True)
        if text.state == "rejected":
            return False
        if text.state == "superseded" or text.is_sent:
            raise ReviewError(f"{content_id} {'went out, or may have' if text.is_sent else 'was replaced by an edit'}.")
        _withdraw_approval(connection, text)
        _write_decision(connection, text, "rejected", person, reason.strip())
    return True


def edit(url: str, content_id: str, person: str, new_text: str) -> tuple[str, list[str]]:
    """Replaces a text by a person's; returns the new version's id, and the hard rules that it breaks.

    The old version is superseded and its approval withdrawn. The new one waits for a decision. ReviewError if the text
    is the same, is not the newest version, or went out.
    """
    with _decided_by(url, person) as connection:
        text = _read(connection, content_id, is_to_change=True)
        if text.version != text.newest_version or text.state == "superseded":
            raise ReviewError(f"{content_id} was replaced: edit the newest version.")
        if text.is_sent:
            raise ReviewError(f"{content_id} went out, or may have: what is published is not edited here.")
        old = text.draft
        new_text = new_text.strip()
        if new_text == old.text_content:
            raise ReviewError(f"The text of {content_id} would be the same.")
        asks = old.call_to_action
        draft = Draft(
            text_content=new_text,
            hashtags=tuple(found_hashtags(new_text, old.link_url)),
            call_to_action=asks if asks and asks.casefold() in new_text.casefold() else None,
            alt_text=old.alt_text,
            link_url=old.link_url,
            image_url=old.image_url,
            language=old.language,
        )
        post = _post(connection, text, new_content_id(connection))
        written = WrittenText(
            post, draft, findings_of(post, draft), "person", version=text.version + 1, created_by=person
        )
        connection.execute(
            "update content.posts_content set state = 'superseded' where organization_id = %s and content_id = %s",
            [text.organization_id, content_id],
        )
        _withdraw_approval(connection, text)
        store(connection, [written])
    return post.content_id, hard_reasons(written.findings)


@contextmanager
def _decided_by(url: str, person: str) -> Iterator[Connection]:
    if not person.strip():
        raise ReviewError("A decision needs a name: --by NAME.")
    with transaction(url) as connection:
        connection.execute("select set_config('app.actor', %s, true)", [person])
        yield connection


def _read(connection: Connection, content_id: str, *, is_to_change: bool = False) -> ReviewedText:
    if is_to_change:
        # The lock comes first: who waited for a publisher's claim reads what the claim has made of the text's targets.
        connection.execute("select from content.posts_content where content_id = %s for update", [content_id])
    cursor = connection.execute(load_sql("content/reviewed_text.sql"), {"content_id": content_id})
    rows = cursor.fetchall()
    if not rows:
        raise ReviewError(f"There is no text {content_id}: `syndication review list` shows those that wait.")
    values = dict(zip([column.name for column in cursor.description or ()], rows[0], strict=True))
    draft = {field.name: values.pop(field.name) for field in fields(Draft)}
    return ReviewedText(**values, draft=Draft(**{**draft, "hashtags": tuple(draft["hashtags"])}))


def _post(connection: Connection, text: ReviewedText, content_id: str) -> PostToWrite:
    """The post with what is known of it today, and the approved texts of its channel."""
    today = datetime.now(UTC).date()
    return PostToWrite(
        organization_id=text.organization_id,
        post_core_id=text.post_core_id,
        content_id=content_id,
        planned_on=text.planned_on,
        variation=text.variation,
        variations_by=text.variations_by,
        facts=facts_of(connection, [text.post_core_id], today)[text.post_core_id],
        channel=read_channel(
            connection, text.organization_id, text.platform, text.channel_type, text.planned_on, ["approved"]
        ),
        templates=[],
        materials=materials_of(connection, text.organization_id),
    )


def _check_anew(connection: Connection, text: ReviewedText) -> list[Finding]:
    if text.draft.content_hash() != text.content_hash:
        raise ReviewError(f"{text.content_id} is not what its hash says: edit it, which writes it anew.")
    findings = findings_of(_post(connection, text, text.content_id), text.draft)
    connection.execute(
        "delete from content.compliance_checks where organization_id = %s and content_id = %s",
        [text.organization_id, text.content_id],
    )
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into content.compliance_checks"
            " (organization_id, content_id, rule_name, severity, is_passed, reason) values (%s, %s, %s, %s, %s, %s)",
            [
                (text.organization_id, text.content_id, one.rule_name, one.severity, one.is_passed, one.reason)
                for one in findings
            ],
        )
    return findings


def _write_decision(connection: Connection, text: ReviewedText, decision: str, person: str, reason: str | None) -> None:
    connection.execute(
        "insert into content.approvals (organization_id, content_id, content_hash, decision, decided_by, reason)"
        " values (%s, %s, %s, %s, %s, %s) on conflict (organization_id, content_id, decision) do nothing",
        [text.organization_id, text.content_id, text.content_hash, decision, person, reason],
    )
    connection.execute(
        "update content.posts_content set state = %s where organization_id = %s and content_id = %s",
        [decision, text.organization_id, text.content_id],
    )


def _withdraw_approval(connection: Connection, text: ReviewedText) -> None:
    # The audit log keeps it.
    connection.execute(
        "delete from content.approvals where organization_id = %s and content_id = %s and decision = 'approved'",
        [text.organization_id, text.content_id],
    )


def _decisions(connection: Connection, text: ReviewedText) -> list[Decision]:
    rows = connection.execute(
        "select decision::text, decided_by, decided_at, reason from content.approvals"
        " where organization_id = %s and content_id = %s order by decided_at",
        [text.organization_id, text.content_id],
    )
    return [Decision(*row) for row in rows]
