"""The table of traps: every way in which the sample files differ from the happy case, and what must come of it.

Traps land in files of their own, on fixed days of the range: odd but good ones on its second day (day 1, counted from
0), damaged ones on its third, and those that need several observations on both. The gap takes the first seven days. A
range of three days carries every trap but the gap; a shorter one, those whose days it has.

The file's name tells the trap: `dataset_brownie-<trap>_…`, or `videos_UCbrownie_<trap>…` cut to the length of an id.
"""

from collections.abc import Iterator
from datetime import date

from syndication_assets.demo.samples.edge_case_stage import Trap
from syndication_assets.demo.samples.edge_cases_of_damage import DAMAGE_TRAPS
from syndication_assets.demo.samples.edge_cases_of_files import FILE_TRAPS
from syndication_assets.demo.samples.edge_cases_of_identity import IDENTITY_TRAPS
from syndication_assets.demo.samples.edge_cases_of_shape import SHAPE_TRAPS
from syndication_assets.demo.samples.edge_cases_of_time import TIME_TRAPS
from syndication_assets.demo.samples.edge_cases_of_youtube import YOUTUBE_TRAPS
from syndication_assets.demo.samples.sample_file import SampleFile

TRAPS: tuple[Trap, ...] = (
    *SHAPE_TRAPS,
    *IDENTITY_TRAPS,
    *FILE_TRAPS,
    *TIME_TRAPS,
    *YOUTUBE_TRAPS,
    *DAMAGE_TRAPS,
)


def traps_within(days: int) -> tuple[Trap, ...]:
    """The traps that fit into a range of this many days."""
    return tuple(trap for trap in TRAPS if max(trap.days) < days)


def trap_files(*, first_day: date, days: int, seed: int) -> Iterator[SampleFile]:
    """The files of all traps that fit, trap by trap."""
    for trap in traps_within(days):
        yield from trap.files(first_day=first_day, seed=seed)
