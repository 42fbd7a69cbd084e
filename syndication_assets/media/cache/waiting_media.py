"""Which medium is fetched next: in the order of the queue, but past those whose host may not be asked now."""

from collections import deque
from collections.abc import Callable, Collection

from syndication_assets.media.cache.cache_queue import DueMedium
from syndication_assets.media.cache.host_limits import HostLimits

_MOST_HELD = 2000
"""Media that wait here for their hosts, so that memory is bounded however many wait for one host."""


class WaitingMedia:
    """Reads the queue as media are taken. `read` gives the media that are next, without those taken, and without those
    of the closed names of hosts.
    """

    def __init__(self, read: Callable[[Collection[str], Collection[str]], list[DueMedium]], limits: HostLimits) -> None:
        self._read = read
        self._limits = limits
        self._held: dict[str, deque[tuple[int, DueMedium]]] = {}
        """Name of the host → its media with their places in the queue."""
        self._places = 0
        self._taken: set[str] = set()
        """Keys of media that were read, and that the queue still shows as waiting."""
        self._ended: set[frozenset[str]] = set()
        """Closed names without which the queue had nothing more."""
        self._has_dropped = False

    def next(self, now: float) -> DueMedium | None:
        """The next medium whose host may be asked now; None if there is none, now or at all (`is_empty`)."""
        while True:
            places = [(self._held[name][0][0], name) for name in self._held if self._limits.is_open(name, now)]
            if places:
                return self._take(min(places)[1])
            if not self._read_more(now):
                return None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left that a later `next` may give."""
        return not self._held

    def has_left_some(self) -> bool:
        """Whether media wait for the next run because their host has sent what it may."""
        return self._has_dropped or bool(self._limits.spent() and self._read(self._taken, ()))

    def written(self, keys: Collection[str]) -> None:
        """The queue no longer shows these as waiting."""
        self._taken.difference_update(keys)

    def _take(self, name: str) -> DueMedium:
        _, medium = self._held[name].popleft()
        if not self._held[name]:
            del self._held[name]
        return medium

    def _read_more(self, now: float) -> bool:
        """Whether the queue had more; what it has of hosts that are closed stays there."""
        spent = self._limits.spent()
        for name in spent & self._held.keys():
            # They wait for the next run, in the queue.
            del self._held[name]
            self._has_dropped = True
        closed = frozenset(spent | {name for name in self._held if not self._limits.is_open(name, now)})
        if closed in self._ended or sum(map(len, self._held.values())) >= _MOST_HELD:
            return False
        media = self._read(self._taken, closed)
        if not media:
            self._ended.add(closed)
        for medium in media:
            self._taken.add(medium.key)
            self._places += 1
            self._held.setdefault(self._limits.name_of(medium.host), deque()).append((self._places, medium))
        return bool(media)
