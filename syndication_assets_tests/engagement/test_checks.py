"""The checks of the engagement room: they pass after the rollups, and each detects its own damage."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from syndication_assets.engagement import priorities
from syndication_assets.engagement.checks import CHECKS
from syndication_assets.sql_assets.checks import read_only_transaction
from syndication_assets_tests.new_databases import new_database
from syndication_assets_tests.sample_database import (
    END_DAY,
    FIRST_DAY,
    WINDOW,
    Damage,
    broken_checks,
    check_files,
    damaged,
    names_of,
)
from syndication_assets_tests.servers import Server

pytestmark = pytest.mark.both_servers

POST, PROFILE, PLATFORM, HASHTAG = (f"{name}_engagement_daily" for name in ("post", "profile", "platform", "hashtag"))
# Damage to a post's row also breaks the totals that contain it. These posts have no hashtag and no value at an age.
PLAIN_POST = (
    "(select e.post_id from engagement.post_engagement_daily as e"
    " where e.profile_id is not null and e.reactions_delta > 0"
    " and not exists (select from scraping.post_hashtags as h where h.post_id = e.post_id)"
    " and not exists (select from engagement.post_cohorts as c"
    " where c.post_id = e.post_id and c.observed_at is not null)"
    " order by e.post_id limit 1)"
)
IN_TOTALS = frozenset({f"{PROFILE}__totals_equal_their_posts", f"{PLATFORM}__totals_equal_their_posts"})
IN_ALL_TOTALS = IN_TOTALS | {f"{HASHTAG}__totals_equal_their_posts"}
ONE_MORE_DAY = (
    "insert into scraping.snapshots (organization_id, post_id, run_id, downloaded_at, observed_at_source,"
    " landed_file_id, reactions) select organization_id, post_id, 'run-00000000', '2025-11-03 12:00:00+00', 'noon',"
    " 'fil-00000000', 1 from engagement.post_engagement_daily as e where not exists (select from"
    " engagement.post_engagement_daily as b where b.post_id = e.post_id and b.activity_date = '2025-11-03')"
    " and not exists (select from scraping.posts as p where p.post_id = e.post_id and p.posted_at > '2025-09-01')"
    " limit 1"
)


def change_one_row(table: str, change: str, condition: str = "true") -> str:
    return (
        f"update engagement.{table} set {change}"
        f" where ctid = (select ctid from engagement.{table} where {condition} order by 1 limit 1)"
    )


DAMAGES = [
    Damage(
        "metric_definitions__every_counter_is_defined",
        "delete from engagement.metric_definitions where metric_name = 'views_delta'",
    ),
    Damage(
        "metric_definitions__every_counter_is_defined",
        "update engagement.metric_definitions set kind = 'gauge' where metric_name = 'views'",
    ),
    *(
        Damage(
            "metric_definitions__formulas_are_what_tables_compute", f"update engagement.metric_definitions set {change}"
        )
        for change in (
            "formula_version = 2 where metric_name = 'engagement_rate_by_views'",
            "formula_version = 2 where metric_name = 'engagement_rate_by_followers'",
            "numerator = 'clicks' where metric_name = 'engagement_rate_by_reach'",
            "addends = '{reactions,comments,shares}' where metric_name = 'engagement'",
        )
    ),
    Damage(
        "metric_definitions__sums_are_of_additive_metrics",
        "update engagement.metric_definitions set is_additive_over_days = false where metric_name = 'clicks_delta'",
    ),
    Damage(
        "metric_definitions__platform_names_do_not_overlap",
        "insert into engagement.platform_metrics (platform, metric_name, source_name, valid_from)"
        " values ('facebook', 'reactions', 'likes', '2025-01-01')",
    ),
    Damage(
        "metric_definitions__platform_names_do_not_overlap",
        "insert into engagement.platform_metrics (platform, metric_name, source_name, valid_from)"
        " values ('facebook', 'impressions', 'post_views', '2025-11-14')",
    ),
    Damage(f"{POST}__every_observed_day_has_its_row", ONE_MORE_DAY),
    Damage(
        f"{POST}__closing_values_are_the_last_observations",
        f"update scraping.snapshots set reactions = reactions + 1 where post_id = {PLAIN_POST}",
    ),
    Damage(
        f"{POST}__closing_values_are_the_last_observations",
        f"delete from scraping.snapshots where post_id = {PLAIN_POST}",
    ),
    Damage(
        f"{POST}__closing_values_are_the_last_observations",
        f"update scraping.snapshots set views = 7 where post_id = {PLAIN_POST}",
    ),
    Damage(
        f"{POST}__deltas_add_up",
        change_one_row(
            POST, "reactions_before = reactions_before - 1", f"post_id = {PLAIN_POST} and reactions_delta > 0"
        ),
        IN_TOTALS,
    ),
    Damage(
        f"{POST}__deltas_add_up",
        change_one_row(POST, "shares_before = null", "not is_opening and shares_delta = 0"),
    ),
    Damage(f"{POST}__openings_count_only_watched_posts", "delete from engagement.sampling_gaps"),
    Damage(
        f"{POST}__openings_count_only_watched_posts",
        "update engagement.sampling_gaps set sampling_gap = '10000 days'",
    ),
    Damage(
        f"{POST}__gap_days_are_right",
        change_one_row(POST, "previous_observed_at = previous_observed_at - interval '1 second'", "not is_opening"),
    ),
    Damage(
        f"{POST}__counters_follow_their_last_measured_day",
        change_one_row(POST, "reactions_gap_days = 1", f"post_id = {PLAIN_POST} and reactions_gap_days = 0"),
    ),
    Damage(
        f"{POST}__counters_follow_their_last_measured_day",
        "update engagement.platform_metrics set valid_to = '2025-11-05'"
        " where platform = 'linkedin' and metric_name = 'shares';"
        "insert into engagement.platform_metrics (platform, metric_name, source_name, valid_from)"
        " values ('linkedin', 'shares', 'reposts', '2025-11-05')",
    ),
    Damage(
        f"{POST}__simulated_posts_are_marked",
        f"update engagement.{POST} set is_simulated = true where post_id = {PLAIN_POST}",
        IN_TOTALS,
    ),
    Damage(
        f"{POST}__simulated_posts_are_marked",
        "update scraping.post_records set is_simulated = true where post_id = (select min(post_id) from"
        " engagement.post_cohorts where observed_at is not null)",
    ),
    Damage(
        f"{POST}__no_day_is_stale",
        "insert into engagement.stale_days (organization_id, table_name, activity_date)"
        f" select organization_id, '{PROFILE}', '2020-02-29' from tenancy.organizations",
    ),
    Damage(
        f"{HASHTAG}__totals_equal_their_posts",
        f"delete from scraping.post_hashtags where hashtag_id = (select min(hashtag_id) from engagement.{HASHTAG})",
    ),
    *(
        Damage(f"{table}__totals_equal_their_posts", statement)
        for table in (PROFILE, PLATFORM, HASHTAG)
        for statement in (
            change_one_row(table, "engagement_delta = coalesce(engagement_delta, 0) + 1"),
            change_one_row(table, "posts_observed = posts_observed - 1"),
            f"delete from engagement.{table} where ctid = (select min(ctid) from engagement.{table})",
        )
    ),
    Damage(
        "post_cohorts__observed_within_the_tolerance",
        "update engagement.cohort_ages set tolerance = '1 second' where age_name = '24 hours'",
    ),
    Damage(
        "post_cohorts__observed_within_the_tolerance",
        "update engagement.cohort_ages set age = '16 hours' where age_name = '24 hours'",
        frozenset({"post_cohorts__no_nearer_observation"}),
    ),
    Damage(
        "post_cohorts__no_nearer_observation",
        "update engagement.post_cohorts set observed_at = null, reactions = null, comments = null, shares = null,"
        " views = null where age_name = '24 hours'",
    ),
    Damage(
        "post_cohorts__values_equal_the_snapshot",
        change_one_row("post_cohorts", "saves = 0", "observed_at is not null"),
    ),
]


@pytest.fixture(scope="module")
def sample_url(server: Server, sample_template: str) -> Iterator[str]:
    with new_database(server, sample_template) as url:
        yield url


def test_every_check_passes_after_the_rollups(sample_url: str):
    with read_only_transaction(sample_url) as connection:
        assert broken_checks(connection, "engagement", CHECKS) == {}
        for table in (POST, PROFILE, PLATFORM, HASHTAG):
            assert connection.execute(f"select count(*) from engagement.{table}").fetchall()[0][0] > 5


@pytest.mark.parametrize("number", range(3))
def test_every_check_passes_for_a_single_day(sample_url: str, number: int):
    day = FIRST_DAY + timedelta(number)
    with read_only_transaction(sample_url) as connection:
        assert broken_checks(connection, "engagement", CHECKS, (day, day + timedelta(1))) == {}


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.check)
def test_each_damage_is_detected_by_its_own_checks_only(sample_url: str, damage: Damage):
    with damaged(sample_url, "") as connection:
        connection.execute("reset role")
        table = damage.check.split("__")[0]
        columns = connection.execute(
            "select string_agg(attname, ', ' order by attnum) from pg_attribute where attrelid = %s::regclass"
            " and attnum > 0 and not attisdropped and attgenerated = ''",
            [f"engagement.{table}"],
        ).fetchall()[0][0]
        for statement in damage.statement.replace("{columns}", columns).split(";"):
            changed = connection.execute(statement)  # type: ignore[arg-type]
        assert changed.rowcount != 0, "the damage changed no row"
        connection.execute("set local role syndication_pipeline")
        broken = broken_checks(connection, "engagement", CHECKS)
    assert broken.keys() == {damage.check} | damage.also


def test_every_sql_check_is_listed_and_has_a_damage():
    files = check_files("engagement")
    listed = names_of(CHECKS)
    assert listed == {damage.check for damage in DAMAGES}
    # The checks of the ranking have their damages in test_priorities.py.
    assert files == listed | names_of(priorities.CHECKS)


HIDDEN_FOR_A_DAY = (
    "update engagement.post_engagement_daily as later"
    " set reactions_before = hidden.reactions_before"
    " from engagement.post_engagement_daily as hidden where hidden.post_id = later.post_id"
    " and hidden.activity_date = '2025-11-04' and later.activity_date = '2025-11-05';"
    "update engagement.post_engagement_daily set reactions = null, reactions_before = null"
    " where activity_date = '2025-11-04'"
)


@pytest.mark.parametrize("first_day", [FIRST_DAY, END_DAY - timedelta(2), END_DAY - timedelta(1)])
def test_deltas_add_up_over_a_day_on_which_a_counter_was_hidden(sample_url: str, first_day):
    with damaged(sample_url, HIDDEN_FOR_A_DAY) as connection:
        window = (first_day, END_DAY)
        assert f"{POST}__deltas_add_up" not in broken_checks(connection, "engagement", CHECKS, window)
        connection.execute("update engagement.post_engagement_daily set reactions_before = reactions_before - 1")
        assert f"{POST}__deltas_add_up" in broken_checks(connection, "engagement", CHECKS, window)


def test_a_check_ignores_days_outside_of_its_window(sample_url: str):
    with damaged(sample_url, f"delete from engagement.{PLATFORM} where activity_date = '2025-11-03'") as connection:
        assert broken_checks(connection, "engagement", CHECKS, (FIRST_DAY + timedelta(1), END_DAY)) == {}
        assert broken_checks(connection, "engagement", CHECKS, WINDOW).keys() == {
            f"{PLATFORM}__totals_equal_their_posts"
        }
