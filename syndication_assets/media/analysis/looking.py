"""One analyzer of an organization looks at leased pictures, and what became of each is written."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from syndication_assets import fault_points
from syndication_assets.database.connection import transaction
from syndication_assets.media.analysis.analysis_queue import AnalyzerQueue, LeasedPicture
from syndication_assets.media.analysis.analysis_run import AnalysisRun
from syndication_assets.media.analysis.analyzer import Analyzer
from syndication_assets.media.analysis.findings import AnalysisError, AnalyzerDownError, FailedAttemptError
from syndication_assets.media.analysis.outcomes import AnalysisState, Outcome, after_error, completed
from syndication_assets.media.media_store import MediaStore, MediaStoreError

_MOST_FAILURES_IN_A_ROW = 10
"""Then it is the analyzer that fails, and not the pictures: each that it takes up would only lose an attempt."""
_Attempted = tuple[LeasedPicture, Outcome]


@dataclass(slots=True)
class Looking:
    """One analyzer at work. `prepare` makes of a file the picture that it is given."""

    url: str
    store: MediaStore
    queue: AnalyzerQueue
    analyzer: Analyzer
    prepare: Callable[[bytes, str, int], bytes]
    run: AnalysisRun
    is_down: bool = False
    """Whether it looks at no more pictures in this run: it said so, or failed several times in a row."""
    _failures_in_a_row: int = 0
    _gate: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        self._gate = asyncio.Semaphore(self.analyzer.at_once)

    async def look_at(self, leased: list[LeasedPicture]) -> None:
        """Looks at each picture and writes what became of it: at once what was paid for, together the rest."""
        unwritten: list[_Attempted] = []
        for attempt in asyncio.as_completed([self._attempt(picture) for picture in leased]):
            picture, outcome = await attempt
            self.run.add(self.queue.analyzer, outcome)
            unwritten.append((picture, outcome))
            if outcome.spent is not None:
                self._write(unwritten)
        self._write(unwritten)

    async def _attempt(self, picture: LeasedPicture) -> _Attempted:
        async with self._gate:
            try:
                if self.is_down:
                    raise AnalyzerDownError(f"{self.queue.analyzer} could look at no picture then")
                shown = await asyncio.to_thread(self._shown, picture)
                outcome = completed(*await self.analyzer.analyse(shown, picture.sha256))
            except AnalysisError as error:
                outcome = after_error(error, picture.attempts, datetime.now(UTC))
            is_failure = outcome.state in {AnalysisState.PENDING, AnalysisState.FAILED}
            self._failures_in_a_row = self._failures_in_a_row + 1 if is_failure else 0
            self.is_down |= not outcome.counts or self._failures_in_a_row >= _MOST_FAILURES_IN_A_ROW
            return picture, outcome

    def _shown(self, picture: LeasedPicture) -> bytes:
        """The picture as the analyzer is given it. AnalysisError if there is none."""
        try:
            if not self.store.exists(picture.picture_path):
                raise FailedAttemptError("the stored file is missing: see `syndication media verify`")
            content = self.store.content(picture.picture_path)
        except MediaStoreError as error:
            raise AnalyzerDownError(str(error)) from None
        return self.prepare(content, picture.mime_type, self.analyzer.longest_side)

    def _write(self, unwritten: list[_Attempted]) -> None:
        fault_points.reach("media_analysis.before_rows")
        if unwritten:
            with transaction(self.url, lock=self.queue.lock) as connection:
                self.queue.store(connection, unwritten, datetime.now(UTC))
            unwritten.clear()
