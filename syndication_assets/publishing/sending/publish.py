"""Publishes due targets: no post is published twice or lost, and each target ends in a state that a person can act on.

Each worker leases one target and records its attempt in one transaction, makes the call, and records the outcome in the
next transaction. Between the first transaction and the call, the call goes to the record outside the database. If the
process dies, only the calls that were under way are unresolved: their targets are reconciled and never resent
automatically. All other targets are still scheduled.

A worker holds a turn from the lease to the end of its call; there are as many turns as concurrent calls are allowed.
The outcome `published` is recorded after the turn, while another worker makes the next call, so that calls do not wait
for the disk. Every other outcome is recorded within the turn, because it may hold back other posts of the account.
"""

import logging
import threading
import time
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from syndication_assets import fault_points
from syndication_assets.channels.errors.outcome import Outcome, OutcomeKind
from syndication_assets.database.connection import Connection, connect, load_sql, transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.operations.executions.origin import Origin
from syndication_assets.operations.executions.recording import executing
from syndication_assets.operations.executions.tally import Channel, Tally, content_process_of
from syndication_assets.operations.usage.call_ledger import CallLedger
from syndication_assets.operations.usage.call_totals import CallTotals
from syndication_assets.publishing.publisher import Publisher
from syndication_assets.publishing.sending.leases import (
    ClosedAccountError,
    Lease,
    lease_next,
    publisher_name,
    sent_call,
)
from syndication_assets.publishing.sending.recording import record
from syndication_assets.publishing.sending.sending_holds import (
    SIMULATION,
    problems_of_accounts,
    reasons_to_hold,
    senders,
    without_senders,
)
from syndication_assets.publishing.sending.sending_limits import NoRoomError
from syndication_assets.publishing.sending.sent_record import SentRecord
from syndication_assets.settings import Settings

STEP = "publishing/publish_due_targets"
_WAIT_FOR_RECORD = timedelta(minutes=15)

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class PublishReport:
    """The result of one run of the publisher."""

    outcomes: Counter[OutcomeKind] = field(default_factory=Counter)
    """Calls by outcome."""
    recovered: Counter[str] = field(default_factory=Counter)
    """Targets of publishers that died, by their new state."""
    withdrawn: int = 0
    """Targets that went back to draft because their text lost its approval."""
    execution_metadata: dict[str, Any] = field(default_factory=dict)
    """The ids of its rows in operations.execution_history, as metadata of an asset."""
    contradicted: int = 0
    """Targets that went back to draft because the catalogue contradicts their text."""
    missed: int = 0
    """Targets that missed their slot by too much: the channel's rule says what becomes of them."""
    waiting: dict[str, str] = field(default_factory=dict)
    """Why an account sends nothing in a channel now, by `account/channel`, or why a target waits, by its id."""
    api_calls: CallTotals = field(default_factory=CallTotals)
    """The requests to the platforms; a post may take several."""
    problems: list[str] = field(default_factory=list)
    """Why accounts could not be served; nothing was sent for them."""

    @property
    def calls(self) -> int:
        return self.outcomes.total()


def publish_due(
    url: str,
    settings: Settings,
    now: datetime,
    publishers: Mapping[str, Publisher],
    limit: int = 1000,
    *,
    origin: Origin | None = None,
    log: logging.Logger = logger,
) -> PublishReport:
    """Makes at most `limit` calls, concurrently, for the targets that are due at `now`.

    What the run does is recorded as an execution of `publishing`, with its origin: by default, a person.

    Only accounts whose publisher is in `publishers` are served. A rejection by the platform is an outcome; the report's
    problems say which accounts could not be served, and why nothing was sent. DatabaseError if the database cannot be
    reached.
    """
    report = PublishReport()
    record = SentRecord(settings.sent_url) if senders(publishers) else None
    if record is not None:
        report.problems += reasons_to_hold(url, record)
        if report.problems:
            publishers = without_senders(publishers)
        report.problems += problems_of_accounts(url)
    _clean_up_queue(url, settings, now, report)
    origin = origin or Origin()
    ledger = CallLedger(url, origin.run_id)
    report.api_calls = ledger.totals
    with executing(url, {"publishing": STEP}, origin) as executions, ledger:
        tally = executions["publishing"].tally
        run = _Run(url, settings, now, publishers, limit, record, report, tally, ledger, log)
        # Half as many again, to record outcomes while the others make calls.
        workers = min(-(-settings.publish_concurrency * 3 // 2), max(run.count_due(), 1))
        with ThreadPoolExecutor(workers, thread_name_prefix="publish") as pool:
            try:
                # A copy each: a thread does not inherit who acts.
                for worker in [pool.submit(copy_context().run, run.work) for _ in range(workers)]:
                    worker.result()
            except BaseException:
                run.stop()  # calls that are under way end and are recorded
                raise
    report.execution_metadata = executions["publishing"].metadata
    return report


def _clean_up_queue(url: str, settings: Settings, now: datetime, report: PublishReport) -> None:
    """Recovers expired leases and unschedules targets that must not be sent."""
    with transaction(url) as connection:
        report.recovered.update(
            state for (state,) in connection.execute(load_sql("publishing/recover_leases.sql"), {}).fetchall()
        )
    with transaction(url) as connection:
        report.withdrawn = connection.execute(load_sql("publishing/withdraw_targets.sql")).rowcount
        report.contradicted = connection.execute(
            load_sql("publishing/withdraw_contradicted_targets.sql"), {"now": now}
        ).rowcount
        report.missed = connection.execute(
            load_sql("publishing/miss_slots.sql"),
            {"now": now, "maximum_delay": timedelta(hours=settings.publish_maximum_delay_hours)},
        ).rowcount


class _Run:
    """The workers of one run and their shared state."""

    def __init__(
        self,
        url: str,
        settings: Settings,
        now: datetime,
        publishers: Mapping[str, Publisher],
        limit: int,
        sent: SentRecord | None,
        report: PublishReport,
        tally: Tally,
        ledger: CallLedger,
        log: logging.Logger,
    ) -> None:
        self._url = url
        self._settings = settings
        self._publishers = publishers
        self._sent = sent
        self._report = report
        self._tally = tally
        self._ledger = ledger
        self._log = log
        self._lock = threading.Lock()
        self._turns = threading.BoundedSemaphore(settings.publish_concurrency)
        self._calls_left = limit
        self._closed_accounts: set[str] = set()
        self._lease_next = partial(
            lease_next, settings=settings, now=now, publishers=list(publishers), leased_by=publisher_name()
        )
        self._now = now

    def count_due(self) -> int:
        """An estimate of the calls to make, at most `limit`."""
        with transaction(self._url) as connection:
            (count,) = connection.execute(
                "select count(*) from (select from publishing.post_targets where state = 'scheduled'"
                " and scheduled_at <= %s limit %s) as due",
                [self._now, self._calls_left],
            ).fetchall()[0]
        return int(count)

    def work(self) -> None:
        """Leases, calls and records until nothing is due or the limit is reached."""
        with connect(self._url, autocommit=True) as connection:
            connection.execute("set role syndication_pipeline")
            connection.execute("set jit = off; set timezone = 'UTC'; set plan_cache_mode = force_generic_plan")
            # The next target is the first entry of an index: plans that read all due targets are never better.
            connection.execute("set enable_sort = off; set enable_hashjoin = off; set enable_mergejoin = off")
            while self._reserve_call():
                with self._turns:
                    try:
                        lease = self._lease_next(
                            connection,
                            closed_accounts=list(self._closed_accounts),
                            waiting=list(self._report.waiting),
                        )
                    except (ClosedAccountError, NoRoomError) as error:
                        self._close(error)
                        continue
                    if lease is None:
                        return
                    started_at = time.monotonic()
                    outcome = self._call(lease)
                    if outcome.kind is not OutcomeKind.PUBLISHED:
                        self._record(connection, lease, outcome, started_at)
                if outcome.kind is OutcomeKind.PUBLISHED:
                    self._record(connection, lease, outcome, started_at)

    def stop(self) -> None:
        """Keeps the workers from beginning another call."""
        with self._lock:
            self._calls_left = 0

    def _reserve_call(self) -> bool:
        with self._lock:
            self._calls_left -= 1
            return self._calls_left >= 0

    def _close(self, error: ClosedAccountError | NoRoomError) -> None:
        """Leaves an account, one of its channels or a target out of the rest of this run."""
        with self._lock:
            self._calls_left += 1
            if isinstance(error, NoRoomError):
                self._report.waiting[error.waiting] = str(error)
            elif error.account_id not in self._closed_accounts:
                self._closed_accounts.add(error.account_id)
                self._report.problems.append(str(error))

    def _call(self, lease: Lease) -> Outcome:
        publisher = self._publishers[lease.publisher]
        try:
            if self._sent is not None and lease.publisher != SIMULATION:
                self._sent.add(sent_call(lease))
        except SyndicationError as error:
            return Outcome(OutcomeKind.RETRYABLE, message=str(error), wait=_WAIT_FOR_RECORD)
        fault_points.reach("publishing.after_record")
        try:
            with self._ledger.of(lease.organization_id, lease.account_id):
                return publisher.publish(lease.post, lease.secret)
        except Exception as error:
            # The message of the exception may contain the secret; its type does not.
            message = f"The publisher {lease.publisher} failed: {type(error).__name__}."
            return Outcome(OutcomeKind.UNKNOWN, message=message)

    def _record(self, connection: Connection, lease: Lease, outcome: Outcome, started_at: float) -> None:
        fault_points.reach("publishing.after_call")
        state = record(connection, self._settings, self._publishers[lease.publisher], lease, outcome)
        seconds = time.monotonic() - started_at
        with self._lock:
            self._report.outcomes[outcome.kind] += 1
            self._count(lease, outcome, seconds)
        if outcome.kind is not OutcomeKind.PUBLISHED:
            self._log.warning(f"{lease.post.target_id}: {outcome.kind.value}, now {state}: {outcome.message}")

    def _count(self, lease: Lease, outcome: Outcome, seconds: float) -> None:
        is_published = outcome.kind is OutcomeKind.PUBLISHED
        self._tally.add(
            lease.organization_id,
            Channel(lease.platform, lease.post.channel_type, content_process_of(lease.post_kind)),
            came_in=1,
            went_out=int(is_published),
            rejected=int(not is_published),
            reason=None if is_published else outcome.message,
            outcomes={outcome.kind.value: 1},
            busy_seconds=seconds,
        )
