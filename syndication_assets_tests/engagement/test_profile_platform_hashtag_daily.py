"""Totals of posts by profile, by platform and by hashtag."""

from decimal import Decimal

import pytest

from syndication_assets_tests.engagement.snapshots import COUNTERS, History, Row, day, moment

AGGREGATES = ("profile_engagement_daily", "platform_engagement_daily", "hashtag_engagement_daily")


def posts_of_one_day(history: History, *counters: dict[str, int | None]) -> None:
    """Adds posts of one profile with one hashtag, published and observed on day 1, and rolls up that day."""
    profile = history.profile("ada")
    for measured in counters:
        post = history.post(posted_at=moment(1), profile_id=profile)
        history.hashtag("data", post, 1)
        history.snapshot(post, moment(1), **measured)
    history.roll_up_all(1)


def rate_of(row: Row) -> tuple[object, ...]:
    names = ("rate_denominator_kind", "rate_numerator", "rate_denominator", "engagement_rate", "mean_engagement_rate")
    return tuple(row[name] for name in names)


@pytest.mark.parametrize("table", AGGREGATES)
def test_sums_skip_unmeasured_values_and_are_null_if_none_was_measured(database_url: str, table: str):
    history = History(database_url)
    posts_of_one_day(
        history,
        {"reactions": 5, "comments": None, "shares": 0, "clicks": 7},
        {"reactions": 6, "comments": 2, "shares": None},
        {"reactions": None, "comments": None, "shares": None},
    )
    (row,) = history.table_rows(table)
    assert (row["reactions_delta"], row["comments_delta"], row["shares_delta"]) == (11, 2, 0)
    assert (row["clicks_delta"], row["saves_delta"], row["views_delta"]) == (7, None, None)
    assert (row["engagement_delta"], row["posts_observed"], row["posts_published"]) == (13, 3, 3)


@pytest.mark.parametrize("table", AGGREGATES)
def test_gaps_and_corrections_are_counted(database_url: str, table: str):
    history = History(database_url)
    profile = history.profile("ada")
    for values in ({1: 5, 4: 9}, {3: 5, 4: 4}, {1: 5, 4: 4}, {4: 1}):
        post = history.post(posted_at=moment(4) if list(values) == [4] else None, profile_id=profile)
        history.hashtag("data", post, 4)
        history.daily(post, "reactions", values)
    history.roll_up_all(1, 4)
    (row,) = [row for row in history.table_rows(table) if row["activity_date"] == day(4)]
    counts = {name: row[name] for name in ("posts_observed", "posts_published", "posts_with_gap", "corrections")}
    assert counts == {"posts_observed": 4, "posts_published": 1, "posts_with_gap": 2, "corrections": 2}
    assert row["reactions_delta"] == 4 - 1 - 1 + 1


@pytest.mark.parametrize("table", AGGREGATES)
def test_reach_is_never_summed(database_url: str, table: str):
    history = History(database_url)
    posts_of_one_day(history, {"reactions": 1, "reach": 100}, {"reactions": 1, "reach": 200})
    (row,) = history.table_rows(table)
    assert not [name for name in row if "reach" in name]
    assert rate_of(row) == (None,) * 5, "nor is it a denominator of sums"
    assert set(row) > {f"{counter}_delta" for counter in COUNTERS if counter != "reach"}


@pytest.mark.parametrize("table", AGGREGATES)
@pytest.mark.parametrize(
    ("posts", "rate"),
    [
        # 30 / 1000, and the mean of 0.2 and 0.011111
        (
            [{"reactions": 20, "views": 100}, {"reactions": 10, "views": 900}],
            ("views", 30, 1000, "0.030000", "0.105556"),
        ),
        # Neither sum contains a post without a denominator,
        (
            [{"reactions": 20, "views": 100}, {"reactions": 999}],
            ("views", 20, 100, "0.200000", "0.200000"),
        ),
        # or a post without engagement.
        (
            [{"reactions": 20, "impressions": 100}, {"impressions": 900}],
            ("impressions", 20, 100, "0.200000", "0.200000"),
        ),
        ([{"reactions": 20, "views": 0}], ("views", 20, 0, None, None)),
        (
            [{"reactions": 20, "views": 0}, {"reactions": 5, "views": 10}],
            ("views", 25, 10, "2.500000", "0.500000"),
        ),
        # A sum over two kinds of denominators has no rate.
        ([{"reactions": 20, "views": 100}, {"reactions": 20, "impressions": 100}], (None,) * 5),
        ([{"reactions": 20}], (None,) * 5),
        ([{"views": 20}], ("views", None, None, None, None)),
        # A rate that does not fit the column is NULL, even if only rounding makes it 1000.
        ([{"reactions": 1000, "views": 1}], ("views", 1000, 1, None, None)),
        ([{"reactions": 9_999_999_999, "views": 10_000_000}], ("views", 9_999_999_999, 10_000_000, None, None)),
        ([{"reactions": 10**12, "views": 10**12}] * 3, ("views", 3 * 10**12, 3 * 10**12, "1.000000", "1.000000")),
    ],
)
def test_the_rate_is_given_as_ratio_of_sums_and_as_mean_of_ratios(database_url: str, table: str, posts, rate):
    history = History(database_url)
    posts_of_one_day(history, *posts)
    (row,) = history.table_rows(table)
    kind, numerator, denominator, ratio, mean = rate
    decimals = [None if value is None else Decimal(value) for value in (ratio, mean)]
    assert rate_of(row) == (kind, numerator, denominator, *decimals)
    assert row["rate_formula"] == (None if kind is None else f"engagement_rate_by_{kind}/1")


@pytest.mark.parametrize("table", AGGREGATES)
def test_a_changed_denominator_kind_alone_is_written(database_url: str, table: str):
    history = History(database_url)
    posts_of_one_day(history, {"views": 20})
    post = history.value("select post_id from scraping.posts")
    history.snapshot(post, moment(1), impressions=20)
    history.snapshot(post, moment(1, "13:00"), views=20)
    history.roll_up_all(1)
    (row,) = history.table_rows(table)
    assert row["rate_denominator_kind"] == "impressions"
    history.remove(post, moment(1))
    history.snapshot(post, moment(1, "13:00"))
    history.roll_up_all(1)
    (row,) = history.table_rows(table)
    assert (row["rate_denominator_kind"], row["rate_formula"]) == (None, None)


def test_profiles_and_platforms_are_kept_apart(database_url: str):
    history = History(database_url)
    ada, bob, channel = history.profile("ada"), history.profile("bob"), history.profile("ada", "youtube")
    for profile, platform, value in [
        (ada, "linkedin", 1),
        (ada, "linkedin", 20),
        (bob, "linkedin", 300),
        (channel, "youtube", 4000),
        (None, "linkedin", 50000),
    ]:
        post = history.post(posted_at=moment(1), platform=platform, profile_id=profile)
        history.hashtag("data", post, 1)
        history.daily(post, "reactions", {1: value})
    history.roll_up_all(1)
    by_profile = {row["profile_id"]: row["reactions_delta"] for row in history.table_rows("profile_engagement_daily")}
    assert by_profile == {ada: 21, bob: 300, channel: 4000}, "a post whose author is unknown is in no profile's row"
    for table in ("platform_engagement_daily", "hashtag_engagement_daily"):
        by_platform = {row["platform"]: row["reactions_delta"] for row in history.table_rows(table)}
        assert by_platform == {"linkedin": 50321, "youtube": 4000}


@pytest.mark.both_servers
def test_a_hashtag_counts_on_the_days_on_which_the_text_had_it(database_url: str):
    history = History(database_url)
    post = history.post(posted_at=moment(1))
    data = history.hashtag("data", post, 1, 2, 4)
    science = history.hashtag("science", post, 3, 4)
    history.daily(post, "reactions", {1: 1, 2: 3, 3: 7, 4: 15})
    history.roll_up_all(1, 4)
    found = {
        (row["hashtag_id"], row["activity_date"]): row["reactions_delta"]
        for row in history.table_rows("hashtag_engagement_daily")
    }
    assert found == {
        (data, day(1)): 1,
        (data, day(2)): 2,
        (science, day(3)): 4,
        (data, day(4)): 8,
        (science, day(4)): 8,
    }


def test_a_hashtag_removed_by_an_edit_disappears_with_the_next_run_of_the_day(database_url: str):
    history = History(database_url)
    post = history.post(posted_at=moment(1))
    data = history.hashtag("data", post, 1, 2)
    history.daily(post, "reactions", {1: 1, 2: 3})
    history.roll_up_all(1, 2)
    history.execute(
        "update scraping.post_hashtags set seen_on = seen_on - %s::datemultirange", [f"{{[{day(2)},{day(3)})}}"]
    )
    assert history.roll_up("hashtag_engagement_daily", 2)["rows_removed"] == 1
    assert [(row["hashtag_id"], row["activity_date"]) for row in history.table_rows("hashtag_engagement_daily")] == [
        (data, day(1))
    ]


@pytest.mark.parametrize("table", AGGREGATES)
def test_days_of_the_window_do_not_depend_on_the_time_zone_of_the_session(database_url: str, table: str):
    history = History(database_url)
    # In Brazil, 4 November 2018 began at 01:00, because the clocks went forward at midnight.
    history.execute("select operations.ensure_month_partitions('scraping.snapshots', '2018-11-01', '2018-11-30')")
    first = -2278
    assert str(day(first)) == "2018-11-04"
    profile = history.profile("ada")
    post = history.post(posted_at=moment(first), profile_id=profile)
    history.hashtag("data", post, first, first + 1)
    history.daily(post, "reactions", {first: 1, first + 1: 2})
    history.roll_up_all(first, first + 1, time_zone="America/Sao_Paulo")
    assert [row["activity_date"] for row in history.table_rows(table)] == [day(first), day(first + 1)]


def test_organizations_are_kept_apart(database_url: str):
    history = History(database_url)
    post = history.post(posted_at=moment(1))
    history.daily(post, "reactions", {1: 1})
    other = History(database_url)
    other.organization_id = other.value(
        "insert into tenancy.organizations (slug, name) values ('other', 'Other') returning organization_id"
    )
    other.run_id = other.value(
        "insert into scraping.download_runs"
        " (organization_id, kind, source, partition_from, partition_to, script_name)"
        " values (%s, 'load', 'test', %s, %s, 'test') returning run_id",
        [other.organization_id, day(1), day(1)],
    )
    other.landed_file_id = other.value(
        "insert into landing.files"
        " (organization_id, source_file_path, source, landed_on, content_hash, size_bytes)"
        " values (%s, 'other/test/file.json', 'test', %s, '', 0) returning landed_file_id",
        [other.organization_id, day(1)],
    )
    theirs = other.post(posted_at=moment(1))
    other.daily(theirs, "reactions", {1: 20})
    history.roll_up_all(1)
    sums = {row["organization_id"]: row["reactions_delta"] for row in history.table_rows("platform_engagement_daily")}
    assert sums == {history.organization_id: 1, other.organization_id: 20}
