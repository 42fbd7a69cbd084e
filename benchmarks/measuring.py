"""Results of benchmarks, and how times are measured: as medians of repeats that alternate between two sides.

Bounds are ratios, because a noisy machine slows both sides of a comparison alike if they alternate.
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
    """The side of its bound on which a value must be."""

    AT_MOST = "≤"
    AT_LEAST = "≥"


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the table: a measured value and, where there is one, the value it is compared with."""

    benchmark: str
    what: str
    measured: float
    unit: str
    reference: float | None = None
    """The other side of the comparison, in the same unit."""
    reference_name: str = ""
    value: float | None = None
    """The value that the bound applies to: a ratio, or the measured value itself if the bound is absolute."""
    comparison: Comparison = Comparison.AT_MOST
    bound: float | None = None
    """None if the line is only reported."""
    note: str = ""

    @property
    def is_met(self) -> bool | None:
        """Whether the bound is met; None for a line without a bound."""
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
    """Wall-clock seconds of one call; garbage of earlier work is collected first."""
    gc.collect()
    started_at = time.perf_counter()
    work()
    return time.perf_counter() - started_at


def alternate(sides: Mapping[str, Callable[[], float]], repeats: int) -> dict[str, Times]:
    """Calls each side `repeats` times, alternating which is first; a side returns its seconds."""
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    for repeat in range(repeats):
        names = list(sides)[:: 1 if repeat % 2 == 0 else -1]
        for name in names:
            seconds[name].append(sides[name]())
    return {name: Times(tuple(values)) for name, values in seconds.items()}


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that is not less than `percent` of the values. Raises ValueError without values."""
    if not values:
        raise ValueError("no values to take a percentile of")
    ordered = sorted(values)
    rank = -(-len(ordered) * percent // 100)
    return ordered[max(0, int(rank) - 1)]


def load_average() -> float | None:
    """The load average of the last minute; None if the system does not provide it."""
    with suppress(OSError, AttributeError):
        return os.getloadavg()[0]
    return None
