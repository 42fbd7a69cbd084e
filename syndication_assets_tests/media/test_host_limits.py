"""Hosts are asked as gently as their rows say, and one that may not be asked holds up no other."""

from collections.abc import Collection
from datetime import UTC, datetime

from syndication_assets.media.cache.cache_queue import DueMedium
from syndication_assets.media.cache.host_limits import HostLimit, HostLimits
from syndication_assets.media.cache.waiting_media import WaitingMedia

OTHERS = HostLimit("others", 1)


def test_a_row_holds_for_its_host_and_all_names_below_together():
    limits = HostLimits([OTHERS, HostLimit("cdn.example", 2), HostLimit("img.cdn.example", 5)])
    names = {
        host: limits.name_of(host) for host in ("a.cdn.example", "CDN.example", "b.img.cdn.example", "notcdn.example")
    }
    assert list(names.values()) == ["cdn.example", "cdn.example", "img.cdn.example", "notcdn.example"]
    for host in ("a.cdn.example", "b.cdn.example"):
        assert limits.is_open(limits.name_of(host), 0)
        limits.begin(limits.name_of(host))
    assert not limits.is_open("cdn.example", 0)
    assert limits.is_open("img.cdn.example", 0)


def test_each_host_without_a_row_is_alone():
    limits = HostLimits([OTHERS])
    limits.begin("a.example")
    assert not limits.is_open("a.example", 0)
    assert limits.is_open("b.example", 0)


def test_a_connection_pauses_after_each_medium():
    limits = HostLimits([HostLimit("others", 2, pause_seconds=5)])
    limits.begin("a.example")
    limits.begin("a.example")
    limits.end("a.example", 10, 0)
    assert not limits.is_open("a.example", 14.9)
    assert limits.opens_at(10) == 15
    assert limits.is_open("a.example", 15)
    assert limits.opens_at(15) is None


def test_a_host_is_closed_once_it_has_sent_its_bytes():
    limits = HostLimits([OTHERS, HostLimit("cdn.example", 1, run_bytes=100)])
    limits.begin("cdn.example")
    limits.end("cdn.example", 0, 99)
    assert limits.spent() == set()
    limits.begin("cdn.example")
    limits.end("cdn.example", 0, 1)
    assert limits.spent() == {"cdn.example"}
    assert not limits.is_open("cdn.example", 1e9)


class Queue:
    """Media of hosts in the order of the queue; `reads` has the closed names of each time it was read."""

    def __init__(self, limits: HostLimits, hosts: list[str], page: int = 2) -> None:
        self.limits = limits
        self.page = page
        self.reads: list[set[str]] = []
        self.media = [
            DueMedium("org", str(place), "image", f"https://{host}/{place}", 0, datetime(2025, 11, 3, tzinfo=UTC))
            for place, host in enumerate(hosts)
        ]

    def read(self, taken: Collection[str], closed: Collection[str]) -> list[DueMedium]:
        self.reads.append(set(closed))
        left = [each for each in self.media if each.key not in taken and self.limits.name_of(each.host) not in closed]
        return left[: self.page]


def test_a_host_that_may_not_be_asked_holds_up_no_other():
    limits = HostLimits([OTHERS])
    queue = Queue(limits, ["slow.example"] * 5 + ["fast.example"])
    waiting = WaitingMedia(queue.read, limits)
    first = waiting.next(0)
    assert first is not None
    assert first.media_id == "0"
    limits.begin("slow.example")
    second = waiting.next(0)
    assert second is not None
    assert second.media_id == "5"
    assert queue.reads == [set(), {"slow.example"}]
    limits.begin("fast.example")
    assert waiting.next(0) is None
    assert not waiting.is_empty
    given = []
    for _ in range(5):
        limits.end("slow.example", 0, 0)
        medium = waiting.next(0)
        given.append(None if medium is None else medium.media_id)
        limits.begin("slow.example")
    assert given == ["1", "2", "3", "4", None]
    assert not waiting.has_left_some()


def test_what_a_host_has_no_bytes_for_stays_in_the_queue():
    limits = HostLimits([OTHERS, HostLimit("cdn.example", 9, run_bytes=10)])
    waiting = WaitingMedia(Queue(limits, ["cdn.example"] * 4 + ["fast.example"]).read, limits)
    assert waiting.next(0) is not None
    limits.begin("cdn.example")
    limits.end("cdn.example", 0, 10)
    last = waiting.next(0)
    assert last is not None
    assert last.host == "fast.example"
    assert waiting.is_empty
    assert waiting.has_left_some()


def test_memory_is_bounded_however_many_wait_for_one_host(monkeypatch):
    monkeypatch.setattr("syndication_assets.media.cache.waiting_media._MOST_HELD", 3)
    limits = HostLimits([OTHERS])
    queue = Queue(limits, ["a.example", "b.example", "c.example"] * 3, page=2)
    waiting = WaitingMedia(queue.read, limits)
    for host in ("a.example", "b.example", "c.example"):
        limits.begin(host)
    assert waiting.next(0) is None
    assert len(queue.reads) <= 3
