"""How gently media are fetched from each host: connections, pauses and bytes, as media.host_limits says. Pure.

A row holds for its host and all names below it, together; `others` for each host without a row. Not for threads.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import NamedTuple

OTHERS = "others"


class HostLimit(NamedTuple):
    """One row of media.host_limits."""

    host: str
    connections: int
    pause_seconds: float = 0.0
    run_bytes: int | None = None
    """None is no limit."""


class HostLimits:
    """What is fetched from each host now, and whether more may be. Times are seconds of one clock."""

    def __init__(self, limits: Iterable[HostLimit]) -> None:
        self._limits = {limit.host: limit for limit in limits}
        self._fetching: Counter[str] = Counter()
        self._resting: dict[str, list[float]] = defaultdict(list)
        """Name → when each of its connections that pause is free again."""
        self._bytes: Counter[str] = Counter()

    def begin(self, host: str) -> None:
        """A medium of the host is being fetched from now on."""
        self._fetching[self._name(host)] += 1

    def end(self, host: str, now: float, fetched_bytes: int) -> None:
        """A medium of the host was fetched, or was not."""
        name = self._name(host)
        self._fetching[name] -= 1
        self._bytes[name] += fetched_bytes
        pause = self._limit(name).pause_seconds
        if pause:
            self._resting[name].append(now + pause)

    def is_open(self, host: str, now: float) -> bool:
        """Whether one more medium of the host may be fetched now."""
        name = self._name(host)
        self._resting[name] = [until for until in self._resting[name] if until > now]
        used = self._fetching[name] + len(self._resting[name])
        return not self._is_spent(name) and used < self._limit(name).connections

    def is_spent(self, host: str) -> bool:
        """Whether this run fetches nothing more from the host."""
        return self._is_spent(self._name(host))

    def opens_at(self, now: float) -> float | None:
        """When the next connection that pauses is free; None if none pauses."""
        return min((until for times in self._resting.values() for until in times if until > now), default=None)

    def closed(self, hosts: Iterable[str], now: float) -> set[str]:
        """The names under which nothing may be fetched now, of these hosts, or in this run, of all."""
        return {self._name(host) for host in hosts if not self.is_open(host, now)} | self.spent()

    def spent(self) -> set[str]:
        """The names whose bytes of a run are used."""
        return {name for name in self._bytes if self._is_spent(name)}

    def _is_spent(self, name: str) -> bool:
        run_bytes = self._limit(name).run_bytes
        return run_bytes is not None and self._bytes[name] >= run_bytes

    def _limit(self, name: str) -> HostLimit:
        return self._limits.get(name) or self._limits[OTHERS]

    def _name(self, host: str) -> str:
        """The longest name with a row that the host is, or is below; else the host itself."""
        labels = host.lower().split(".")
        names = (".".join(labels[start:]) for start in range(len(labels)))
        return next((name for name in names if name in self._limits), host.lower())
