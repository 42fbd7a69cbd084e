"""Lets the analyzers that organizations have chosen look at the pictures that they have not seen.

A picture is leased before an analyzer looks at it, so two runs never look at the same one. What it found is written
with the end of the lease. If the process dies in between, the lease ends by itself, and a later run looks again.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime

from syndication_assets.database.connection import transaction
from syndication_assets.media.analysis.analysis_queue import AnalyzerQueue, chosen_analyzers, version_number
from syndication_assets.media.analysis.analysis_run import AnalysisRun
from syndication_assets.media.analysis.analyzer import Analyzer, ChosenAnalyzer
from syndication_assets.media.analysis.analyzers import open_analyzer, why_unavailable
from syndication_assets.media.analysis.looking import Looking
from syndication_assets.media.analysis.prepared_pictures import PicturePreparer
from syndication_assets.media.media_store import MediaStore
from syndication_assets.settings import Settings

logger = logging.getLogger(__name__)
_LEASED_AT_ONCE = 8
"""So few that even the slowest analyzer is done with them before the lease ends."""
_Prepare = Callable[[bytes, str, int], bytes]
_Open = Callable[[str, ChosenAnalyzer, Settings, str | None], AbstractAsyncContextManager[Analyzer]]


@dataclass(frozen=True, slots=True)
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
    prepare: _Prepare | None = None
    """Makes of a file the picture that analyzers are given; by default in a child process."""

    def run(self) -> AnalysisRun:
        """Analyses what waits, up to the pictures of a run. DatabaseError if results cannot be written."""
        preparer = PicturePreparer()
        try:
            return asyncio.run(self._run(self.prepare or preparer.prepare))
        finally:
            preparer.close()

    async def _run(self, prepare: _Prepare) -> AnalysisRun:
        run = AnalysisRun()
        with transaction(self.url) as connection:
            everything = chosen_analyzers(connection, self.organization, self.analyzer)
        for chosen in everything:
            reason = why_unavailable(chosen, self.settings)
            if reason is not None:
                run.unavailable[chosen.organization, chosen.analyzer] = reason
                continue
            async with self.open(self.url, chosen, self.settings, self.run_id) as analyzer:
                queue = self._queue(chosen, analyzer, run)
                store = MediaStore.of(self.settings)
                await self._work(chosen, Looking(self.url, store, queue, analyzer, prepare, run))
        return run

    def _queue(self, chosen: ChosenAnalyzer, analyzer: Analyzer, run: AnalysisRun) -> AnalyzerQueue:
        """The queue of an analyzer, with the pictures that it has not seen, and those of runs that died."""
        now = datetime.now(UTC)
        with transaction(self.url) as connection:
            number = version_number(connection, chosen, analyzer.version)
            queue = AnalyzerQueue(chosen.organization_id, chosen.analyzer, number)
            queue.recover(connection, now)
            run.queued[chosen.analyzer] += queue.queue(connection, now, again=self.again)
        return queue

    async def _work(self, chosen: ChosenAnalyzer, looking: Looking) -> None:
        """Lets one analyzer look at what waits for it. What fails meanwhile waits for a later run."""
        began_at, left = datetime.now(UTC), chosen.pictures_per_run
        while left > 0 and not looking.is_down:
            with transaction(self.url) as connection:
                leased = looking.queue.lease(connection, began_at, min(left, _LEASED_AT_ONCE))
            if not leased:
                return
            left -= len(leased)
            await looking.look_at(leased)
            self.log.info(f"{chosen.organization}: {chosen.analyzer} has looked at {len(leased):,} more pictures")
