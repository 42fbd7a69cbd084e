"""What was found out about a call that had no answer becomes the target's state, in the caller's transaction.

A row is a dict with organization_id, target_id, attempts and sent_at, which is when the last call was made. Nothing
happens to a target that was moved or sent since.
"""

from typing import Any

from syndication_assets.database.connection import Connection
from syndication_assets.publishing.publisher import RemotePost


def resolve_published(connection: Connection, row: dict[str, Any], post: RemotePost, resolved_by: str) -> str:
    """The platform has it, also where it was cancelled while nobody knew. Returns the target's state.

    UniqueViolation if the post is another target's.
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
        # The call first: a cancelled target becomes published by none but the call that published it.
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
            # Who cancelled it gave its slot away: it has the time of its call.
            " scheduled_at = case when state = 'cancelled' then %(sent_at)s else scheduled_at end,"
            " slot_at = case when state <> 'cancelled' then slot_at end"
            " where organization_id = %(organization_id)s and target_id = %(target_id)s",
            values,
        )
    return _state(connection, row)


def resolve_absent(connection: Connection, row: dict[str, Any], resolved_by: str) -> str:
    """A person looked, and the platform does not have it: it waits for its turn again. Returns the target's state."""
    values = {**row, "by": resolved_by}
    moved = connection.execute(
        "update publishing.post_targets set state = 'scheduled', next_attempt_at = clock_timestamp(),"
        " error_message = 'The last call was not taken: it is not on the account.'"
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
