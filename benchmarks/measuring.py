"""What a benchmark returns, and how times are taken: medians of repeats that alternate between the two sides.

A machine that is shared and noisy slows both sides of a comparison alike when they take turns, so bounds are ratios.
"""

import gc
import os
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum


class Comparison(Enum):
    """On which side of its bound a value must lie."""

    AT_MOST = "≤"
    AT_LEAST = "≥"


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the table: a measured value, and where it has one, what it is held against."""

    benchmark: str
    what: str
    measured: float
    unit: str
    reference: float | None = None
    """The other side of the comparison, in the same unit."""
    reference_name: str = ""
    value: float | None = None
    """What is held against the bound: a ratio, or the measured value itself where the bound is absolute."""
    comparison: Comparison = Comparison.AT_MOST
    bound: float | None = None
    """None: the line is only reported."""
    note: str = ""

    @property
    def is_met(self) -> bool | None:
        """Whether the bound is met; None for a line that has none."""
        if self.bound is None or self.value is None:
            return None
        if self.comparison is Comparison.AT_MOST:
            return self.value <= self.bound
        return self.value >= self.bound


@dataclass(frozen=True, slots=True)
class Times:
    """The seconds that each repeat took."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    def spread(self) -> str:
        """The repeats, as text for a note."""
        return ", ".join(f"{seconds:.2f}" for seconds in self.seconds) + " s"


def seconds_of(work: Callable[[], object]) -> float:
    """Wall-clock seconds of one call, with the garbage of earlier work collected before."""
    gc.collect()
    started_at = time.perf_counter()
    work()
    return time.perf_counter() - started_at


def alternate(sides: Mapping[str, Callable[[], float]], repeats: int) -> dict[str, Times]:
    """Calls each side `repeats` times, in turns and in changing order; a side returns the seconds that count."""
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    for repeat in range(repeats):
        names = list(sides)[:: 1 if repeat % 2 == 0 else -1]
        for name in names:
            seconds[name].append(sides[name]())
    return {name: Times(tuple(values)) for name, values in seconds.items()}


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that is not less than `percent` of the values. ValueError if there are none."""
    if not values:
        raise ValueError("There is no percentile of no values.")
    ordered = sorted(values)
    rank = -(-len(ordered) * percent // 100)
    return ordered[max(0, int(rank) - 1)]


def load_average() -> float | None:
    """Processes that wanted a processor in the last minute; None where the system does not say."""
    with suppress(OSError, AttributeError):
        return os.getloadavg()[0]
    return None
