"""A load pauses the garbage collector, so what it reads must not be garbage that only the collector frees."""

import gc
from collections.abc import Iterator

import pytest

from syndication_assets.scraping.loading.post_staging import Staging
from syndication_assets_tests.scraping.linkedin_dataset import MONDAY, TUESDAY, Desk, activity_id, post

FEW, MANY = 3, 300


@pytest.fixture(autouse=True)
def collector() -> Iterator[None]:
    was_enabled = gc.isenabled()
    gc.enable()
    yield
    if not was_enabled:
        gc.disable()


def garbage_of(desk: Desk, hour: int, posts: int) -> int:
    """How many objects of a load only the collector frees; half of the posts are rejected."""
    desk.land(
        MONDAY, hour, *(post(activity_id(n), full_urn=5 if n % 2 else f"urn:li:activity:{n}") for n in range(posts))
    )
    gc.collect()
    gc.disable()
    desk.load(MONDAY)
    return gc.collect()


def test_garbage_does_not_grow_with_the_number_of_items(desk: Desk):
    garbage_of(desk, 8, FEW)  # what the first load of a process does once
    few = garbage_of(desk, 9, FEW)
    assert garbage_of(desk, 10, MANY) - few < MANY // 10


def test_the_collector_runs_again_after_a_load_and_after_a_failure(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    desk.land(MONDAY, 9, post(activity_id(1)))
    desk.load(MONDAY)
    assert gc.isenabled()
    enabled: list[bool] = []

    def fail(*_: object) -> None:
        enabled.append(gc.isenabled())
        raise KeyboardInterrupt

    monkeypatch.setattr(Staging, "add", fail)
    desk.land(TUESDAY, 9, post(activity_id(1)))
    with pytest.raises(KeyboardInterrupt):
        desk.load(TUESDAY)
    assert enabled == [False]
    assert gc.isenabled()
