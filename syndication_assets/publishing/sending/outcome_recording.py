"""The last transaction of a publication: records the outcome of the call and moves its target and account on."""

from dataclasses import dataclass
from datetime import timedelta

import psycopg

from syndication_assets import fault_points
from syndication_assets.channels.accounts.account_backoff import back_off, disconnect
from syndication_assets.channels.errors.outcome import Outcome, OutcomeKind
from syndication_assets.database.connection import Connection
from syndication_assets.database.stored_settings import read_setting
from syndication_assets.publishing.publisher import Publisher
from syndication_assets.publishing.sending.late_responses import accept_late_response, published_before
from syndication_assets.publishing.sending.leases import Lease
from syndication_assets.publishing.sending.token_refresh import refresh_account
from syndication_assets.settings import Settings

BACKOFF = timedelta(minutes=5)
"""The wait after the first retryable rejection; it doubles each time."""
MAXIMUM_BACKOFF = timedelta(hours=4)
REST = timedelta(days=1)
"""How long an account rests after the platform rejected two of its posts in a row for the same reason."""


@dataclass(frozen=True, slots=True)
class Step:
    """The next state of a target; `wait` delays its next attempt."""

    state: str
    error_message: str | None = None
    wait: timedelta | None = None


def record(connection: Connection, settings: Settings, publisher: Publisher, lease: Lease, outcome: Outcome) -> str:
    """Records the outcome of a lease's call and moves its target; returns the target's state. One transaction.

    A response that arrives after the lease expired still counts: a published post is always recorded, and any other
    outcome applies if the target was not moved since. If the platform returns the id of another target's post, the
    outcome is unknown.
    """
    try:
        return _record(connection, settings, publisher, lease, outcome)
    except psycopg.IntegrityError:
        if outcome.kind is not OutcomeKind.PUBLISHED:
            raise
    message = f"The platform returned the id {outcome.platform_post_id!r}, which is empty or belongs to another target."
    unknown = Outcome(OutcomeKind.UNKNOWN, http_status=outcome.http_status, message=message)
    return _record(connection, settings, publisher, lease, unknown)


def _record(connection: Connection, settings: Settings, publisher: Publisher, lease: Lease, outcome: Outcome) -> str:
    number = lease.post.attempt_number
    with connection.transaction():
        state, attempts, leased_by = connection.execute(
            "select state::text, attempts, leased_by from publishing.post_targets"
            " where organization_id = %s and target_id = %s for update",
            [lease.organization_id, lease.post.target_id],
        ).fetchall()[0]
        _end_attempt(connection, lease, outcome)
        back_off(connection, lease.organization_id, lease.account_id, outcome)
        is_current = attempts == number and (
            (state == "publishing" and leased_by == lease.leased_by) or state == "needs_reconcile"
        )
        if is_current:
            step = _next_step(connection, settings, publisher, lease, outcome)
            earlier = published_before(connection, lease.organization_id, lease.post.target_id) if number > 1 else None
            if earlier is not None and step.state in ("scheduled", "failed"):
                step, outcome = Step("published"), earlier  # its response arrived during this call
            state = step.state
            move(connection, lease.organization_id, lease.post.target_id, step, outcome)
        elif outcome.kind is OutcomeKind.PUBLISHED:
            state = accept_late_response(connection, lease, outcome, state)
        fault_points.reach("publishing.before_outcome")
    return str(state)


def move(connection: Connection, organization_id: str, target_id: str, step: Step, outcome: Outcome) -> None:
    """Moves a target that is being published or reconciled, in the caller's transaction."""
    connection.execute(
        "update publishing.post_targets set state = %(state)s, leased_by = null, leased_until = null,"
        " error_message = %(error_message)s, next_attempt_at = clock_timestamp() + %(wait)s::interval,"
        # A simulation is published exactly at its slot, because it may run in the past.
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


def unresolved_message(target_id: str, reason: str) -> str:
    """The error message of a target that may or may not be published: the reason, and how to resolve it."""
    return (
        f"It is unknown whether it was published. {reason} Check the account, then run `syndication targets resolve "
        f"{target_id} --published ID_OF_THE_POST`, or with `--not-published` to send it again, or with `--cancel`."
    )


def _end_attempt(connection: Connection, lease: Lease, outcome: Outcome) -> None:
    connection.execute(
        "update publishing.publish_attempts set finished_at = clock_timestamp(), outcome = %(outcome)s,"
        " platform_post_id = %(platform_post_id)s, http_status = %(http_status)s, error_code = %(error_code)s,"
        " error_message = %(message)s, retry_after = clock_timestamp() + %(wait)s::interval"
        " where organization_id = %(organization_id)s and target_id = %(target_id)s"
        " and attempt_number = %(attempt_number)s"
        # An outcome that was resolved since is kept, unless the platform now confirms that it has the post.
        " and (outcome is null or outcome = 'unknown' or %(outcome)s = 'published')",
        {
            "outcome": outcome.kind.value,
            "platform_post_id": outcome.platform_post_id,
            "http_status": outcome.http_status,
            "error_code": outcome.error_code,
            "message": outcome.message,
            "wait": outcome.wait,
            "organization_id": lease.organization_id,
            "target_id": lease.post.target_id,
            "attempt_number": lease.post.attempt_number,
        },
    )


def _next_step(
    connection: Connection, settings: Settings, publisher: Publisher, lease: Lease, outcome: Outcome
) -> Step:
    target_id, message = lease.post.target_id, outcome.message or "The platform gave no reason."
    if outcome.kind is OutcomeKind.PUBLISHED:
        return Step("published")
    if outcome.kind is OutcomeKind.UNKNOWN:
        return Step("needs_reconcile", unresolved_message(target_id, message))
    if outcome.kind is OutcomeKind.PERMANENT:
        return _fail_or_rest(connection, lease, outcome, message)
    if outcome.kind is OutcomeKind.RETRYABLE:
        return _retry(connection, lease, outcome, message)
    # The credential was rejected, not the post: the post waits for the account.
    if outcome.kind is OutcomeKind.REFRESH_TOKEN and refresh_account(connection, settings, publisher, lease):
        return Step("scheduled", "The credential had expired and was renewed.")
    disconnect(connection, lease.organization_id, lease.account_id, message)
    return Step("scheduled", f"The account is disconnected: {message} The post is sent when it is active again.")


def _fail_or_rest(connection: Connection, lease: Lease, outcome: Outcome, message: str) -> Step:
    """The post fails; after another post failed in the same way, the account rests and the post stays in the queue.

    Then the account or the app is what was rejected, and every further post would fail.
    """
    if outcome.is_about_the_post or not _failed_the_same_way(connection, lease, outcome):
        return Step("failed", f"{message} {_retry_or_cancel(lease.post.target_id)}")
    reason = f"Two posts in a row were rejected for the same reason, most recently: {message}"
    rest = Outcome(OutcomeKind.RETRYABLE, message=reason, wait=REST)
    back_off(connection, lease.organization_id, lease.account_id, rest)
    return Step(
        "scheduled",
        f"{reason} The account rests for {REST.days} day. If only this post is wrong, drop it with `syndication "
        f"targets cancel {lease.post.target_id}`.",
        REST,
    )


def _failed_the_same_way(connection: Connection, lease: Lease, outcome: Outcome) -> bool:
    """Whether the latest post of the account that the platform answered was rejected with the same error."""
    row = connection.execute(
        "select a.outcome = 'permanent' and a.error_code is not distinct from %(error_code)s"
        "   and a.http_status = %(http_status)s"
        " from publishing.publish_attempts as a"
        " join publishing.post_targets as t on a.organization_id = t.organization_id and a.target_id = t.target_id"
        " where t.organization_id = %(organization_id)s and t.account_id = %(account_id)s"
        " and t.target_id <> %(target_id)s and a.publisher = %(publisher)s"
        " and a.outcome in ('published', 'permanent') and a.http_status is not null"
        " order by a.finished_at desc limit 1",
        {
            "error_code": outcome.error_code,
            "http_status": outcome.http_status,
            "organization_id": lease.organization_id,
            "account_id": lease.account_id,
            "target_id": lease.post.target_id,
            "publisher": lease.publisher,
        },
    ).fetchone()
    return row is not None and bool(row[0])


def _retry(connection: Connection, lease: Lease, outcome: Outcome, message: str) -> Step:
    """Back to the queue, or failed after the maximum number of rejections. Rate limits do not count as rejections."""
    (rejections,) = connection.execute(
        "select count(*) from publishing.publish_attempts where organization_id = %s and target_id = %s"
        " and outcome = 'retryable' and retry_after is null and resolved_at is null",
        [lease.organization_id, lease.post.target_id],
    ).fetchall()[0]
    if outcome.wait is not None:
        return Step("scheduled", message, outcome.wait)
    if rejections >= read_setting(connection, "publishing.maximum_attempts", lease.organization_id):
        return Step(
            "failed",
            f"It was rejected {rejections} times, most recently: {message} {_retry_or_cancel(lease.post.target_id)}",
        )
    return Step("scheduled", message, min(BACKOFF * 2 ** max(rejections - 1, 0), MAXIMUM_BACKOFF))


def _retry_or_cancel(target_id: str) -> str:
    return (
        f"Fix the cause and send it with `syndication targets retry {target_id}`, or drop it with "
        f"`syndication targets cancel {target_id}`."
    )
