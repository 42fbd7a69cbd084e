"""Newer items that lack facts of older items: counters alone, a text without its author, a repost without a text."""

import json
from datetime import date
from typing import Any

import pytest

from syndication_assets_tests.facts import differences, facts
from syndication_assets_tests.scraping.linkedin_dataset import (
    MONDAY,
    TUESDAY,
    WEDNESDAY,
    Desk,
    activity_id,
    clear,
    post,
    repost,
)
from syndication_assets_tests.scraping.test_observations_across_days import at, current_hashtags, in_any_order, seen_on
from syndication_assets_tests.scraping.test_order_independence import ROLLUPS, roll_up

ONE, ACT, QUOTED = activity_id(1), activity_id(2), activity_id(3)
CONTENT = "select text_content, author_username, content_observed_at, author_observed_at from scraping.posts"
VIDEO = {
    "id": "Ab-_9xYz012",
    "snippet": {
        "publishedAt": "2025-11-02T08:00:00Z",
        "channelId": "UCaBcDeF",
        "title": "Socks",
        "description": "#wool",
        "thumbnails": {"high": {"url": "https://i.example.com/vi/Ab/hq.jpg"}},
    },
    "statistics": {"viewCount": "70"},
}


def without(item: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in item.items() if key not in keys}


def counters_of(item: dict[str, Any]) -> dict[str, Any]:
    """The item reduced to its ids and counters."""
    return {key: item[key] for key in ("urn", "stats")}


def land_videos(desk: Desk, day: date, hour: int, *videos: dict[str, Any]) -> None:
    content = json.dumps({"items": videos}).encode()
    desk.put(day, f"{day}_{hour:02}-00-00-000.json", content, source="youtube_data_api")


def test_the_statistics_of_a_video_alone_do_not_change_its_content(desk: Desk):
    land_videos(desk, MONDAY, 9, VIDEO)
    land_videos(desk, TUESDAY, 9, {"id": VIDEO["id"], "statistics": {"viewCount": "90"}})
    in_any_order(desk, MONDAY, TUESDAY)
    assert desk.rows(CONTENT) == [("Socks\n\n#wool", "UCaBcDeF", at(MONDAY, 9), at(MONDAY, 9))]
    assert desk.rows("select raw_json ? 'snippet', last_seen_at from scraping.posts") == [(True, at(TUESDAY, 9))]
    assert desk.rows("select username, post_count from scraping.profiles where kind is not null") == [("UCaBcDeF", 1)]
    assert current_hashtags(desk) == {"wool"}
    assert desk.rows("select views, is_description from scraping.data_downloads order by downloaded_at") == [
        (70, True),
        (90, False),
    ]


def test_a_day_without_a_text_counts_for_the_profile_and_for_no_hashtag(desk: Desk):
    """The hashtag may have been removed, so the rollup has no row, not even a zero."""
    land_videos(desk, MONDAY, 9, VIDEO)
    land_videos(desk, TUESDAY, 9, {"id": VIDEO["id"], "statistics": {"viewCount": "90"}})
    desk.load(MONDAY, TUESDAY)
    roll_up(desk, ROLLUPS, MONDAY, TUESDAY)
    assert seen_on(desk) == {"wool": "{[2025-11-03,2025-11-04)}"}
    days = "select activity_date, views_delta from engagement.{} order by 1"
    assert desk.rows(days.format("profile_engagement_daily")) == [(MONDAY, None), (TUESDAY, 20)]
    assert desk.rows(days.format("hashtag_engagement_daily")) == [(MONDAY, None)]


def test_later_counters_of_the_same_day_do_not_change_text_and_hashtags(desk: Desk):
    item = post(ONE, text="#wool", images=("https://cdn.example/a",))
    desk.land(MONDAY, 9, item)
    desk.load(MONDAY)
    desk.land(MONDAY, 18, counters_of(item))
    (again,) = desk.load(MONDAY)
    assert again.total("posts_updated") == 0
    assert desk.rows(CONTENT) == [("#wool", "anna", at(MONDAY, 9), at(MONDAY, 9))]
    assert seen_on(desk) == {"wool": "{[2025-11-03,2025-11-04)}"}
    assert desk.rows("select last_seen_at from scraping.post_media") == [(at(MONDAY, 9),)]


def test_a_text_without_an_author_replaces_the_text_and_keeps_the_author(desk: Desk):
    desk.land(MONDAY, 9, post(ONE, text="#wool", author="bert"))
    desk.land(TUESDAY, 9, without(post(ONE, text="#loom"), "author"))
    desk.land(WEDNESDAY, 9, without(post(ONE, text="#loom"), "author"))
    in_any_order(desk, MONDAY, TUESDAY, WEDNESDAY)
    assert desk.rows(CONTENT) == [("#loom", "bert", at(WEDNESDAY, 9), at(MONDAY, 9))]
    assert seen_on(desk) == {"wool": "{[2025-11-03,2025-11-04)}", "loom": "{[2025-11-04,2025-11-06)}"}
    (again,) = desk.load(WEDNESDAY)
    assert again.total("posts_updated") == 0


def test_an_author_without_a_text_replaces_the_author_and_keeps_the_text(desk: Desk):
    desk.land(MONDAY, 9, post(ONE, text="#wool", author="anna"), username="house")
    desk.land(TUESDAY, 9, without(post(ONE, author="bert"), "text"), username="house")
    in_any_order(desk, MONDAY, TUESDAY)
    assert desk.rows(CONTENT) == [("#wool", "bert", at(MONDAY, 9), at(TUESDAY, 9))]
    assert desk.rows("select username, post_count from scraping.profiles where kind is not null order by 1") == [
        ("anna", 0),
        ("bert", 1),
    ]


def test_a_post_keeps_its_profile_in_the_rollups_even_if_later_items_lack_the_author(desk: Desk):
    item = post(ONE, author="bert")
    desk.land(MONDAY, 9, item)
    desk.land(TUESDAY, 9, counters_of(item), username="bert")
    desk.load(MONDAY)
    roll_up(desk, ROLLUPS, MONDAY, MONDAY)
    desk.load(TUESDAY)
    assert desk.value("select needs_rebuild from scraping.posts") is False
    roll_up(desk, ROLLUPS, TUESDAY, TUESDAY)
    days = "select username, activity_date from engagement.profile_engagement_daily join scraping.profiles"
    assert desk.rows(f"{days} using (organization_id, profile_id) order by 2") == [("bert", MONDAY), ("bert", TUESDAY)]


@pytest.mark.parametrize("text", ["", None])
def test_a_repost_without_a_text_does_not_change_the_text_of_the_original(desk: Desk, text: str | None):
    desk.land(MONDAY, 9, post(ONE, text="#wool", author="bert"), username="bert")
    desk.land(TUESDAY, 9, repost(ACT, post(ONE, text=text, author="bert")), is_fetched=True)
    in_any_order(desk, MONDAY, TUESDAY)
    assert desk.rows(f"{CONTENT} where urn = %s", [ONE]) == [("#wool", "bert", at(MONDAY, 9), at(TUESDAY, 9))]
    assert desk.rows(f"{CONTENT} where urn = %s", [ACT]) == [(None, "anna", at(TUESDAY, 9), at(TUESDAY, 9))]


def test_the_counters_of_a_quote_alone_do_not_change_its_type_and_original(desk: Desk):
    quote = post(ONE, quoted=post(QUOTED, text="quoted", author="bert"))
    desk.land(MONDAY, 9, quote)
    desk.land(TUESDAY, 9, counters_of(quote))
    in_any_order(desk, MONDAY, TUESDAY)
    assert desk.rows(
        "select p.post_type, o.urn, p.direct_observed_at from scraping.posts p join scraping.posts o"
        " on o.post_id = p.reposted_post_id"
    ) == [("quote", QUOTED, at(MONDAY, 9))]


def test_a_post_with_counters_alone_is_described_by_its_newest_item(desk: Desk):
    item = post(ONE)
    desk.land(MONDAY, 9, counters_of(item) | {"url": "https://www.linkedin.example/posts/old"})
    desk.land(TUESDAY, 9, counters_of(item) | {"url": "https://www.linkedin.example/posts/new"})
    in_any_order(desk, MONDAY, TUESDAY)
    assert desk.rows(CONTENT) == [(None, None, None, None)]
    assert desk.rows("select url, raw_json ->> 'url' from scraping.posts") == [
        ("https://www.linkedin.example/posts/new",) * 2
    ]


def test_the_first_item_with_a_text_sets_the_text_however_old_it_is(desk: Desk):
    item = post(ONE, text="#wool")
    desk.land(MONDAY, 9, item)
    desk.land(TUESDAY, 9, counters_of(item))
    desk.load(TUESDAY)
    (late,) = desk.load(MONDAY)
    assert late.total("posts_updated") == 1
    assert desk.rows(CONTENT) == [("#wool", "anna", at(MONDAY, 9), at(MONDAY, 9))]
    in_any_order(desk, MONDAY, TUESDAY)


@pytest.mark.parametrize("hours", [(9, 18), (18, 9)])
def test_merging_a_record_of_counters_alone_into_a_post_does_not_change_its_content(desk: Desk, hours: tuple[int, int]):
    """The record of the ugcPost has the later or the earlier snapshot of Monday: the hashtags come from the text."""
    described, counted = hours
    desk.land(MONDAY, described, post(ONE, text="#wool", author="bert"), username="bert")
    desk.land(MONDAY, counted, counters_of(post(None, ugc_post="71")), username="cora")
    desk.land(TUESDAY, 9, counters_of(post(ONE, ugc_post="71")))
    in_any_order(desk, MONDAY, TUESDAY)
    assert desk.rows(CONTENT) == [("#wool", "bert", at(MONDAY, described), at(MONDAY, described))]
    assert seen_on(desk) == {"wool": "{[2025-11-03,2025-11-04)}"}


def test_a_time_described_by_either_of_two_merged_records_counts_as_described(desk: Desk):
    desk.land(MONDAY, 9, counters_of(post(ONE)), username="bert")
    desk.land(MONDAY, 9, post(ACT, quoted=post(None, ugc_post="71", text="#wool")), username="cora")
    desk.land(TUESDAY, 9, counters_of(post(ONE, ugc_post="71")))
    in_any_order(desk, MONDAY, TUESDAY)
    moments = "select downloaded_at, is_description from scraping.data_downloads join scraping.posts using (post_id)"
    assert desk.rows(f"{moments} where urn = %s order by 1", [ONE]) == [(at(MONDAY, 9), True), (at(TUESDAY, 9), False)]


def test_two_merged_records_each_contribute_their_newest_facts(desk: Desk):
    desk.land(MONDAY, 9, post(None, ugc_post="71", text="#wool", author="bert"), username="house")
    desk.land(TUESDAY, 9, without(post(ONE, text="#loom"), "author"), username="house")
    desk.land(WEDNESDAY, 9, counters_of(post(ONE, ugc_post="71")), username="house")
    in_any_order(desk, MONDAY, TUESDAY, WEDNESDAY)
    assert desk.rows(CONTENT) == [("#loom", "bert", at(TUESDAY, 9), at(MONDAY, 9))]


def test_a_late_file_with_less_content_changes_neither_text_nor_author_of_its_day(desk: Desk):
    item = post(ONE, text="#wool", author="bert")
    desk.land(MONDAY, 12, item)
    desk.load(MONDAY)
    content = desk.rows(CONTENT)
    desk.land(MONDAY, 9, counters_of(item), username="cora")
    desk.land(MONDAY, 15, without(item, "author", "text"), username="cora")
    desk.load(MONDAY)
    late = facts(desk.url)
    assert desk.rows(CONTENT) == content
    clear(desk.url)
    desk.load(MONDAY)
    assert differences(late, facts(desk.url)) == []


def test_text_and_hashtags_of_a_day_stay_when_its_files_lose_the_text(desk: Desk):
    """A file was withdrawn or replaced, and only counters of its day are left."""
    item = post(ONE, text="#wool")
    path = desk.land(MONDAY, 9, item)
    desk.load(MONDAY)
    desk.replace(path, json.dumps([counters_of(item)]).encode())
    desk.load(MONDAY)
    assert desk.rows(CONTENT) == [("#wool", "anna", at(MONDAY, 9), at(MONDAY, 9))]
    assert seen_on(desk) == {"wool": "{[2025-11-03,2025-11-04)}"}
    assert current_hashtags(desk) == {"wool"}
