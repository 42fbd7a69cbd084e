"""Lets the analyzers that organizations have chosen look at the pictures that they have not seen.

A picture is leased before an analyzer looks at it, so two runs never look at the same one. What it found is written
with the end of the lease. If the process dies in between, the lease ends by itself, and a later run looks again.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from syndication_assets import fault_points
from syndication_assets.database.connection import transaction
from syndication_assets.http.recording import CallResult
from syndication_assets.media.analysis.analysis_queue import (
    AnalyzerQueue,
    LeasedPicture,
    chosen_analyzers,
    version_number,
)
from syndication_assets.media.analysis.analyzer import Analyzer, ChosenAnalyzer
from syndication_assets.media.analysis.analyzers import open_analyzer, why_unavailable
from syndication_assets.media.analysis.findings import AnalysisError, AnalyzerDownError, FailedAttemptError
from syndication_assets.media.analysis.outcomes import AnalysisState, Outcome, after_error, completed
from syndication_assets.media.analysis.prepared_pictures import PicturePreparer
from syndication_assets.media.contents.pictures import THUMBNAIL_PIXELS
from syndication_assets.media.media_store import MediaStore, MediaStoreError
from syndication_assets.operations.usage.call_totals import CallTotals
from syndication_assets.settings import Settings

logger = logging.getLogger(__name__)
_LEASED_AT_ONCE = 12
_MOST_FAILURES_IN_A_ROW = 10
"""Then it is the analyzer that fails, and not the pictures: each that it takes up would only lose an attempt."""
_Open = Callable[[str, ChosenAnalyzer, Settings, str | None], AbstractAsyncContextManager[Analyzer]]


@dataclass(slots=True)
class AnalysisRun:
    """What one run did."""

    queued: Counter[str] = field(default_factory=Counter)
    """Analyzer → pictures that it had not seen."""
    states: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(analyzer, state) → analyses that entered it."""
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(analyzer, why nothing was found) → analyses."""
    unavailable: dict[tuple[str, str], str] = field(default_factory=dict)
    """(organization, analyzer) → why it looked at no picture."""
    calls: CallTotals = field(default_factory=CallTotals)
    """The requests to models."""

    def number(self, state: AnalysisState) -> int:
        return sum(count for (_, entered), count in self.states.items() if entered == state)

    def add(self, analyzer: str, outcome: Outcome) -> None:
        self.states[analyzer, outcome.state] += 1
        if outcome.reason is not None:
            self.reasons[analyzer, outcome.reason] += 1
        spent = outcome.spent
        if spent is not None:
            tokens = {"input_tokens": spent.input_tokens, "output_tokens": spent.output_tokens}
            units = {unit: count for unit, count in tokens.items() if count is not None}
            is_successful = outcome.state is AnalysisState.COMPLETED
            self.calls.add(CallResult(is_successful, units=units, cost=spent.cost, currency=spent.currency))


@dataclass(slots=True)
class _Failures:
    """Whether an analyzer looks at no more pictures in this run: it said so, or failed several times in a row."""

    is_down: bool = False
    in_a_row: int = 0

    def add(self, outcome: Outcome) -> None:
        is_failure = outcome.state in {AnalysisState.PENDING, AnalysisState.FAILED}
        self.in_a_row = self.in_a_row + 1 if is_failure else 0
        self.is_down = self.is_down or not outcome.counts or self.in_a_row >= _MOST_FAILURES_IN_A_ROW


@dataclass(slots=True)
class PictureAnalysis:
    """One run. Several may run at the same time, in any processes."""

    url: str
    settings: Settings
    organization: str | None = None
    """Slug of the organization whose pictures are analysed; None for all."""
    analyzer: str | None = None
    """Name of the analyzer that looks; None for all that are chosen."""
    again: bool = False
    """Whether pictures that only an older version of an analyzer has seen are analysed again."""
    run_id: str | None = None
    log: logging.Logger = logger
    open: _Open = open_analyzer
    _preparer: PicturePreparer = field(default_factory=PicturePreparer)

    def run(self) -> AnalysisRun:
        """Analyses what waits, up to the pictures of a run. DatabaseError if results cannot be written."""
        try:
            return asyncio.run(self._run())
        finally:
            self._preparer.close()

    async def _run(self) -> AnalysisRun:
        run = AnalysisRun()
        with transaction(self.url) as connection:
            everything = chosen_analyzers(connection, self.organization, self.analyzer)
        for chosen in everything:
            reason = why_unavailable(chosen, self.settings)
            if reason is not None:
                run.unavailable[chosen.organization, chosen.analyzer] = reason
                continue
            async with self.open(self.url, chosen, self.settings, self.run_id) as analyzer:
                await self._look(chosen, analyzer, run)
        return run

    async def _look(self, chosen: ChosenAnalyzer, analyzer: Analyzer, run: AnalysisRun) -> None:
        """Lets one analyzer of an organization look at what waits for it."""
        with transaction(self.url) as connection:
            number = version_number(connection, chosen, analyzer.version)
            queue = AnalyzerQueue(chosen.organization_id, chosen.analyzer, number)
            queue.recover(connection, datetime.now(UTC))
            run.queued[chosen.analyzer] += queue.queue(connection, datetime.now(UTC), again=self.again)
        # What fails now waits for a later run.
        began_at, left = datetime.now(UTC), chosen.pictures_per_run
        gate, failures = asyncio.Semaphore(analyzer.at_once), _Failures()
        while left > 0 and not failures.is_down:
            with transaction(self.url) as connection:
                leased = queue.lease(connection, began_at, min(left, _LEASED_AT_ONCE))
            if not leased:
                return
            left -= len(leased)
            await self._look_at(leased, queue, analyzer, gate, failures, run)
            self.log.info(f"{chosen.organization}: {chosen.analyzer} has looked at {len(leased):,} more pictures")

    async def _look_at(
        self,
        leased: list[LeasedPicture],
        queue: AnalyzerQueue,
        analyzer: Analyzer,
        gate: asyncio.Semaphore,
        failures: "_Failures",
        run: AnalysisRun,
    ) -> None:
        """Looks at leased pictures and writes what became of each: at once what was paid for, together the rest."""

        async def attempt(picture: LeasedPicture) -> tuple[LeasedPicture, Outcome]:
            async with gate:
                if failures.is_down:
                    reason = f"{queue.analyzer} could look at no picture then"
                    return picture, after_error(AnalyzerDownError(reason), picture.attempts, datetime.now(UTC))
                outcome = await self._attempt(picture, analyzer)
                failures.add(outcome)
                return picture, outcome

        waiting: list[tuple[LeasedPicture, Outcome]] = []
        for task in asyncio.as_completed([attempt(picture) for picture in leased]):
            picture, outcome = await task
            run.add(queue.analyzer, outcome)
            waiting.append((picture, outcome))
            if outcome.spent is not None:
                self._write(queue, waiting)
        self._write(queue, waiting)

    async def _attempt(self, picture: LeasedPicture, analyzer: Analyzer) -> Outcome:
        fault_points.reach("media_analysis.leased")
        try:
            shown = await asyncio.to_thread(self._shown, picture, analyzer.longest_side)
            return completed(*await analyzer.analyse(shown))
        except AnalysisError as error:
            return after_error(error, picture.attempts, datetime.now(UTC))

    def _shown(self, picture: LeasedPicture, longest_side: int | None) -> bytes:
        """The picture as the analyzer is given it. AnalysisError if there is none."""
        store = MediaStore(self.settings.media_url)
        try:
            if longest_side is None:
                small_copy = store.thumbnail(picture.organization_id, picture.sha256)
                if small_copy is not None:
                    return small_copy
            if not store.exists(picture.object_path):
                raise FailedAttemptError("the stored file is missing: see `syndication media verify`")
            content = store.content(picture.object_path)
        except MediaStoreError as error:
            raise AnalyzerDownError(str(error)) from None
        return self._preparer.prepare(content, picture.mime_type, longest_side or THUMBNAIL_PIXELS)

    def _write(self, queue: AnalyzerQueue, waiting: list[tuple[LeasedPicture, Outcome]]) -> None:
        fault_points.reach("media_analysis.before_rows")
        if waiting:
            with transaction(self.url, lock=queue.lock) as connection:
                queue.store(connection, waiting, datetime.now(UTC))
            waiting.clear()
