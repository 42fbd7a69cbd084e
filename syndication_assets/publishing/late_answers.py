"""Answers that say "published" of a target that was moved since its call: someone had been sure that it was not there.

It is there. So the target is published, whatever was decided about it, and no other call of it is made.
"""

from syndication_assets.channels.outcome import Outcome, OutcomeKind
from syndication_assets.database.connection import Connection
from syndication_assets.publishing.leases import Claim


def believe_late_answer(connection: Connection, claim: Claim, outcome: Outcome, state: str) -> str:
    """Makes the target published where nothing else is on its way; returns its state. In the caller's transaction.

    Another version of the text that waits for its slot goes back to draft. Where a later call is under way or in doubt,
    or another version went out, the attempt alone keeps the id: no publisher claims such a target again.
    """
    values = {
        "organization_id": claim.organization_id,
        "target_id": claim.post.target_id,
        "attempt_number": claim.post.attempt_number,
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
        # What gave its slot away has the time of its call.
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
    """How a call of the target was taken, whatever became of the target since; None if none is known to be."""
    row = connection.execute(
        "select platform_post_id, http_status from publishing.publish_attempts"
        " where organization_id = %s and target_id = %s and outcome = 'published' order by attempt_number limit 1",
        [organization_id, target_id],
    ).fetchone()
    return None if row is None else Outcome(OutcomeKind.PUBLISHED, platform_post_id=row[0], http_status=row[1])
