"""A bad item loses only itself: it is quarantined with its position, and its neighbours are loaded."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from syndication_assets.errors import SyndicationError
from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets.scraping.fetching.download_runs import run_session
from syndication_assets.scraping.reading import file_reading
from syndication_assets_tests.conftest import new_database
from syndication_assets_tests.facts import facts
from syndication_assets_tests.scraping.bad_files import CANARY, FILE, QUARANTINE, around, changed, load_with_canary
from syndication_assets_tests.scraping.linkedin_dataset import MONDAY, Desk, activity_id, name
from syndication_assets_tests.servers import Server


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


def test_twenty_levels_of_nesting_are_loaded(desk: Desk):
    desk.put(MONDAY, FILE, around(changed(deep=json.loads("[" * 20 + "]" * 20))))
    desk.load(MONDAY)
    assert desk.rows(QUARANTINE) == []
    assert desk.value("select count(*) from scraping.posts") == 3


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
