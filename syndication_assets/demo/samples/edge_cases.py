"""The edge cases of real sources: static files, and one table of what loading must make of them.

An edge case is one way in which real files differ from the happy path. Each has its own profile and its own files, and
the file names tell the edge case: `dataset_brownie-<edge case>_…`, or `videos_UCbrownie_<edge case>…` cut to the length
of a channel id. The files land on the first days of the range from FIRST_DAY; another range has no edge cases.
"""

import gzip
from collections.abc import Iterator
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

from syndication_assets.demo.samples.sample_file import SampleFile

FIRST_DAY = date(2025, 11, 3)
_DIRECTORY = files("syndication_assets.demo") / "edge_cases"
# A large file is compressed in the repository, and lands uncompressed.
_PACKED = ".packed"


class EdgeCase(msgspec.Struct, frozen=True):
    """One row of the table of edge cases."""

    name: str
    what_happens: str
    expected: Literal["loaded", "loaded with note", "quarantined"]
    quarantined: int
    """The number of quarantine rows that its files cause."""
    files: tuple[str, ...]
    """`<source>/<YYYY-MM-DD>/<file>`, in the order in which the files land."""

    @property
    def days(self) -> set[date]:
        return {date.fromisoformat(path.split("/")[1]) for path in self.files}

    def sample_files(self) -> Iterator[SampleFile]:
        for path in self.files:
            source, day, name = path.split("/")
            yield SampleFile(source, date.fromisoformat(day), name, _content(path))


@cache
def edge_cases() -> tuple[EdgeCase, ...]:
    """The table, `expectations.json`."""
    return msgspec.json.decode((_DIRECTORY / "expectations.json").read_bytes(), type=tuple[EdgeCase, ...])


def edge_case_files(*, first_day: date, days: int) -> Iterator[SampleFile]:
    """The files of each edge case that fits into a range from FIRST_DAY; none for a range from another day."""
    if first_day == FIRST_DAY:
        for edge_case in edge_cases():
            if max((day - FIRST_DAY).days for day in edge_case.days) < days:
                yield from edge_case.sample_files()


def _content(path: str) -> bytes:
    *folders, name = path.split("/")
    folder = _DIRECTORY.joinpath(*folders)
    packed = folder / f"{name}{_PACKED}"
    return gzip.decompress(packed.read_bytes()) if packed.is_file() else (folder / name).read_bytes()
