"""Reading ahead changes when a file is read, and nothing else."""

from datetime import date
from pathlib import Path

import pytest

from syndication_assets.landing.zone.landing_zone import LandedFile, LandingError, LandingZone
from syndication_assets.scraping.reading import read_ahead as read_ahead_module
from syndication_assets.scraping.reading.file_reading import FileReading, read_file
from syndication_assets.scraping.reading.read_ahead import ReadAhead, read_ahead
from syndication_assets_tests.cli.test_cli import POST

MONDAY, TUESDAY = date(2025, 11, 24), date(2025, 11, 25)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths in the order of reading."""
    paths: list[str] = []

    def noted(zone: LandingZone, file: LandedFile, maximum_file_bytes: int) -> FileReading:
        paths.append(file.path)
        return read_file(zone, file, maximum_file_bytes)

    monkeypatch.setattr(read_ahead_module, "read_file", noted)
    return paths


def land(zone: LandingZone, day: date, name: str, content: bytes = POST, source: str = "linkedin_apify") -> str:
    return zone.land("default", source, day, name, content)[0]


def read_day(zone: LandingZone, ahead: ReadAhead, day: date) -> dict[str, FileReading]:
    return {file.path: ahead.read(file) for file in zone.files(day)}


def test_a_day_read_ahead_is_read_once_with_the_same_result(zone: LandingZone, reads: list[str]):
    first, second = land(zone, MONDAY, "a.json"), land(zone, TUESDAY, "b.json")
    with read_ahead(zone, 10**6) as ahead:
        ahead.begin_day(TUESDAY)
        assert list(read_day(zone, ahead, MONDAY)) == [first]
        ahead.begin_day(None)
        (reading,) = read_day(zone, ahead, TUESDAY).values()
    assert sorted(reads) == [first, second]
    (file,) = zone.files(TUESDAY)
    assert reading == read_file(zone, file, 10**6)


def test_a_file_that_has_changed_since_is_read_again(zone: LandingZone, reads: list[str], tmp_path: Path):
    path = land(zone, TUESDAY, "b.json", b"[")
    with read_ahead(zone, 10**6) as ahead:
        ahead.begin_day(TUESDAY)
        ahead.begin_day(None)
        (tmp_path / "landing" / path).write_bytes(POST)
        (reading,) = read_day(zone, ahead, TUESDAY).values()
    assert (len(reading.items), reading.rejected) == (1, [])
    assert reads == [path, path]


def test_a_file_that_has_landed_since_is_read_too(zone: LandingZone):
    land(zone, TUESDAY, "b.json")
    with read_ahead(zone, 10**6) as ahead:
        ahead.begin_day(TUESDAY)
        ahead.begin_day(None)
        late = land(zone, TUESDAY, "late.json")
        assert late in read_day(zone, ahead, TUESDAY)


def test_the_rest_of_a_large_day_is_read_during_its_own_load(
    zone: LandingZone, reads: list[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(read_ahead_module, "MOST_BYTES", 2 * len(POST))
    for number in range(4):
        land(zone, TUESDAY, f"{number}.json")
    with read_ahead(zone, 10**6) as ahead:
        ahead.begin_day(TUESDAY)
        ahead.begin_day(None)
        assert len(reads) == 2
        assert len(read_day(zone, ahead, TUESDAY)) == 4
    assert len(reads) == 4


def test_files_of_other_rooms_are_not_read_ahead(zone: LandingZone, reads: list[str]):
    land(zone, TUESDAY, "posts.json", b"{}", "blog_posts")
    with read_ahead(zone, 10**6) as ahead:
        ahead.begin_day(TUESDAY)
        ahead.begin_day(None)
    assert reads == []


def reject(_day: date) -> None:
    raise LandingError("the store is down")


def test_an_error_of_the_store_while_reading_ahead_is_raised_by_the_load_of_the_day(
    zone: LandingZone, monkeypatch: pytest.MonkeyPatch
):
    path = land(zone, TUESDAY, "b.json")
    with read_ahead(zone, 10**6) as ahead:
        with monkeypatch.context() as down:
            down.setattr(zone, "files", reject)
            ahead.begin_day(TUESDAY)
            ahead.begin_day(None)
            with pytest.raises(LandingError):
                read_day(zone, ahead, TUESDAY)
        assert list(read_day(zone, ahead, TUESDAY)) == [path]
