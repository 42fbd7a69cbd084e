"""The cost of one week in the views of the report does not depend on the length of the history."""

from datetime import timedelta
from typing import Any

import psycopg
import pytest

from syndication_assets.database.connection import Connection, transaction
from syndication_assets_tests.engagement.published_products import Shop
from syndication_assets_tests.engagement.snapshots import FIRST_DAY, History, day, moment

pytestmark = pytest.mark.both_servers

POSTS = 200
LAST = 120
RECENT = range(71, LAST + 1)
EARLIER = range(-39, 71)
WEEK = day(108) - timedelta(days=day(108).weekday())

OF_WEEK = {
    "report_weeks": "",
    "report_platforms_by_day": "",
    "report_platforms_weekly": "",
    "report_top_posts": "and period = 'week' and place <= 10",
    "report_post_history": "",
    "report_profiles_weekly": "and place <= 10",
    "report_hashtags_weekly": "and place <= 10",
    "report_cohorts_weekly": "",
    "report_quarantined_items_weekly": "",
    "report_ownership_weekly": "",
    "report_publications_weekly": "and age_name = '24 hours'",
    "report_expected_engagement_weekly": "",
    "report_planned_posts_weekly": "",
    "report_followers_weekly": "",
}
# The rows of a platform fill a few pages here, so that reading all of them may be cheaper than an index.
BY_DAY = {
    "post_engagement_daily",
    "profile_engagement_daily",
    "hashtag_engagement_daily",
    "posts_core",
    "profile_snapshots",
}


@pytest.fixture
def database_url(new_database_url: str) -> str:
    """A new database, without the deleted rows of other tests."""
    return new_database_url


def add_days(history: History, days: range) -> None:
    """One snapshot a day of every post, rolled up, one quarantined item and one text in review a day."""
    with psycopg.connect(history.url, cursor_factory=psycopg.ClientCursor) as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute("set session_replication_role = replica")
        connection.execute(
            "insert into scraping.snapshots (organization_id, post_id, downloaded_at, reactions, comments, run_id,"
            " observed_at_source, landed_file_id)"
            " select organization_id, post_id, %s::date + n - 1 + interval '6 hours', n + 100, n + 100, %s,"
            " 'file_name', %s from generate_series(%s, %s) as n, scraping.posts order by n, post_id",
            [FIRST_DAY, history.run_id, history.landed_file_id, days[0], days[-1]],
        )
        connection.execute(
            "insert into landing.quarantine (organization_id, source, landed_on, source_file_path, reason,"
            " payload_bytes) select %s, 'test', %s::date + n - 1, n::text, 'a reason', 1"
            " from generate_series(%s, %s) as n",
            [history.organization_id, FIRST_DAY, days[0], days[-1]],
        )
        connection.execute(
            "insert into scraping.profile_snapshots (organization_id, profile_id, observed_at, followers, run_id,"
            " landed_file_id) select organization_id, profile_id, %s::date + n - 1, n + 100, %s, %s"
            " from generate_series(%s, %s) as n, scraping.profiles order by n",
            [FIRST_DAY, history.run_id, history.landed_file_id, days[0], days[-1]],
        )
        connection.execute(
            "with cores as (insert into content.posts_core (organization_id, post_kind, platform, channel_type,"
            " planned_on, product_id) select p.organization_id, 'product', 'facebook', 'feed_post', %s::date + n - 1,"
            " p.product_id from generate_series(%s, %s) as n, catalogue.products as p, generate_series(1, 30)"
            " returning organization_id, post_core_id)"
            " insert into content.posts_content (organization_id, post_core_id, text_content, generator, content_hash)"
            " select organization_id, post_core_id, 'Text', 'template', '' from cores",
            [FIRST_DAY, days[0], days[-1]],
        )
    history.roll_up_all(days[0], days[-1])
    with psycopg.connect(history.url, autocommit=True) as connection:
        connection.execute("vacuum analyze")


@pytest.fixture
def history(database_url: str) -> History:
    """Posts of 20 profiles, two published each day, every one with two of 20 hashtags."""
    history = History(database_url)
    Shop(history).product("a product", moment(1))
    profiles = [history.profile(f"profile {number}") for number in range(20)]
    history.execute("insert into channels.platforms (platform, display_name) values ('linkedin', 'LinkedIn')")
    history.execute(
        "insert into channels.social_accounts (organization_id, platform, remote_account_id, display_name)"
        " values (%s, 'linkedin', 'profile 1', 'Ours')",
        [history.organization_id],
    )
    with psycopg.connect(database_url, cursor_factory=psycopg.ClientCursor) as connection:
        connection.execute(
            "insert into scraping.post_records (organization_id, platform, urn, urn_kind, posted_at, profile_id,"
            " text_content, content_observed_at, first_seen_at, last_seen_at)"
            " select %s, 'linkedin', n::text, 'activity', %s::date - n / 2, (%s::text[])[1 + n %% 20],"
            " repeat('text ', 100), now(), %s::date - n / 2, now() from generate_series(1, %s) as n",
            [history.organization_id, day(LAST), profiles, day(LAST), POSTS],
        )
        connection.execute(
            "insert into scraping.hashtags (organization_id, hashtag, first_seen_at)"
            " select %s, 'tag' || n, '2025-01-01' from generate_series(1, 20) as n",
            [history.organization_id],
        )
        connection.execute(
            "insert into scraping.post_hashtags (organization_id, post_id, hashtag_id, seen_on, is_current)"
            " select p.organization_id, p.post_id, h.hashtag_id, '{[2024-01-01,2027-01-01)}', true"
            " from (select *, row_number() over (order by post_id) as n from scraping.posts) as p"
            " inner join (select *, row_number() over (order by hashtag_id) as n from scraping.hashtags) as h"
            " on h.n in (1 + p.n % 20, 1 + (p.n + 7) % 20)"
        )
    add_days(history, RECENT)
    return history


def explained(connection: Connection, view: str, condition: str) -> dict[str, Any]:
    statement = f"explain (analyze, buffers, format json) select * from engagement.{view} where {condition}"
    ((plans,),) = connection.execute(statement).fetchall()
    plan: dict[str, Any] = plans[0]["Plan"]
    return plan


def blocks_read(plan: dict[str, Any]) -> int:
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


def scanned_as_a_whole(plan: dict[str, Any]) -> set[str]:
    own = {plan["Relation Name"]} if plan["Node Type"] == "Seq Scan" else set()
    return own.union(*(scanned_as_a_whole(child) for child in plan.get("Plans", [])))


def read_week(history: History, *, by_index: bool = False) -> dict[str, dict[str, Any]]:
    """The executed plan of one week of each view, as a BI tool reads it: under row-level security.

    `by_index` keeps the planner from reading small tables whole, which costs fewer blocks than their indexes.
    """
    plans = {}
    with transaction(history.url, role="syndication_reader") as connection:
        if by_index:
            connection.execute("set local enable_hashjoin = off; set local enable_mergejoin = off")
        connection.execute("select set_config('app.organization_id', %s, true)", [history.organization_id])
        for view, further in OF_WEEK.items():
            explained(connection, view, f"week_start = '{WEEK}' {further}")  # fills the catalogue's caches
            plans[view] = explained(connection, view, f"week_start = '{WEEK}' {further}")
    return plans


@pytest.mark.slow
def test_a_week_costs_the_same_after_a_longer_history(history: History):
    recent = read_week(history, by_index=True)
    add_days(history, EARLIER)
    found = read_week(history)
    assert all(plan["Actual Rows"] > 0 for plan in found.values()), "an empty week costs nothing"
    for view, plan in found.items():
        assert blocks_read(plan) <= 1.5 * blocks_read(recent[view]) + 20, f"{view} reads days of other weeks"
        assert not scanned_as_a_whole(plan) & BY_DAY, f"{view} scans the whole history"

    with transaction(history.url, role="syndication_reader") as connection:
        connection.execute("select set_config('app.organization_id', %s, true)", [history.organization_id])
        whole = explained(connection, "report_top_posts", "period = 'week' and place <= 10")
    assert blocks_read(whole) > 5 * blocks_read(found["report_top_posts"]), "the measurement detects a full scan"


def test_every_view_of_the_report_is_measured(database_url: str):
    with psycopg.connect(database_url) as connection:
        # The page on the database reads what `operations` measures: a few rows a day, whatever the history of posts.
        views = connection.execute(
            "select viewname from pg_views where schemaname = 'engagement' and viewname like 'report\\_%'"
        ).fetchall()
    assert {view for (view,) in views} == set(OF_WEEK)
