"""Invalid input ends in quarantine, its neighbours are loaded, and its content does not leak."""

import gzip
import json
import logging
import os
import re
import time
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from syndication_assets.errors import SyndicationError
from syndication_assets.landing.landing_zone import LandingError, LandingZone
from syndication_assets.scraping import file_reading
from syndication_assets.scraping.download_runs import run_session
from syndication_assets.scraping.post_load import DayLoad
from syndication_assets_tests.conftest import new_database
from syndication_assets_tests.invariants import broken_invariants, differences, facts
from syndication_assets_tests.scraping.linkedin_dataset import MONDAY, TUESDAY, Desk, activity_id, name, post
from syndication_assets_tests.servers import Server

CANARY = "canary-7f3a"
"""Contained in every payload; must not appear anywhere else."""
GOOD_TEXTS = ((1, "first"), (3, "last"))
GOOD = [post(activity_id(n), text=text) for n, text in GOOD_TEXTS]
FILE = name("anna", MONDAY, 9)
QUARANTINE = "select source_file_path, position, reason from landing.quarantine where replayed_at is null order by 1, 2"


def around(item: bytes, number: int = 0) -> bytes:
    """A file with this item between two good items, which depend on the number."""
    first, last = (json.dumps(post(activity_id(100 * number + n), text=text)).encode() for n, text in GOOD_TEXTS)
    return b"[" + first + b"," + item + b"," + last + b"]"


def changed(**changes: object) -> bytes:
    return json.dumps(post(activity_id(2), text=CANARY) | changes).encode()


def with_text(json_text: bytes) -> bytes:
    return changed(text="PLACE").replace(b'"PLACE"', json_text)


def with_timestamp(timestamp: object) -> bytes:
    return changed(posted_at={"timestamp": timestamp})


def with_stats(**stats: object) -> bytes:
    return changed(stats={"total_reactions": 1, "comments": 1, "reposts": 1} | stats)


MILLISECONDS = int(datetime(2025, 11, 1, tzinfo=UTC).timestamp()) * 1000
BAD_ITEMS = {
    "NUL bytes": (with_text(b'"' + CANARY.encode() + b'\0"'), "NUL"),
    "an escaped NUL": (with_text(b'"' + CANARY.encode() + b'\\u0000"'), "NUL"),
    "a NUL in a key": (changed()[:-1] + b', "k\\u0000": 1}', "NUL"),
    "half a surrogate pair": (with_text(b'"' + CANARY.encode() + b'\\ud83c"'), "surrogate"),
    "bytes that are no UTF-8": (with_text(b'"' + CANARY.encode() + b'\xff"'), "UTF-8"),
    "NaN": (with_stats(like=float("nan")), "NaN"),
    "Infinity": (with_stats(like=float("inf")), "Infinity"),
    "nesting of 200 levels": (changed(deep=json.loads("[" * 200 + "]" * 200)), "nested"),
    "a text of 10 MB": (changed(text=CANARY + "x" * 10_000_000), "longer than"),
    "a key twice": (changed()[:-1] + b', "text": "other"}', "duplicate key"),
    "seconds for milliseconds": (with_timestamp(MILLISECONDS // 1000), "seconds where milliseconds"),
    "microseconds for milliseconds": (with_timestamp(MILLISECONDS * 1000), "microseconds where milliseconds"),
    "the year 57886": (with_timestamp(1_764_547_200_000_000), "outside 2000 to 2100"),
    "a time before 2000": (with_timestamp(1), "outside 2000 to 2100"),
    "a negative counter": (with_stats(comments=-4), "stats.comments"),
    "an absurd counter": (with_stats(reposts=10**15), "stats.reposts"),
    "a huge counter": (with_stats(reposts=10**30), "stats.reposts"),
    "a fraction of a counter": (with_stats(like=1.5), "stats.like"),
    "1e999999 as a counter": (with_stats(like=0).replace(b'"like": 0', b'"like": 1e999999'), "out of range|too large"),
    "1e999999 in an unknown key": (changed(new=0).replace(b'"new": 0', b'"new": 1e999999'), "too large|out of range"),
    "a number of 200 000 digits": (changed(new=0).replace(b'"new": 0', b'"new": ' + b"9" * 200_000), "too large|range"),
    "1e-99999 in an unknown key": (changed(new=0).replace(b'"new": 0', b'"new": 1e-99999'), "too large|digits"),
    "no id": (changed(urn=None, full_urn=None), "missing id"),
    "an id as a number": (changed(urn={"activity_urn": 7390687329075343663}), "rounded"),
    "an id of 40 digits": (changed(urn={"activity_urn": "7" * 40}), "20 digits"),
    "two activity ids": (changed(activity_urn=activity_id(9)), "second activity id"),
    "a user name with a NUL": (changed(author={"username": "a\0b"}), "NUL"),
    "a user name of 5 kB": (changed(author={"username": CANARY * 500}), "200 characters"),
    "an image at an endless address": (changed(media={"images": [{"url": f"https://x/{CANARY * 900}"}]}), "URL longer"),
    "a sentence": (json.dumps(CANARY).encode(), "a string"),
    "a list": (json.dumps([CANARY]).encode(), "a list"),
    "null": (b"null", "null"),
}


def load_with_canary(desk: Desk, caplog: pytest.LogCaptureFixture, **more: int) -> DayLoad:
    """Loads Monday and asserts that neither logs nor metadata contain a payload."""
    caplog.set_level(logging.DEBUG)
    (load,) = desk.load(MONDAY, **more)
    assert CANARY not in caplog.text
    assert CANARY not in repr(load)
    stored = [desk.rows(QUARANTINE), desk.rows("select unknown_keys::text, error_message from scraping.download_runs")]
    assert CANARY not in repr(stored)
    return load


@pytest.fixture(scope="module")
def bad_items(server: Server, template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk that has loaded a file for each bad item, all in one day."""
    zone = LandingZone(str(tmp_path_factory.mktemp("landing")))
    with new_database(server, template_database) as url, run_session(url, "test") as session:
        desk = Desk(url, zone, session)
        for number, (item, _) in enumerate(BAD_ITEMS.values()):
            desk.put(MONDAY, name(f"case{number}", MONDAY, 9), around(item, number))
        desk.load(MONDAY)
        yield desk


@pytest.mark.parametrize("case", BAD_ITEMS)
def test_a_bad_item_is_quarantined_with_its_position_and_its_neighbours_are_loaded(bad_items: Desk, case: str):
    number = list(BAD_ITEMS).index(case)
    item, reason = BAD_ITEMS[case]
    path = f"default/linkedin_apify/{MONDAY}/{name(f'case{number}', MONDAY, 9)}"
    ((position, quarantine_reason, kept, length),) = bad_items.rows(
        "select position, reason, payload, payload_bytes from landing.quarantine where source_file_path = %s", [path]
    )
    assert position == 1
    assert re.search(reason, quarantine_reason)
    assert length == len(item)
    assert bytes(kept) == item[: 1024 * 1024]
    assert bad_items.rows(
        "select text_content from scraping.data_downloads join scraping.posts using (post_id)"
        " where source_file_path = %s order by urn",
        [path],
    ) == [("first",), ("last",)]


def test_bad_items_are_counted_and_leave_traces_only_in_quarantine(bad_items: Desk, caplog: pytest.LogCaptureFixture):
    load = load_with_canary(bad_items, caplog)
    assert (load.total("items_read"), load.total("items_quarantined")) == (3 * len(BAD_ITEMS), len(BAD_ITEMS))
    before = facts(bad_items.url)
    assert {table: sum(rows.values()) for table, rows in before.items() if rows} == {
        "posts": 2 * len(BAD_ITEMS),
        "post_aliases": 2 * len(BAD_ITEMS),
        "data_downloads": 2 * len(BAD_ITEMS),
        "raw_payloads": 2 * len(BAD_ITEMS),
        "quarantine": len(BAD_ITEMS),
        "landed_files": len(BAD_ITEMS),
        # The author of all good posts. The name of a file makes no profile.
        "profiles": 1,
    }
    del before["quarantine"]
    assert CANARY not in repr(before)


FOREIGN_FILES = {
    "not JSON": (b"<html>" + CANARY.encode() + b"</html>", "not JSON"),
    "words": (CANARY.encode(), "not JSON"),
    "an empty file": (b"", "empty"),
    "white space": (b" \n ", "empty"),
    "an empty list": (b"[]", "no items"),
    "an empty list followed by text": (b"[] " + CANARY.encode(), "no items.*after the end"),
    "an endless nest": (b"[" * 100_000, "truncated|nested"),
    "a number": (b"1e999999", "a number|not JSON"),
    "UTF-16": (json.dumps(GOOD).encode("utf-16"), "UTF-16"),
    "nothing but NUL bytes": (b"\0" * 5_000, "NUL"),
    "an answer without items": (json.dumps({"data": None, "message": CANARY}).encode(), "without a list of items"),
}


@pytest.mark.parametrize(("content", "reason"), FOREIGN_FILES.values(), ids=FOREIGN_FILES.keys())
def test_a_file_without_items_is_quarantined_as_a_whole(
    desk: Desk, caplog: pytest.LogCaptureFixture, content: bytes, reason: str
):
    path = desk.put(MONDAY, FILE, content)
    desk.land(MONDAY, 10, *GOOD)
    load_with_canary(desk, caplog)
    rows = desk.rows(QUARANTINE)
    assert {quarantined_path for quarantined_path, _, _ in rows} == {path}
    assert re.search(reason, rows[-1][2])
    assert desk.value("select count(*) from scraping.posts") == 2
    assert desk.rows("select items from landing.files order by source_file_path") == [(0,), (2,)]


INVALID_FILES = {
    "a truncated companion": ("dataset_anna.json", b'{"observed_at": "2025-', "not a JSON object"),
    "a companion that is a list": ("dataset_anna.json", b"[]", "not a JSON object"),
    "a companion that is not valid UTF-8": ("dataset_anna.json", b'{"a": "\xff"}', "not a JSON object"),
    "a companion of brackets": ("dataset_anna.json", b'{"a":' + b"[" * 100_000, "not a JSON object"),
    "a time without a zone": ("dataset_anna.json", b'{"observed_at": "2025-11-03T09:00:00"}', "time zone"),
    "a time that is a number": ("dataset_anna.json", b'{"observed_at": 1764547200}', "not an ISO 8601 time"),
    "a time before all times": ("dataset_anna.json", b'{"observed_at": "0001-01-01T00:00+23:00"}', "not an ISO 8601"),
    "another day": ("dataset_anna.json", b'{"observed_at": "2025-11-04T00:00:00Z"}', "land it under 2025-11-04"),
    "another day in the name": (name("anna", TUESDAY, 9), None, "land it under 2025-11-04"),
    "25 o'clock": ("dataset_anna_2025-11-03_25-00-00-000.json", None, "does not exist"),
    "a list of another kind": ("posts.csv", None, "neither .json nor"),
}


@pytest.mark.parametrize(("file_name", "companion", "reason"), INVALID_FILES.values(), ids=INVALID_FILES.keys())
def test_a_file_with_an_invalid_time_or_type_is_quarantined_as_a_whole(
    desk: Desk, file_name: str, companion: bytes | None, reason: str
):
    path = desk.put(MONDAY, file_name, json.dumps(GOOD).encode())
    if companion is not None:
        desk.put(MONDAY, f"{file_name}.meta.json", companion)
    desk.load(MONDAY)
    ((quarantined_path, position, quarantine_reason),) = desk.rows(QUARANTINE)
    assert (quarantined_path, position) == (path, None)
    assert re.search(reason, quarantine_reason)
    assert desk.value("select count(*) from scraping.posts") == 0


def test_twenty_levels_of_nesting_are_loaded(desk: Desk):
    desk.put(MONDAY, FILE, around(changed(deep=json.loads("[" * 20 + "]" * 20))))
    desk.load(MONDAY)
    assert desk.rows(QUARANTINE) == []
    assert desk.value("select count(*) from scraping.posts") == 3


def test_a_truncated_file_keeps_its_complete_items_and_is_replayed_when_it_is_complete(desk: Desk):
    content = json.dumps([*GOOD, post(activity_id(4), text=CANARY)]).encode()
    path = desk.put(MONDAY, FILE, content[:-40])
    desk.load(MONDAY)
    assert [row[:2] for row in desk.rows(QUARANTINE)] == [(path, 2)]
    assert desk.value("select count(*) from scraping.posts") == 2
    assert broken_invariants(desk.url, desk.root) == []
    desk.put(MONDAY, FILE, content)
    desk.load(MONDAY)
    assert desk.rows(QUARANTINE) == []
    assert desk.value("select count(*) from landing.quarantine where replayed_at is not null") == 1
    assert desk.value("select count(*) from scraping.posts") == 3
    assert broken_invariants(desk.url, desk.root) == []
    desk.replace(path, content[:-40])
    desk.load(MONDAY)
    assert [row[:2] for row in desk.rows(QUARANTINE)] == [(path, 2)]


def test_a_file_that_is_rejected_as_a_whole_replays_nothing(desk: Desk):
    desk.put(MONDAY, FILE, b"[null, null]")
    desk.load(MONDAY)
    desk.load(MONDAY, maximum_file_bytes=10)
    assert [position for _, position, _ in desk.rows(QUARANTINE)] == [0, 1, None]


def test_an_unfinished_file_is_ignored_until_it_is_renamed(desk: Desk):
    desk.put(MONDAY, FILE + ".part", b"[")
    desk.put(MONDAY, ".~tmp~/" + FILE, b"[")
    (load,) = desk.load(MONDAY)
    assert load.runs == {}
    folder = desk.root / "default/linkedin_apify" / str(MONDAY)
    (folder / (FILE + ".part")).write_text(json.dumps(GOOD))
    (folder / (FILE + ".part")).rename(folder / FILE)
    desk.load(MONDAY)
    assert desk.rows(QUARANTINE) == []
    assert desk.value("select count(*) from scraping.posts") == 2


def test_a_file_of_two_gigabytes_is_rejected_without_reading_it(desk: Desk):
    path = desk.put(MONDAY, FILE, b"")
    os.truncate(desk.root / path, 2 * 1024**3)
    tracemalloc.start()
    began = time.monotonic()
    desk.load(MONDAY, maximum_file_bytes=256 * 1024**2)
    took = time.monotonic() - began
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert desk.rows(QUARANTINE) == [
        (
            path,
            None,
            "the file is larger than 268,435,456 bytes uncompressed: split it, or raise SYNDICATION_MAXIMUM_FILE_BYTES",
        )
    ]
    assert peak < 50_000_000
    assert took < 20


def test_a_gzip_bomb_is_rejected_and_other_files_are_loaded(desk: Desk):
    bomb = gzip.compress(b"[" + b" " * 40_000_000, compresslevel=9)
    assert len(bomb) < 100_000
    path = desk.put(MONDAY, FILE + ".gz", bomb)
    desk.land(MONDAY, 10, *GOOD)
    desk.load(MONDAY, maximum_file_bytes=1_000_000)
    ((quarantined_path, position, reason),) = desk.rows(QUARANTINE)
    assert (quarantined_path, position) == (path, None)
    assert "larger than 1,000,000 bytes uncompressed" in reason
    assert desk.value("select count(*) from scraping.posts") == 2


@pytest.mark.parametrize(
    "content",
    [b"no gzip", gzip.compress(json.dumps(GOOD).encode(), mtime=0)[:-12], gzip.compress(b"x", mtime=0)[:-1] + b"!"],
)
def test_a_damaged_gzip_file_is_quarantined_as_a_whole(desk: Desk, content: bytes):
    desk.put(MONDAY, FILE + ".gz", content)
    desk.load(MONDAY)
    ((_, position, reason),) = desk.rows(QUARANTINE)
    assert position is None
    assert "gzip" in reason


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


def test_a_failing_adapter_only_loses_its_item_and_its_reason_quotes_no_content(
    desk: Desk, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):

    source = file_reading.SOURCES["linkedin_apify"]

    def parse_item(payload: bytes, tracked_username: str | None) -> object:
        if CANARY.encode() in payload:
            raise RuntimeError(payload.decode())
        return source.parse_item(payload, tracked_username)

    monkeypatch.setitem(
        file_reading.SOURCES,
        source.name,
        type(source)(**{f: getattr(source, f) for f in source.__slots__} | {"parse_item": parse_item}),
    )
    desk.put(MONDAY, FILE, around(changed()))
    load_with_canary(desk, caplog)
    ((_, position, reason),) = desk.rows(QUARANTINE)
    assert position == 1
    assert "RuntimeError" in reason
    assert desk.value("select count(*) from scraping.posts") == 2


def test_an_error_of_the_database_does_not_reveal_the_rejected_row(desk: Desk, caplog: pytest.LogCaptureFixture):
    desk.execute("alter table scraping.post_records add constraint no_birds check (text_content not like 'canary%')")
    try:
        desk.put(MONDAY, FILE, around(changed()))
        with pytest.raises(SyndicationError, match="no_birds") as caught:
            load_with_canary(desk, caplog)
    finally:
        desk.execute("alter table scraping.post_records drop constraint no_birds")
    assert CANARY not in str(caught.value)
    assert caught.value.__suppress_context__
    assert CANARY not in caplog.text
    assert CANARY not in repr(desk.rows("select error_message from scraping.download_runs"))


def test_hundreds_of_bad_files_do_not_lose_a_good_one(desk: Desk):
    for number in range(300):
        desk.put(MONDAY, f"dataset_bad{number}.json", msgspec.json.encode({"n": number})[:-1])
    desk.land(MONDAY, 9, *GOOD)
    (load,) = desk.load(MONDAY)
    assert load.total("items_quarantined") == len(desk.rows(QUARANTINE)) == 300
    assert desk.value("select count(*) from scraping.posts") == 2
