"""Reads the files of a large day in processes of their own, several files at a time, in the order of the files.

Python parses on one core per process, and the database would wait for it. A small day is read faster than a process
starts.
"""

import os
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool

from syndication_assets.errors import SyndicationError
from syndication_assets.landing.zone.landing_zone import LandedFile, LandingZone
from syndication_assets.operations.child_processes import begin_child, started_pool
from syndication_assets.scraping.reading.file_reading import FileReading, read_file
from syndication_assets.scraping.reading.landed_rows import DayFacts, FileRows, complete, rows_of

PROCESSES = min(2, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
"""Reading costs two and a half times the processor time of copying what was read, which the load and the server do."""
LARGE_BYTES = 16 * 1024**2
"""Fewer bytes are read by the load itself. At about half of this, the processes save what their start costs."""
_TASK_BYTES = 512 * 1024
_MOST_BYTES_AHEAD = 32 * 1024**2
"""How much is read and not yet staged, as landed."""


class ReadingProcessError(SyndicationError):
    """A process that reads files was ended from outside."""


class _Reader:
    """Reads files in a process of the pool."""

    zone: LandingZone
    maximum_file_bytes: int
    facts: DayFacts


def read_in_processes(
    zone: LandingZone, files: Iterable[LandedFile], maximum_file_bytes: int, facts: DayFacts
) -> Generator[FileRows | FileReading, None, None]:
    """What `rows_unless_untimed` gives for each file. ReadingProcessError if a process is killed.

    Close the iterator to end the processes before its end. They also end when this process does, however it ends.
    """
    pool = started_pool(PROCESSES, _begin, (zone.url, maximum_file_bytes, facts))
    try:
        coming: deque[tuple[int, Future[list[FileRows | FileReading]]]] = deque()
        bytes_ahead = 0
        for task in _tasks(files):
            size = sum(file.size_bytes for file in task)
            while coming and bytes_ahead + size > _MOST_BYTES_AHEAD:
                bytes_read, reading = coming.popleft()
                bytes_ahead -= bytes_read
                yield from reading.result()
            coming.append((size, pool.submit(_read, task)))
            bytes_ahead += size
        while coming:
            yield from coming.popleft()[1].result()
    except BrokenProcessPool:
        raise ReadingProcessError(
            "A process that reads landed files was ended from outside, as a machine without free memory does. Nothing "
            "was changed: free memory and load the day again."
        ) from None
    finally:
        pool.shutdown(cancel_futures=True)


def rows_unless_untimed(reading: FileReading, facts: DayFacts) -> FileRows | FileReading:
    """The rows of a file; the reading of a file without a time, some of whose items other files may exclude."""
    complete(reading, facts)
    return reading if reading.observed_at_source == "noon" else rows_of(reading, facts.run_of(reading))


def _tasks(files: Iterable[LandedFile]) -> Iterator[list[LandedFile]]:
    task: list[LandedFile] = []
    size = 0
    for file in files:
        task.append(file)
        size += file.size_bytes
        if size >= _TASK_BYTES:
            yield task
            task, size = [], 0
    if task:
        yield task


def _begin(zone_url: str, maximum_file_bytes: int, facts: DayFacts) -> None:
    begin_child()
    _Reader.zone, _Reader.maximum_file_bytes, _Reader.facts = LandingZone(zone_url), maximum_file_bytes, facts


def _read(files: list[LandedFile]) -> list[FileRows | FileReading]:
    return [
        rows_unless_untimed(read_file(_Reader.zone, file, _Reader.maximum_file_bytes), _Reader.facts) for file in files
    ]
