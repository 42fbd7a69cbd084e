"""What the weekly page expects of the next post: an interval that holds as often as it says, from own posts only."""

from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest

from syndication_assets.engagement.report.report_queries import read_week, reader
from syndication_assets.engagement.report.report_weeks import IsoWeek
from syndication_assets_tests.engagement.report_database import ReportDatabase
from syndication_assets_tests.engagement.test_report_own_posts import account

FIRST = date(2025, 11, 1)
WEEK = IsoWeek(2025, 46)


@pytest.fixture
def rows(database_url: str) -> ReportDatabase:
    rows = ReportDatabase(database_url)
    account(rows, "linkedin", "ada")
    return rows


def interval(
    url: str, measured: list[int | None], coverage: float = 0.8
) -> tuple[int | None, int | None, float | None]:
    with psycopg.connect(url) as connection:
        (row,) = connection.execute(
            "select low, high, probability::float from engagement.prediction_interval(%s::bigint[], %s::numeric)",
            [measured, coverage],
        ).fetchall()
    return row


def publish_daily(rows: ReportDatabase, numbers: range, author: str = "ada", **columns: object) -> None:
    """One post a day: after an hour with 10 reactions more than the one before, and ten times that on day seven."""
    for number in numbers:
        published = FIRST + timedelta(days=number - 1)
        post_id = rows.post(rows.organization(), author=author, published=published)
        for name, value in columns.items():
            rows.execute(f"update scraping.post_records set {name} = %s where post_id = %s", [value, post_id])
        for days, reactions in ((0, 10 * number), (6, 100 * number), (7, 900 * number)):
            rows.observe(rows.organization(), post_id, published + timedelta(days=days), reactions=reactions)


def expected(rows: ReportDatabase, week: IsoWeek = WEEK) -> dict[str, dict[str, object]]:
    """By age, what the page of the week shows."""
    rows.roll_up()
    with reader(rows.url, rows.organization()) as connection:
        report = read_week(connection, rows.organization(), week)
    assert report is not None
    return {row["age_name"]: row for row in report.expected_engagement}


@pytest.mark.parametrize("measurements", [9, 10, 19, 33, 60])
def test_as_many_of_equally_likely_values_lie_in_the_interval_as_it_says(database_url: str, measurements: int):
    values = list(range(measurements + 1))
    within = 0
    probability = None
    for following in values:
        low, high, probability = interval(database_url, [value for value in values if value != following])
        assert low is not None
        assert high is not None
        within += low <= following <= high
    assert within / len(values) == pytest.approx(probability)
    assert probability is not None
    assert 0.8 <= probability < 0.9


def test_too_few_values_give_no_interval_and_unmeasured_ones_do_not_count(database_url: str):
    assert interval(database_url, list(range(8))) == (None, None, None)
    assert interval(database_url, []) == (None, None, None)
    assert interval(database_url, [*range(8), None]) == (None, None, None)
    assert interval(database_url, [*range(9), None]) == (0, 8, pytest.approx(0.8))


def test_the_next_post_is_expected_between_the_lowest_and_the_highest_of_nine(rows: ReportDatabase):
    publish_daily(rows, range(1, 10))
    hour, week = expected(rows)["1 hour"], expected(rows)["7 days"]
    assert (hour["low_engagement"], hour["median_engagement"], hour["high_engagement"]) == (10, 50, 90)
    assert (hour["posts_measured"], hour["posts_predicted"], hour["username"]) == (9, 0, "ada")
    assert (week["low_engagement"], week["high_engagement"]) == (100, 900)
    assert "28 days" not in expected(rows), "no post is so old"


def test_each_further_post_shows_whether_its_interval_was_right(rows: ReportDatabase):
    publish_daily(rows, range(1, 12))
    # Each post has more than all before it: the intervals were never right.
    assert (expected(rows)["1 hour"]["posts_predicted"], expected(rows)["1 hour"]["posts_within"]) == (2, 0)
    publish_daily(rows, range(5, 6))
    hour = expected(rows)["1 hour"]
    assert (hour["posts_predicted"], hour["posts_within"]) == (3, 0)


def test_what_is_like_the_posts_before_it_lies_in_its_interval(rows: ReportDatabase):
    publish_daily(rows, range(1, 10))
    post_id = rows.post(rows.organization(), published=FIRST + timedelta(days=10))
    rows.observe(rows.organization(), post_id, FIRST + timedelta(days=10), reactions=40)
    hour = expected(rows)["1 hour"]
    assert (hour["posts_predicted"], hour["posts_within"]) == (1, 1)


def test_too_few_posts_expect_nothing(rows: ReportDatabase):
    publish_daily(rows, range(1, 9))
    hour = expected(rows)["1 hour"]
    assert (hour["posts_measured"], hour["median_engagement"], hour["low_engagement"]) == (8, None, None)


def test_posts_of_others_reposts_and_simulated_ones_do_not_count(rows: ReportDatabase):
    publish_daily(rows, range(1, 10))
    publish_daily(rows, range(1, 10), author="watched")
    publish_daily(rows, range(1, 4), post_type="repost")
    publish_daily(rows, range(1, 4), is_simulated=True)
    assert expected(rows)["1 hour"]["posts_measured"] == 9


def test_a_week_knows_nothing_of_later_posts(rows: ReportDatabase):
    publish_daily(rows, range(1, 10))
    before = expected(rows)
    publish_daily(rows, range(17, 28))
    assert expected(rows)["1 hour"] == before["1 hour"]
    assert expected(rows, IsoWeek(2025, 48))["1 hour"]["posts_measured"] == 20


def test_the_share_of_an_age_is_that_of_the_greatest_age(rows: ReportDatabase):
    for number in range(1, 4):
        published = FIRST - timedelta(days=40 + number)
        post_id = rows.post(rows.organization(), published=published)
        for days, reactions in ((0, 25), (6, 75), (27, 100)):
            rows.observe(rows.organization(), post_id, published + timedelta(days=days), reactions=reactions)
    publish_daily(rows, range(10, 11))
    shares = {age: row["median_share_of_last_age"] for age, row in expected(rows).items()}
    assert shares == {"1 hour": 0.25, "7 days": 0.75, "28 days": 1}


def test_another_organization_sees_nothing_of_it(rows: ReportDatabase):
    publish_daily(rows, range(1, 10))
    rows.roll_up()
    other = rows.organization("other", "Other")
    with reader(rows.url, other) as connection:
        (counted,) = connection.execute(
            "select count(*) from engagement.report_expected_engagement_weekly where week_start = %s",
            [datetime(2025, 11, 10, tzinfo=UTC).date()],
        ).fetchone() or (None,)
    assert counted == 0
