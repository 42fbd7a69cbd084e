"""The table of edge cases: every way in which the sample files differ from the happy path, and the expected outcome.

Edge cases land in their own files on fixed days of the range: odd but valid files on its second day (day 1, counted
from 0), damaged files on its third, and edge cases that need several observations on both. The gap spans the first
seven days. A range of three days contains every edge case except the gap; a shorter range contains those that fit.

The file name tells the edge case: `dataset_brownie-<edge case>_…`, or `videos_UCbrownie_<edge case>…` cut to the length
of a channel id.
"""

from collections.abc import Iterator
from datetime import date

from syndication_assets.demo.samples.edge_case_stage import EdgeCase
from syndication_assets.demo.samples.edge_cases_of_damage import DAMAGE_EDGE_CASES
from syndication_assets.demo.samples.edge_cases_of_files import FILE_EDGE_CASES
from syndication_assets.demo.samples.edge_cases_of_identity import IDENTITY_EDGE_CASES
from syndication_assets.demo.samples.edge_cases_of_shape import SHAPE_EDGE_CASES
from syndication_assets.demo.samples.edge_cases_of_time import TIME_EDGE_CASES
from syndication_assets.demo.samples.edge_cases_of_youtube import YOUTUBE_EDGE_CASES
from syndication_assets.demo.samples.sample_file import SampleFile

EDGE_CASES: tuple[EdgeCase, ...] = (
    *SHAPE_EDGE_CASES,
    *IDENTITY_EDGE_CASES,
    *FILE_EDGE_CASES,
    *TIME_EDGE_CASES,
    *YOUTUBE_EDGE_CASES,
    *DAMAGE_EDGE_CASES,
)


def edge_cases_within(days: int) -> tuple[EdgeCase, ...]:
    """The edge cases that fit into a range of this many days."""
    return tuple(edge_case for edge_case in EDGE_CASES if max(edge_case.days) < days)


def edge_case_files(*, first_day: date, days: int, seed: int) -> Iterator[SampleFile]:
    """The files of all edge cases that fit, grouped by edge case."""
    for edge_case in edge_cases_within(days):
        yield from edge_case.files(first_day=first_day, seed=seed)
