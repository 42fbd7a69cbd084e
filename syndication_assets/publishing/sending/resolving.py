"""Moves an unresolved target to its resolved state, in the caller's transaction.

A row is a dict with organization_id, target_id, attempts and sent_at, the time of the last call. Targets that were
moved or sent since are left unchanged.
"""

from typing import Any

from syndication_assets.database.connection import Connection
from syndication_assets.publishing.publisher import RemotePost


def resolve_published(connection: Connection, row: dict[str, Any], post: RemotePost, resolved_by: str) -> str:
    """Marks the target as published, even if it was cancelled while unresolved; returns its state.

    UniqueViolation if the post belongs to another target.
    """
    values = {
        **row,
        "post_id": post.platform_post_id,
        "post_url": post.platform_post_url,
        "published_at": post.published_at,
        "by": resolved_by,
    }
    is_in_doubt = connection.execute(
        "select from publishing.post_targets"
        " where organization_id = %(organization_id)s and target_id = %(target_id)s and attempts = %(attempts)s"
        " and (state = 'needs_reconcile' or is_in_doubt) for update",
        values,
    ).fetchone()
    if is_in_doubt is not None:
        # The attempt first: a cancelled target becomes published only with an attempt that published it.
        connection.execute(
            "update publishing.publish_attempts set outcome = 'published', platform_post_id = %(post_id)s,"
            " finished_at = coalesce(finished_at, clock_timestamp()), resolved_at = clock_timestamp(),"
            " resolved_by = %(by)s where organization_id = %(organization_id)s and target_id = %(target_id)s"
            " and attempt_number = %(attempts)s",
            values,
        )
        connection.execute(
            "update publishing.post_targets set state = 'published', platform_post_id = %(post_id)s,"
            " platform_post_url = %(post_url)s, published_at = %(published_at)s, error_message = null,"
            # A cancelled target released its slot: it gets the time of its call.
            " scheduled_at = case when state = 'cancelled' then %(sent_at)s else scheduled_at end,"
            " slot_at = case when state <> 'cancelled' then slot_at end"
            " where organization_id = %(organization_id)s and target_id = %(target_id)s",
            values,
        )
    return _state(connection, row)


def resolve_absent(connection: Connection, row: dict[str, Any], resolved_by: str) -> str:
    """Schedules the target again, because a person found no such post on the platform; returns its state."""
    values = {**row, "by": resolved_by}
    moved = connection.execute(
        "update publishing.post_targets set state = 'scheduled', next_attempt_at = clock_timestamp(),"
        " error_message = 'The last call did not publish it: the post is not on the account.'"
        " where organization_id = %(organization_id)s and target_id = %(target_id)s and attempts = %(attempts)s"
        " and state = 'needs_reconcile'",
        values,
    ).rowcount
    if moved:
        connection.execute(
            "update publishing.publish_attempts set outcome = 'retryable',"
            " finished_at = coalesce(finished_at, clock_timestamp()), resolved_at = clock_timestamp(),"
            " resolved_by = %(by)s where organization_id = %(organization_id)s and target_id = %(target_id)s"
            " and attempt_number = %(attempts)s",
            values,
        )
    return _state(connection, row)


def _state(connection: Connection, row: dict[str, Any]) -> str:
    (state,) = connection.execute(
        "select state::text from publishing.post_targets"
        " where organization_id = %(organization_id)s and target_id = %(target_id)s",
        row,
    ).fetchall()[0]
    return str(state)
