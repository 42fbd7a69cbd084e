"""What a person decides about a target. Each decision is a row of the audit log, under the person's name."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import psycopg
from psycopg.rows import dict_row

from syndication_assets.database.connection import Connection, transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.publishing.late_answers import published_before
from syndication_assets.publishing.publisher import RemotePost
from syndication_assets.publishing.resolving import resolve_absent, resolve_published

State = Literal["draft", "ready", "scheduled", "publishing", "published", "failed", "cancelled", "needs_reconcile"]


@dataclass(frozen=True, slots=True)
class ListedTarget:
    """A target as a person looks at it."""

    target_id: str
    organization: str
    state: str
    scheduled_at: datetime | None
    account: str
    channel: str
    is_simulated: bool
    platform_post_id: str | None
    error_message: str | None


def list_targets(url: str, state: State | None = None, limit: int = 100) -> list[ListedTarget]:
    """The targets, or those of a state, the earliest slot first."""
    with transaction(url) as connection:
        rows = connection.execute(
            "select t.target_id, o.slug, t.state::text, t.scheduled_at, a.display_name,"
            " t.platform || ' ' || t.channel_type, t.is_simulated, t.platform_post_id, t.error_message"
            " from publishing.post_targets t join tenancy.organizations o using (organization_id)"
            " join channels.social_accounts a using (organization_id, account_id)"
            " where %(state)s::text is null or t.state::text = %(state)s"
            " order by t.scheduled_at nulls first, t.target_id limit %(limit)s",
            {"state": state, "limit": limit},
        ).fetchall()
    return [ListedTarget(*row) for row in rows]


def resolve_as_published(url: str, target_id: str, platform_post_id: str, actor: str) -> None:
    """The person found the post. SyndicationError unless nobody knew: it waits for that, or was cancelled so."""
    with _target(url, target_id, actor) as (connection, row):
        _require_doubt(row)
        try:
            resolve_published(connection, row, RemotePost(platform_post_id, None, row["sent_at"], True), actor)
        except (psycopg.errors.UniqueViolation, psycopg.errors.CheckViolation):
            raise SyndicationError(
                f"{platform_post_id!r} cannot be the id of {target_id}'s post: it is empty, or another target's."
            ) from None


def resolve_as_not_published(url: str, target_id: str, actor: str) -> None:
    """The person looked, and it is not there: it is sent again.

    SyndicationError unless the target needs to be reconciled, or if a call of it was taken.
    """
    with _target(url, target_id, actor) as (connection, row):
        _require(row, "needs_reconcile")
        _refuse_what_was_taken(connection, row)
        resolve_absent(connection, row, actor)


def resolve_as_cancelled(url: str, target_id: str, actor: str) -> None:
    """Whatever came of it, it is not sent again, and counts as sent: no other version follows. Errors as above."""
    with _target(url, target_id, actor) as (connection, row):
        _require(row, "needs_reconcile")
        _cancel(
            connection,
            row,
            "It was cancelled while nobody knew whether it is published. If it is on the account after all, say "
            f"`syndication targets resolve {target_id} --published ID`.",
        )


def cancel(url: str, target_id: str, actor: str) -> None:
    """It is not sent. SyndicationError if it is on its way, published, or nobody knows."""
    with _target(url, target_id, actor) as (connection, row):
        _require(row, "draft", "ready", "scheduled", "failed")
        _cancel(connection, row)


def retry(url: str, target_id: str, actor: str) -> None:
    """It is due at once, whatever its slot was.

    SyndicationError unless it failed, missed its slot or waits for another attempt, and its text is approved and true,
    and no call of it was taken.
    """
    with _target(url, target_id, actor) as (connection, row):
        _require(row, "failed", "ready", "scheduled")
        _refuse_what_was_taken(connection, row)
        if not row["is_approved"]:
            raise SyndicationError(f"The text of {target_id} is not approved: approve it first.")
        if row["contradiction"] is not None:
            raise SyndicationError(
                f"The text of {target_id} is not true any more. {row['contradiction']} Write it anew with `syndication "
                f"review edit {row['content_id']}`, and approve that."
            )
        try:
            connection.execute(
                "update publishing.post_targets set state = 'scheduled', schedule_id = null, slot_at = null,"
                " scheduled_at = clock_timestamp(), next_attempt_at = null, error_message = null"
                " where organization_id = %(organization_id)s and target_id = %(target_id)s",
                row,
            )
        except psycopg.errors.UniqueViolation:
            raise SyndicationError(
                f"Another version of the text of {target_id} is scheduled or published on this account: cancel "
                f"{target_id}, or that one first."
            ) from None


@contextmanager
def _target(url: str, target_id: str, actor: str) -> Iterator[tuple[Connection, dict[str, Any]]]:
    """The target, locked, in a transaction in the person's name."""
    with transaction(url) as connection:
        connection.execute("select set_config('app.actor', %s, true)", [actor])
        row = (
            connection.cursor(row_factory=dict_row)
            .execute(
                "select t.organization_id, t.target_id, t.content_id, t.state::text, t.is_in_doubt, t.attempts,"
                " t.platform_post_id,"
                " coalesce(a.started_at, now()) as sent_at,"
                " publishing.is_approved(t.organization_id, t.content_id, t.content_hash) as is_approved,"
                # A simulation may go by the catalogue of a past day.
                " case when not t.is_simulated then"
                " publishing.contradiction(t.organization_id, t.content_id, 'infinity') end as contradiction"
                " from publishing.post_targets t left join publishing.publish_attempts a"
                " on a.organization_id = t.organization_id and a.target_id = t.target_id"
                " and a.attempt_number = t.attempts where t.target_id = %s for update of t",
                [target_id],
            )
            .fetchone()
        )
        if row is None:
            raise SyndicationError(f"There is no target {target_id!r}: look at `syndication targets list`.")
        yield connection, row


def _require(row: dict[str, Any], *states: str) -> None:
    if row["state"] not in states:
        raise SyndicationError(
            f"{row['target_id']} is {row['state']}; only a target that is {' or '.join(states)} can be decided on so."
        )


def _require_doubt(row: dict[str, Any]) -> None:
    if row["state"] == "needs_reconcile" or row["is_in_doubt"]:
        return
    target_id = row["target_id"]
    what_to_do = {
        "publishing": "It is being sent at this moment: look again when that has ended.",
        "published": f"It has its post already: {row['platform_post_id']}.",
        "failed": f"The platform refused it: say `syndication targets retry {target_id}`, or `cancel`.",
        "cancelled": "No call of it had an open end when that was decided. If its post is there after all, delete it.",
    }.get(
        row["state"],
        f"No call of it waits for an answer. To keep it from being sent, say `syndication targets cancel {target_id}`.",
    )
    raise SyndicationError(f"{target_id} is {row['state']}, and that is not in doubt. {what_to_do}")


def _refuse_what_was_taken(connection: Connection, row: dict[str, Any]) -> None:
    taken = published_before(connection, row["organization_id"], row["target_id"])
    if taken is not None:
        target_id = row["target_id"]
        command = f"syndication targets resolve {target_id} --published {taken.platform_post_id}"
        if row["state"] != "needs_reconcile":
            command = f"syndication targets cancel {target_id}"
        raise SyndicationError(
            f"An earlier call of {target_id} was taken: the account has it as {taken.platform_post_id}. It is not sent "
            f"again. Say `{command}`."
        )


def _cancel(connection: Connection, row: dict[str, Any], message: str | None = None) -> None:
    """`message` is what its row says from now on; without one, what it said before."""
    connection.execute(
        "update publishing.post_targets set state = 'cancelled',"
        " error_message = coalesce(%(message)s, error_message)"
        " where organization_id = %(organization_id)s and target_id = %(target_id)s",
        {**row, "message": message},
    )
