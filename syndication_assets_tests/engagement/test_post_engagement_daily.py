"""The daily row of a post: closing values, deltas, openings, gaps and corrections."""

from datetime import timedelta

import pytest

from syndication_assets_tests.engagement.snapshots import COUNTERS, History, day, moment

TABLE = "post_engagement_daily"


def test_each_closing_value_is_the_last_measured_value_of_the_day(database_url: str):
    history = History(database_url)
    post = history.post()
    history.snapshot(post, moment(1, "18:00"), reactions=7)
    history.snapshot(post, moment(1, "06:00"), reactions=5, comments=2)
    history.snapshot(post, moment(1, "12:00"), reactions=9, comments=3)
    history.roll_up(TABLE, 1)
    row = history.day_rows(post)[1]
    assert (row["reactions"], row["comments"], row["shares"]) == (7, 3, None)
    assert row["observations"] == 3
    assert (row["first_observed_at"], row["last_observed_at"]) == (moment(1, "06:00"), moment(1, "18:00"))


@pytest.mark.parametrize("counter", COUNTERS)
def test_a_delta_is_the_closing_value_minus_the_last_known_closing_value(database_url: str, counter: str):
    history = History(database_url)
    post = history.post()
    history.daily(post, counter, {1: 10, 2: 17, 3: 17, 4: 40})
    history.roll_up(TABLE, 1, 4)
    assert history.by_day(post, counter) == {1: 10, 2: 17, 3: 17, 4: 40}
    assert history.by_day(post, f"{counter}_delta") == {1: None, 2: 7, 3: 0, 4: 23}
    others = [f"{other}{suffix}" for other in COUNTERS if other != counter for suffix in ("", "_delta")]
    assert {row[column] for row in history.day_rows(post).values() for column in others} == {None}


@pytest.mark.parametrize(
    ("age_at_first_snapshot", "delta"),
    [
        (timedelta(hours=24), 10),
        (timedelta(hours=24, microseconds=1), None),
        (timedelta(0), 10),
        (timedelta(hours=-1), 10),  # the platform's clock runs ahead of ours
        (None, None),
    ],
)
def test_an_opening_counts_if_the_post_is_not_older_than_the_sampling_gap(
    database_url: str, age_at_first_snapshot: timedelta | None, delta: int | None
):
    history = History(database_url)
    posted_at = None if age_at_first_snapshot is None else moment(3) - age_at_first_snapshot
    post = history.post(posted_at=posted_at)
    history.daily(post, "reactions", {3: 10, 4: 12})
    history.roll_up(TABLE, 3, 4)
    assert history.by_day(post, "reactions_delta") == {3: delta, 4: 2}
    assert history.by_day(post, "is_opening") == {3: True, 4: False}


@pytest.mark.both_servers
def test_the_first_snapshot_of_the_day_decides_whether_an_opening_counts(database_url: str):
    history = History(database_url)
    post = history.post(posted_at=moment(2, "01:00"))
    history.snapshot(post, moment(3, "00:30"), reactions=3)
    history.snapshot(post, moment(3, "22:00"), reactions=5)
    history.roll_up(TABLE, 3)
    assert history.by_day(post, "reactions_delta") == {3: 5}


def test_the_sampling_gap_is_read_from_its_table(database_url: str):
    history = History(database_url)
    post = history.post(posted_at=moment(3) - timedelta(hours=30))
    history.daily(post, "views", {3: 10})
    history.roll_up(TABLE, 3)
    assert history.by_day(post, "views_delta") == {3: None}
    history.execute("update engagement.sampling_gaps set sampling_gap = '30 hours' where platform = 'linkedin'")
    history.roll_up(TABLE, 3)
    assert history.by_day(post, "views_delta") == {3: 10}


def test_a_platform_without_a_sampling_gap_has_no_opening_deltas(database_url: str):
    history = History(database_url)
    post = history.post(posted_at=moment(1), platform="tiktok")
    history.daily(post, "shares", {1: 4, 2: 6})
    history.roll_up(TABLE, 1, 2)
    assert history.by_day(post, "shares_delta") == {1: None, 2: 2}


@pytest.mark.parametrize("windows", [[(1, 7)], [(n, n) for n in range(1, 8)], [(n, n) for n in range(7, 0, -1)]])
def test_deltas_add_up_to_last_minus_first_whatever_is_missing_in_between(
    database_url: str, windows: list[tuple[int, int]]
):
    history = History(database_url)
    post = history.post()
    reactions = {1: 100, 2: None, 3: None, 4: 130, 5: None, 6: 120, 7: None}
    comments = {1: None, 2: 5, 3: 6, 4: None, 5: None, 6: None, 7: 11}
    for number, value in reactions.items():
        history.snapshot(post, moment(number), reactions=value, comments=comments[number])
    for window in windows:
        history.roll_up(TABLE, *window)
    assert history.by_day(post, "reactions_delta") == {1: None, 2: None, 3: None, 4: 30, 5: None, 6: -10, 7: None}
    assert history.by_day(post, "comments_delta") == {1: None, 2: None, 3: 1, 4: None, 5: None, 6: None, 7: 5}


def test_a_counter_that_is_first_measured_late_opens_late_without_its_earlier_growth(database_url: str):
    history = History(database_url)
    post = history.post(posted_at=moment(1, "08:00"))
    history.snapshot(post, moment(1), reactions=3)
    history.snapshot(post, moment(2, "07:00"), reactions=5, saves=1)
    history.snapshot(post, moment(3), reactions=6, saves=4, clicks=50)
    history.roll_up(TABLE, 1, 3)
    assert history.by_day(post, "reactions_delta") == {1: 3, 2: 2, 3: 1}
    assert history.by_day(post, "saves_delta") == {1: None, 2: 1, 3: 3}, "day 2 is within the sampling gap"
    assert history.by_day(post, "clicks_delta") == {1: None, 2: None, 3: None}
    assert history.by_day(post, "is_opening") == {1: True, 2: False, 3: False}


def test_a_decrease_is_kept_as_measured_and_flagged(database_url: str):
    history = History(database_url)
    post = history.post()
    history.snapshot(post, moment(1), reactions=10, comments=4)
    history.snapshot(post, moment(2), reactions=15, comments=3)
    history.snapshot(post, moment(3), reactions=15, comments=3)
    history.snapshot(post, moment(4))
    history.roll_up(TABLE, 1, 4)
    assert history.by_day(post, "comments_delta") == {1: None, 2: -1, 3: 0, 4: None}
    assert history.by_day(post, "engagement_delta") == {1: None, 2: 4, 3: 0, 4: None}
    assert history.by_day(post, "is_correction") == {1: False, 2: True, 3: False, 4: False}


def test_a_delta_over_a_gap_is_flagged_and_not_spread(database_url: str):
    history = History(database_url)
    post = history.post()
    history.daily(post, "reactions", {1: 1, 2: 2, 6: 42, 7: 43})
    history.roll_up(TABLE, 1, 7)
    assert history.by_day(post, "reactions_delta") == {1: None, 2: 1, 6: 40, 7: 1}
    assert history.by_day(post, "gap_days") == {1: None, 2: 1, 6: 4, 7: 1}
    assert history.by_day(post, "is_gap") == {1: False, 2: False, 6: True, 7: False}


def test_the_previous_observation_is_the_last_of_the_previous_observed_day(database_url: str):
    history = History(database_url)
    post = history.post()
    for number, clock in [(1, "01:00"), (1, "23:00"), (3, "02:00"), (3, "20:00"), (4, "00:00")]:
        history.snapshot(post, moment(number, clock), reactions=1)
    history.roll_up(TABLE, 1, 4)
    assert history.by_day(post, "previous_observed_at") == {1: None, 3: moment(1, "23:00"), 4: moment(3, "20:00")}


@pytest.mark.parametrize("time_zone", ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago", "America/Sao_Paulo"])
def test_days_begin_at_midnight_utc_whatever_the_time_zone_of_the_session(database_url: str, time_zone: str):
    history = History(database_url)
    post = history.post(posted_at=moment(3, "00:00"))
    for number, clock in [(2, "00:00"), (2, "23:59:59.999999"), (3, "00:00"), (3, "23:59:59.999999"), (4, "00:00")]:
        history.snapshot(post, moment(number, clock), views=number)
    history.roll_up(TABLE, 2, time_zone=time_zone)
    assert history.by_day(post, "observations") == {2: 2}
    history.roll_up(TABLE, 3, 4, time_zone=time_zone)
    assert history.by_day(post, "observations") == {2: 2, 3: 2, 4: 1}
    assert history.by_day(post, "views") == {2: 2, 3: 3, 4: 4}
    assert history.by_day(post, "is_published_on_day") == {2: False, 3: True, 4: False}
    assert history.by_day(post, "gap_days") == {2: None, 3: 1, 4: 1}
    assert (day(2).month, day(3).month) == (1, 2), "the days are on both sides of the end of a month"


@pytest.mark.parametrize(
    ("reactions", "impressions", "views", "kind", "denominator", "rate"),
    [
        (5, 100, 400, "impressions", 100, "0.050000"),
        (5, None, 400, "views", 400, "0.012500"),
        (5, None, None, None, None, None),
        (5, 0, 400, "impressions", 0, None),
        (None, 100, None, "impressions", 100, None),
        (3, 1, None, "impressions", 1, "3.000000"),
        (1000, 1, None, "impressions", 1, None),
        (999, 1, None, "impressions", 1, "999.000000"),
        # Rounded to six decimal places, this is 1000, which does not fit the column.
        (9_999_999_999, 10_000_000, None, "impressions", 10_000_000, None),
        (10**12, 10**12, None, "impressions", 10**12, "1.000000"),
    ],
)
def test_a_rate_names_its_denominator_and_is_null_if_it_cannot_be_computed(
    database_url: str, reactions, impressions, views, kind, denominator, rate
):
    history = History(database_url)
    post = history.post(posted_at=moment(1))
    history.snapshot(post, moment(1), reactions=reactions, impressions=impressions, views=views)
    history.roll_up(TABLE, 1)
    row = history.day_rows(post)[1]
    assert (row["rate_denominator_kind"], row["rate_denominator"]) == (kind, denominator)
    assert row["rate_formula"] == (None if kind is None else f"engagement_rate_by_{kind}/1")
    assert (None if row["engagement_rate"] is None else str(row["engagement_rate"])) == rate


def test_the_engagement_of_a_day_is_the_sum_of_public_measured_counters(database_url: str):
    history = History(database_url)
    post = history.post(posted_at=moment(1))
    history.snapshot(post, moment(1), reactions=1, comments=20, shares=300, saves=4000, clicks=50000, views=600000)
    history.snapshot(post, moment(2), clicks=50001, views=600001)
    history.roll_up(TABLE, 1, 2)
    assert history.by_day(post, "engagement_delta") == {1: 4321, 2: None}
