"""How gently media are fetched from each host: connections, pauses and bytes, as media.host_limits says. Pure.

A row holds for its host and all names below it, together; `others` for each host without a row. Not for threads.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from typing import NamedTuple

OTHERS = "others"


class HostLimit(NamedTuple):
    """One row of media.host_limits."""

    host: str
    connections: int
    pause_seconds: float = 0.0
    run_bytes: int | None = None
    """None is no limit."""
    jitter_seconds: float = 0.0
    """Up to how much longer each pause is."""


class HostLimits:
    """What is fetched from each host now, and whether more may be. Times are seconds of one clock. `between` draws a
    number from a range: how much longer a pause is.
    """

    def __init__(
        self, limits: Iterable[HostLimit], *, between: Callable[[float, float], float] = random.uniform
    ) -> None:
        self._between = between
        self._limits = {limit.host: limit for limit in limits}
        self._fetching: Counter[str] = Counter()
        self._resting: dict[str, list[float]] = defaultdict(list)
        """Name → when each of its connections that pause is free again."""
        self._bytes: Counter[str] = Counter()

    def name_of(self, host: str) -> str:
        """The longest name with a row that the host is, or is below; else the host itself."""
        labels = host.lower().split(".")
        names = (".".join(labels[start:]) for start in range(len(labels)))
        return next((name for name in names if name in self._limits), host.lower())

    def begin(self, name: str) -> None:
        """A medium is being fetched from now on."""
        self._fetching[name] += 1

    def end(self, name: str, now: float, fetched_bytes: int) -> None:
        """A medium was fetched, or was not."""
        self._fetching[name] -= 1
        self._bytes[name] += fetched_bytes
        limit = self._limit(name)
        pause = limit.pause_seconds
        if limit.jitter_seconds:
            pause += self._between(0, limit.jitter_seconds)
        if pause:
            self._resting[name].append(now + pause)

    def is_open(self, name: str, now: float) -> bool:
        """Whether one more medium may be fetched now."""
        if self._is_spent(name):
            return False
        resting = self._resting.get(name, ())
        used = self._fetching[name] + sum(until > now for until in resting)
        return used < self._limit(name).connections

    def opens_at(self, now: float) -> float | None:
        """When the next connection that pauses is free; None if none pauses."""
        for name, times in self._resting.items():
            self._resting[name] = [until for until in times if until > now]
        return min((until for times in self._resting.values() for until in times), default=None)

    def spent(self) -> set[str]:
        """The names from which this run fetches nothing more."""
        return {name for name in self._bytes if self._is_spent(name)}

    def _is_spent(self, name: str) -> bool:
        run_bytes = self._limit(name).run_bytes
        return run_bytes is not None and self._bytes[name] >= run_bytes

    def _limit(self, name: str) -> HostLimit:
        return self._limits.get(name) or self._limits[OTHERS]
