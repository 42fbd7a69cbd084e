"""Misplaced files are found, and files that a load reads are not."""

import errno
import os
from datetime import date
from pathlib import Path

import pytest

from syndication_assets.landing.zone.landing_zone import LandingError, LandingZone
from syndication_assets.landing.zone.unread_files import UnreadFile, unread_files

FIRST_DAY, LAST_DAY = date(2025, 11, 1), date(2025, 11, 30)


def put(zone: LandingZone, path: str) -> None:
    file = Path(zone.url) / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"[]")


def found(zone: LandingZone) -> list[UnreadFile]:
    return list(unread_files(zone, {"default", "acme"}, FIRST_DAY, LAST_DAY))


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("a.json", "it is outside of"),
        ("default/a.json", "it is outside of"),
        ("default/2025-11-03.json", "it is outside of"),
        ("default/2025-11-03/a.json", "it is outside of"),
        ("default/linkedin_apify/a.json", "it is outside of"),
        ("default/linkedin_apify/2025-13-01/a.json", "'2025-13-01' is not a day"),
        ("default/linkedin_apify/20251103/a.json", "'20251103' is not a day"),
        ("default/linkedin_apify/november/2025-11-03/a.json", "'november' is not a day"),
        ("default/linkedin_apify/2025-10-31/a.json", "before the first partition, 2025-11-01"),
        ("default/linkedin_apify/2025-12-01/a.json", "2025-12-01 is in the future"),
        ("stranger/linkedin_apify/2025-11-03/a.json", "no organization has the slug 'stranger'"),
        ("2025-11-03/a.json", "no organization has the slug '2025-11-03'"),
    ],
)
def test_a_file_that_no_load_reads_is_found_with_the_reason(zone: LandingZone, path: str, reason: str):
    put(zone, path)
    (file,) = found(zone)
    assert file.path == path
    assert reason in file.reason
    assert list(zone.files(date(2025, 11, 3))) == [] or "stranger" in path


@pytest.mark.parametrize(
    "path",
    [
        "default/linkedin_apify/2025-11-01/a.json",
        "acme/unheard_of/2025-11-30/deeper/a.csv",  # read, and quarantined because of its name
        "default/.withdrawn/linkedin_apify/2025-11-03/a.json",
        ".trash/a.json",
        "default/linkedin_apify/a.json.part",
        "default/linkedin_apify/2025-13-01/.hidden/a.json",
    ],
)
def test_files_that_a_load_reads_and_hidden_files_are_not_reported(zone: LandingZone, path: str):
    put(zone, path)
    assert found(zone) == []


def test_a_missing_zone_has_no_unread_files(zone: LandingZone):
    assert found(zone) == []


def test_files_of_unknown_organizations_come_first(zone: LandingZone):
    for path in ("a.json", "default/a.json", "stranger/a.json", "stranger/x/2025-11-03/b.json"):
        put(zone, path)
    assert [file.path for file in found(zone)] == [
        "stranger/a.json",
        "stranger/x/2025-11-03/b.json",
        "a.json",
        "default/a.json",
    ]
    assert [file.unknown_organization for file in found(zone)] == ["stranger", "stranger", None, None]


def test_object_stores_are_searched_too():
    zone = LandingZone("memory://unread")
    zone.land("default", "linkedin_apify", date(2025, 11, 3), "a.json", b"[]")
    zone.land("default", "linkedin_apify", date(2025, 12, 3), "b.json", b"[]", {"observed_at": "2025-12-03T07:00:00Z"})
    assert [file.path for file in found(zone)] == ["default/linkedin_apify/2025-12-03/b.json"]


def test_a_name_that_is_not_valid_utf_8_can_be_printed(zone: LandingZone):
    put(zone, "default/a.json")
    (Path(zone.url) / "default/a.json").rename(
        Path(zone.url) / "default" / b"\xff.json".decode(errors="surrogateescape")
    )
    (file,) = found(zone)
    assert file.path == r"default/\udcff.json"


@pytest.mark.parametrize("folder", ["default", "default/linkedin_apify/2025-11-03"])
def test_a_folder_that_cannot_be_listed_costs_itself_and_is_named(
    zone: LandingZone, folder: str, monkeypatch: pytest.MonkeyPatch
):
    put(zone, "default/linkedin_apify/2025-11-03/a.json")
    put(zone, "acme/linkedin_apify/2025-11-03/b.json")
    scandir = os.scandir

    def without_the_folder(path: str) -> object:
        if os.fspath(path).rstrip("/") == f"{zone.url}/{folder}":
            raise PermissionError(errno.EACCES, "Permission denied", os.fspath(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", without_the_folder)
    reason = "it cannot be read (Permission denied): make it readable"
    assert found(zone) == [UnreadFile(folder, reason)]
    day = date(2025, 11, 3)
    assert [file.path for file in zone.files(day)] == ["acme/linkedin_apify/2025-11-03/b.json"]
    assert [str(error) for error in zone.unreadable_folders(day)] == [f"{folder}: {reason}"]
    assert ("acme", "linkedin_apify", day) in list(zone.days())


def test_links_that_lead_back_to_themselves_cost_themselves(zone: LandingZone):
    put(zone, "default/linkedin_apify/2025-11-03/a.json")
    root = Path(zone.url)
    for loop in ("loop", "default/loop", "default/linkedin_apify/loop", "default/linkedin_apify/2025-11-03/loop.json"):
        (root / loop).symlink_to(root / loop)
    (root / "default/linkedin_apify/2025-11-03/up").symlink_to(root)
    assert [file.path for file in found(zone)] == ["loop", "default/loop", "default/linkedin_apify/loop"]
    files = {file.name: file for file in zone.files(date(2025, 11, 3))}
    assert zone.read(files["a.json"].path, 100) == b"[]"
    with pytest.raises(LandingError, match=r"leads back to itself|does not lead to a file"):
        zone.read(files["loop.json"].path, 100)
