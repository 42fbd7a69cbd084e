"""Makes the briefs that wait in several processes: drawing needs a core, and leases keep the processes apart.

A few briefs are made sooner than a process starts. If a process is ended from outside, its brief waits for the end of
its lease, as after any run that dies.
"""

import logging
import os
from concurrent.futures import as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace

from syndication_assets.database.connection import run_file, transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.operations.child_processes import started_pool
from syndication_assets.settings import Settings
from syndication_assets.studio.making.making import MOST_BRIEFS, Studio, StudioRun, current_time

logger = logging.getLogger(__name__)
PROCESSES = min(4, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
FEWEST_BRIEFS = 6
"""For each process: fewer do not pay for its start, which costs as much as two."""


class StudioProcessError(SyndicationError):
    """A process that makes visuals was ended from outside."""


def run_studio(
    url: str,
    settings: Settings,
    organization: str | None = None,
    *,
    run_id: str | None = None,
    limit: int = MOST_BRIEFS,
    log: logging.Logger = logger,
) -> StudioRun:
    """Makes what waits, up to the limit, here or in processes. StudioProcessError, or DatabaseError of any of them."""
    studio = Studio(url, settings, organization, run_id=run_id, limit=limit, log=log)
    count = min(PROCESSES, _waiting(url, organization, limit) // FEWEST_BRIEFS)
    if count < 2:
        return studio.run()
    shares = [limit // count + (number < limit % count) for number in range(count)]
    total = StudioRun()
    with started_pool(count) as pool:
        # A log of Dagster stays with its step.
        runs = [pool.submit(_run, replace(studio, limit=share, log=logger)) for share in shares]
        try:
            for run in as_completed(runs):
                total.add(run.result())
        except BrokenProcessPool:
            raise StudioProcessError(
                "A process that makes visuals was ended from outside, as a machine without free memory does. What is "
                "stored stays, and a later run makes the rest: free memory, and start the studio again."
            ) from None
    log.info(f"{count} processes made {len(total.assets)} visuals")
    return total


def _waiting(url: str, organization: str | None, limit: int) -> int:
    """How many briefs wait, at most the limit."""
    parameters = {"organization": organization, "moment": current_time(), "maximum": limit}
    with transaction(url) as connection:
        (row,) = run_file(connection, "studio/content_requests/waiting.sql", parameters).fetchall()
    return int(row["briefs"])


def _run(studio: Studio) -> StudioRun:
    return studio.run()
