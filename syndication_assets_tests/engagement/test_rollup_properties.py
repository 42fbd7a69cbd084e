"""Random histories, materialized in random order, give the same rollups as one clean run and as the model."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from syndication_assets.database.connection import transaction
from syndication_assets_tests.conftest import new_database
from syndication_assets_tests.engagement import daily_model
from syndication_assets_tests.engagement.daily_model import ModelRow, Post, Snapshot
from syndication_assets_tests.engagement.snapshots import ROLLUPS, History, Row, day, moment, without
from syndication_assets_tests.random_histories import number_of_histories
from syndication_assets_tests.servers import Server

DAYS = 6
CLOCKS = ("00:00", "06:00", "18:00", "23:59:59.999999")
MEASURED = ("comments", "views", "impressions")
# Publication, in hours after the first midnight: watched from the beginning, too old, in the future, unknown.
PUBLISHED = (0, 30, 66, -48, 200, None)
SAMPLING_GAP = timedelta(hours=24)
# The third post is simulated, and from the fourth day on, another metric fills the views.
SIMULATED = 2
REDEFINED_ON = {"views": day(4)}
AGES = {
    "1 hour": (timedelta(hours=1), timedelta(minutes=30)),
    "24 hours": (timedelta(hours=24), timedelta(hours=8)),
    "7 days": (timedelta(days=7), timedelta(hours=24)),
    "28 days": (timedelta(days=28), timedelta(hours=48)),
}

# Half of the values are missing, so that deltas depend on days before the gaps.
counter_values = st.one_of(st.none(), st.integers(0, 20))
snapshots = st.tuples(
    st.just("observe"),
    st.integers(0, 2),
    st.integers(1, DAYS),
    st.sampled_from(CLOCKS),
    st.tuples(*[counter_values] * len(MEASURED)),
)
removals = st.tuples(st.just("remove"), st.integers(0, 2), st.integers(1, DAYS), st.sampled_from(CLOCKS))
windows = st.tuples(st.integers(1, DAYS), st.integers(1, DAYS)).map(lambda ends: ("roll up", min(ends), max(ends)))
hashtag_days = st.lists(st.sets(st.integers(1, DAYS), min_size=1), min_size=3, max_size=3)
late_steps = st.lists(st.one_of(snapshots, snapshots, removals, windows), max_size=6)
first_values = st.lists(
    st.one_of(st.none(), *[st.tuples(*[counter_values] * len(MEASURED))] * 4), min_size=3 * DAYS, max_size=3 * DAYS
)


@st.composite
def histories(draw: st.DrawFn) -> list[Any]:
    """Most days of all posts, materialized in some order, followed by late files and windows."""
    values = draw(first_values)
    steps: list[Any] = [
        ("observe", place // DAYS, place % DAYS + 1, "12:00", found)
        for place, found in enumerate(values)
        if found is not None
    ]
    steps += [("roll up", first, last) for first, last in ranges(draw(st.permutations(range(1, DAYS + 1))))]
    return steps + draw(late_steps)


@pytest.fixture(scope="module")
def shared_history(server: Server, template_database: str) -> Iterator[History]:
    with new_database(server, template_database) as url:
        history = History(url)
        history.execute(
            "insert into engagement.platform_metrics (platform, metric_name, source_name, valid_from, valid_to)"
            " values ('linkedin', 'views', 'views', '2000-01-01', %(day)s),"
            " ('linkedin', 'views', 'plays', %(day)s, null)",
            {"day": REDEFINED_ON["views"]},
        )
        yield history


def start_over(history: History, published: list[int | None], hashtags: list[set[int]]) -> list[Post]:
    with transaction(history.url) as connection:
        for table in (
            "scraping.snapshots",
            "scraping.posts",
            "scraping.hashtags",
            "scraping.profiles",
            "engagement.platform_engagement_daily",
            "engagement.stale_days",
        ):
            connection.execute(f"delete from {table}")
    ada = history.profile("ada")
    posts = []
    for index, (hours, profile_id, numbers) in enumerate(zip(published, (ada, ada, None), hashtags, strict=True)):
        posted_at = None if hours is None else moment(1, "00:00") + timedelta(hours=hours)
        is_simulated = index == SIMULATED
        post_id = history.post(posted_at=posted_at, profile_id=profile_id, is_simulated=is_simulated)
        history.hashtag("data", post_id, *sorted(numbers))
        posts.append(Post(post_id, "linkedin", profile_id, posted_at, is_simulated))
    return posts


def follow(history: History, posts: list[Post], steps: list[Any], rest: list[int]) -> list[Snapshot]:
    """Takes the steps, then materializes each day that changed since its last window, in the order of `rest`.

    Returns the snapshots that exist at the end.
    """
    existing: dict[tuple[str, Any], Snapshot] = {}
    stale: set[int] = set()
    for step in steps:
        match step:
            case ("observe", index, number, clock, values):
                snapshot = Snapshot(
                    posts[index].post_id, moment(number, clock), dict(zip(MEASURED, values, strict=True))
                )
                history.snapshot(snapshot.post_id, snapshot.observed_at, **snapshot.values)
                existing[snapshot.post_id, snapshot.observed_at] = snapshot
                stale.add(number)
            case ("remove", index, number, clock):
                history.remove(posts[index].post_id, moment(number, clock))
                if existing.pop((posts[index].post_id, moment(number, clock)), None) is not None:
                    stale.add(number)
            case ("roll up", first, last):
                history.roll_up_all(first, last)
                stale -= set(range(first, last + 1))
    for first, last in ranges([number for number in rest if number in stale]):
        history.roll_up_all(first, last)
    return list(existing.values())


def ranges(numbers: list[int]) -> list[tuple[int, int]]:
    """The windows of the days; consecutive days in the list become one window."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and found[-1][1] + 1 == number:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


def tables(history: History) -> dict[str, list[Row]]:
    """The rows of all rollups, without the NULL rows of cohorts that a post without snapshots may keep."""
    found = {table: without(history.table_rows(table), "organization_id", "updated_at") for table in ROLLUPS}
    found["post_cohorts"] = [row for row in found["post_cohorts"] if row["observed_at"] is not None]
    return found


def expected_tables(posts: list[Post], hashtags: list[set[int]], existing: list[Snapshot], hashtag_id: str):
    days = [row for post in posts for row in daily_model.post_days(post, existing, SAMPLING_GAP, REDEFINED_ON)]
    numbers = {post.post_id: {day(number) for number in found} for post, found in zip(posts, hashtags, strict=True)}
    tagged: list[ModelRow] = [
        row | {"hashtag_id": hashtag_id} for row in days if row["activity_date"] in numbers[str(row["post_id"])]
    ]
    model = {
        "post_engagement_daily": days,
        "profile_engagement_daily": daily_model.sums(
            (row for row in days if row["profile_id"] is not None), ("profile_id", "activity_date", "platform")
        ),
        "platform_engagement_daily": daily_model.sums(days, ("platform", "activity_date")),
        "hashtag_engagement_daily": daily_model.sums(tagged, ("hashtag_id", "platform", "activity_date")),
        "post_cohorts": [
            row for post in posts for row in daily_model.cohorts(post, existing, AGES) if row["observed_at"]
        ],
    }
    return {table: sorted(map(comparable, rows), key=repr) for table, rows in model.items()}


def comparable(row: ModelRow) -> ModelRow:
    return dict(sorted(row.items()))


@settings(
    max_examples=number_of_histories(40),
    deadline=None,
    derandomize=True,
    database=None,
    # No shrinking: each attempt takes a second, and a history is short enough to read.
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    published=st.tuples(*[st.sampled_from(PUBLISHED)] * 3).map(list),
    hashtags=hashtag_days,
    steps=histories(),
    rest=st.permutations(range(1, DAYS + 1)),
)
def test_any_order_of_windows_and_late_files_gives_the_tables_of_one_clean_run_and_of_the_model(
    shared_history: History, published: list[int | None], hashtags: list[set[int]], steps: list[Any], rest: list[int]
):
    history = shared_history
    posts = start_over(history, published, hashtags)
    existing = follow(history, posts, steps, rest)
    hashtag_id = history.value("select hashtag_id from scraping.hashtags")
    found = tables(history)

    for table, rows in expected_tables(posts, hashtags, existing, hashtag_id).items():
        assert sorted(map(comparable, found[table]), key=repr) == rows, table
    assert history.table_rows("stale_days") == []

    for table in ROLLUPS:
        history.execute(f"delete from engagement.{table}")
    history.roll_up_all(1, DAYS)
    assert tables(history) == found


def test_deltas_of_the_model_add_up_to_last_minus_first():
    """The model verifies the SQL; this verifies the model."""
    post = Post("p-00000001", "linkedin", None, None)
    values = [5, None, 9, 7, None, 30]
    existing = [Snapshot(post.post_id, moment(n), {"views": value}) for n, value in enumerate(values, start=1)]
    rows = daily_model.post_days(post, existing, SAMPLING_GAP)
    assert [row["views_delta"] for row in rows] == [None, None, 4, -2, None, 23]
    assert sum(row["views_delta"] or 0 for row in rows) == 30 - 5  # type: ignore[misc]
    assert [row["views_gap_days"] for row in rows] == [None, None, 2, 1, None, 2]


def test_the_model_begins_a_new_series_where_a_definition_changes():
    post = Post("p-00000001", "linkedin", None, None)
    values = [5, 9, None, None, 70, 80]
    existing = [Snapshot(post.post_id, moment(n), {"views": value}) for n, value in enumerate(values, start=1)]
    rows = daily_model.post_days(post, existing, SAMPLING_GAP, REDEFINED_ON)
    assert [row["views_delta"] for row in rows] == [None, 4, None, None, None, 10]
    assert [row["definition_changed"] for row in rows] == [False, False, False, False, True, False]
