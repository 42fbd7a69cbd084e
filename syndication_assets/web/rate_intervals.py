"""Between which bounds a rate lies, so that two variations are not compared by chance. Pure."""

import math
from typing import NamedTuple

_Z = 1.959963984540054
"""The quantile of the normal distribution for 95 %."""


class RateInterval(NamedTuple):
    """A rate and its bounds, as fractions."""

    rate: float
    low: float
    high: float


def rate_interval(events: int | None, trials: int | None) -> RateInterval | None:
    """Wilson's score interval of 95 % (E. B. Wilson, 1927) for a number of events in independent trials.

    None if either was not measured, without trials, and for more events than trials: one person who sees a post may
    react, comment and share, and then it is no rate of people.
    """
    if events is None or not trials or not 0 <= events <= trials:
        return None
    rate = events / trials
    centre = rate + _Z**2 / (2 * trials)
    margin = _Z * math.sqrt(rate * (1 - rate) / trials + _Z**2 / (4 * trials**2))
    scale = 1 + _Z**2 / trials
    return RateInterval(rate, max((centre - margin) / scale, 0.0), min((centre + margin) / scale, 1.0))
