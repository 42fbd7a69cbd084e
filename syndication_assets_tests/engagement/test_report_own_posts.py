"""What the weekly page says about us: own posts apart from watched ones, when posts do best, what we planned."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from syndication_assets.engagement.report.report_queries import read_week, reader
from syndication_assets.engagement.report.report_values import WeekReport
from syndication_assets.engagement.report.report_weeks import IsoWeek
from syndication_assets_tests.engagement.published_products import Shop
from syndication_assets_tests.engagement.report_database import ReportDatabase
from syndication_assets_tests.engagement.snapshots import History

MONDAY = date(2025, 11, 10)
WEEK = IsoWeek(2025, 46)


@pytest.fixture
def rows(database_url: str) -> ReportDatabase:
    return ReportDatabase(database_url)


def account(rows: ReportDatabase, platform: str, remote_account_id: str) -> None:
    rows.execute(
        "insert into channels.platforms (platform, display_name) values (%s, %s) on conflict do nothing",
        [platform, platform],
    )
    rows.execute(
        "insert into channels.social_accounts (organization_id, platform, remote_account_id, display_name)"
        " values (%s, %s, %s, 'Ours')",
        [rows.organization().organization_id, platform, remote_account_id],
    )


def read(rows: ReportDatabase) -> WeekReport:
    rows.roll_up()
    with reader(rows.url, rows.organization()) as connection:
        report = read_week(connection, rows.organization(), WEEK)
    assert report is not None
    return report


def gained(rows: ReportDatabase, author: str | None, reactions: int, **post: Any) -> str:
    """A post that gains `reactions` from Monday to Tuesday."""
    post_id = rows.post(rows.organization(), author=author or "nobody", **post)
    if author is None:
        rows.execute("update scraping.post_records set profile_id = null where post_id = %s", [post_id])
    for day, total in ((0, 100), (1, 100 + reactions)):
        rows.observe(rows.organization(), post_id, MONDAY + timedelta(days=day), reactions=total)
    return post_id


def ownership(rows: ReportDatabase) -> dict[tuple[str, bool], tuple[int | None, int]]:
    return {(row["platform"], row["is_own"]): (row["engagement"], row["profiles"]) for row in read(rows).ownership}


def test_own_posts_are_apart_from_watched_ones(rows: ReportDatabase):
    account(rows, "linkedin", "Acme")
    account(rows, "youtube", "UCacme")
    gained(rows, "acme", 5)
    gained(rows, "jane", 7)
    gained(rows, "joe", 11)
    gained(rows, "UCacme", 13, platform="youtube")
    # The name of our account on another platform is somebody else's.
    gained(rows, "UCacme", 17)
    assert ownership(rows) == {
        ("linkedin", True): (5, 1),
        ("youtube", True): (13, 1),
        ("linkedin", False): (35, 3),
    }


def test_posts_of_unknown_authors_are_neither_own_nor_watched(rows: ReportDatabase):
    gained(rows, None, 5)
    gained(rows, "jane", 7)
    assert ownership(rows) == {("linkedin", False): (7, 1)}
    assert read(rows).engagement.now == 12


def test_two_accounts_that_name_one_profile_count_its_posts_once(rows: ReportDatabase):
    account(rows, "linkedin", "Acme")
    account(rows, "linkedin", "acme")
    gained(rows, "acme", 5)
    assert ownership(rows) == {("linkedin", True): (5, 1)}


@pytest.mark.both_servers
def test_an_unmeasured_gain_is_not_0(rows: ReportDatabase):
    account(rows, "linkedin", "acme")
    rows.observe(rows.organization(), rows.post(rows.organization(), author="acme"), MONDAY, reactions=100)
    gained(rows, "jane", 0)
    assert ownership(rows) == {("linkedin", True): (None, 1), ("linkedin", False): (0, 1)}


def test_simulated_posts_are_in_no_part(rows: ReportDatabase):
    account(rows, "linkedin", "acme")
    gained(rows, "jane", 7)
    simulated = gained(rows, "acme", 5, published=MONDAY - timedelta(days=3))
    sent = gained(rows, "acme", 3, published=MONDAY - timedelta(days=3))
    report = read(rows)
    assert [row["engagement"] for row in report.ownership] == [8, 7]
    assert sum(row["posts_of_age"] for row in report.formats) == 3
    rows.execute(
        "update scraping.post_records set is_simulated = true, needs_rebuild = true where post_id = %s", [simulated]
    )
    rows.observe(rows.organization(), sent, MONDAY + timedelta(days=2), reactions=103)
    rows.observe(rows.organization(), simulated, MONDAY + timedelta(days=2), reactions=105)
    report = read(rows)
    assert [row["engagement"] for row in report.ownership] == [3, 7]
    assert sum(row["posts_of_age"] for row in report.formats) == 2


def follow(rows: ReportDatabase, username: str, day: date, followers: int) -> None:
    rows.execute(
        "insert into scraping.profile_snapshots (organization_id, profile_id, observed_at, followers, run_id,"
        " landed_file_id) select p.organization_id, p.profile_id, %s, %s, r.run_id, f.landed_file_id"
        " from scraping.profiles as p inner join scraping.download_runs as r using (organization_id)"
        " inner join landing.files as f using (organization_id) where p.username = %s limit 1",
        [datetime(day.year, day.month, day.day, 6, tzinfo=UTC), followers, username],
    )


def test_followers_are_shown_where_they_were_measured(rows: ReportDatabase):
    account(rows, "linkedin", "acme")
    for author in ("acme", "jane", "joe"):
        gained(rows, author, 1)
    follow(rows, "acme", MONDAY - timedelta(days=6), 90)
    follow(rows, "acme", MONDAY, 100)
    follow(rows, "acme", MONDAY + timedelta(days=1), 97)
    # After the last observed day of the week, so that a later run would change the page.
    follow(rows, "acme", MONDAY + timedelta(days=5), 500)
    follow(rows, "jane", MONDAY, 2000)
    shown = [
        (row["username"], row["is_own"], row["followers"], row["compared_followers"]) for row in read(rows).followers
    ]
    assert shown == [("acme", True, 97, 90), ("jane", False, 2000, None)]


def published_at(rows: ReportDatabase, moment: datetime, reactions: int, post_type: str = "regular") -> None:
    """A post of this time with `reactions` one day later."""
    post_id = rows.post(rows.organization(), published=moment.date())
    rows.execute(
        "update scraping.post_records set posted_at = %s, post_type = %s where post_id = %s",
        [moment, post_type, post_id],
    )
    rows.observe(rows.organization(), post_id, moment.date() + timedelta(days=1), reactions=reactions)


def test_the_best_weekday_and_hour_have_the_highest_median_of_at_least_three_posts(rows: ReportDatabase):
    def at(day: int, hour: int) -> datetime:
        return datetime(2025, 11, 3 + day, hour, 30, tzinfo=UTC)

    for reactions in (10, 20, 300):  # the median is 20, not the mean
        published_at(rows, at(0, 12), reactions)
    for reactions in (30, 31, 32):
        published_at(rows, at(1, 13), reactions)
    for reactions in (1000, 1001):  # two posts are chance
        published_at(rows, at(2, 14), reactions)
    rows.observe(rows.organization(), rows.post(rows.organization()), MONDAY, reactions=1)
    (line,) = read(rows).best_times
    assert (line.platform, line.is_own) == ("linkedin", False)
    monday, tuesday, wednesday, thursday, *_ = line.weekdays
    assert [row and (row["median_engagement"], row["place"]) for row in (monday, tuesday, wednesday, thursday)] == [
        (20, 2),
        (31, 1),
        (1000.5, None),
        None,
    ]
    assert [(row["trait_value"], row["place"]) for row in line.hours] == [("13:00", 1), ("12:00", 2)]


def test_formats_are_compared_by_median_and_by_both_rates(rows: ReportDatabase):
    organization = rows.organization()
    for views, reactions in ((100, 10), (1000, 10)):
        post_id = rows.post(organization, platform="youtube", published=MONDAY - timedelta(days=5))
        rows.execute("update scraping.post_records set post_type = 'video' where post_id = %s", [post_id])
        rows.execute(
            "update scraping.post_records set posted_at = posted_at + interval '2 hours' where post_id = %s", [post_id]
        )
        rows.observe(organization, post_id, MONDAY - timedelta(days=4), reactions=reactions, views=views)
    rows.observe(organization, rows.post(organization), MONDAY, reactions=1)
    (video,) = [row for row in read(rows).formats if row["trait_value"] == "video"]
    assert (video["posts_measured"], video["median_engagement"], video["place"]) == (2, 10, None)
    assert float(video["engagement_rate"]) == pytest.approx(20 / 1100)
    assert float(video["mean_engagement_rate"]) == pytest.approx((0.1 + 0.01) / 2)
    assert video["rate_denominator_kind"] == "views"


def test_what_became_of_our_posts_is_counted_by_state(rows: ReportDatabase, database_url: str):
    rows.observe(rows.organization(), rows.post(rows.organization()), MONDAY, reactions=1)
    history = History(database_url)
    shop = Shop(history)
    product = shop.product("tartan", datetime(2025, 10, 1, tzinfo=UTC))
    noon = datetime(2025, 11, 11, 12, tzinfo=UTC)
    for minute, state in enumerate(("published", "failed")):
        shop.end(shop.target(product, noon + timedelta(minutes=minute)), state, noon)
    shop.publish(product, noon + timedelta(minutes=5), is_simulated=True)
    shop.target(product, noon + timedelta(minutes=6))
    shop.target(product, noon + timedelta(days=7))
    cancelled = shop.target(product, noon + timedelta(minutes=7))
    rows.execute("update publishing.post_targets set state = 'cancelled' where target_id = %s", [cancelled])
    (row,) = read(rows).planned_posts
    states = ("posts", "published", "simulated", "scheduled", "without_slot", "waiting_for_review", "failed")
    assert {name: row[name] for name in states} == {
        "posts": 4,
        "published": 1,
        "simulated": 1,
        "scheduled": 1,
        "without_slot": 0,
        "waiting_for_review": 0,
        "failed": 1,
    }
    assert (row["account_name"], row["problem"]) == ("Page", "refused")
