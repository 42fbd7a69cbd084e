"""Which medium is fetched next: in the order of the queue, but past those whose host may not be asked now."""

from collections import deque
from collections.abc import Callable, Collection

from syndication_assets.media.cache.cache_queue import DueMedium
from syndication_assets.media.cache.host_limits import HostLimits

_MOST_HELD = 2000
"""Media that wait here for their hosts, so that memory is bounded however many wait for one host."""


class WaitingMedia:
    """Reads the queue as media are taken. `read` gives the media that are next, without those taken, and without those
    of the closed hosts.
    """

    def __init__(self, read: Callable[[Collection[str], Collection[str]], list[DueMedium]], limits: HostLimits) -> None:
        self._read = read
        self._limits = limits
        self._held: deque[DueMedium] = deque()
        self._taken: set[str] = set()
        """Keys of media that were read, and that the queue still shows as waiting."""
        self._has_ended: dict[frozenset[str], bool] = {}
        """Closed hosts → whether the queue had nothing else."""
        self._left = 0
        """Media that were read, and stay in the queue because of the bytes of their host."""

    def next(self, now: float) -> DueMedium | None:
        """The next medium whose host may be asked now; None if there is none, now or at all (`is_empty`)."""
        medium = self._held_and_open(now)
        while medium is None and len(self._held) < _MOST_HELD and self._read_more(now):
            medium = self._held_and_open(now)
        return medium

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left that a later `next` may give."""
        return not self._held

    def has_left_some(self) -> bool:
        """Whether media wait for the next run because their host has sent what it may."""
        return self._left > 0 or bool(self._limits.spent() and self._read(self._taken, ()))

    def written(self, keys: Collection[str]) -> None:
        """The queue no longer shows these as waiting."""
        self._taken.difference_update(keys)

    def _held_and_open(self, now: float) -> DueMedium | None:
        passed: list[DueMedium] = []
        found = None
        while self._held and found is None:
            medium = self._held.popleft()
            if self._limits.is_spent(medium.host):
                self._left += 1
            elif self._limits.is_open(medium.host, now):
                found = medium
            else:
                passed.append(medium)
        self._held.extendleft(reversed(passed))
        return found

    def _read_more(self, now: float) -> bool:
        """Whether the queue had more; what it has of hosts that are closed stays there."""
        closed = frozenset(self._limits.closed({medium.host for medium in self._held}, now))
        if self._has_ended.get(closed):
            return False
        media = self._read(self._taken, closed)
        self._taken.update(medium.key for medium in media)
        self._held.extend(media)
        self._has_ended[closed] = not media
        return bool(media)
