"""What an observation writes: of an unchanged post its snapshot and its payload, and no other row of a post."""

import json
from collections import Counter

import pytest

from syndication_assets_tests.invariants import broken_invariants
from syndication_assets_tests.scraping.linkedin_dataset import (
    MONDAY,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    Desk,
    activity_id,
    post,
)
from syndication_assets_tests.scraping.test_observations_across_days import at, seen_on

pytestmark = pytest.mark.both_servers

ONE, QUOTED = activity_id(1), activity_id(2)
TABLES = (
    "raw_payloads",
    "profiles",
    "post_records",
    "post_aliases",
    "media_records",
    "hashtags",
    "post_hashtags",
    "snapshots",
)
TIMES = "content_observed_at, author_observed_at, direct_observed_at, last_seen_at"
# A snapshot and a payload; the profile remembers when it was last described and synced, once a load.
AN_OBSERVATION = {"snapshots": 1, "raw_payloads": 1, "profiles": 1}


def observed(number: int, **changes: object) -> dict[str, object]:
    """The post as scraped for the `number`th time: other counters, another signature of its picture."""
    item: dict[str, object] = {
        "ugc_post": "71",
        "text": "#wool and #weather",
        "images": (f"https://cdn.example/a?signature={number}",),
        "reactions": 10 + number,
    }
    return post(ONE, **(item | changes))  # type: ignore[arg-type] - the arguments of `post`


def versions(desk: Desk) -> dict[str, Counter[tuple[str, ...]]]:
    """Table → the place and the writing transaction of each row."""
    return {
        table: Counter(desk.rows(f"select tableoid::regclass::text, ctid::text, xmin::text from scraping.{table}"))
        for table in TABLES
    }


def written(desk: Desk, before: dict[str, Counter[tuple[str, ...]]]) -> dict[str, int]:
    """Table → rows written since; without tables in which none was."""
    rows = {table: (versions - before[table]).total() for table, versions in versions(desk).items()}
    return {table: count for table, count in rows.items() if count}


def test_an_observation_of_an_unchanged_post_writes_a_snapshot_and_a_payload(desk: Desk):
    desk.land(MONDAY, 9, observed(0))
    desk.load(MONDAY)
    for number, (day, hour) in enumerate(((MONDAY, 18), (TUESDAY, 9), (WEDNESDAY, 9)), start=1):
        before = versions(desk)
        desk.land(day, hour, observed(number))
        desk.load(day)
        assert written(desk, before) == AN_OBSERVATION, (day, hour)
    assert desk.rows(f"select {TIMES} from scraping.posts") == [(at(WEDNESDAY, 9),) * 4]
    assert desk.value("select raw_json -> 'stats' ->> 'like' from scraping.posts") == "13"
    assert desk.rows("select media_url, last_seen_at from scraping.post_media") == [
        ("https://cdn.example/a?signature=3", at(WEDNESDAY, 9))
    ]
    assert seen_on(desk) == dict.fromkeys(("wool", "weather"), "{[2025-11-03,2025-11-06)}")
    assert broken_invariants(desk.url, desk.root) == []


def test_so_does_an_observation_of_a_late_day(desk: Desk):
    desk.land(MONDAY, 9, observed(0))
    desk.land(TUESDAY, 9, observed(1))
    desk.land(THURSDAY, 9, observed(3))
    desk.load(MONDAY, THURSDAY)
    before = versions(desk)
    desk.load(TUESDAY)
    # The profile was described and synced on a later day.
    assert written(desk, before) == {"snapshots": 1, "raw_payloads": 1}


def test_so_does_an_observation_of_a_quote_and_of_the_quoted_post(desk: Desk):
    for number, day in enumerate((MONDAY, TUESDAY)):
        before = versions(desk)
        desk.land(day, 9, observed(number, quoted=post(QUOTED, text="#loom", author="bert", reactions=number)))
        desk.load(day)
    assert written(desk, before) == {"snapshots": 2, "raw_payloads": 1, "profiles": 2}
    assert desk.rows("select raw_json -> 'stats' ->> 'like' from scraping.posts where urn = %s", [QUOTED]) == [("1",)]


@pytest.mark.parametrize(
    ("changes", "also"),
    [
        ({"text": "#wool and #weather!"}, {"post_records": 1}),
        ({"text": "#wool"}, {"post_records": 1, "post_hashtags": 1}),
        ({"text": "#wool and #weather and #looms"}, {"post_records": 1, "hashtags": 1, "post_hashtags": 1}),
        ({"images": ("https://cdn.example/b",)}, {"post_records": 1, "media_records": 2}),
        ({"author": "bert"}, {"post_records": 1, "profiles": 2}),
        ({"share": "81"}, {"post_aliases": 1}),
        ({"post_type": "poll"}, {"post_records": 1}),
    ],
    ids=lambda value: next(iter(value)) if value else "",
)
def test_a_change_is_written_where_it_belongs(desk: Desk, changes: dict[str, object], also: dict[str, int]):
    """The negative control of the tests above."""
    desk.land(MONDAY, 9, observed(0))
    desk.load(MONDAY)
    before = versions(desk)
    desk.land(TUESDAY, 9, observed(1, **changes))
    desk.load(TUESDAY)
    assert written(desk, before) == AN_OBSERVATION | also


def test_a_moved_observation_corrects_the_times_of_the_record(desk: Desk):
    """A companion says later that the only observation was earlier than assumed."""
    path = desk.put(MONDAY, "dataset_anna.json", b"[" + json.dumps(observed(0)).encode() + b"]")
    desk.load(MONDAY)
    (desk.root / f"{path}.meta.json").write_text('{"observed_at": "2025-11-03T07:00:00Z"}')
    desk.load(MONDAY)
    assert desk.rows(f"select {TIMES} from scraping.posts") == [(at(MONDAY, 7),) * 4]
    assert desk.rows("select last_seen_at from scraping.post_media") == [(at(MONDAY, 7),)]
