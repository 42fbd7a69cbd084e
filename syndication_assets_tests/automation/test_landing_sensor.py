"""The landing zone sensor."""

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg
import msgspec
import psycopg
import pytest

from syndication_assets.automation.sensors.landing_sensor import landing_zone_sensor
from syndication_assets.database.postgres_resource import PostgresResource
from syndication_assets.definitions import defs
from syndication_assets.documents.document_load import load_day as load_documents
from syndication_assets.landing.loading.withdrawal import withdraw_files
from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets.scraping.fetching.download_runs import RunSession, run_session
from syndication_assets.scraping.loading import post_load as load_module
from syndication_assets.scraping.loading.post_load import load_day
from syndication_assets_tests.catalogue.shop import CatalogueRoom, add_vendor, product
from syndication_assets_tests.documents.blog import post

pytestmark = pytest.mark.one_server

DAY = date(2025, 11, 25)


@pytest.fixture
def landed(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LandingZone:
    """The empty landing zone of the environment, whose files count as complete."""
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", database_url)
    monkeypatch.setenv("SYNDICATION_LANDING_URL", str(tmp_path / "landing"))
    monkeypatch.setattr("syndication_assets.automation.sensors.landing_sensor._is_changing", lambda _files: False)
    return LandingZone(str(tmp_path / "landing"))


def _tick(cursor: str | None = None) -> dg.SensorResult | dg.SkipReason:
    with dg.build_sensor_context(
        cursor=cursor, definitions=defs, resources={"postgres": PostgresResource()}, sensor_name="landing_zone_sensor"
    ) as context:
        return landing_zone_sensor.evaluate_tick(context)


def _days(tick) -> list[str]:
    return [request.partition_key for request in tick.run_requests]


def test_the_sensor_requests_each_day_once_per_content(landed: LandingZone):
    landed.land("default", "linkedin_apify", date(2025, 11, 25), "a.json", b"[]")
    landed.land("default", "linkedin_apify", date(2025, 11, 26), "b.json", b"[]")
    first = _tick()
    assert _days(first) == ["2025-11-25", "2025-11-26"]
    second = _tick(first.cursor)
    assert _days(second) == []
    landed.land("default", "linkedin_apify", date(2025, 11, 25), "late.json", b"[]")
    third = _tick(second.cursor)
    assert _days(third) == ["2025-11-25"]
    assert third.run_requests[0].run_key not in {request.run_key for request in first.run_requests}


def test_loaded_days_are_left_alone(landed: LandingZone, database_url: str, session: RunSession):
    """A sensor that is started after months of loading must not request all days again."""
    landed.land("default", "linkedin_apify", date(2025, 11, 25), "a.json", b"[]")
    load_day(database_url, landed, date(2025, 11, 25), maximum_file_bytes=1000, session=session)
    assert _days(_tick()) == []


def test_a_day_waits_while_its_files_are_being_written(
    database_url: str, zone: LandingZone, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", database_url)
    monkeypatch.setenv("SYNDICATION_LANDING_URL", zone.url)
    path, _ = zone.land("default", "linkedin_apify", date(2025, 11, 25), "a.json", b"[]")
    assert _days(_tick()) == []
    an_hour_ago = datetime.now(UTC).timestamp() - 3600
    os.utime(Path(zone.url) / path, (an_hour_ago, an_hour_ago))
    assert _days(_tick()) == ["2025-11-25"]


def test_a_tick_is_bounded_and_the_rest_follows_in_the_next_tick(landed: LandingZone):
    for day in range(1, 32):
        landed.land("default", "linkedin_apify", date(2025, 10, day), "a.json", b"[]")
    first = _tick()
    assert len(_days(first)) == 30
    assert _days(_tick(first.cursor)) == ["2025-10-31"]


DAY = date(2025, 11, 25)


@pytest.fixture
def failing(landed: LandingZone, database_url: str, session: RunSession, monkeypatch: pytest.MonkeyPatch, time_passes):
    """Fails a load of the day, as if it had been some minutes ago."""

    def fail(minutes_ago: int = 0) -> None:
        with monkeypatch.context() as patched:
            patched.setattr(load_module, "_merge", lambda *_: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                load_day(database_url, landed, DAY, maximum_file_bytes=1000, session=session)
        time_passes(minutes_ago)

    return fail


@pytest.fixture
def time_passes(database_url: str):
    """Makes what was loaded older."""

    def pass_by(minutes: int) -> None:
        with psycopg.connect(database_url) as connection:
            connection.execute(
                "update scraping.download_runs set started_at = started_at - %(time)s,"
                " completed_at = completed_at - %(time)s",
                {"time": timedelta(minutes=minutes)},
            )

    return pass_by


def test_a_failed_load_is_requested_three_more_times_at_growing_intervals_and_then_left_to_people(
    landed: LandingZone, failing, time_passes
):
    landed.land("default", "linkedin_apify", DAY, "a.json", b"[]")
    first = _tick()
    assert _days(first) == ["2025-11-25"]
    # The load has not failed yet: it may be queued.
    tick = _tick(first.cursor)
    assert _days(tick) == []
    keys = [first.run_requests[0].run_key]
    for minutes in (5, 60, 360):
        failing(minutes - 1)
        assert _days(_tick(tick.cursor)) == []
        time_passes(2)
        tick = _tick(tick.cursor)
        assert _days(tick) == ["2025-11-25"], minutes
        keys.append(tick.run_requests[0].run_key)
        assert _days(_tick(tick.cursor)) == []
    assert len(set(keys)) == 4
    failing(24 * 60)
    assert _days(_tick(tick.cursor)) == []
    # New content starts over.
    landed.land("default", "linkedin_apify", DAY, "late.json", b"[]")
    assert _days(_tick(tick.cursor)) == ["2025-11-25"]


def test_a_killed_load_counts_as_failed_and_a_running_load_does_not(landed: LandingZone, database_url: str):
    landed.land("default", "linkedin_apify", DAY, "a.json", b"[]")
    first = _tick()
    with psycopg.connect(database_url) as connection:
        (organization_id,) = connection.execute("select organization_id from tenancy.organizations").fetchall()[0]
    with run_session(database_url, "test") as dying:
        dying.open(
            kind="load",
            organization_id=organization_id,
            source="linkedin_apify",
            platform="linkedin",
            first_day=DAY,
            last_day=DAY,
        )
        with psycopg.connect(database_url) as connection:
            connection.execute("update scraping.download_runs set started_at = started_at - interval '1 hour'")
        assert _days(_tick(first.cursor)) == []
    assert _days(_tick(first.cursor)) == ["2025-11-25"]


def test_a_load_that_succeeded_after_a_failure_is_not_requested_again(
    landed: LandingZone, database_url: str, session: RunSession, failing
):
    landed.land("default", "linkedin_apify", DAY, "a.json", b"[]")
    first = _tick()
    failing(30)
    load_day(database_url, landed, DAY, maximum_file_bytes=1000, session=session)
    second = _tick(first.cursor)
    assert _days(second) == []
    landed.land("default", "linkedin_apify", DAY, "late.json", b"[]")
    (request,) = _tick(second.cursor).run_requests
    # The failure before the success does not count.
    assert request.run_key.count("-") == 3


def test_a_lost_cursor_gives_the_same_run_keys(landed: LandingZone, failing):
    landed.land("default", "linkedin_apify", DAY, "a.json", b"[]")
    assert [r.run_key for r in _tick().run_requests] == [r.run_key for r in _tick().run_requests]
    failing(30)
    assert [r.run_key for r in _tick().run_requests] == [r.run_key for r in _tick().run_requests]


def test_a_withdrawn_file_is_ignored_until_it_lands_again(landed: LandingZone, database_url: str, session: RunSession):
    for name in ("a.json", "b.json"):
        path, _ = landed.land("default", "linkedin_apify", DAY, name, b"[]")
    load_day(database_url, landed, DAY, maximum_file_bytes=1000, session=session)
    withdraw_files(database_url, landed, [path], "wrong")
    tick = _tick()
    assert _days(tick) == []
    load_day(database_url, landed, DAY, maximum_file_bytes=1000, session=session)
    assert _days(_tick(tick.cursor)) == []
    landed.land("default", "linkedin_apify", DAY, "b.json", b"[]")
    assert _days(_tick(tick.cursor)) == ["2025-11-25"]


def test_ticks_check_the_recent_days_and_slices_of_older_days_until_all_were_checked(
    landed: LandingZone, monkeypatch: pytest.MonkeyPatch
):
    today = datetime.now(UTC).date()
    recent = [today - timedelta(days=number) for number in (0, 7)]
    older = [date(2024, 3, 1) + timedelta(days=number) for number in range(130)]
    for day in [*recent, *older]:
        (Path(landed.url) / "default" / "linkedin_apify" / day.isoformat()).mkdir(parents=True)
    seen: list[date] = []
    files = LandingZone.files
    monkeypatch.setattr(LandingZone, "files", lambda zone, day: seen.append(day) or files(zone, day))
    cursor, all_seen = None, set()
    for _ in range(3):
        seen.clear()
        cursor = _tick(cursor).cursor
        assert len(seen) == 62
        assert set(recent) <= set(seen)
        all_seen |= set(seen)
    assert all_seen == {*recent, *older}


def test_days_without_a_partition_are_not_requested(landed: LandingZone):
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    for day in (date(2014, 12, 31), tomorrow):
        landed.land("default", "linkedin_apify", day, "a.json", b"[]")
    assert _days(_tick()) == []


def test_a_catalogue_is_requested_when_its_manifest_lands_and_left_alone_once_loaded(
    landed: LandingZone, database_url: str
):
    add_vendor(database_url)
    shop = CatalogueRoom(database_url, landed)
    landed.land("default", "clan_catalogue", DAY, "products_page_0001.json", b"{}")
    assert _days(_tick()) == []
    shop.land(DAY, product("SKU-1"))
    first = _tick()
    assert _days(first) == [DAY.isoformat()]
    assert _days(_tick(first.cursor)) == []
    shop.load(DAY)
    assert _days(_tick()) == []


def test_a_catalogue_whose_pages_land_after_its_manifest_is_requested_again(landed: LandingZone, database_url: str):
    add_vendor(database_url)
    shop = CatalogueRoom(database_url, landed)
    shop.land(DAY, product("SKU-1"))
    (page,) = shop.root.rglob("products_page_*.json")
    content = page.read_bytes()
    page.unlink()
    first = _tick()
    assert [snapshot.status for load in shop.load(DAY) for snapshot in load.snapshots] == ["rejected"]
    assert _days(_tick(first.cursor)) == []
    page.write_bytes(content)
    again = _tick(first.cursor)
    assert _days(again) == [DAY.isoformat()]
    assert [snapshot.status for load in shop.load(DAY) for snapshot in load.snapshots] == ["accepted"]
    assert _days(_tick(again.cursor)) == []


def test_documents_are_requested_until_they_are_loaded_or_quarantined(landed: LandingZone, database_url: str):
    landed.land("default", "blog_posts", DAY, "a.json", msgspec.json.encode({"posts": [post(1)]}))
    assert _days(_tick()) == [DAY.isoformat()]
    load_documents(database_url, landed, DAY, maximum_file_bytes=10_000)
    assert _days(_tick()) == []
    for name, content in (("b.json", b"no JSON"), ("c.json", b'{"posts": [{"id": 2}]}')):
        landed.land("default", "blog_posts", DAY, name, content)
        assert _days(_tick()) == [DAY.isoformat()]
        load_documents(database_url, landed, DAY, maximum_file_bytes=10_000)
        assert _days(_tick()) == []
