"""Publishes due targets: no post is published twice or lost, and each target ends in a state that a person can act on.

Each worker leases one target and records its attempt in one transaction, makes the call, and records the outcome in the
next transaction. Between the first transaction and the call, the call goes to the record outside the database. If the
process dies, only the calls that were under way are unresolved: their targets are reconciled and never resent
automatically. All other targets are still scheduled.
"""

import logging
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import datetime

from syndication_assets.database.connection import load_sql, transaction
from syndication_assets.operations.executions.execution_recording import executing
from syndication_assets.operations.executions.origin import Origin
from syndication_assets.operations.usage.call_ledger import CallLedger
from syndication_assets.publishing.publisher import Publisher
from syndication_assets.publishing.sending.publish_report import PublishReport
from syndication_assets.publishing.sending.publisher_run import PublisherRun
from syndication_assets.publishing.sending.sending_holds import (
    problems_of_accounts,
    reasons_to_hold,
    senders,
    without_senders,
)
from syndication_assets.publishing.sending.sent_record import SentRecord
from syndication_assets.settings import Settings

STEP = "publishing/publish_due_targets"

logger = logging.getLogger(__name__)


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
    _clean_up_queue(url, now, report)
    origin = origin or Origin()
    ledger = CallLedger(url, origin.run_id)
    report.api_calls = ledger.totals
    with executing(url, {"publishing": STEP}, origin) as executions, ledger:
        tally = executions["publishing"].tally
        run = PublisherRun(url, settings, now, publishers, limit, record, report, tally, ledger, log)
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


def _clean_up_queue(url: str, now: datetime, report: PublishReport) -> None:
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
        report.missed = connection.execute(load_sql("publishing/miss_slots.sql"), {"now": now}).rowcount
