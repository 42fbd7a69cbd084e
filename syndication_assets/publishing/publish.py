"""Publishing what is due: no post goes out twice, none is lost, each ends in a state that a person can act on.

Each worker claims one target in a transaction that also notes the attempt, makes the call, and writes how it ended in
the next transaction. So a process that dies leaves in doubt only the calls that were under way: what was claimed by it
is reconciled, never sent again by itself; everything else is still scheduled.

A worker has a turn from its claim to the end of its call, and there are as many turns as calls may be made at once.
That a post is published is written after the turn, while another worker makes the next call: the disk must not keep
calls waiting. What keeps other posts of the account back (a limit, a refused credential) is written within it.
"""

import logging
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import msgspec

from syndication_assets import fault_points
from syndication_assets.channels.outcome import Outcome, OutcomeKind
from syndication_assets.database.connection import Connection, connect, load_sql, transaction
from syndication_assets.publishing.leases import Claim, ClosedAccountError, claim_next, publisher_name
from syndication_assets.publishing.publisher import Publisher
from syndication_assets.publishing.recording import record
from syndication_assets.settings import Settings

logger = logging.getLogger(__name__)

Execution = tuple[str, str, str, str]
"""Organization, platform, channel and kind of post: what a row of the execution history is about."""


@dataclass(slots=True)
class PublishReport:
    """What one run of the publisher did."""

    outcomes: Counter[OutcomeKind] = field(default_factory=Counter)
    """Calls by how they ended."""
    recovered: Counter[str] = field(default_factory=Counter)
    """Targets of publishers that died, by the state they are in now."""
    withdrawn: int = 0
    """Targets that went back to draft, because their text is not approved any more."""
    contradicted: int = 0
    """Targets that went back to draft, because the catalogue contradicts their text by now."""
    missed: int = 0
    """Targets whose slot was missed by too much: a person decides."""
    problems: list[str] = field(default_factory=list)
    """What kept accounts or workers from publishing; nothing of it was sent."""

    @property
    def calls(self) -> int:
        return self.outcomes.total()


@dataclass(slots=True)
class _Executions:
    outcomes: dict[Execution, Counter[OutcomeKind]] = field(default_factory=lambda: defaultdict(Counter))
    seconds: dict[Execution, float] = field(default_factory=lambda: defaultdict(float))


def publish_due(
    url: str,
    settings: Settings,
    now: datetime,
    publishers: Mapping[str, Publisher],
    limit: int = 1000,
    *,
    dagster_run_id: str | None = None,
    log: logging.Logger = logger,
) -> PublishReport:
    """Makes at most `limit` calls for the targets that are due at `now`, several at once.

    Only accounts whose publisher is in `publishers` are served. What a platform refuses is an outcome; the report's
    problems name what kept an account from being served. DatabaseError if the database cannot be reached.
    """
    report = PublishReport()
    _tidy_queue(url, settings, now, report)
    executions = _Executions()
    run = _Run(url, settings, now, publishers, limit, report, executions, log)
    try:
        # Half as many again write down what is published.
        workers = min(-(-settings.publish_concurrency * 3 // 2), max(run.due(), 1))
        with ThreadPoolExecutor(workers, thread_name_prefix="publish") as pool:
            try:
                for ended in [pool.submit(run.work) for _ in range(workers)]:
                    ended.result()
            except BaseException:
                run.stop()  # what is under way ends, and is written down
                raise
    finally:
        _write_history(url, executions, dagster_run_id)
    return report


def _tidy_queue(url: str, settings: Settings, now: datetime, report: PublishReport) -> None:
    """Takes over from publishers that died, and takes out of the queue what must not be sent."""
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
    """The workers of one run, and what they share."""

    def __init__(
        self,
        url: str,
        settings: Settings,
        now: datetime,
        publishers: Mapping[str, Publisher],
        limit: int,
        report: PublishReport,
        executions: _Executions,
        log: logging.Logger,
    ) -> None:
        self._url = url
        self._settings = settings
        self._publishers = publishers
        self._report = report
        self._executions = executions
        self._log = log
        self._lock = threading.Lock()
        self._turns = threading.BoundedSemaphore(settings.publish_concurrency)
        self._left = limit
        self._closed_accounts: set[str] = set()
        self._claim = partial(
            claim_next, settings=settings, now=now, publishers=list(publishers), claimed_by=publisher_name()
        )
        self._now = now

    def due(self) -> int:
        """About how many calls there are to make, at most `limit`."""
        with transaction(self._url) as connection:
            (count,) = connection.execute(
                "select count(*) from (select from publishing.post_targets where state = 'scheduled'"
                " and scheduled_at <= %s limit %s) as due",
                [self._now, self._left],
            ).fetchall()[0]
        return int(count)

    def work(self) -> None:
        """Claims, calls and records until nothing is due or the limit is reached."""
        with connect(self._url, autocommit=True) as connection:
            connection.execute("set role syndication_pipeline")
            connection.execute("set jit = off; set timezone = 'UTC'; set plan_cache_mode = force_generic_plan")
            # The next target is the first one of an index: a plan that looks at all that are due is never better.
            connection.execute("set enable_sort = off; set enable_hashjoin = off; set enable_mergejoin = off")
            while self._take_one():
                with self._turns:
                    try:
                        claim = self._claim(connection, closed_accounts=list(self._closed_accounts))
                    except ClosedAccountError as error:
                        self._close_account(error)
                        continue
                    if claim is None:
                        return
                    started_at = time.monotonic()
                    outcome = _call(self._publishers[claim.publisher], claim)
                    if outcome.kind is not OutcomeKind.PUBLISHED:
                        self._record(connection, claim, outcome, started_at)
                if outcome.kind is OutcomeKind.PUBLISHED:
                    self._record(connection, claim, outcome, started_at)

    def stop(self) -> None:
        """Lets the workers begin no other call."""
        with self._lock:
            self._left = 0

    def _take_one(self) -> bool:
        with self._lock:
            self._left -= 1
            return self._left >= 0

    def _close_account(self, error: ClosedAccountError) -> None:
        with self._lock:
            self._left += 1
            if error.account_id not in self._closed_accounts:
                self._closed_accounts.add(error.account_id)
                self._report.problems.append(str(error))

    def _record(self, connection: Connection, claim: Claim, outcome: Outcome, started_at: float) -> None:
        fault_points.reach("publishing.after_call")
        state = record(connection, self._settings, self._publishers[claim.publisher], claim, outcome)
        seconds = time.monotonic() - started_at
        key = (claim.organization_id, claim.platform, claim.post.channel_type, claim.post_kind)
        with self._lock:
            self._report.outcomes[outcome.kind] += 1
            self._executions.outcomes[key][outcome.kind] += 1
            self._executions.seconds[key] += seconds
        if outcome.kind is not OutcomeKind.PUBLISHED:
            self._log.warning(f"{claim.post.target_id}: {outcome.kind.value}, now {state}: {outcome.message}")


def _call(publisher: Publisher, claim: Claim) -> Outcome:
    try:
        return publisher.publish(claim.post, claim.secret)
    except Exception as error:
        # Its words may hold the secret; its kind does not.
        return Outcome(OutcomeKind.UNKNOWN, message=f"The publisher {claim.publisher} failed: {type(error).__name__}.")


def _write_history(url: str, executions: _Executions, dagster_run_id: str | None) -> None:
    if not executions.outcomes:
        return
    rows = [
        {
            "organization_id": key[0],
            "platform": key[1],
            "channel_type": key[2],
            "post_kind": key[3],
            "targets": outcomes.total(),
            "outcomes": {kind.value: count for kind, count in sorted(outcomes.items())},
            "seconds": round(executions.seconds[key], 3),
        }
        for key, outcomes in sorted(executions.outcomes.items())
    ]
    with transaction(url) as connection:
        connection.execute(
            load_sql("publishing/execution_history.sql"),
            {"rows": msgspec.json.encode(rows).decode(), "dagster_run_id": dagster_run_id},
        )
