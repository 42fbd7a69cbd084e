"""Reads the files of the next day of a range while the database works on the day before."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from threading import Event

from syndication_assets.errors import SyndicationError
from syndication_assets.landing.source_rooms import room_of
from syndication_assets.landing.zone.landing_zone import LandedFile, LandingZone
from syndication_assets.scraping.reading.file_reading import FileReading, read_file

MOST_BYTES = 64 * 1024**2
"""The limit per day: the remaining files of a larger day are read during its own load."""


class ReadAhead:
    """Readings of the next day's files. Files that have changed since, or are new, are read again."""

    def __init__(self, zone: LandingZone, maximum_file_bytes: int, thread: ThreadPoolExecutor, ended: Event) -> None:
        self._zone = zone
        self._maximum_file_bytes = maximum_file_bytes
        self._thread = thread
        self._ended = ended
        self._ready: dict[LandedFile, FileReading] = {}
        self._coming: Future[dict[LandedFile, FileReading]] | None = None

    def begin_day(self, next_day: date | None) -> None:
        """Makes the readings of the current day available to `read`, and starts reading the next day."""
        self._ready = self._coming.result() if self._coming is not None else {}
        self._coming = self._thread.submit(self._read_day, next_day) if next_day is not None else None

    def has(self, file: LandedFile) -> bool:
        """Whether `read` has the reading of this file at hand."""
        return file in self._ready

    def read(self, file: LandedFile) -> FileReading:
        """The reading of a file of the current day."""
        return self._ready.pop(file, None) or read_file(self._zone, file, self._maximum_file_bytes)

    def _read_day(self, day: date) -> dict[LandedFile, FileReading]:
        readings: dict[LandedFile, FileReading] = {}
        bytes_left = MOST_BYTES
        try:
            for file in self._zone.files(day):
                bytes_left -= file.size_bytes
                if self._ended.is_set() or bytes_left < 0:
                    break
                if room_of(file.source) == "scraping":
                    readings[file] = read_file(self._zone, file, self._maximum_file_bytes)
        except SyndicationError:
            return readings  # if the error persists, the load of the day raises it
        return readings


@contextmanager
def read_ahead(zone: LandingZone, maximum_file_bytes: int) -> Iterator[ReadAhead]:
    """Reads ahead in one thread for the duration of the block."""
    ended = Event()
    with ThreadPoolExecutor(1, thread_name_prefix="read_ahead") as thread:
        try:
            yield ReadAhead(zone, maximum_file_bytes, thread, ended)
        finally:
            ended.set()
