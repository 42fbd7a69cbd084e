"""Looks up unresolved targets on the platform: was a call without a response accepted?

A post with the target's text and about the time of the call belongs to the target, unless another unresolved target has
the same text and time: variations may differ only in timing. Every other target stays unresolved until a person
decides, even if a complete listing has no such post: a platform may change a text or list a post late, and resending an
existing post would publish it twice. The target's message says what was found and which commands resolve it.
"""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from psycopg.rows import dict_row

from syndication_assets.channels.accounts.account_backoff import record_rejection
from syndication_assets.channels.accounts.credentials import open_credential
from syndication_assets.channels.errors.outcome import OutcomeKind
from syndication_assets.database.connection import Connection, load_sql, transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.operations.usage.call_ledger import CallLedger
from syndication_assets.publishing.publisher import Listing, Publisher, RemotePost
from syndication_assets.publishing.sending.leases import post_of
from syndication_assets.publishing.sending.lost_calls import find_lost_calls
from syndication_assets.publishing.sending.outcome_recording import unresolved_message
from syndication_assets.publishing.sending.resolving import resolve_published
from syndication_assets.publishing.sending.sending_holds import senders
from syndication_assets.publishing.sending.sent_record import SentRecord
from syndication_assets.settings import Settings

CLOCK_TOLERANCE = timedelta(hours=1)
"""Between the platform's time of a post and our time of the call."""
SETTLED_AFTER = timedelta(minutes=10)
"""How long after a call its post may still appear in a listing."""
LOOKUP = "lookup"

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class ReconcileReport:
    """The result of the lookups."""

    states: Counter[str] = field(default_factory=Counter)
    """Targets by their new state; those that still `needs_reconcile` need a decision by a person."""
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Finding:
    """The post, or why it was not found."""

    found: RemotePost | None = None
    reason: str = ""


def reconcile(
    url: str,
    settings: Settings,
    publishers: Mapping[str, Publisher],
    limit: int = 100,
    *,
    dagster_run_id: str | None = None,
    log: logging.Logger = logger,
) -> ReconcileReport:
    """Looks up at most `limit` targets, the oldest call first, and marks those that are found as published."""
    report = ReconcileReport()
    if senders(publishers):
        try:
            find_lost_calls(url, SentRecord(settings.sent_url))
        except SyndicationError as error:  # the calls that are known are still looked up
            report.problems.append(str(error))
    with transaction(url) as connection:
        rows = (
            connection.cursor(row_factory=dict_row)
            .execute(
                load_sql("publishing/targets_to_reconcile.sql"), {"publishers": list(publishers), "maximum": limit}
            )
            .fetchall()
        )
    with CallLedger(url, dagster_run_id) as ledger:
        for row in rows:
            try:
                with ledger.of(row["organization_id"], row["account_id"]):
                    state = _reconcile_target(url, settings, publishers[row["publisher"]], row)
            except SyndicationError as error:  # the other targets are still looked up
                report.problems.append(f"{row['target_id']}: {error}")
            else:
                if state is not None:
                    report.states[state] += 1
    if report.states:
        summary = ", ".join(f"{count} {state}" for state, count in sorted(report.states.items()))
        log.info(f"reconciled: {summary}")
    return report


def judge(
    listing: Listing, sent_at: datetime, now: datetime, known_ids: Set[str], duplicates: Sequence[str] = ()
) -> Finding:
    """Searches a listing of the time around a call for the post of the call. Pure.

    `known_ids` are the posts of other targets; `duplicates` are unresolved targets with the same text whose call may
    have published the post instead.
    """
    unknown = [post for post in listing.posts if post.platform_post_id not in known_ids]
    candidates = [post for post in unknown if abs(post.published_at - sent_at) <= CLOCK_TOLERANCE]
    matching = [post for post in candidates if post.has_same_text]
    certain = [post for post in unknown if post.is_the_post] or ([] if duplicates or len(matching) > 1 else matching)
    if certain:
        return Finding(found=certain[0])
    if matching:
        if duplicates:
            reason = f"A post with this text may belong to {', '.join(duplicates)}."
        else:
            reason = f"The account has {len(matching)} posts with this text from about that time."
        return Finding(reason=reason)
    if not listing.is_complete:
        return Finding(reason=f"The posts of the account could not be listed: {listing.reason}.")
    if candidates:
        return Finding(reason="The account has an unidentified post from about that time, which may be this one.")
    if now - sent_at < SETTLED_AFTER:
        return Finding(reason="It is not on the account yet and may still appear.")
    return Finding(reason="The lookup did not find it on the account.")


def _reconcile_target(url: str, settings: Settings, publisher: Publisher, row: dict[str, Any]) -> str | None:
    """Looks up outside a transaction, then decides in one; returns the new state of the target.

    None if an earlier lookup of this run put the account into back-off or disconnected it.
    """
    organization_id, sent_at = row["organization_id"], row["sent_at"]
    secret = None
    with transaction(url) as connection:
        if not _may_be_called(connection, row):
            return None
        if row["credential_id"] is not None:
            secret = open_credential(connection, settings, organization_id, row["credential_id"])
    try:
        listing = publisher.look_up(post_of(row), secret, sent_at - CLOCK_TOLERANCE, sent_at + CLOCK_TOLERANCE)
    except Exception as error:
        listing = Listing((), is_complete=False, reason=f"the publisher failed: {type(error).__name__}")
    rejection = listing.rejection
    if rejection is not None and rejection.kind is OutcomeKind.REFRESH_TOKEN and publisher.refresh(secret) is not None:
        rejection = None  # the next call to publish renews it
    with transaction(url) as connection:
        if rejection is not None:
            record_rejection(connection, organization_id, row["account_id"], rejection)
        finding = judge(listing, sent_at, datetime.now(UTC), _known_ids(connection, row), _duplicates(connection, row))
        if finding.found is not None:
            try:
                with connection.transaction():
                    return resolve_published(connection, row, finding.found, LOOKUP)
            except psycopg.errors.UniqueViolation:
                finding = Finding(reason="The post that was found belongs to another target by now.")
        connection.execute(
            "update publishing.post_targets set error_message = %(message)s"
            " where organization_id = %(organization_id)s and target_id = %(target_id)s and attempts = %(attempts)s"
            " and state = 'needs_reconcile' and error_message is distinct from %(message)s",
            {**row, "message": unresolved_message(row["target_id"], finding.reason)},
        )
    return "needs_reconcile"


def _may_be_called(connection: Connection, row: dict[str, Any]) -> bool:
    return bool(
        connection.execute(
            "select a.status = 'active' and not exists (select from channels.platform_limits as l"
            "   where l.organization_id = a.organization_id and l.account_id = a.account_id"
            "   and l.blocked_until > clock_timestamp())"
            " from channels.social_accounts as a where a.organization_id = %s and a.account_id = %s",
            [row["organization_id"], row["account_id"]],
        ).fetchall()[0][0]
    )


def _known_ids(connection: Connection, row: dict[str, Any]) -> set[str]:
    rows = connection.execute(
        "select platform_post_id from publishing.post_targets"
        " where organization_id = %s and platform = %s and platform_post_id is not null and published_at >= %s",
        [row["organization_id"], row["platform"], row["sent_at"] - 3 * CLOCK_TOLERANCE],
    ).fetchall()
    return {post_id for (post_id,) in rows}


def _duplicates(connection: Connection, row: dict[str, Any]) -> list[str]:
    """Unresolved targets of the account with the same text and a call at about the same time."""
    rows = connection.execute(
        "select other.target_id from publishing.post_targets as t"
        " join publishing.post_targets as other on other.organization_id = t.organization_id"
        "   and other.account_id = t.account_id and other.content_hash = t.content_hash"
        "   and other.target_id <> t.target_id"
        " join publishing.publish_attempts as a on a.organization_id = other.organization_id"
        "   and a.target_id = other.target_id and a.attempt_number = other.attempts"
        " where t.organization_id = %(organization_id)s and t.target_id = %(target_id)s"
        " and (other.state in ('publishing', 'needs_reconcile') or other.is_in_doubt)"
        " and a.started_at between %(sent_at)s - %(around)s and %(sent_at)s + %(around)s order by other.target_id",
        {**row, "around": 2 * CLOCK_TOLERANCE},
    ).fetchall()
    return [target_id for (target_id,) in rows]
