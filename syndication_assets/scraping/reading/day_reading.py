"""Reads the files of a day: what was read ahead, then a large rest in processes, a small one here."""

from collections.abc import Generator
from contextlib import closing

from syndication_assets.landing.zone.landing_zone import LandedFile, LandingZone
from syndication_assets.scraping.reading import reading_processes
from syndication_assets.scraping.reading.file_reading import FileReading, read_file
from syndication_assets.scraping.reading.landed_rows import DayFacts, FileRows, rows_of
from syndication_assets.scraping.reading.read_ahead import ReadAhead
from syndication_assets.scraping.reading.reading_processes import read_in_processes, rows_unless_untimed
from syndication_assets.scraping.reading.untimed_files import UntimedFiles


def read_day(
    zone: LandingZone, files: list[LandedFile], maximum_file_bytes: int, facts: DayFacts, ahead: ReadAhead | None
) -> Generator[FileRows, None, None]:
    """The rows of each file, in order. Close the iterator to end the processes that read for it."""
    untimed = UntimedFiles()
    with closing(_read(zone, files, maximum_file_bytes, facts, ahead)) as read:
        for result in read:
            if isinstance(result, FileRows):
                yield result
            else:
                untimed.reject_repeated(result)
                yield rows_of(result, facts.run_of(result))


def _read(
    zone: LandingZone, files: list[LandedFile], maximum_file_bytes: int, facts: DayFacts, ahead: ReadAhead | None
) -> Generator[FileRows | FileReading, None, None]:
    unread = [file for file in files if ahead is None or not ahead.has(file)]
    if reading_processes.PROCESSES == 1 or sum(file.size_bytes for file in unread) < reading_processes.LARGE_BYTES:
        for file in files:
            reading = read_file(zone, file, maximum_file_bytes) if ahead is None else ahead.read(file)
            yield rows_unless_untimed(reading, facts)
        return
    with closing(read_in_processes(zone, unread, maximum_file_bytes, facts)) as processes:
        for file in files:
            if ahead is not None and ahead.has(file):
                yield rows_unless_untimed(ahead.read(file), facts)
            else:
                yield next(processes)
