"""From landed files of YouTube and Facebook to daily rows: what a counter means, and which days a number covers."""

import json
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from syndication_assets.engagement.checks import CHECKS
from syndication_assets.landing.loading.withdrawal import withdraw_files
from syndication_assets.scraping.checks import CHECKS as SCRAPING_CHECKS
from syndication_assets.sql_assets.checks import read_only_transaction
from syndication_assets_tests.engagement.snapshots import ROLLUPS
from syndication_assets_tests.facts import differences, facts
from syndication_assets_tests.sample_database import broken_checks
from syndication_assets_tests.scraping.linkedin_dataset import Desk, clear
from syndication_assets_tests.scraping.test_order_independence import roll_up

DAY = date(2026, 11, 2)
DAYS = [DAY + timedelta(days=number) for number in range(16)]
PUBLISHED = "2026-11-01T20:00:00Z"


def land_video(desk: Desk, day: date, hour: int = 9, *, published: str = PUBLISHED, **counters: int | None) -> str:
    """Lands one video of YouTube as observed at that hour; hidden counters are absent. Returns the path."""
    names = {"views": "viewCount", "likes": "likeCount", "comments": "commentCount"}
    statistics = {names[name]: str(value) for name, value in counters.items() if value is not None}
    snippet = {"publishedAt": published, "channelId": "UC" + "c" * 22, "title": "Weaving"}
    item = {"kind": "youtube#video", "id": "weaving0001", "snippet": snippet, "statistics": statistics}
    name = f"videos_UC{'c' * 22}_{day}_{hour:02}-00-00-000.json"
    return desk.put(day, name, json.dumps({"items": [item]}).encode(), "youtube_data_api")


def land_page_post(desk: Desk, day: date, metrics: Mapping[str, Any], **changes: Any) -> str:
    """Lands one post of a Facebook page with lifetime metrics. Returns the path."""
    insights = [{"name": name, "period": "lifetime", "values": [{"value": value}]} for name, value in metrics.items()]
    item = {
        "id": "111_4",
        "created_time": "2026-11-01T20:00:00+0000",
        "message": "Hello #kilt",
        "from": {"name": "Kilts", "id": "111"},
        "reactions": {"summary": {"total_count": 0}},
        "comments": {"summary": {"total_count": 0}},
        "insights": {"data": insights},
        **changes,
    }
    name = f"posts_111_{day}_10-03-00-000.json"
    return desk.put(day, name, json.dumps({"data": [item]}).encode(), "facebook_graph")


def compute(desk: Desk) -> None:
    """Loads the days with a folder and rolls up all days; no check of either room fails."""
    desk.load(*sorted({day for _, _, day in desk.zone.days()}))
    roll_up(desk, ROLLUPS, DAYS[0], DAYS[-1])
    with read_only_transaction(desk.url) as connection:
        window = (DAYS[0], DAYS[-1] + timedelta(days=1))
        assert broken_checks(connection, "engagement", CHECKS, window) == {}
        dated = [check for check in SCRAPING_CHECKS if check.name == "posted_at_is_the_newest_told"]
        assert broken_checks(connection, "scraping", dated, window) == {}


def by_day(desk: Desk, column: str) -> dict[int, Any]:
    """One column of the daily rows, by the number of the day from 1."""
    rows = desk.rows(f"select activity_date - %s + 1, {column} from engagement.post_engagement_daily order by 1", [DAY])
    return dict(rows)  # type: ignore[arg-type]


def test_likes_that_come_back_cover_the_days_on_which_they_were_hidden(desk: Desk):
    likes = {1: 10, 2: None, 3: None, 4: None, 5: None, 6: 510}
    for number, value in likes.items():
        land_video(desk, DAYS[number - 1], views=90 + 10 * number, likes=value, comments=0)
    compute(desk)
    assert by_day(desk, "reactions_delta") == {1: 10, 2: None, 3: None, 4: None, 5: None, 6: 500}
    assert by_day(desk, "gap_days")[6] == 1, "the post was observed on the day before"
    assert by_day(desk, "reactions_gap_days") == {1: 0, 2: None, 3: None, 4: None, 5: None, 6: 5}
    assert by_day(desk, "views_gap_days") == {1: 0, 2: 1, 3: 1, 4: 1, 5: 1, 6: 1}
    assert by_day(desk, "is_gap") == {1: False, 2: False, 3: False, 4: False, 5: False, 6: True}
    assert by_day(desk, "engagement_rate")[6] is None, "five days of likes, one day of views"
    assert by_day(desk, "is_rated")[6] is False
    totals = "select posts_with_gap, engagement_rate, mean_engagement_rate from engagement.platform_engagement_daily"
    assert desk.rows(f"{totals} where activity_date = %s", [DAYS[5]]) == [(1, None, None)]


def test_a_rate_over_a_gap_of_all_counters_compares_equal_days(desk: Desk):
    land_video(desk, DAYS[0], views=100, likes=10)
    land_video(desk, DAYS[3], views=200, likes=20)
    compute(desk)
    assert by_day(desk, "reactions_gap_days")[4] == by_day(desk, "views_gap_days")[4] == 3
    assert by_day(desk, "engagement_rate")[4] == Decimal("0.1")


def test_falling_views_have_no_rate_and_stay_out_of_the_means(desk: Desk):
    land_video(desk, DAYS[0], views=100, likes=5)
    land_video(desk, DAYS[1], views=99, likes=15)
    calm = {"kind": "youtube#video", "id": "calm0000001", "snippet": {"publishedAt": PUBLISHED, "title": "Calm"}}
    for day, views, likes in ((DAYS[0], "1000", "5"), (DAYS[1], "1100", "15")):
        item = calm | {"statistics": {"viewCount": views, "likeCount": likes}}
        name = f"videos_UC{'d' * 22}_{day}_09-00-00-000.json"
        desk.put(day, name, json.dumps({"items": [item]}).encode(), "youtube_data_api")
    compute(desk)
    rates = "select urn, engagement_rate, is_rated from engagement.post_engagement_daily join scraping.posts using"
    assert desk.rows(f"{rates} (organization_id, post_id) where activity_date = %s order by urn", [DAYS[1]]) == [
        ("calm0000001", Decimal("0.1"), True),
        ("weaving0001", None, False),
    ]
    totals = "select engagement_delta, views_delta, rate_numerator, rate_denominator, engagement_rate"
    assert desk.rows(
        f"{totals}, mean_engagement_rate from engagement.platform_engagement_daily where activity_date = %s", [DAYS[1]]
    ) == [(20, 99, 10, 100, Decimal("0.1"), Decimal("0.1"))]


def test_a_counter_is_filled_by_the_metric_of_its_row_and_by_no_other(desk: Desk):
    land_page_post(desk, DAYS[0], {"post_video_views": 100})
    land_page_post(desk, DAYS[1], {"post_video_views": 110, "post_media_view": 5_000})
    land_page_post(desk, DAYS[2], {"post_video_views": 120})
    compute(desk)
    assert by_day(desk, "views") == {1: None, 2: 5_000, 3: None}
    # All views since the publication, 38 hours before: more days than the row before.
    assert (by_day(desk, "views_delta")[2], by_day(desk, "is_gap")[2]) == (5_000, True)
    assert by_day(desk, "engagement_rate")[2] is None


def test_a_metric_that_nobody_reads_costs_nothing_and_an_odd_value_costs_itself(desk: Desk):
    land_page_post(desk, DAYS[0], {"post_media_view": 40, "post_video_retention_graph": {"0": 1, "1": 0.9821}})
    land_page_post(desk, DAYS[1], {"post_media_view": 40.5, "post_clicks": 3})
    (first, second) = desk.load(*DAYS[:2])
    assert first.total("items_quarantined") == second.total("items_quarantined") == 0
    assert desk.rows("select views, clicks, reactions from scraping.data_downloads order by downloaded_at") == [
        (40, None, 0),
        (None, 3, 0),
    ]
    assert dict(first.unknown_keys) == {}
    assert dict(second.unknown_keys) == {"$.insights.data.post_media_view: not a count": 1}


def test_reactions_that_only_insights_have_are_read(desk: Desk):
    land_page_post(desk, DAYS[0], {"post_reactions_by_type_total": {"like": 3, "love": 2}}, reactions=None)
    compute(desk)
    assert by_day(desk, "reactions") == {1: 5}
    assert desk.value("select stats from scraping.data_downloads") == {"reactions": {"like": 3, "love": 2}}


def test_the_publication_of_a_premiere_is_what_its_newest_observation_says(desk: Desk):
    land_video(desk, DAYS[0], 6, published="2026-11-01T12:00:00Z", views=0, likes=2)
    land_video(desk, DAYS[7], 6, published="2026-11-08T18:00:00Z", views=5_000, likes=300)
    land_video(desk, DAYS[13], 18, published="2026-11-08T18:00:00Z", views=9_000, likes=500)
    for day in (DAYS[0], DAYS[7]):
        desk.load(day)
        roll_up(desk, ROLLUPS, day, day)
    compute(desk)
    ages = "select age_name, views from engagement.post_cohorts where observed_at is not null order by observed_at"
    assert str(desk.value("select posted_at from scraping.posts")) == "2026-11-08 18:00:00+00:00"
    # What was observed a day after the announcement is not the value at 24 hours.
    assert desk.rows(ages) == [("7 days", 9_000)]
    land_video(desk, DAYS[7], 17, published="2026-11-08T18:00:00Z", views=5_100, likes=310)
    compute(desk)
    assert desk.rows(ages) == [("24 hours", 5_100), ("7 days", 9_000)]


@pytest.mark.both_servers
@pytest.mark.parametrize("order", [(0, 7, 13), (13, 7, 0), (7, 13, 0)])
def test_what_a_withdrawn_file_said_of_the_publication_is_gone(desk: Desk, order: tuple[int, ...]):
    first, second = "2026-11-01T12:00:00Z", "2026-11-08T18:00:00Z"
    land_video(desk, DAYS[0], published=first, views=1)
    newest = land_video(desk, DAYS[7], published=second, views=5)
    # Counters alone say nothing of the publication.
    name = f"videos_UC{'c' * 22}_{DAYS[13]}_09-00-00-000.json"
    counters = {"id": "weaving0001", "statistics": {"viewCount": "9"}}
    desk.put(DAYS[13], name, json.dumps({"items": [counters]}).encode(), "youtube_data_api")
    desk.load(*(DAYS[number] for number in order))
    assert desk.value("select posted_at = %s from scraping.posts", [second])
    roll_up(desk, ROLLUPS, DAYS[0], DAYS[-1])
    withdraw_files(desk.url, desk.zone, [newest], "another video")
    desk.load(DAYS[7])
    assert desk.value("select posted_at = %s from scraping.posts", [first])
    roll_up(desk, ROLLUPS, DAYS[7], DAYS[7])
    compute(desk)
    assert desk.value("select count(*) from engagement.post_cohorts where posted_at <> %s", [first]) == 0
    withdrawn = {table: rows for table, rows in facts(desk.url).items() if table.startswith(("post_", "platform_"))}
    clear(desk.url)
    compute(desk)
    assert differences(withdrawn, {table: facts(desk.url)[table] for table in withdrawn}) == []


def test_a_file_that_only_one_observation_dates_leaves_the_publication_unknown_when_it_is_withdrawn(desk: Desk):
    path = land_video(desk, DAYS[0], views=1)
    desk.load(DAYS[0])
    withdraw_files(desk.url, desk.zone, [path], "another video")
    desk.load(DAYS[0])
    assert desk.rows("select posted_at, posted_observed_at, needs_rebuild from scraping.posts") == [(None, None, True)]
