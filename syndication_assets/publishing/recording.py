"""The last transaction of a publication: how the call ended, and what that makes of its target and account."""

from dataclasses import dataclass
from datetime import timedelta

import psycopg

from syndication_assets import fault_points
from syndication_assets.channels.account_refusals import disconnect, leave_alone
from syndication_assets.channels.outcome import Outcome, OutcomeKind
from syndication_assets.database.connection import Connection
from syndication_assets.publishing.late_answers import believe_late_answer, published_before
from syndication_assets.publishing.leases import Claim
from syndication_assets.publishing.publisher import Publisher
from syndication_assets.publishing.token_refresh import refresh_account
from syndication_assets.settings import Settings

BACKOFF = timedelta(minutes=5)
"""The wait after the first refusal that may pass; it doubles each time."""
LONGEST_BACKOFF = timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class Step:
    """What becomes of a target; `wait` is how long it is left alone."""

    state: str
    error_message: str | None = None
    wait: timedelta | None = None


def record(connection: Connection, settings: Settings, publisher: Publisher, claim: Claim, outcome: Outcome) -> str:
    """Writes the outcome of a claim's call and moves its target; returns the target's state. One transaction.

    An answer may come after the lease ran out. Then it still counts: that a post is published is never forgotten, and
    whatever else it says holds for a target that nobody has moved since. An id that cannot be this post's, because
    another target has it, leaves in doubt what came of the call.
    """
    try:
        return _record(connection, settings, publisher, claim, outcome)
    except psycopg.IntegrityError:
        if outcome.kind is not OutcomeKind.PUBLISHED:
            raise
    said = f"The platform answered with the id {outcome.platform_post_id!r}, which is none, or another target's."
    doubt = Outcome(OutcomeKind.UNKNOWN, http_status=outcome.http_status, message=said)
    return _record(connection, settings, publisher, claim, doubt)


def _record(connection: Connection, settings: Settings, publisher: Publisher, claim: Claim, outcome: Outcome) -> str:
    number = claim.post.attempt_number
    with connection.transaction():
        state, attempts, claimed_by = connection.execute(
            "select state::text, attempts, claimed_by from publishing.post_targets"
            " where organization_id = %s and target_id = %s for update",
            [claim.organization_id, claim.post.target_id],
        ).fetchall()[0]
        _end_attempt(connection, claim, outcome)
        leave_alone(connection, claim.organization_id, claim.account_id, outcome)
        is_ours = attempts == number and (
            (state == "publishing" and claimed_by == claim.claimed_by) or state == "needs_reconcile"
        )
        if is_ours:
            step = _next_step(connection, settings, publisher, claim, outcome)
            taken = published_before(connection, claim.organization_id, claim.post.target_id) if number > 1 else None
            if taken is not None and step.state in ("scheduled", "failed"):
                step, outcome = Step("published"), taken  # an earlier call, whose answer came during this one
            state = step.state
            move(connection, claim.organization_id, claim.post.target_id, step, outcome)
        elif outcome.kind is OutcomeKind.PUBLISHED:
            state = believe_late_answer(connection, claim, outcome, state)
        fault_points.reach("publishing.before_outcome")
    return str(state)


def move(connection: Connection, organization_id: str, target_id: str, step: Step, outcome: Outcome) -> None:
    """Moves a target that is being published, or needs to be reconciled, in the caller's transaction."""
    connection.execute(
        "update publishing.post_targets set state = %(state)s, claimed_by = null, leased_until = null,"
        " error_message = %(error_message)s, next_attempt_at = clock_timestamp() + %(wait)s::interval,"
        # A simulation is as punctual as its slot: it may rehearse days that are over.
        " published_at = case when %(state)s = 'published' then"
        " case when is_simulated then scheduled_at else clock_timestamp() end end,"
        " platform_post_id = %(platform_post_id)s, platform_post_url = %(platform_post_url)s"
        " where organization_id = %(organization_id)s and target_id = %(target_id)s",
        {
            "state": step.state,
            "error_message": step.error_message,
            "wait": step.wait,
            "platform_post_id": outcome.platform_post_id,
            "platform_post_url": outcome.platform_post_url,
            "organization_id": organization_id,
            "target_id": target_id,
        },
    )


def uncertain(target_id: str, reason: str) -> str:
    """What a person reads of a target of which nobody knows whether it is published."""
    return (
        f"Nobody knows whether it is published. {reason} Look at the account, then say `syndication targets resolve "
        f"{target_id} --published ID_OF_THE_POST`, or `--not-published` to send it again, or `--cancel`."
    )


def _end_attempt(connection: Connection, claim: Claim, outcome: Outcome) -> None:
    connection.execute(
        "update publishing.publish_attempts set finished_at = clock_timestamp(), outcome = %(outcome)s,"
        " platform_post_id = %(platform_post_id)s, http_status = %(http_status)s, error_code = %(error_code)s,"
        " error_message = %(message)s, retry_after = clock_timestamp() + %(wait)s::interval"
        " where organization_id = %(organization_id)s and target_id = %(target_id)s"
        " and attempt_number = %(attempt_number)s"
        # What was found out since stands, unless this is the platform's own word that it has the post.
        " and (outcome is null or outcome = 'unknown' or %(outcome)s = 'published')",
        {
            "outcome": outcome.kind.value,
            "platform_post_id": outcome.platform_post_id,
            "http_status": outcome.http_status,
            "error_code": outcome.error_code,
            "message": outcome.message,
            "wait": outcome.wait,
            "organization_id": claim.organization_id,
            "target_id": claim.post.target_id,
            "attempt_number": claim.post.attempt_number,
        },
    )


def _next_step(
    connection: Connection, settings: Settings, publisher: Publisher, claim: Claim, outcome: Outcome
) -> Step:
    target_id, message = claim.post.target_id, outcome.message or "It said nothing more."
    if outcome.kind is OutcomeKind.PUBLISHED:
        return Step("published")
    if outcome.kind is OutcomeKind.UNKNOWN:
        return Step("needs_reconcile", uncertain(target_id, message))
    if outcome.kind is OutcomeKind.PERMANENT:
        return Step("failed", f"{message} {_what_to_do(target_id)}")
    if outcome.kind is OutcomeKind.RETRYABLE:
        return _try_again(connection, settings, claim, outcome, message)
    # The credential is refused, not the post: it waits for the account.
    if outcome.kind is OutcomeKind.REFRESH_TOKEN and refresh_account(connection, settings, publisher, claim):
        return Step("scheduled", "The credential had expired and was renewed.")
    disconnect(connection, claim.organization_id, claim.account_id, message)
    return Step("scheduled", f"The account is disconnected: {message} It is sent when the account is active again.")


def _try_again(connection: Connection, settings: Settings, claim: Claim, outcome: Outcome, message: str) -> Step:
    """Back to the queue, or failed for good. A rate limit is no refusal of the post: it does not count."""
    (refusals,) = connection.execute(
        "select count(*) from publishing.publish_attempts where organization_id = %s and target_id = %s"
        " and outcome = 'retryable' and retry_after is null and resolved_at is null",
        [claim.organization_id, claim.post.target_id],
    ).fetchall()[0]
    if outcome.wait is not None:
        return Step("scheduled", message, outcome.wait)
    if refusals >= settings.publish_maximum_attempts:
        return Step(
            "failed", f"It was refused {refusals} times, last so: {message} {_what_to_do(claim.post.target_id)}"
        )
    return Step("scheduled", message, min(BACKOFF * 2 ** max(refusals - 1, 0), LONGEST_BACKOFF))


def _what_to_do(target_id: str) -> str:
    return (
        f"When the reason is gone, send it with `syndication targets retry {target_id}`; or give it up with "
        f"`syndication targets cancel {target_id}`."
    )
