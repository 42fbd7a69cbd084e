"""A counter is one definition: where another begins, so does another series."""

from datetime import timedelta
from decimal import Decimal

import psycopg
import pytest

from syndication_assets.engagement.checks import CHECKS
from syndication_assets.sql_assets.checks import read_only_transaction
from syndication_assets_tests.engagement.snapshots import COUNTERS, FIRST_DAY, History, day, moment
from syndication_assets_tests.sample_database import broken_checks

pytestmark = pytest.mark.both_servers

TABLE = "post_engagement_daily"


def define(history: History, counter: str, source_name: str, first: int | None, end: int | None) -> None:
    """The counter is filled by the metric from the first numbered day to the end, exclusive."""
    history.execute(
        "insert into engagement.platform_metrics (platform, metric_name, source_name, valid_from, valid_to)"
        " values ('linkedin', %s, %s, %s, %s)",
        [counter, source_name, day(first) if first else "2000-01-01", day(end) if end else None],
    )


def broken(history: History) -> set[str]:
    """The failed checks of the daily rows of posts."""
    checks = [check for check in CHECKS if check.table == TABLE and check.name != "no_day_is_stale"]
    with read_only_transaction(history.url) as connection:
        return set(broken_checks(connection, "engagement", checks, (FIRST_DAY, FIRST_DAY + timedelta(days=20))))


@pytest.mark.parametrize("windows", [[(1, 7)], [(n, n) for n in range(7, 0, -1)]])
def test_a_new_definition_begins_a_series_without_a_delta(database_url: str, windows: list[tuple[int, int]]):
    history = History(database_url)
    post = history.post(posted_at=moment(1))
    for counter in COUNTERS:
        define(history, counter, f"old {counter}", None, 4)
        define(history, counter, f"new {counter}", 4, None)
    for number, value in {1: 10, 2: 17, 5: 5_000, 6: 5_100, 7: 5_050}.items():
        history.snapshot(post, moment(number), **dict.fromkeys(COUNTERS, value))
    for window in windows:
        history.roll_up(TABLE, *window)
    for counter in COUNTERS:
        assert history.by_day(post, f"{counter}_delta") == {1: 10, 2: 7, 5: None, 6: 100, 7: -50}, counter
        assert history.by_day(post, f"{counter}_before")[5] == 17, "what it was by the older definition stays readable"
    assert history.by_day(post, "definition_changed") == {1: False, 2: False, 5: True, 6: False, 7: False}
    assert history.by_day(post, "is_correction") == {1: False, 2: False, 5: False, 6: False, 7: True}
    assert history.by_day(post, "engagement_delta")[5] is None
    assert broken(history) == set()


def test_other_counters_and_other_platforms_go_on(database_url: str):
    history = History(database_url)
    define(history, "views", "old", None, 2)
    define(history, "views", "new", 2, None)
    post, other = history.post(posted_at=moment(1)), history.post(posted_at=moment(1), platform="youtube")
    for number in (1, 2):
        for observed in (post, other):
            history.snapshot(observed, moment(number), reactions=number, views=100 * number)
    history.roll_up(TABLE, 1, 2)
    assert (history.by_day(post, "views_delta")[2], history.by_day(post, "reactions_delta")[2]) == (None, 1)
    assert history.by_day(post, "engagement_rate")[2] is None
    assert history.by_day(other, "views_delta")[2] == 100
    assert history.by_day(other, "engagement_rate")[2] == Decimal("0.01")


def test_a_definition_that_began_before_the_first_value_changes_nothing(database_url: str):
    history = History(database_url)
    define(history, "reach", "old", None, 2)
    define(history, "reach", "new", 2, None)
    post = history.post(posted_at=moment(3))
    history.daily(post, "reach", {3: 10, 4: 15})
    history.roll_up(TABLE, 1, 4)
    assert history.by_day(post, "reach_delta") == {3: 10, 4: 5}
    assert history.by_day(post, "definition_changed") == {3: False, 4: False}


def test_a_late_day_moves_the_beginning_of_the_series(database_url: str):
    history = History(database_url)
    define(history, "views", "old", None, 3)
    define(history, "views", "new", 3, None)
    post = history.post(posted_at=moment(1))
    history.daily(post, "views", {1: 10, 5: 500})
    history.roll_up(TABLE, 1, 5)
    assert history.by_day(post, "definition_changed") == {1: False, 5: True}
    history.daily(post, "views", {4: 400})
    history.roll_up(TABLE, 4)
    assert history.by_day(post, "definition_changed") == {1: False, 4: True, 5: False}
    assert history.by_day(post, "views_delta") == {1: 10, 4: None, 5: 100}
    assert broken(history) == set()


def test_the_checks_find_rows_that_count_across_definitions(database_url: str):
    """Rows of platform_metrics that are changed after the rollup, until the days are materialized again."""
    history = History(database_url)
    post = history.post(posted_at=moment(1))
    history.daily(post, "views", {1: 10, 2: 500, 3: 600})
    history.roll_up(TABLE, 1, 3)
    assert broken(history) == set()
    define(history, "views", "new", 2, None)
    assert broken(history) == {f"{TABLE}__counters_follow_their_last_measured_day"}
    history.roll_up(TABLE, 1, 3)
    assert broken(history) == set()
    assert history.by_day(post, "views_delta") == {1: 10, 2: None, 3: 100}


def test_each_counter_has_its_own_gap(database_url: str):
    history = History(database_url)
    post = history.post()
    for number, reactions, views in ((1, 5, 100), (2, None, 110), (4, 9, 120), (5, 9, None), (7, 20, 150)):
        history.snapshot(post, moment(number), reactions=reactions, views=views)
    for number in (7, 4, 5, 2, 1):
        history.roll_up(TABLE, number)
    assert history.by_day(post, "reactions_gap_days") == {1: None, 2: None, 4: 3, 5: 1, 7: 2}
    assert history.by_day(post, "views_gap_days") == {1: None, 2: 1, 4: 2, 5: None, 7: 3}
    assert history.by_day(post, "is_gap") == {1: False, 2: False, 4: True, 5: False, 7: True}
    assert set(history.by_day(post, "engagement_rate").values()) == {None}, "no day compares equal spans"
    with psycopg.connect(history.url, autocommit=True) as connection:
        connection.execute("update engagement.post_engagement_daily set views_gap_days = 1 where views_gap_days = 2")
    assert f"{TABLE}__counters_follow_their_last_measured_day" in broken(history)
