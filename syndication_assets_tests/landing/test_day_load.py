"""The one way to load a day: what it locks, lists and rejects, in every room."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import date, timedelta

import psycopg
import pytest

from syndication_assets.landing.loading.day_load import LandedDay, RoomLoad, load_room_day
from syndication_assets.landing.loading.file_staging import StagedFile, stage_files
from syndication_assets.landing.loading.withdrawal import Withdrawal, withdraw_files
from syndication_assets.landing.zone.landing_zone import LandedFilesMissingError, LandingZone

MONDAY = date(2025, 11, 3)
TUESDAY = MONDAY + timedelta(1)
SOURCE_OF_ROOM = {"scraping": "linkedin_apify", "catalogue": "clan_catalogue", "documents": "blog_posts"}


def land(zone: LandingZone, source: str, day: date = MONDAY, name: str = "export.json") -> str:
    return zone.land("default", source, day, name, b"[]")[0]


def load(url: str, zone: LandingZone, room: str, stage: Callable[[LandedDay], None], day: date = MONDAY) -> LandedDay:
    return load_room_day(url, zone, day, RoomLoad(room, stage, merge=lambda _: None))


def stage_all(landed: LandedDay) -> None:
    stage_files(
        landed.connection,
        [
            StagedFile(landed.organizations[file.organization], file.source, file.path, file.landed_on, b"", 2, items=1)
            for file in landed.files
        ],
    )


def is_waiting(url: str) -> bool:
    """Whether any session of the database waits for an advisory lock."""
    statement = "select exists (select from pg_locks where locktype = 'advisory' and not granted)"
    with psycopg.connect(url) as connection:
        return bool(connection.execute(statement).fetchone()[0])  # type: ignore[index]


@pytest.mark.parametrize("room", SOURCE_OF_ROOM)
def test_a_file_stays_in_place_from_the_listing_of_its_load_to_the_reading(
    room: str, database_url: str, zone: LandingZone
):
    path = land(zone, SOURCE_OF_ROOM[room])
    withdrawals: list[Future[list[Withdrawal]]] = []
    with ThreadPoolExecutor(1) as other_process:

        def stage(landed: LandedDay) -> None:
            assert [file.path for file in landed.files] == [path]
            withdrawals.append(other_process.submit(withdraw_files, database_url, zone, [path], "a trial"))
            # Without the lock the withdrawal ends within milliseconds; with it, it still waits after a second.
            with suppress(TimeoutError):
                withdrawals[0].result(timeout=1)
            assert zone.read(path, 100) == b"[]"
            assert is_waiting(database_url)
            stage_all(landed)

        load(database_url, zone, room, stage)
        assert [withdrawal.outcome for withdrawal in withdrawals[0].result(timeout=30)] == ["moved"]
    assert load(database_url, zone, room, stage_all).withdrawn == {path: SOURCE_OF_ROOM[room]}


@pytest.mark.both_servers
def test_a_withdrawal_from_another_day_or_source_does_not_wait_for_the_load(database_url: str, zone: LandingZone):
    land(zone, "blog_posts")
    others = [land(zone, "blog_posts", TUESDAY), land(zone, "clan_catalogue")]

    def stage(landed: LandedDay) -> None:
        outcomes = [withdrawal.outcome for withdrawal in withdraw_files(database_url, zone, others, "a trial")]
        assert outcomes == ["moved", "moved"]
        stage_all(landed)

    load(database_url, zone, "documents", stage)


def test_each_room_gets_its_own_sources_and_scraping_also_the_unknown_sources(database_url: str, zone: LandingZone):
    paths = {source: land(zone, source) for source in [*SOURCE_OF_ROOM.values(), "myspace_export"]}
    seen = {}
    for room in SOURCE_OF_ROOM:
        load(database_url, zone, room, lambda landed, room=room: seen.update({room: [f.path for f in landed.files]}))
    assert seen == {
        "scraping": [paths["linkedin_apify"], paths["myspace_export"]],
        "catalogue": [paths["clan_catalogue"]],
        "documents": [paths["blog_posts"]],
    }


@pytest.mark.parametrize("room", SOURCE_OF_ROOM)
def test_a_loaded_file_that_is_missing_without_a_withdrawal_stops_the_load(
    room: str, database_url: str, zone: LandingZone
):
    path = land(zone, SOURCE_OF_ROOM[room])
    load(database_url, zone, room, stage_all)
    zone.withdraw(path)
    with pytest.raises(LandedFilesMissingError, match="Restore them"):
        load(database_url, zone, room, stage_all)


def test_folders_without_an_organization_are_reported(database_url: str, zone: LandingZone):
    zone.land("stranger", "blog_posts", MONDAY, "export.json", b"[]")
    landed = load(database_url, zone, "documents", stage_all)
    assert (landed.unknown_folders, landed.files) == (["stranger"], [])
