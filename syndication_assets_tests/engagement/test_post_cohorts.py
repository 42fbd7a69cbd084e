"""Posts at equal age."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from syndication_assets_tests.engagement.snapshots import History, Row, day, moment

TABLE = "post_cohorts"
POSTED = moment(1, "06:00")
AGES = {
    "1 hour": timedelta(hours=1),
    "24 hours": timedelta(hours=24),
    "7 days": timedelta(days=7),
    "28 days": timedelta(days=28),
}
TOLERANCES = {
    "1 hour": timedelta(minutes=30),
    "24 hours": timedelta(hours=8),
    "7 days": timedelta(hours=24),
    "28 days": timedelta(hours=48),
}
MICROSECOND = timedelta(microseconds=1)


def observe(history: History, post_id: str, observed_at: datetime, **counters: int | None) -> None:
    history.snapshot(post_id, observed_at, **counters)


def cohorts(history: History) -> dict[str, Row]:
    """The rows of the only post, by age."""
    return {row["age_name"]: row for row in history.table_rows(TABLE)}


def values(history: History, column: str = "reactions") -> dict[str, object]:
    return {age: row[column] for age, row in cohorts(history).items()}


@pytest.mark.parametrize("age", AGES)
def test_the_value_at_an_age_is_the_last_observation_not_later(database_url: str, age: str):
    history = History(database_url)
    post = history.post(posted_at=POSTED)
    at_age = POSTED + AGES[age]
    observe(history, post, at_age - timedelta(minutes=20), reactions=1)
    observe(history, post, at_age - timedelta(minutes=10), reactions=2)
    observe(history, post, at_age + MICROSECOND, reactions=3)
    history.roll_up(TABLE, 1, 40)
    row = cohorts(history)[age]
    assert (row["reactions"], row["observed_at"]) == (2, at_age - timedelta(minutes=10))
    assert row["observed_age"] == AGES[age] - timedelta(minutes=10)
    observe(history, post, at_age, reactions=4)
    history.roll_up(TABLE, 1, 40)
    assert values(history)[age] == 4, "an observation exactly at the age counts"


@pytest.mark.parametrize("age", AGES)
def test_an_observation_counts_up_to_the_tolerance_before_the_age(database_url: str, age: str):
    history = History(database_url)
    post = history.post(posted_at=POSTED)
    edge = POSTED + AGES[age] - TOLERANCES[age]
    observe(history, post, edge - MICROSECOND, reactions=1)
    history.roll_up(TABLE, -1, 40)
    row = cohorts(history)[age]
    assert (row["reactions"], row["observed_at"], row["engagement"], row["rate_formula"]) == (None,) * 4
    observe(history, post, edge, reactions=2)
    history.roll_up(TABLE, -1, 40)
    assert values(history)[age] == 2


def test_the_tolerance_is_read_from_its_table(database_url: str):
    history = History(database_url)
    post = history.post(posted_at=POSTED)
    observe(history, post, POSTED + timedelta(hours=15), reactions=5)
    history.roll_up(TABLE, 1, 2)
    assert values(history)["24 hours"] is None
    history.execute("update engagement.cohort_ages set tolerance = '9 hours' where age_name = '24 hours'")
    history.roll_up(TABLE, 1, 2)
    assert values(history)["24 hours"] == 5


def test_ages_are_read_from_their_table(database_url: str):
    history = History(database_url)
    post = history.post(posted_at=POSTED)
    observe(history, post, POSTED + timedelta(hours=47), reactions=5)
    history.execute("insert into engagement.cohort_ages values ('2 days', '2 days', '6 hours')")
    history.roll_up(TABLE, 1, 3)
    assert values(history) == {"1 hour": None, "24 hours": None, "2 days": 5, "7 days": None, "28 days": None}


def test_each_age_has_its_own_observation_across_months(database_url: str):
    history = History(database_url)
    post = history.post(posted_at=POSTED)
    for age, offset in AGES.items():
        observe(history, post, POSTED + offset, reactions=len(age), views=100)
    for number in range(30, 0, -1):
        history.roll_up(TABLE, number)
    assert values(history) == {age: len(age) for age in AGES}
    assert {(row["posted_at"], row["platform"]) for row in history.table_rows(TABLE)} == {(POSTED, "linkedin")}


def test_a_post_with_unknown_publication_time_has_no_rows(database_url: str):
    history = History(database_url)
    observe(history, history.post(), moment(1), reactions=1)
    assert history.roll_up(TABLE, 1) == {"rows_computed": 0, "rows_written": 0, "rows_removed": 0}


def test_a_removed_observation_is_replaced_by_the_previous_one(database_url: str):
    history = History(database_url)
    post = history.post(posted_at=POSTED)
    observe(history, post, POSTED + timedelta(hours=20), reactions=1)
    observe(history, post, POSTED + timedelta(hours=23), reactions=2)
    history.roll_up(TABLE, 1, 2)
    assert values(history)["24 hours"] == 2
    history.remove(post, POSTED + timedelta(hours=23))
    history.roll_up(TABLE, 2)
    assert values(history)["24 hours"] == 1
    history.remove(post, POSTED + timedelta(hours=20))
    history.roll_up(TABLE, 2)
    assert set(values(history).values()) == {None}, "the rows of a post stay, without values"


@pytest.mark.parametrize("time_zone", ["UTC", "America/Sao_Paulo"])
def test_a_day_of_age_has_24_hours_whatever_the_time_zone_of_the_session(database_url: str, time_zone: str):
    history = History(database_url)
    history.execute("select operations.ensure_month_partitions('scraping.snapshots', '2018-10-01', '2018-11-30')")
    # The seven days include 4 November 2018, which was an hour shorter in Brazil.
    posted_at = moment(-2281)
    post = history.post(posted_at=posted_at)
    observe(history, post, posted_at + timedelta(days=7) - timedelta(minutes=30), reactions=1)
    observe(history, post, posted_at + timedelta(days=7), reactions=2)
    assert str(day(-2281)) == "2018-11-01"
    history.roll_up(TABLE, -2281, -2270, time_zone=time_zone)
    assert values(history)["7 days"] == 2


@pytest.mark.both_servers
@pytest.mark.parametrize(
    ("counters", "kind", "rate"),
    [
        ({"impressions": 100, "reach": 50, "views": 10}, "impressions", "0.100000"),
        ({"reach": 4, "views": 10}, "reach", "2.500000"),
        ({"views": 40}, "views", "0.250000"),
        ({"views": 0}, "views", None),
        ({}, None, None),
    ],
)
def test_a_rate_names_its_denominator(database_url: str, counters: dict[str, int], kind: str | None, rate: str | None):
    history = History(database_url)
    post = history.post(posted_at=POSTED)
    observe(history, post, POSTED + AGES["1 hour"], reactions=7, comments=2, shares=1, clicks=999, **counters)
    history.roll_up(TABLE, 1)
    row = cohorts(history)["1 hour"]
    assert row["engagement"] == 10
    assert (row["rate_denominator_kind"], row["rate_denominator"]) == (kind, counters[kind] if kind else None)
    assert row["engagement_rate"] == (None if rate is None else Decimal(rate))
    assert row["rate_formula"] == (None if kind is None else f"engagement_rate_by_{kind}/1")


def test_a_rate_that_does_not_fit_is_null(database_url: str):
    history = History(database_url)
    post = history.post(posted_at=POSTED)
    observe(history, post, POSTED + AGES["1 hour"], reactions=9_999_999_999, reach=10_000_000)
    observe(history, post, POSTED + AGES["24 hours"], reactions=10**12, reach=1)
    history.roll_up(TABLE, 1, 2)
    assert {row["engagement_rate"] for row in history.table_rows(TABLE)} == {None}


def test_an_observation_without_counters_is_not_an_engagement_of_zero(database_url: str):
    history = History(database_url)
    post = history.post(posted_at=POSTED)
    observe(history, post, POSTED + AGES["1 hour"], clicks=3)
    history.roll_up(TABLE, 1)
    row = cohorts(history)["1 hour"]
    assert (row["clicks"], row["engagement"], row["observed_age"]) == (3, None, AGES["1 hour"])
