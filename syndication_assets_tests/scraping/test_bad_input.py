"""Invalid input ends in quarantine, its neighbours are loaded, and its content does not leak."""

import gzip
import json
import os
import re
import time
import tracemalloc

import msgspec
import pytest

from syndication_assets_tests.invariants import broken_invariants
from syndication_assets_tests.scraping.bad_files import (
    CANARY,
    FILE,
    GOOD,
    QUARANTINE,
    load_with_canary,
)
from syndication_assets_tests.scraping.linkedin_dataset import MONDAY, TUESDAY, Desk, activity_id, name, post

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


def test_hundreds_of_bad_files_do_not_lose_a_good_one(desk: Desk):
    for number in range(300):
        desk.put(MONDAY, f"dataset_bad{number}.json", msgspec.json.encode({"n": number})[:-1])
    desk.land(MONDAY, 9, *GOOD)
    (load,) = desk.load(MONDAY)
    assert load.total("items_quarantined") == len(desk.rows(QUARANTINE)) == 300
    assert desk.value("select count(*) from scraping.posts") == 2
