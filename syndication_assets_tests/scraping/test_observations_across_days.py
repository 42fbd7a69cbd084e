"""One post observed several times: what each observation changes, and what it does not change."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from syndication_assets_tests.facts import differences, facts
from syndication_assets_tests.invariants import broken_invariants
from syndication_assets_tests.scraping.linkedin_dataset import (
    MONDAY,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    Desk,
    activity_id,
    clear,
    cleared,
    name,
    post,
)

ONE = activity_id(1)
POST = "select {} from scraping.posts where urn = %s"


def at(day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def in_any_order(desk: Desk, *days: date) -> None:
    """Loads the days forwards, backwards and with the last day first, each time into an empty database, and asserts
    equal results. Leaves the days loaded for the test.
    """
    first = None
    for order in (days, days[::-1], (days[-1], *days[:-1])):
        with cleared(desk.url):
            desk.load(*order)
            first = first or facts(desk.url)
            assert differences(first, facts(desk.url)) == [], order
    desk.load(*days)
    assert broken_invariants(desk.url, desk.root) == []


def seen_on(desk: Desk) -> dict[str, str]:
    """The observed days that count for each hashtag: the days in between are open."""
    return dict(
        desk.rows(
            "select hashtag, range_agg(daterange(d.day, d.day + 1))::text from scraping.post_hashtags"
            " join scraping.hashtags using (hashtag_id) join (select distinct post_id,"
            " (downloaded_at at time zone 'utc')::date as day from scraping.snapshots) as d using (post_id)"
            " where seen_on @> d.day group by hashtag"
        )
    )


def current_hashtags(desk: Desk) -> set[str]:
    return {
        hashtag
        for (hashtag,) in desk.rows(
            "select hashtag from scraping.post_hashtags join scraping.hashtags using (hashtag_id) where is_current"
        )
    }


def test_a_newer_observation_updates_the_description_and_an_older_observation_does_not(desk: Desk):
    desk.land(MONDAY, 9, post(ONE, text="old", headline="Apprentice", reactions=5))
    desk.land(TUESDAY, 9, post(ONE, text="new", headline="Weaver", reactions=9))
    desk.load(TUESDAY)
    (late,) = desk.load(MONDAY)
    assert late.total("posts_updated") == 0
    assert late.total("snapshots_new") == 1
    assert desk.rows(POST.format("text_content, first_seen_at, last_seen_at"), [ONE]) == [
        ("new", at(MONDAY, 9), at(TUESDAY, 9))
    ]
    assert desk.value("select headline from scraping.profiles where kind is not null") == "Weaver"
    assert desk.rows("select reactions from scraping.data_downloads order by downloaded_at") == [(5,), (9,)]
    in_any_order(desk, MONDAY, TUESDAY)


def test_the_raw_json_of_a_post_comes_from_its_newest_observation(desk: Desk):
    desk.land(MONDAY, 9, post(ONE, reactions=5))
    desk.land(TUESDAY, 9, post(ONE, reactions=9))
    desk.load(TUESDAY, MONDAY)
    assert desk.value("select raw_json -> 'stats' ->> 'like' from scraping.posts") == "9"


def test_of_two_items_of_one_time_the_preferred_item_may_come_from_a_late_file(desk: Desk):
    desk.land(MONDAY, 9, post(ONE, reactions=6), username="bert")
    desk.load(MONDAY)
    desk.land(MONDAY, 9, post(ONE, reactions=5), username="anna")
    desk.load(MONDAY)
    late = facts(desk.url)
    assert desk.value("select raw_json -> 'stats' ->> 'like' from scraping.posts") == "5"
    assert desk.value("select reactions from scraping.data_downloads") == 5
    clear(desk.url)
    desk.load(MONDAY)
    assert differences(late, facts(desk.url)) == []


@pytest.mark.parametrize("change", [-777, 777])
def test_the_publication_time_is_that_of_the_newest_observation_with_one(desk: Desk, change: int):
    timestamp = (int(ONE) >> 22) + change
    desk.land(MONDAY, 9, post(ONE))
    desk.land(TUESDAY, 9, post(ONE, posted_at={"timestamp": timestamp}))
    # An item without an activity id tells no time.
    desk.land(WEDNESDAY, 9, post(None, share="81"))
    desk.land(THURSDAY, 9, post(ONE, share="81", posted_at={"timestamp": timestamp + 1}), username="other")
    desk.load(MONDAY, TUESDAY, WEDNESDAY)
    told = "select (extract(epoch from posted_at) * 1000)::bigint from scraping.posts where urn = %s"
    assert desk.value(told, [ONE]) == timestamp
    clear(desk.url)
    in_any_order(desk, MONDAY, TUESDAY, WEDNESDAY, THURSDAY)
    assert desk.value(told, [ONE]) == timestamp + 1


def test_of_two_publication_times_told_at_once_the_earliest_counts_in_any_order(desk: Desk):
    timestamp = int(ONE) >> 22
    desk.land(MONDAY, 9, post(ONE, posted_at={"timestamp": timestamp + 5}), username="anna")
    desk.load(MONDAY)
    desk.land(MONDAY, 9, post(ONE, posted_at={"timestamp": timestamp + 3}, reactions=11), username="bert")
    in_any_order(desk, MONDAY, TUESDAY)
    assert desk.value("select (extract(epoch from posted_at) * 1000)::bigint from scraping.posts") == timestamp + 3


def test_signed_urls_do_not_add_media_and_the_newest_url_is_kept(desk: Desk):
    desk.land(MONDAY, 9, post(ONE, images=("https://cdn.example/a?sig=1", "https://cdn.example/b?sig=1")))
    desk.land(TUESDAY, 9, post(ONE, images=("https://cdn.example/b?sig=2", "https://cdn.example/c?sig=2")))
    in_any_order(desk, MONDAY, TUESDAY)
    assert desk.rows(
        "select media_key, media_url, position, first_seen_at, last_seen_at from scraping.post_media order by media_key"
    ) == [
        ("cdn.example/a", "https://cdn.example/a?sig=1", 0, at(MONDAY, 9), at(MONDAY, 9)),
        ("cdn.example/b", "https://cdn.example/b?sig=2", 0, at(MONDAY, 9), at(TUESDAY, 9)),
        ("cdn.example/c", "https://cdn.example/c?sig=2", 1, at(TUESDAY, 9), at(TUESDAY, 9)),
    ]


def test_a_picture_and_a_hashtag_of_a_few_hours_are_kept_whether_or_not_the_day_was_loaded_in_between(desk: Desk):
    desk.land(MONDAY, 9, post(ONE, text="#wool #dye", images=("https://cdn.example/a", "https://cdn.example/b")))
    desk.load(MONDAY)
    desk.land(MONDAY, 18, post(ONE, text="#wool #loom", images=("https://cdn.example/b",)))
    desk.load(MONDAY)
    in_two_steps = facts(desk.url)
    clear(desk.url)
    desk.load(MONDAY)
    assert differences(in_two_steps, facts(desk.url)) == []
    assert current_hashtags(desk) == {"wool", "loom"}
    assert desk.rows("select hashtag, first_seen_at from scraping.hashtags order by 1") == [
        ("dye", at(MONDAY, 9)),
        ("loom", at(MONDAY, 18)),
        ("wool", at(MONDAY, 9)),
    ]


def test_an_edited_text_only_changes_the_hashtags_of_its_day_and_later_days(desk: Desk):
    desk.land(MONDAY, 9, post(ONE, text="#wool #dye"))
    desk.land(TUESDAY, 9, post(ONE, text="#wool"))
    desk.land(WEDNESDAY, 9, post(ONE, text="#Wool #loom"))
    in_any_order(desk, MONDAY, TUESDAY, WEDNESDAY)
    assert seen_on(desk) == {
        "wool": "{[2025-11-03,2025-11-06)}",
        "dye": "{[2025-11-03,2025-11-04)}",
        "loom": "{[2025-11-05,2025-11-06)}",
    }
    assert current_hashtags(desk) == {"wool", "loom"}


def test_an_unmeasured_counter_is_null_and_a_measured_zero_is_zero(desk: Desk):
    desk.land(MONDAY, 9, post(ONE, reactions=0, comments=None))
    desk.land(TUESDAY, 9, post(ONE, stats=None))
    desk.load(MONDAY, TUESDAY)
    assert desk.rows(
        "select reactions, comments, shares, views, impressions, stats from scraping.data_downloads order by 1"
    ) == [(0, None, 1, None, None, {"reactions": {"like": 0}}), (None,) * 6]


def test_a_late_file_only_changes_its_own_day(desk: Desk):
    desk.land(MONDAY, 9, post(ONE, reactions=5))
    desk.land(TUESDAY, 9, post(ONE, reactions=9))
    desk.load(MONDAY, TUESDAY)
    before = facts(desk.url)
    desk.land(MONDAY, 20, post(ONE, reactions=7))
    (late,) = desk.load(MONDAY)
    assert (late.total("snapshots_new"), late.total("snapshots_updated"), late.total("snapshots_removed")) == (1, 0, 0)
    new = [line for line in differences(before, facts(desk.url)) if "data_downloads" in line]
    assert len(new) == 1
    assert '"reactions": 7' in new[0]


def test_a_duplicate_file_under_another_name_adds_a_ledger_row_and_nothing_else(desk: Desk):
    path = desk.land(MONDAY, 9, post(ONE))
    desk.load(MONDAY)
    before = facts(desk.url)
    content = (desk.root / path).read_bytes()
    meta = {"observed_at": "2025-11-03T09:00:00Z"}
    desk.zone.land("default", "linkedin_apify", MONDAY, "dataset_anna.json", content, meta)
    (second,) = desk.load(MONDAY)
    assert second.total("snapshots_new") == second.total("posts_new") == 0
    assert {line.split(":")[0] for line in differences(before, facts(desk.url))} <= {
        "only second, landed_files",
        # The copy is the first file by name, so the rows refer to it.
        "only first,  raw_payloads",
        "only second, raw_payloads",
        "only first,  data_downloads",
        "only second, data_downloads",
    }
    assert desk.value("select count(*) from scraping.data_downloads") == 1
    assert desk.value("select count(*) from scraping.raw_payloads") == 1
    assert desk.value("select count(*) from landing.files") == 2
    assert broken_invariants(desk.url, desk.root) == []


@pytest.mark.parametrize(
    ("file_name", "meta", "source", "hour"),
    [
        (name("anna", MONDAY, 7), None, "file_name", 7),
        (f"{MONDAY}_07-00-00.json", None, "file_name", 7),
        (name("anna", MONDAY, 7), {"observed_at": "2025-11-03T08:00:00Z"}, "file_name", 7),
        ("dataset_anna.json", {"observed_at": "2025-11-03T09:30:00+01:30"}, "meta", 8),
        ("dataset_anna.json", {"cost_usd": 1}, "noon", 12),
        ("dataset_anna.json", None, "noon", 12),
    ],
)
def test_the_time_of_an_observation_and_where_it_comes_from_are_recorded(
    desk: Desk, file_name: str, meta: dict[str, object] | None, source: str, hour: int
):
    content = json.dumps([post(ONE)]).encode()
    desk.zone.land("default", "linkedin_apify", MONDAY, file_name, content, meta)
    desk.load(MONDAY)
    expected = [(at(MONDAY, hour), source)]
    assert desk.rows("select downloaded_at, observed_at_source::text from scraping.data_downloads") == expected
    assert desk.rows("select observed_at, observed_at_source::text from landing.files") == expected


def test_a_late_companion_moves_the_observation(desk: Desk):
    path = desk.put(MONDAY, "dataset_anna.json", json.dumps([post(ONE)]).encode())
    desk.load(MONDAY)
    (desk.root / f"{path}.meta.json").write_text('{"observed_at": "2025-11-03T15:00:00Z"}')
    desk.load(MONDAY)
    assert desk.rows("select downloaded_at from scraping.data_downloads") == [(at(MONDAY, 15),)]
    assert desk.rows("select observed_at, observed_at_source::text from landing.files") == [(at(MONDAY, 15), "meta")]


@pytest.mark.parametrize("hours", [(7,), (15,), (15, 7), (7, 15)])
def test_a_late_companion_has_the_same_result_as_an_early_companion(desk: Desk, hours: tuple[int, ...]):
    """No row keeps the assumed noon, whether or not other files observe the post too."""
    two, three = activity_id(2), activity_id(3)
    item = post(ONE, ugc_post="71", text="#wool", images=("https://cdn.example/a?s=1",), headline="Weaver")
    path = desk.put(
        MONDAY,
        "dataset_anna.json",
        json.dumps([item, post(two, text="#loom #dye"), post(three, text="#kilt", author="cora")]).encode(),
    )
    desk.land(
        MONDAY, 10, post(two, text="#loom", author="bert", images=("https://cdn.example/b?s=1",)), username="bert"
    )
    desk.land(TUESDAY, 9, post(three, text="#silk", author="dora"), username="dora")
    desk.land(MONDAY - timedelta(days=1), 9, post(three, text="#felt", author="cora"), username="cora")
    days = (MONDAY - timedelta(days=1), MONDAY, TUESDAY)
    desk.load(*days)
    noon = facts(desk.url)
    for hour in hours:
        (desk.root / f"{path}.meta.json").write_text(json.dumps({"observed_at": at(MONDAY, hour).isoformat()}))
        desk.load(MONDAY)
    late = facts(desk.url)
    assert len(differences(noon, late)) > 10
    assert broken_invariants(desk.url, desk.root) == []
    assert desk.rows(
        "select first_seen_at, last_seen_at, content_observed_at from scraping.posts where urn = %s", [ONE]
    ) == [(at(MONDAY, hours[-1]),) * 3]
    clear(desk.url)
    desk.load(*days)
    assert differences(late, facts(desk.url)) == []


def test_two_organizations_with_the_same_files_have_the_same_but_separate_facts(desk: Desk):
    desk.execute(
        "insert into tenancy.organizations (slug, name) values ('second', 'Second') on conflict do nothing",
    )
    item = post(ONE, ugc_post="71", text="#wool", images=("https://cdn.example/a",))
    for organization in ("default", "second"):
        desk.land(MONDAY, 9, item, organization=organization)
    (load,) = desk.load(MONDAY)
    assert len(load.runs) == 2
    assert all(counters.posts_new == counters.snapshots_new == 1 for counters in load.runs.values())
    all_facts = facts(desk.url)
    first, second = (
        {
            table: sorted((key, row.replace(f"{slug}/", "")) for of, key, row in rows if of == slug)
            for table, rows in all_facts.items()
        }
        for slug in ("default", "second")
    )
    assert first["data_downloads"]
    assert first == second
    assert broken_invariants(desk.url, desk.root) == []


def test_days_without_files_add_no_observations(desk: Desk):
    desk.land(MONDAY, 9, post(ONE))
    desk.land(THURSDAY, 9, post(ONE))
    desk.load(MONDAY, TUESDAY, WEDNESDAY, THURSDAY)
    assert desk.rows("select downloaded_at from scraping.data_downloads order by 1") == [
        (at(MONDAY, 9),),
        (at(THURSDAY, 9),),
    ]
