"""Simulated posts are marked, and count in no total: whatever relation shows their numbers says so beside them."""

from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from syndication_assets.engagement.checks import CHECKS
from syndication_assets.landing.loading.withdrawal import withdraw_files
from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets.scraping.fetching.download_runs import run_session
from syndication_assets.sql_assets.checks import read_only_transaction
from syndication_assets_tests.engagement.published_products import Shop
from syndication_assets_tests.engagement.snapshots import FIRST_DAY, ROLLUPS, History, day, moment
from syndication_assets_tests.engagement.test_landed_counters import DAYS, land_page_post
from syndication_assets_tests.sample_database import broken_checks
from syndication_assets_tests.scraping.linkedin_dataset import Desk
from syndication_assets_tests.scraping.test_order_independence import roll_up

# A number that no sum or difference of the other numbers gives.
CANARY = 7_654_321
ROOMS = ("engagement", "content", "publishing")


def relations(history: History) -> list[str]:
    """Every table and view of the rooms that show results of posts."""
    rows = history.rows(
        "select relnamespace::regnamespace || '.' || relname from pg_class where relkind in ('r', 'v', 'p')"
        " and relnamespace::regnamespace::text = any(%s) order by 1",
        [list(ROOMS)],
    )
    return [name for (name,) in rows]


def showing(history: History, number: int) -> dict[str, set[object]]:
    """The relations with a row that contains the number, and what these rows say of is_simulated."""
    found: dict[str, set[object]] = {}
    with psycopg.connect(history.url) as connection:
        for name in relations(history):
            rows = connection.execute(
                sql.SQL("select to_jsonb(t) from {} as t where to_jsonb(t)::text ~ %s").format(
                    sql.Identifier(*name.split("."))
                ),
                [rf"\y{number}\y"],
            ).fetchall()
            if rows:
                found[name] = {row.get("is_simulated", "unmarked") for (row,) in rows}
    return found


@pytest.fixture
def shop(database_url: str) -> Shop:
    """A product with a post that was sent, and a rehearsed one whose reactions are the canary. Both have a profile and
    a hashtag, and are rolled up on two days.
    """
    history = History(database_url)
    shop = Shop(history)
    profile = history.profile("page", "facebook")
    scarf = shop.product("scarf", moment(1))
    for clock, is_simulated, reactions in (("09:00", False, 3), ("10:00", True, CANARY)):
        post = shop.publish(scarf, moment(1, clock), is_simulated=is_simulated)
        history.execute(
            "update scraping.posts set profile_id = %s, is_simulated = %s, first_seen_at = posted_at"
            " where post_id = %s",
            [profile, is_simulated, post],
        )
        history.hashtag("wool", post, 1, 2)
        history.snapshot(post, moment(1, "11:00"), reactions=0, views=0)
        history.snapshot(post, moment(2, "09:30"), reactions=reactions, views=reactions * 10)
    history.roll_up_all(1, 2)
    history.roll_up("content_priorities", 1, 2)
    return shop


def test_no_relation_shows_a_simulated_number_without_saying_so(shop: Shop):
    history = shop.history
    found = showing(history, CANARY)
    assert found.keys() >= {
        "engagement.post_engagement_daily",
        "engagement.post_cohorts",
        "engagement.post_days",
        "engagement.product_post_performance",
        "engagement.time_series_metrics",
    }, "the search finds the number where it is allowed"
    assert {name: marks for name, marks in found.items() if marks != {True}} == {}
    assert "engagement.report_top_posts" in relations(history)


def test_the_totals_are_those_of_the_posts_that_were_sent(shop: Shop):
    history = shop.history
    for table in ("profile_engagement_daily", "platform_engagement_daily", "hashtag_engagement_daily"):
        rows = {row["activity_date"]: row for row in history.table_rows(table)}
        assert rows[day(2)]["reactions_delta"] == 3, table
        assert rows[day(2)]["posts_observed"] == 1, table
        assert rows[day(1)]["posts_published"] == 1, table
    (week,) = history.table_rows("report_platforms_weekly")
    assert (week["engagement"], week["posts_published"]) == (3, 1)
    (profile,) = history.table_rows("report_profiles_weekly")
    assert profile["posts_published"] == 1
    assert {row["posts_published"] for row in history.table_rows("report_cohorts_weekly")} == {1}
    assert {row["engagement"] for row in history.table_rows("report_top_posts")} == {3}


def test_a_post_that_turns_out_to_be_simulated_leaves_the_totals(shop: Shop):
    history = shop.history
    sent = history.value("select post_id from scraping.posts where not is_simulated")
    history.execute("update scraping.posts set is_simulated = true, needs_rebuild = true where post_id = %s", [sent])
    history.roll_up_all(9)
    assert history.table_rows("platform_engagement_daily") == []
    assert {row["is_simulated"] for row in history.table_rows("post_cohorts")} == {True}


@pytest.mark.both_servers
def test_the_check_finds_a_simulated_target_whose_post_is_not_marked(shop: Shop):
    history = shop.history
    window = (FIRST_DAY, day(20))
    with read_only_transaction(history.url) as connection:
        assert broken_checks(connection, "engagement", CHECKS, window) == {}
    history.execute("update scraping.posts set is_simulated = false where is_simulated")
    for number in (1, 2):
        history.roll_up("post_engagement_daily", number)
    with read_only_transaction(history.url) as connection:
        assert broken_checks(connection, "engagement", CHECKS, window).keys() >= {
            "post_engagement_daily__simulated_posts_are_marked"
        }
    assert showing(history, CANARY)["engagement.post_engagement_daily"] == {False}, "the search can find it"


def test_rehearsals_do_not_rank_the_products_of_an_organization_that_sends(database_url: str):
    shop = Shop(History(database_url))
    scarf = shop.product("scarf", moment(1))
    shop.publish(scarf, moment(1, "09:00"), is_simulated=True)
    shop.end(shop.target(scarf, moment(1, "10:00"), is_simulated=True), "failed", moment(1, "10:01"))
    shop.history.roll_up("content_priorities", 1)
    factors = shop.priorities(day(1))["scarf"]["factors"]
    assert (factors["recency"]["value"], factors["success_rate"]["value"]) == (1, None)
    shop.history.execute("update tenancy.organizations set settings = '{\"is_sample\": true}'")
    shop.history.roll_up("content_priorities", 1)
    factors = shop.priorities(day(1))["scarf"]["factors"]
    assert factors["recency"]["value"] < 1, "a sample organization ranks by its rehearsals"
    assert factors["success_rate"]["value"] == 0.5


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_an_item_that_is_marked_marks_its_post_in_any_order(desk: Desk, order: tuple[int, ...]):
    land_page_post(desk, DAYS[0], {"post_media_view": 40})
    land_page_post(desk, DAYS[1], {"post_media_view": 50}, is_simulated=True)
    desk.load(*(DAYS[number] for number in order))
    assert desk.rows("select is_simulated from scraping.posts") == [(True,)]
    assert desk.value("select needs_rebuild from scraping.posts") is (order == (0, 1))


@pytest.mark.both_servers
@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_mark_of_a_withdrawn_file_is_taken_back(desk: Desk, order: tuple[int, ...]):
    land_page_post(desk, DAYS[0], {"post_media_view": 40})
    marked = land_page_post(desk, DAYS[1], {"post_media_view": 50}, is_simulated=True)
    desk.load(*(DAYS[number] for number in order))
    roll_up(desk, ROLLUPS, DAYS[0], DAYS[1])
    withdraw_files(desk.url, desk.zone, [marked], "it was real")
    desk.load(DAYS[1])
    assert desk.rows("select is_simulated from scraping.posts") == [(False,)]
    roll_up(desk, ROLLUPS, DAYS[1], DAYS[1])
    assert desk.rows("select activity_date, views_delta from engagement.platform_engagement_daily") == [(DAYS[0], 40)]


def test_an_item_of_a_post_that_a_dry_run_published_marks_its_post(database_url: str, tmp_path: Path):
    shop = Shop(History(database_url))
    target = shop.target(shop.product("scarf", moment(1)), moment(1), is_simulated=True)
    shop.end(target, "published", moment(1))
    shop.history.execute("delete from scraping.post_records")
    with run_session(database_url, "test") as session:
        desk = Desk(database_url, LandingZone(str(tmp_path / "landing")), session)
        land_page_post(desk, DAYS[0], {"post_media_view": 40}, id=f"page_{target}")
        land_page_post(desk, DAYS[1], {"post_media_view": 40}, id="page_sent")
        desk.load(*DAYS[:2])
    assert dict(desk.rows("select urn, is_simulated from scraping.posts")) == {
        f"page_{target}": True,
        "page_sent": False,
    }
