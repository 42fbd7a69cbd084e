"""The rows of rollups that late files, removed snapshots and rebuilt posts change, and the rows that stay."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psycopg
import pytest

from syndication_assets.database.connection import transaction
from syndication_assets.sql_assets.rollups import compute_rollup
from syndication_assets_tests.engagement.snapshots import ROLLUPS, History, Row, day, moment, without

TABLE = "post_engagement_daily"


def changed_days(history: History, post_id: str, before: list[Row]) -> set[int]:
    """The days of the post whose row changed, including `updated_at`; asserts that no other post changed."""
    after = history.table_rows(TABLE)
    changed = [row for row in after if row not in before] + [row for row in before if row not in after]
    assert {row["post_id"] for row in changed} <= {post_id}
    return {(row["activity_date"] - day(1)).days + 1 for row in changed}


def three_posts(history: History) -> str:
    """Three posts observed on each of eight days except the fourth; returns the post that will change."""
    posts = [history.post(posted_at=moment(1)) for _ in range(3)]
    for post in posts:
        history.daily(post, "reactions", {number: number * 10 for number in (1, 2, 3, 5, 6, 7, 8)})
    history.roll_up_all(1, 8)
    return posts[1]


def stale_days(history: History) -> set[tuple[str, int]]:
    return {(row["table_name"], (row["activity_date"] - day(1)).days + 1) for row in history.table_rows("stale_days")}


def test_a_late_file_changes_its_day_and_the_next_observed_day_only(database_url: str):
    history = History(database_url)
    post = three_posts(history)
    before = history.table_rows(TABLE)
    history.snapshot(post, moment(3, "18:00"), reactions=33)
    counts = history.roll_up(TABLE, 3)
    assert changed_days(history, post, before) == {3, 5}
    assert counts == {"rows_computed": 6, "rows_written": 2, "rows_removed": 0}
    assert history.by_day(post, "reactions_delta") == {1: 10, 2: 10, 3: 13, 5: 17, 6: 10, 7: 10, 8: 10}


def test_a_late_file_fills_an_unobserved_day_and_closes_the_gap_after_it(database_url: str):
    history = History(database_url)
    post = three_posts(history)
    before = history.table_rows(TABLE)
    history.snapshot(post, moment(4), reactions=40)
    history.roll_up(TABLE, 4)
    assert changed_days(history, post, before) == {4, 5}
    assert history.by_day(post, "gap_days") == {1: None, 2: 1, 3: 1, 4: 1, 5: 1, 6: 1, 7: 1, 8: 1}


def test_a_late_file_before_the_first_day_becomes_the_opening(database_url: str):
    history = History(database_url)
    post = three_posts(history)
    before = history.table_rows(TABLE)
    history.snapshot(post, moment(-1), reactions=4)
    history.roll_up(TABLE, -1)
    assert changed_days(history, post, before) == {-1, 1}
    assert history.by_day(post, "reactions_delta")[1] == 6
    assert history.by_day(post, "is_opening") == {-1: True} | dict.fromkeys((1, 2, 3, 5, 6, 7, 8), False)


def test_an_earlier_snapshot_of_a_day_changes_no_other_day(database_url: str):
    history = History(database_url)
    post = three_posts(history)
    before = history.table_rows(TABLE)
    history.snapshot(post, moment(3, "06:00"), reactions=29)
    history.roll_up(TABLE, 3)
    assert changed_days(history, post, before) == {3}
    assert history.by_day(post, "reactions_delta")[3] == 10


def test_a_day_on_which_a_hidden_counter_reappears_changes_with_the_last_day_that_had_it(database_url: str):
    history = History(database_url)
    post, other = history.post(), history.post()
    for number, comments in {1: 1, 2: 2, 3: None, 4: None, 5: 9, 6: 12}.items():
        history.snapshot(post, moment(number), reactions=number, comments=comments)
        history.snapshot(other, moment(number), reactions=number, comments=comments)
    history.roll_up(TABLE, 1, 6)
    before = history.table_rows(TABLE)
    history.snapshot(post, moment(2, "18:00"), reactions=2, comments=4)
    history.roll_up(TABLE, 2)
    assert changed_days(history, post, before) == {2, 3, 5}, "day 3 depends on the time, day 5 on the comments"
    assert history.by_day(post, "comments_delta") == {1: None, 2: 3, 3: None, 4: None, 5: 5, 6: 3}


def test_a_counter_that_becomes_hidden_is_counted_on_the_next_day_that_has_it(database_url: str):
    history = History(database_url)
    post = history.post()
    for number in range(1, 5):
        history.snapshot(post, moment(number), reactions=number, comments=number * 2)
    history.roll_up(TABLE, 1, 4)
    before = history.table_rows(TABLE)
    history.snapshot(post, moment(2), reactions=2)
    history.roll_up(TABLE, 2)
    assert changed_days(history, post, before) == {2, 3}
    assert history.by_day(post, "comments_delta") == {1: None, 2: None, 3: 4, 4: 2}


def test_removing_snapshots_removes_their_rows_and_corrects_the_next_day(database_url: str):
    history = History(database_url)
    post = three_posts(history)
    before = history.table_rows(TABLE)
    assert history.remove(post, moment(6)) == 1
    counts = history.roll_up(TABLE, 6)
    assert counts["rows_removed"] == 1
    assert changed_days(history, post, before) == {6, 7}
    assert history.by_day(post, "reactions_delta") == {1: 10, 2: 10, 3: 10, 5: 20, 7: 20, 8: 10}
    assert history.by_day(post, "gap_days")[7] == 2


def test_a_window_that_lost_all_its_snapshots_is_emptied_in_every_rollup(database_url: str):
    history = History(database_url)
    profile = history.profile("ada")
    post = history.post(posted_at=moment(1), profile_id=profile)
    history.hashtag("data", post, 1, 2)
    history.daily(post, "reactions", {1: 1, 2: 2})
    history.roll_up_all(1, 2)
    assert all(len(history.table_rows(table)) == 2 for table in ROLLUPS[:4])
    history.remove(post, moment(2))
    counts = history.roll_up_all(2)
    assert [counts[table]["rows_removed"] for table in ROLLUPS[:4]] == [1, 1, 1, 1]
    assert all([row["activity_date"] for row in history.table_rows(table)] == [day(1)] for table in ROLLUPS[:4])


def test_days_that_change_outside_of_the_window_become_stale_until_they_are_recomputed(database_url: str):
    history = History(database_url)
    post = three_posts(history)
    assert stale_days(history) == set()
    history.snapshot(post, moment(3, "18:00"), reactions=33)
    history.roll_up(TABLE, 3)
    assert stale_days(history) == {(table, 5) for table in (*ROLLUPS[1:4], "product_post_performance")}
    before = {row["activity_date"]: row for row in history.table_rows("platform_engagement_daily")}
    history.roll_up("platform_engagement_daily", 3)
    after = {row["activity_date"]: row for row in history.table_rows("platform_engagement_daily")}
    assert stale_days(history) == {
        ("profile_engagement_daily", 5),
        ("hashtag_engagement_daily", 5),
        ("product_post_performance", 5),
    }
    assert {number for number in range(1, 9) if before.get(day(number)) != after.get(day(number))} == {3, 5}
    assert (after[day(3)]["reactions_delta"], after[day(5)]["reactions_delta"]) == (33, 57)


def test_a_stale_day_that_is_written_while_it_is_taken_is_not_lost(database_url: str):
    """Two concurrent runs: one marks a day that is stale already, the other takes that day before the first commits."""
    history = History(database_url)
    post = three_posts(history)
    history.snapshot(post, moment(3, "18:00"), reactions=33)
    history.roll_up(TABLE, 3)
    history.snapshot(post, moment(3, "20:00"), reactions=35)
    with ThreadPoolExecutor() as pool:
        with transaction(database_url) as writer:
            compute_rollup(writer, "engagement", TABLE, day(3), day(4))
            taker = pool.submit(history.roll_up, "platform_engagement_daily", 8)
            with pytest.raises(TimeoutError):
                taker.result(timeout=0.5)
        taker.result(timeout=30)
    # Of three posts, two grew by 20 since the third day, and this post by 15.
    totals = {row["activity_date"]: row["reactions_delta"] for row in history.table_rows("platform_engagement_daily")}
    assert totals[day(5)] == 20 + 20 + 15


def test_a_late_publication_time_rebuilds_all_days_and_cohorts_of_the_post(database_url: str):
    history = History(database_url)
    post, other = history.post(), history.post()
    for observed_post in (post, other):
        history.daily(observed_post, "reactions", {1: 10, 2: 12, 5: 20})
    history.roll_up_all(1, 5)
    before = history.table_rows(TABLE)
    history.execute(
        "update scraping.posts set posted_at = %s, needs_rebuild = true where post_id = %s",
        [moment(1) - timedelta(minutes=45), post],
    )
    # No day of the post is in the window, since an item without counters can bring the publication time.
    history.roll_up_all(7)
    assert changed_days(history, post, before) == {1}
    assert history.by_day(post, "reactions_delta") == {1: 10, 2: 2, 5: 8}
    assert history.by_day(post, "is_published_on_day") == {1: True, 2: False, 5: False}
    platform_days = {
        row["activity_date"]: row["reactions_delta"] for row in history.table_rows("platform_engagement_daily")
    }
    assert platform_days == {day(1): 10, day(2): 4, day(5): 16}
    assert {row["post_id"] for row in history.table_rows("post_cohorts")} == {post}
    assert stale_days(history) == set()


def test_merged_posts_are_one_post_in_every_rollup(database_url: str):
    history = History(database_url)
    winner, loser = (history.post(posted_at=moment(1)) for _ in range(2))
    history.daily(winner, "reactions", {1: 10, 2: 20, 5: 50})
    # Day 2 was observed under both ids at the same time, so the winner keeps its row.
    history.daily(loser, "reactions", {2: 20, 3: 30})
    history.roll_up_all(1, 5)
    history.execute("select scraping.merge_posts(%s, %s, %s)", [history.organization_id, winner, loser])
    history.snapshot(winner, moment(6), reactions=60)
    history.roll_up_all(6)
    assert history.by_day(winner, "reactions_delta") == {1: 10, 2: 10, 3: 10, 5: 20, 6: 10}
    for table in ROLLUPS[2:3]:
        rows = {
            row["activity_date"]: (row["posts_observed"], row["reactions_delta"]) for row in history.table_rows(table)
        }
        assert rows == {day(1): (1, 10), day(2): (1, 10), day(3): (1, 10), day(5): (1, 20), day(6): (1, 10)}
    assert stale_days(history) == set()


def test_needs_rebuild_is_cleared_so_that_a_post_is_rebuilt_once(database_url: str):
    history = History(database_url)
    post = three_posts(history)
    history.execute("update scraping.posts set needs_rebuild = true where post_id = %s", [post])
    assert history.roll_up(TABLE, 8)["rows_computed"] == 9, "8 days: 7 of this post, and the window of two others"
    assert history.roll_up(TABLE, 8)["rows_computed"] == 3


def test_a_post_to_rebuild_that_a_load_has_locked_waits_for_the_next_run(database_url: str):
    history = History(database_url)
    post = three_posts(history)
    history.execute("update scraping.posts set needs_rebuild = true where post_id = %s", [post])
    with psycopg.connect(database_url) as load:
        load.execute("select from scraping.posts where post_id = %s for update", [post])
        assert history.roll_up(TABLE, 9)["rows_computed"] == 0
    assert history.roll_up(TABLE, 9)["rows_computed"] == 7


@pytest.mark.parametrize("window", [(1, 8), (3, 3), (4, 4), (20, 21)])
def test_a_second_run_of_any_rollup_writes_nothing(database_url: str, window: tuple[int, int]):
    history = History(database_url)
    profile = history.profile("ada")
    for counter in ("reactions", "views"):
        post = history.post(posted_at=moment(1), profile_id=profile)
        history.hashtag(counter, post, *range(1, 9))
        for number in (1, 2, 4, 5, 8):
            measured = {counter: None if number == 4 else number * 10, "shares": 3 if number > 4 else None}
            history.snapshot(post, moment(number), **measured)
    history.roll_up_all(1, 8)
    before = {table: history.table_rows(table) for table in ROLLUPS}
    for table, counts in history.roll_up_all(*window).items():
        assert (counts["rows_written"], counts["rows_removed"]) == (0, 0), table
        assert without(history.table_rows(table)) == without(before[table])
