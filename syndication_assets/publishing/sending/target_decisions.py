"""Decisions of people about targets. Each is recorded in the audit log under the person's name."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.rows import dict_row

from syndication_assets.database.connection import Connection, transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.publishing.planning.slot_assignment import Slot
from syndication_assets.publishing.publisher import RemotePost
from syndication_assets.publishing.sending.late_responses import published_before
from syndication_assets.publishing.sending.queue_listing import TargetFilter, list_targets
from syndication_assets.publishing.sending.resolving import resolve_absent, resolve_published

_CANCELLABLE = ("draft", "ready", "scheduled", "failed")


def resolve_as_published(url: str, target_id: str, platform_post_id: str, actor: str) -> None:
    """Marks a target as published whose post a person found.

    SyndicationError unless the target is unresolved or was cancelled while unresolved.
    """
    with locked_target(url, target_id, actor) as (connection, row):
        _require_unresolved(row)
        try:
            resolve_published(connection, row, RemotePost(platform_post_id, None, row["sent_at"], True), actor)
        except (psycopg.errors.UniqueViolation, psycopg.errors.CheckViolation):
            raise SyndicationError(
                f"{platform_post_id!r} cannot be the id of {target_id}'s post: it is empty, or another target has it."
            ) from None


def resolve_as_not_published(url: str, target_id: str, actor: str) -> None:
    """Schedules a target again whose post a person did not find.

    SyndicationError unless the target is unresolved, or if one of its attempts was published.
    """
    with locked_target(url, target_id, actor) as (connection, row):
        require_state(row, "needs_reconcile")
        _reject_if_published(connection, row)
        resolve_absent(connection, row, actor)


def resolve_as_cancelled(url: str, target_id: str, actor: str) -> None:
    """Cancels an unresolved target: it counts as sent, so no other version follows. SyndicationError otherwise."""
    with locked_target(url, target_id, actor) as (connection, row):
        require_state(row, "needs_reconcile")
        _cancel(
            connection,
            row,
            "It was cancelled while unresolved and counts as sent. If you find it on the account, run "
            f"`syndication targets resolve {target_id} --published ID`.",
        )


def cancel(url: str, target_id: str, actor: str) -> None:
    """Cancels a target. SyndicationError if it is being published, published, unresolved or cancelled."""
    with locked_target(url, target_id, actor) as (connection, row):
        require_state(row, *_CANCELLABLE)
        _cancel(connection, row)


def cancel_all(url: str, chosen: TargetFilter, actor: str) -> list[str]:
    """Cancels the targets that the filter lets through, but for those that are sent, being sent or unresolved. Returns
    the ids of the cancelled ones.
    """
    with transaction(url) as connection:
        connection.execute("select set_config('app.actor', %s, true)", [actor])
        found = [target.target_id for target in list_targets(connection, chosen, limit=None)]
        rows = connection.execute(
            "update publishing.post_targets set state = 'cancelled'"
            " where target_id = any(%s) and state::text = any(%s) returning target_id",
            [found, list(_CANCELLABLE)],
        ).fetchall()
    return sorted(target_id for (target_id,) in rows)


def retry(url: str, target_id: str, actor: str) -> None:
    """Makes a target due at once, whatever its slot was.

    SyndicationError unless it is failed, ready or scheduled, its text is approved and not contradicted, and none of its
    attempts was published.
    """
    with locked_target(url, target_id, actor) as (connection, row):
        require_state(row, "failed", "ready", "scheduled")
        _reject_if_published(connection, row)
        require_approved(row)
        if row["contradiction"] is not None:
            raise SyndicationError(
                f"The text of {target_id} is out of date. {row['contradiction']} Rewrite it with `syndication review "
                f"edit {row['content_id']}` and approve the new version."
            )
        schedule(connection, row, None)


@contextmanager
def locked_target(
    url: str, target_id: str, actor: str, *, lock: str | None = None
) -> Iterator[tuple[Connection, dict[str, Any]]]:
    """Locks the target in a transaction under the person's name, after `lock`."""
    with transaction(url, lock=lock) as connection:
        connection.execute("select set_config('app.actor', %s, true)", [actor])
        row = (
            connection.cursor(row_factory=dict_row)
            .execute(
                "select t.organization_id, t.target_id, t.content_id, t.account_id, t.channel_type, t.is_simulated,"
                " encode(t.content_hash, 'hex') as content_hash, t.state::text, t.is_in_doubt, t.attempts,"
                " t.platform_post_id,"
                " coalesce(a.started_at, now()) as sent_at,"
                " publishing.is_approved(t.organization_id, t.content_id, t.content_hash) as is_approved,"
                # A simulation may use the catalogue of a past day.
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
            raise SyndicationError(f"There is no target {target_id!r}: `syndication targets list` shows the targets.")
        yield connection, row


def require_approved(row: dict[str, Any]) -> None:
    """SyndicationError if the text of the target is not approved."""
    if not row["is_approved"]:
        raise SyndicationError(f"The text of {row['target_id']} is not approved: approve it first.")


def schedule(connection: Connection, row: dict[str, Any], slot: Slot | None) -> None:
    """Gives the target a slot; without one, makes it due at once. SyndicationError if another version is on its way."""
    slot_of_schedule = slot and {"schedule_id": slot.schedule_id, "slot_at": slot.slot_at, "at": slot.scheduled_at}
    try:
        connection.execute(
            "update publishing.post_targets set state = 'scheduled', schedule_id = %(schedule_id)s,"
            " slot_at = %(slot_at)s, scheduled_at = coalesce(%(at)s, clock_timestamp()), next_attempt_at = null,"
            " error_message = null"
            " where organization_id = %(organization_id)s and target_id = %(target_id)s",
            row | (slot_of_schedule or {"schedule_id": None, "slot_at": None, "at": None}),
        )
    except psycopg.errors.UniqueViolation:
        raise SyndicationError(
            f"Another version of the text of {row['target_id']} is scheduled or published on this account: cancel "
            f"{row['target_id']}, or cancel the other target first."
        ) from None


def require_state(row: dict[str, Any], *states: str) -> None:
    """SyndicationError if the target has another state."""
    if row["state"] not in states:
        raise SyndicationError(
            f"{row['target_id']} is {row['state']}; this command needs a target that is {' or '.join(states)}."
        )


def _require_unresolved(row: dict[str, Any]) -> None:
    if row["state"] == "needs_reconcile" or row["is_in_doubt"]:
        return
    target_id = row["target_id"]
    what_to_do = {
        "publishing": "It is being published right now: try again in a few minutes.",
        "published": f"It already has its post: {row['platform_post_id']}.",
        "failed": f"The platform rejected it: run `syndication targets retry {target_id}`, or `cancel`.",
        "cancelled": "All of its calls were resolved when it was cancelled. If its post exists, delete it.",
    }.get(
        row["state"],
        f"None of its calls is unresolved. To keep it from being sent, run `syndication targets cancel {target_id}`.",
    )
    raise SyndicationError(f"{target_id} is {row['state']}, not unresolved. {what_to_do}")


def _reject_if_published(connection: Connection, row: dict[str, Any]) -> None:
    published = published_before(connection, row["organization_id"], row["target_id"])
    if published is not None:
        target_id = row["target_id"]
        command = f"syndication targets resolve {target_id} --published {published.platform_post_id}"
        if row["state"] != "needs_reconcile":
            command = f"syndication targets cancel {target_id}"
        raise SyndicationError(
            f"An earlier call of {target_id} published it: the account has it as {published.platform_post_id}. It is "
            f"never sent again. Run `{command}`."
        )


def _cancel(connection: Connection, row: dict[str, Any], message: str | None = None) -> None:
    """Sets `message` as its error message; None keeps the previous message."""
    connection.execute(
        "update publishing.post_targets set state = 'cancelled',"
        " error_message = coalesce(%(message)s, error_message)"
        " where organization_id = %(organization_id)s and target_id = %(target_id)s",
        {**row, "message": message},
    )
