"""Links, names, pipes and folders that a landing zone should not have."""

import json
import os
from pathlib import Path

import pytest

from syndication_assets.errors import SyndicationError
from syndication_assets.landing.zone.landing_zone import LandingError
from syndication_assets_tests.facts import differences, facts
from syndication_assets_tests.scraping.bad_files import (
    CANARY,
    FILE,
    GOOD,
    QUARANTINE,
    load_with_canary,
)
from syndication_assets_tests.scraping.linkedin_dataset import MONDAY, Desk, activity_id, name, post


def test_links_out_of_the_zone_are_not_followed(desk: Desk, tmp_path: Path, caplog: pytest.LogCaptureFixture):
    outside = tmp_path / "outside"
    (outside / str(MONDAY)).mkdir(parents=True)
    secret = outside / str(MONDAY) / name("bert", MONDAY, 9)
    secret.write_text(json.dumps([post(activity_id(9), text=CANARY)]))
    desk.land(MONDAY, 10, *GOOD)
    folder = desk.root / "default/linkedin_apify" / str(MONDAY)
    (folder / FILE).symlink_to(secret)
    (folder / "dataset_nowhere.json").symlink_to(tmp_path / "nothing")
    (folder / "folder.json").symlink_to(outside)
    (desk.root / "default/youtube_data_api").symlink_to(outside)
    load_with_canary(desk, caplog)
    reasons = {path.removeprefix("default/"): reason for path, _, reason in desk.rows(QUARANTINE)}
    assert set(reasons) == {
        f"linkedin_apify/{MONDAY}/{FILE}",
        f"linkedin_apify/{MONDAY}/dataset_nowhere.json",
        f"linkedin_apify/{MONDAY}/folder.json",
        f"youtube_data_api/{MONDAY}/{secret.name}",
    }
    assert all("leaves the landing zone" in reason for reason in reasons.values())
    assert desk.rows("select text_content from scraping.posts order by urn") == [("first",), ("last",)]


def test_a_link_within_the_zone_that_leads_nowhere_is_quarantined(desk: Desk):
    desk.land(MONDAY, 10, *GOOD)
    (desk.root / "default/linkedin_apify" / str(MONDAY) / FILE).symlink_to(desk.root / "gone")
    desk.load(MONDAY)
    ((_, _, reason),) = desk.rows(QUARANTINE)
    assert "does not lead to a file" in reason


@pytest.mark.parametrize("part", ["..", "../..", "a/b", ".hidden", "", "a\0b", "a\n", "/etc", "C:\\x", "x" * 300])
def test_names_that_leave_the_zone_are_rejected_before_anything_is_written(desk: Desk, part: str):
    for arguments in (
        (part, "linkedin_apify", MONDAY, FILE),
        ("default", part, MONDAY, FILE),
        ("default", "linkedin_apify", MONDAY, f"{part}.json" if part else part),
    ):
        if part == "a\n" and arguments[3] != FILE:
            continue
        with pytest.raises(LandingError):
            desk.zone.land(*arguments, b"[]")
    assert not desk.root.exists()


def test_landing_through_a_link_out_of_the_zone_is_rejected(desk: Desk, tmp_path: Path):
    (desk.root / "default").mkdir(parents=True)
    (tmp_path / "outside").mkdir()
    (desk.root / "default/linkedin_apify").symlink_to(tmp_path / "outside")
    with pytest.raises(LandingError, match="leaves the landing zone"):
        desk.zone.land("default", "linkedin_apify", MONDAY, FILE, b"[]", {"observed_at": "2025-11-03T09:00:00Z"})
    assert list((tmp_path / "outside").iterdir()) == []


def test_different_content_under_a_landed_name_is_rejected_and_does_not_change_the_companion(desk: Desk):
    path, is_new = desk.zone.land("default", "linkedin_apify", MONDAY, "dataset_anna.json", b"[1]")
    assert is_new
    with pytest.raises(LandingError, match="different content"):
        desk.zone.land("default", "linkedin_apify", MONDAY, "dataset_anna.json", b"[2]", {"observed_at": "x"})
    assert desk.zone.read(path, 100) == b"[1]"
    assert desk.zone.read_meta(path) == {}


def test_an_unknown_source_is_quarantined_and_does_not_stop_the_others(desk: Desk):
    path = desk.put(MONDAY, "posts.json", b"[]", source="friendster_dump")
    desk.land(MONDAY, 10, *GOOD)
    (load,) = desk.load(MONDAY)
    ((quarantined_path, position, reason),) = desk.rows(QUARANTINE)
    assert (quarantined_path, position) == (path, None)
    assert "friendster_dump" in reason
    assert "linkedin_apify" in reason
    assert len(load.runs) == 2
    assert desk.value("select count(*) from scraping.posts") == 2


def test_a_folder_without_an_organization_is_reported_and_not_read(desk: Desk):
    desk.land(MONDAY, 9, *GOOD, organization="nobody")
    desk.land(MONDAY, 9, GOOD[0])
    (load,) = desk.load(MONDAY)
    assert load.unknown_folders == ["nobody"]
    assert desk.value("select count(*) from scraping.posts") == 1
    assert desk.rows("select distinct split_part(source_file_path, '/', 1) from landing.files") == [("default",)]


def test_a_file_name_that_is_not_valid_utf_8_is_quarantined(desk: Desk):
    desk.land(MONDAY, 9, *GOOD)
    folder = os.fsencode(desk.root / "default/linkedin_apify" / str(MONDAY))
    with open(folder + b"/dataset_\xff.json", "wb") as file:  # noqa: PTH123 - the name is bytes
        file.write(b"[]")
    desk.load(MONDAY)
    ((path, _, reason),) = desk.rows(QUARANTINE)
    assert path.endswith(r"dataset_\udcff.json")
    assert "not valid UTF-8" in reason


def test_a_pipe_in_the_zone_does_not_stop_a_load(desk: Desk):
    desk.land(MONDAY, 9, *GOOD)
    os.mkfifo(desk.root / "default/linkedin_apify" / str(MONDAY) / "dataset_pipe.json")
    desk.load(MONDAY)
    assert desk.rows(QUARANTINE) == []


def test_a_file_that_cannot_be_read_now_stops_the_load_and_changes_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    """A failure of a disk or network must not delete the rows of the file."""
    path = desk.land(MONDAY, 9, *GOOD)
    desk.load(MONDAY)
    before = facts(desk.url)

    def fail(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(desk.zone._filesystem, "open", fail)
    with pytest.raises(SyndicationError, match=rf"{path} cannot be read .*Permission denied"):
        desk.load(MONDAY)
    assert differences(before, facts(desk.url)) == []
