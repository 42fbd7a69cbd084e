"""The workers of one run of the publisher: each leases, calls and records, until nothing is due.

A worker holds a turn from the lease to the end of its call; there are as many turns as concurrent calls are allowed.
The outcome `published` is recorded after the turn, while another worker makes the next call, so that calls do not wait
for the disk. Every other outcome is recorded within the turn, because it may hold back other posts of the account.
"""

import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from syndication_assets import fault_points
from syndication_assets.channels.errors.outcome import Outcome, OutcomeKind
from syndication_assets.database.connection import Connection, connect, transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.media.media_store import MediaStore, MediaStoreError
from syndication_assets.operations.executions.tally import Channel, Tally, content_process_of
from syndication_assets.operations.usage.call_ledger import CallLedger
from syndication_assets.publishing.publisher import SIMULATION, Post, Publisher
from syndication_assets.publishing.sending.leases import (
    ClosedAccountError,
    Lease,
    lease_next,
    publisher_name,
    sent_call,
)
from syndication_assets.publishing.sending.outcome_recording import record
from syndication_assets.publishing.sending.publish_report import PublishReport
from syndication_assets.publishing.sending.sending_limits import NoRoomError
from syndication_assets.publishing.sending.sent_record import SentRecord
from syndication_assets.publishing.sending.stored_pictures import StoredPictures
from syndication_assets.settings import Settings

_WAIT_FOR_RECORD = timedelta(minutes=15)


class PublisherRun:
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
        self._pictures = StoredPictures(MediaStore.of(settings))
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
            post = self._with_picture(lease)
        except MediaStoreError as error:
            return Outcome(OutcomeKind.RETRYABLE, message=f"Nothing was sent: {error}", wait=_WAIT_FOR_RECORD)
        try:
            with self._ledger.of(lease.organization_id, lease.account_id):
                return publisher.publish(post, lease.secret)
        except Exception as error:
            # The message of the exception may contain the secret; its type does not.
            message = f"The publisher {lease.publisher} failed: {type(error).__name__}."
            return Outcome(OutcomeKind.UNKNOWN, message=message)

    def _with_picture(self, lease: Lease) -> Post:
        """The post with its picture of ours. MediaStoreError if the picture cannot be read."""
        if lease.picture_path is None or lease.publisher == SIMULATION:
            return lease.post
        return replace(lease.post, picture=self._pictures.picture(lease.picture_path))

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
