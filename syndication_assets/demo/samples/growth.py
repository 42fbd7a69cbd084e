"""How counters grow: saturating, slower at weekends, sometimes with a second wave, occasionally corrected.

Every value is a pure function of the observation time. That makes the samples coherent: every file that shows a post at
one time (its author's page, a repost, a quote) shows the same numbers.
"""

from dataclasses import dataclass
from itertools import accumulate
from math import exp
from random import Random

DAY_MS = 86_400_000
HOUR_MS = 3_600_000

# Relative activity of the audience from Monday to Sunday; the weights of a week add up to seven.
WEEKDAY_WEIGHTS = (1.15, 1.2, 1.2, 1.15, 1.0, 0.6, 0.7)
WEEKDAY_STARTS = (0.0, *accumulate(WEEKDAY_WEIGHTS))


def audience_days(moment_ms: int) -> float:
    """Days of attention since the Monday before the epoch: calendar days, weighted by weekday."""
    day, rest = divmod(moment_ms, DAY_MS)
    week, weekday = divmod(day + 3, 7)  # the epoch was a Thursday
    return week * 7.0 + WEEKDAY_STARTS[weekday] + rest / DAY_MS * WEEKDAY_WEIGHTS[weekday]


@dataclass(frozen=True, slots=True)
class Wave:
    """A second wave of attention: begins `delay` days after publication and adds `size` times the first wave."""

    delay: float
    size: float


@dataclass(frozen=True, slots=True)
class Growth:
    """The progress of a post over time: 0 at publication, approaching 1 (more with a wave), never decreasing."""

    published_ms: int
    days_to_saturate: float
    wave: Wave | None = None

    def progress(self, observed_ms: int) -> float:
        if observed_ms <= self.published_ms:
            return 0.0
        age = audience_days(observed_ms) - audience_days(self.published_ms)
        progress = 1.0 - exp(-age / self.days_to_saturate)
        if self.wave is not None and age > self.wave.delay:
            progress += self.wave.size * (1.0 - exp(-(age - self.wave.delay) / self.days_to_saturate))
        return progress


@dataclass(frozen=True, slots=True)
class Correction:
    """From `at_ms` on, a counter is lower by `lost`: likes are withdrawn, spam is purged."""

    at_ms: int
    lost: int


@dataclass(frozen=True, slots=True)
class Counter:
    """One cumulative counter of a post: `final` is its value at progress 1."""

    final: float
    correction: Correction | None = None

    def value(self, progress: float, observed_ms: int) -> int:
        value = int(self.final * progress)
        if self.correction is not None and observed_ms >= self.correction.at_ms:
            value -= self.correction.lost
        return value


def correction_of(final: float, growth: Growth, at_ms: int) -> Correction | None:
    """A loss of a tenth of the counter's value, at least three; None if the value is below ten."""
    reached = int(final * growth.progress(at_ms))
    return Correction(at_ms, max(3, reached // 10)) if reached >= 10 else None


def draw_growth(rng: Random, published_ms: int, *, days_to_saturate: float, viral_odds: float) -> Growth:
    """A curve around the given pace; one in `1 / viral_odds` posts gets a second wave after two to six days."""
    pace = days_to_saturate * rng.uniform(0.5, 1.6)
    wave = Wave(rng.uniform(2.0, 6.0), rng.uniform(3.0, 9.0)) if rng.random() < viral_odds else None
    return Growth(published_ms, pace, wave)
