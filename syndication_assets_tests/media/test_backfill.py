"""A person fetches years of missing media a part at a time, and knows before what that will be."""

import json
import re
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from syndication_assets.cli.main import main
from syndication_assets.database.connection import transaction
from syndication_assets.media.cache.cache_plan import CachePlan, plan_cache
from syndication_assets.media.cache.cache_queue import host_limits
from syndication_assets.media.cache.host_limits import HostLimit, HostLimits
from syndication_assets_tests.media.conftest import TUESDAY, Shelf
from syndication_assets_tests.media.media_samples import picture

BLUE = picture(seed=20)


def _pictures(shelf: Shelf, number: int) -> list[str]:
    return [shelf.serve(f"/{each}.jpg", picture(seed=each)) for each in range(number)]


def _now() -> datetime:
    return datetime.now(UTC)


def test_a_pause_is_longer_by_what_is_drawn():
    asked = []

    def between(low: float, high: float) -> float:
        asked.append((low, high))
        return 1.5

    limits = HostLimits([HostLimit("others", 1, pause_seconds=5, jitter_seconds=2)], between=between)
    limits.begin("a.example")
    limits.end("a.example", 10, 0)
    assert asked == [(0, 2)]
    assert not limits.is_open("a.example", 16.4)
    assert limits.opens_at(10) == 16.5


def test_without_jitter_nothing_is_drawn():
    def between(low: float, high: float) -> float:
        raise AssertionError((low, high))

    limits = HostLimits([HostLimit("others", 1, pause_seconds=5), HostLimit("b.example", 1)], between=between)
    for host in ("a.example", "b.example"):
        limits.begin(host)
        limits.end(host, 10, 0)
    assert limits.opens_at(10) == 15
    assert limits.is_open("b.example", 10)


def test_pauses_of_a_host_vary_within_what_its_row_says():
    limits = HostLimits([HostLimit("others", 1, pause_seconds=5, jitter_seconds=2)])
    seen = set()
    for number in range(50):
        limits.begin(f"{number}.example")
        limits.end(f"{number}.example", 10, 0)
        seen.add(next(until for until in limits._resting[f"{number}.example"]))
    assert len(seen) > 1
    assert 15 <= min(seen) <= max(seen) <= 17


def test_a_row_says_how_much_the_pauses_vary(shelf: Shelf):
    shelf.desk.execute("update media.host_limits set pause_seconds = 0.25, jitter_seconds = 0.125")
    with transaction(shelf.url) as connection:
        assert host_limits(connection) == [HostLimit("others", 4, 0.25, None, 0.125)]


@pytest.mark.parametrize(("limit", "connections"), [(1, 8), (3, 1), (3, 8)])
def test_a_run_takes_no_more_than_its_limit_and_the_next_goes_on(shelf: Shelf, limit: int, connections: int):
    shelf.settings = {"media_connections": connections}
    shelf.scrape(*_pictures(shelf, 5))
    run = shelf.media_cache().run(limit)
    assert (run.states.total(), run.is_at_limit, run.is_at_budget) == (limit, True, False)
    assert len(shelf.internet.requests) == limit
    run = shelf.media_cache().run()
    assert (run.states.total(), run.is_at_limit) == (5 - limit, False)
    assert len(shelf.internet.requests) == 5


def test_a_small_batch_tells_its_progress(shelf: Shelf, caplog: pytest.LogCaptureFixture):
    shelf.settings = {"media_connections": 1}
    shelf.scrape(*_pictures(shelf, 5))
    with caplog.at_level("INFO"):
        shelf.media_cache().run(batch=2)
    shown = [record.message for record in caplog.records if record.message.startswith("media: ")]
    assert len(shown) >= 2
    assert all(re.fullmatch(r"media: [1-5] tried: [1-5] cached; [0-9,]+ bytes fetched", line) for line in shown)


def test_a_dry_run_tells_what_is_known_and_changes_nothing(shelf: Shelf):
    shelf.scrape(*_pictures(shelf, 4))
    (plan,) = plan_cache(shelf.url, _now(), None)
    assert plan == CachePlan("default", 4, 0, 0, None, None, 4)
    assert shelf.desk.rows("select count(*) from media.cached_media") == [(0,)]
    assert shelf.internet.requests == []

    shelf.media_cache().run(1)
    (stored,) = shelf.desk.rows("select size_bytes from media.media_files")
    # One a day: the second has its turn in two days, the third in three.
    shelf.desk.execute(
        "update media.cached_media set url_expires_at = now() + interval '60 hours' where state = 'waiting'"
    )
    (plan,) = plan_cache(shelf.url, _now(), None)
    assert plan == CachePlan("default", 3, 0, 0, 1, 3 * stored[0], 0)
    (plan,) = plan_cache(shelf.url, _now(), 2)
    assert (plan.media, plan.later, plan.expected_bytes) == (2, 1, 2 * stored[0])
    shelf.desk.execute(
        "update media.cached_media set url_expires_at = now() - interval '1 hour' where state = 'waiting'"
    )
    (plan,) = plan_cache(shelf.url, _now(), None)
    assert (plan.expired, plan.would_expire) == (3, 0)


def test_a_dry_run_knows_no_size_of_a_kind_that_is_not_stored(shelf: Shelf):
    shelf.scrape(*_pictures(shelf, 1))
    shelf.cache()
    shelf.scrape(shelf.serve("/new.jpg", BLUE), day=TUESDAY, post_number=2)
    shelf.desk.execute("update scraping.media_records set media_type = 'video' where media_key like '%new.jpg'")
    (plan,) = plan_cache(shelf.url, _now(), None)
    assert (plan.media, plan.expected_bytes, plan.of_unknown_size) == (1, None, 1)


def test_the_command_tells_it(shelf: Shelf, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", shelf.url)
    monkeypatch.setenv("SYNDICATION_MEDIA_URL", str(shelf.media_directory))
    shelf.scrape(*_pictures(shelf, 3))
    result = CliRunner().invoke(main, ["media", "cache", "--dry-run", "--limit", "2"])
    assert result.output.startswith("default: 2 media of unknown size, 1 wait for a later run; 0 have expired")
    shelf.cache()
    assert "No medium waits." in CliRunner().invoke(main, ["media", "cache", "--dry-run"]).output
    status = json.loads(CliRunner().invoke(main, ["media", "status", "--json"]).output)
    assert status[0]["cached"] == 3
