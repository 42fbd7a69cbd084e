"""Late responses: the platform reports a post as published after its target was moved to another state.

The post exists, so the target becomes published, whatever was decided in the meantime, and is never sent again.
"""

from syndication_assets.channels.errors.outcome import Outcome, OutcomeKind
from syndication_assets.database.connection import Connection
from syndication_assets.publishing.sending.leases import Lease


def accept_late_response(connection: Connection, lease: Lease, outcome: Outcome, state: str) -> str:
    """Marks the target as published unless another call or version prevents it; returns its state.

    Runs in the caller's transaction. Another scheduled version of the text goes back to draft. If a later call is under
    way or unresolved, or another version was published, only the attempt keeps the post's id; a target with a published
    attempt is never leased again.
    """
    values = {
        "organization_id": lease.organization_id,
        "target_id": lease.post.target_id,
        "attempt_number": lease.post.attempt_number,
        "post_id": outcome.platform_post_id,
        "post_url": outcome.platform_post_url,
    }
    if state in ("publishing", "published", "needs_reconcile"):
        return state
    connection.execute(
        "update publishing.post_targets as other set state = 'draft', scheduled_at = null, schedule_id = null,"
        " slot_at = null, next_attempt_at = null,"
        " error_message = 'Another version of its text is published on this account.'"
        " from publishing.post_targets as t"
        " where t.organization_id = %(organization_id)s and t.target_id = %(target_id)s"
        " and other.organization_id = t.organization_id and other.account_id = t.account_id"
        " and other.channel_type = t.channel_type and other.post_core_id = t.post_core_id"
        " and other.variation = t.variation and other.target_id <> t.target_id and other.state = 'scheduled'",
        values,
    )
    is_published = connection.execute(
        "update publishing.post_targets as t set state = 'published', error_message = null, next_attempt_at = null,"
        # A target that released its slot gets the time of its call.
        " scheduled_at = case when t.state = 'scheduled' then t.scheduled_at else a.started_at end,"
        " slot_at = case when t.state = 'scheduled' then t.slot_at end,"
        " published_at = case when t.is_simulated and t.state = 'scheduled' then t.scheduled_at"
        " else clock_timestamp() end, platform_post_id = %(post_id)s, platform_post_url = %(post_url)s"
        " from publishing.publish_attempts as a"
        " where t.organization_id = %(organization_id)s and t.target_id = %(target_id)s"
        " and a.organization_id = t.organization_id and a.target_id = t.target_id"
        " and a.attempt_number = %(attempt_number)s"
        " and not exists (select from publishing.post_targets as other"
        "   where other.organization_id = t.organization_id and other.account_id = t.account_id"
        "   and other.channel_type = t.channel_type and other.post_core_id = t.post_core_id"
        "   and other.variation = t.variation and other.target_id <> t.target_id"
        "   and (other.state in ('publishing', 'published', 'needs_reconcile') or other.is_in_doubt))",
        values,
    ).rowcount
    return "published" if is_published else state


def published_before(connection: Connection, organization_id: str, target_id: str) -> Outcome | None:
    """The outcome of the target's earliest published attempt, whatever its state; None if it has none."""
    row = connection.execute(
        "select platform_post_id, http_status from publishing.publish_attempts"
        " where organization_id = %s and target_id = %s and outcome = 'published' order by attempt_number limit 1",
        [organization_id, target_id],
    ).fetchone()
    return None if row is None else Outcome(OutcomeKind.PUBLISHED, platform_post_id=row[0], http_status=row[1])
