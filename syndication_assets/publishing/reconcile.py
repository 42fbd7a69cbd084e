"""Looking up on the platform what nobody knows: whether a call that had no answer was taken all the same.

A post with the target's text in the time of the call is the target's, unless another target with that text waits for
its post of about that time, too: variations may differ in their time alone. All else stays as it is, for a person: also
where a complete listing has no such post. A platform may change a text, or show a post late, and who sends again what
is there already sends twice. So the target says what was looked for, and with which command it is sent again.
"""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from psycopg.rows import dict_row

from syndication_assets.channels.account_refusals import note_refusal
from syndication_assets.channels.credentials import open_credential
from syndication_assets.channels.outcome import OutcomeKind
from syndication_assets.database.connection import Connection, load_sql, transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.publishing.leases import post_of
from syndication_assets.publishing.publisher import Listing, Publisher, RemotePost
from syndication_assets.publishing.recording import uncertain
from syndication_assets.publishing.resolving import resolve_published
from syndication_assets.settings import Settings

CLOCKS_DIFFER = timedelta(hours=1)
"""How far the platform's time of a post may be from our time of the call."""
SETTLED_AFTER = timedelta(minutes=10)
"""How long after a call a post that is not listed may still come to be."""
LOOKUP = "lookup"

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class ReconcileReport:
    """What looking up brought."""

    states: Counter[str] = field(default_factory=Counter)
    """Targets by the state they are in now; `needs_reconcile` are those that a person has to decide about."""
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
    log: logging.Logger = logger,
) -> ReconcileReport:
    """Looks up at most `limit` targets, the longest waiting first; what is found is published."""
    report = ReconcileReport()
    with transaction(url) as connection:
        rows = (
            connection.cursor(row_factory=dict_row)
            .execute(
                load_sql("publishing/targets_to_reconcile.sql"), {"publishers": list(publishers), "maximum": limit}
            )
            .fetchall()
        )
    for row in rows:
        try:
            state = _reconcile_one(url, settings, publishers[row["publisher"]], row)
        except SyndicationError as error:  # one account's trouble is not the next one's
            report.problems.append(f"{row['target_id']}: {error}")
        else:
            if state is not None:
                report.states[state] += 1
    if report.states:
        told = ", ".join(f"{count} {state}" for state, count in sorted(report.states.items()))
        log.info(f"reconciled: {told}")
    return report


def judge(
    listing: Listing, sent_at: datetime, now: datetime, known_ids: Set[str], twins: Sequence[str] = ()
) -> Finding:
    """What a listing of the time around a call says of the call's post. Pure.

    `known_ids` are other targets' posts, `twins` the targets whose call had the same text and may have made the post.
    """
    unknown = [
        post
        for post in listing.posts
        if abs(post.published_at - sent_at) <= CLOCKS_DIFFER and post.platform_post_id not in known_ids
    ]
    with_text = [post for post in unknown if post.has_same_text]
    if len(with_text) == 1 and not twins:
        return Finding(found=with_text[0])
    if with_text:
        count = f"The account has {len(with_text)} posts with this text, of about that time."
        return Finding(reason=f"A post with this text may be that of {', '.join(twins)}." if twins else count)
    if not listing.is_complete:
        return Finding(reason=f"What the account published could not be listed: {listing.reason}.")
    if unknown:
        return Finding(reason="The account has a post of about that time that is not ours, and may be this one.")
    if now - sent_at < SETTLED_AFTER:
        return Finding(reason="It is not on the account yet, and may still come.")
    return Finding(reason="It was looked for on the account, and is not there.")


def _reconcile_one(url: str, settings: Settings, publisher: Publisher, row: dict[str, Any]) -> str | None:
    """Asks without a transaction, then decides in one; returns the state of the target after that.

    None if the account may not be asked any more: an earlier answer of this run said so.
    """
    organization_id, sent_at = row["organization_id"], row["sent_at"]
    secret = None
    with transaction(url) as connection:
        if not _may_be_asked(connection, row):
            return None
        if row["credential_id"] is not None:
            secret = open_credential(connection, settings, organization_id, row["credential_id"])
    try:
        listing = publisher.look_up(post_of(row), secret, sent_at - CLOCKS_DIFFER, sent_at + CLOCKS_DIFFER)
    except Exception as error:
        listing = Listing((), is_complete=False, reason=f"the publisher failed: {type(error).__name__}")
    refusal = listing.refusal
    if refusal is not None and refusal.kind is OutcomeKind.REFRESH_TOKEN and publisher.refresh(secret) is not None:
        refusal = None  # the next post renews it
    with transaction(url) as connection:
        if refusal is not None:
            note_refusal(connection, organization_id, row["account_id"], refusal)
        finding = judge(listing, sent_at, datetime.now(UTC), _known_ids(connection, row), _twins(connection, row))
        if finding.found is not None:
            try:
                with connection.transaction():
                    return resolve_published(connection, row, finding.found, LOOKUP)
            except psycopg.errors.UniqueViolation:
                finding = Finding(reason="The post that was found is another target's by now.")
        connection.execute(
            "update publishing.post_targets set error_message = %(message)s"
            " where organization_id = %(organization_id)s and target_id = %(target_id)s and attempts = %(attempts)s"
            " and state = 'needs_reconcile' and error_message is distinct from %(message)s",
            {**row, "message": uncertain(row["target_id"], finding.reason)},
        )
    return "needs_reconcile"


def _may_be_asked(connection: Connection, row: dict[str, Any]) -> bool:
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
        [row["organization_id"], row["platform"], row["sent_at"] - 3 * CLOCKS_DIFFER],
    ).fetchall()
    return {post_id for (post_id,) in rows}


def _twins(connection: Connection, row: dict[str, Any]) -> list[str]:
    """Targets of the account with the same text and a call at about that time, of which nobody knows either."""
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
        {**row, "around": 2 * CLOCKS_DIFFER},
    ).fetchall()
    return [target_id for (target_id,) in rows]
