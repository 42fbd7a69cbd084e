"""Decisions that people take on a text: approve, reject, edit. A decision is bound to the hash of its text.

Each is a decision in the text's round (room `approval`); a round that ends writes content.approvals.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

from syndication_assets.approval.approval_error import NoApproversError
from syndication_assets.approval.rounds.deciding import Decision
from syndication_assets.approval.rounds.opening import supersede as supersede_round
from syndication_assets.content.compliance.validation import Finding, hard_reasons
from syndication_assets.content.draft import Draft
from syndication_assets.content.generation.posts_to_write import (
    PostToWrite,
    facts_of,
    materials_of,
    new_content_id,
    read_channel,
)
from syndication_assets.content.generation.text_pictures import read_picture
from syndication_assets.content.generation.writing import WrittenText, findings_of, store
from syndication_assets.content.post_hashtags import found_hashtags
from syndication_assets.content.review.reviewed_texts import ReviewedText, ReviewError, read_text
from syndication_assets.content.rounds.text_rounds import begin_round, decide_in_round
from syndication_assets.database.connection import Connection, transaction


def approve(url: str, content_id: str, person: str) -> bool:
    """Approves a text after checking its rules again with today's facts; returns False if it is approved already.

    Where a workflow has several approvers, the text may wait for others afterwards. ReviewError with the reasons if the
    text breaks a hard rule; also if it was rejected or replaced.
    """
    with decided_by(url, person) as connection:
        is_new, reasons = _approve(connection, content_id, person, None)
    if reasons:
        listed = "\n".join(f"  {reason}" for reason in reasons)
        raise ReviewError(f"{content_id} breaks hard rules:\n{listed}\nEdit it first.")
    return is_new


def reject(url: str, content_id: str, person: str, reason: str) -> bool:
    """Rejects a text and withdraws its approval, if any; returns False if it is rejected already.

    ReviewError if the text was replaced or published.
    """
    with decided_by(url, person) as connection:
        return _reject(connection, content_id, person, reason)


def decide_text(
    connection: Connection, content_id: str, person: str, decision: Decision, reason: str | None = None
) -> list[str]:
    """Approves or rejects a text in the caller's transaction, which acts as the person already.

    Returns the hard rules that it breaks: then it is not approved, and the transaction keeps their new results.
    ReviewError and ApprovalError as for `approve` and `reject`.
    """
    if decision == "rejected":
        _reject(connection, content_id, person, reason or "")
        return []
    return _approve(connection, content_id, person, reason)[1]


def _approve(connection: Connection, content_id: str, person: str, reason: str | None) -> tuple[bool, list[str]]:
    text = read_text(connection, content_id, for_update=True)
    if text.state == "approved":
        return False, []
    if not text.is_open:
        raise ReviewError(f"{content_id} is {text.state}: edit it, and approve the new version.")
    reasons = hard_reasons(_check_again(connection, text))
    if not reasons:
        _write_decision(connection, text, "approved", person, reason)
    return True, reasons


def _reject(connection: Connection, content_id: str, person: str, reason: str) -> bool:
    if not reason.strip():
        raise ReviewError("A rejection needs a reason: --reason 'what is wrong'.")
    text = read_text(connection, content_id, for_update=True)
    if text.state == "rejected":
        return False
    if text.state == "superseded" or text.is_sent:
        problem = "was published, or may have been" if text.is_sent else "was replaced by an edit"
        raise ReviewError(f"{content_id} {problem}: it cannot be rejected any more.")
    _write_decision(connection, text, "rejected", person, reason.strip())
    return True


def edit(url: str, content_id: str, person: str, new_text: str) -> tuple[str, list[str]]:
    """Replaces a text by a person's text; returns the new version's id and the hard rules that it breaks.

    The old version is superseded and its approval withdrawn; the new version waits for a decision. ReviewError if the
    text is empty or unchanged, is not the newest version, or was published.
    """
    new_text = new_text.strip()
    if not new_text:
        raise ReviewError(f"The new text of {content_id} is empty: write a text, or reject {content_id}.")
    with decided_by(url, person) as connection:
        text = read_text(connection, content_id, for_update=True)
        if text.version != text.newest_version or text.state == "superseded":
            raise ReviewError(f"{content_id} was replaced: edit the newest version.")
        old = text.draft
        if new_text == old.text_content:
            raise ReviewError(f"The new text of {content_id} is the same as the old text: nothing to edit.")
        draft = Draft(
            text_content=new_text,
            hashtags=tuple(found_hashtags(new_text, old.link_url)),
            call_to_action=_if_still_there(old.call_to_action, new_text),
            alt_text=old.alt_text,
            link_url=old.link_url,
            image_url=old.image_url,
            picture_file_id=old.picture_file_id,
            language=old.language,
        )
        return _replace(connection, text, draft, person)


def restore(url: str, content_id: str, person: str) -> tuple[str, str, list[str]]:
    """Undoes the edits since a replaced version; returns the id that it replaces, the new id and the broken hard rules.

    The text, link and picture of `content_id` become a new version, and nothing is deleted. ReviewError if `content_id`
    was not replaced, or if the newest version was published.
    """
    with decided_by(url, person) as connection:
        old = read_text(connection, content_id, for_update=True)
        if old.state != "superseded":
            raise ReviewError(f"{content_id} was not replaced: there is nothing to undo.")
        newest = read_text(connection, _newest_version(connection, old), for_update=True)
        return newest.content_id, *_replace(connection, newest, old.draft, person)


def _newest_version(connection: Connection, text: ReviewedText) -> str:
    rows = connection.execute(
        "select content_id from content.posts_content"
        " where organization_id = %s and post_core_id = %s and variation = %s order by version desc limit 1",
        [text.organization_id, text.post_core_id, text.variation],
    ).fetchall()
    return str(rows[0][0])


def _replace(connection: Connection, text: ReviewedText, draft: Draft, person: str) -> tuple[str, list[str]]:
    """Writes the version after `text`; returns its id and the hard rules that it breaks."""
    if text.is_sent:
        raise ReviewError(f"{text.content_id} was published, or may have been: edit it on the platform.")
    post = _post(connection, text, new_content_id(connection))
    written = WrittenText(post, draft, findings_of(post, draft), "person", version=text.version + 1, created_by=person)
    old_round = supersede(connection, text)
    store(connection, [written])
    # A text whose workflow has no approvers is stored all the same: whoever decides on it is told why it waits.
    with suppress(NoApproversError):
        begin_round(connection, post.content_id, replaces=old_round)
    return post.content_id, hard_reasons(written.findings)


def supersede(connection: Connection, text: ReviewedText) -> str | None:
    """Ends a version that another one replaces, with its approval and its round, whose id it returns. ReviewError if it
    was published.
    """
    if text.is_sent:
        raise ReviewError(f"{text.content_id} was published, or may have been: edit it on the platform.")
    connection.execute(
        "update content.posts_content set state = 'superseded' where organization_id = %s and content_id = %s",
        [text.organization_id, text.content_id],
    )
    _withdraw_approval(connection, text)
    return supersede_round(connection, text.organization_id, text.content_id)


def _if_still_there(call_to_action: str | None, new_text: str) -> str | None:
    return call_to_action if call_to_action and call_to_action.casefold() in new_text.casefold() else None


@contextmanager
def decided_by(url: str, person: str) -> Iterator[Connection]:
    """A transaction in which the person decides. ReviewError without a name."""
    if not person.strip():
        raise ReviewError("A decision needs the name of a person: --by NAME.")
    with transaction(url) as connection:
        connection.execute("select set_config('app.actor', %s, true)", [person])
        yield connection


def _post(connection: Connection, text: ReviewedText, content_id: str) -> PostToWrite:
    """The post with today's facts and the approved texts of its channel."""
    today = datetime.now(UTC).date()
    (version,) = connection.execute(
        "select encode(content.product_version(%s, %s, %s), 'hex')", [text.organization_id, text.post_core_id, today]
    ).fetchall()[0]
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
        product_version=version,
        post_kind=text.post_kind,
        language=None if text.request_id is None else text.draft.language,
        picture=read_picture(connection, text.organization_id, text.draft.picture_file_id),
    )


def _check_again(connection: Connection, text: ReviewedText) -> list[Finding]:
    if text.draft.content_hash() != text.content_hash:
        raise ReviewError(f"{text.content_id} does not match its hash: edit it to write a new version.")
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
                (
                    text.organization_id,
                    text.content_id,
                    finding.rule_name,
                    finding.severity,
                    finding.is_passed,
                    finding.reason,
                )
                for finding in findings
            ],
        )
    return findings


def _write_decision(
    connection: Connection, text: ReviewedText, decision: Decision, person: str, reason: str | None
) -> None:
    decide_in_round(connection, text.organization_id, text.content_id, person, decision, reason)


def _withdraw_approval(connection: Connection, text: ReviewedText) -> None:
    # The audit log keeps the withdrawn approval.
    connection.execute(
        "delete from content.approvals where organization_id = %s and content_id = %s and decision = 'approved'",
        [text.organization_id, text.content_id],
    )
