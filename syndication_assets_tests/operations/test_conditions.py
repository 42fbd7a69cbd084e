"""Problems are found by the SQL files of the rooms, with the severity that their value has."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import dagster as dg
import pytest
from pydantic import SecretStr

from syndication_assets.automation.sensors.known_problems import finders
from syndication_assets.database.connection import transaction
from syndication_assets.documents.feeds.feed_assets import fetch_feed
from syndication_assets.documents.feeds.feed_rows import Feed
from syndication_assets.http.clients.public_client import PublicClient
from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets.operations.alerts.levels import set_level
from syndication_assets.operations.conditions import Condition, Finder, Problem, condition_files, find_conditions
from syndication_assets.operations.metrics import read_metrics
from syndication_assets.settings import Settings
from syndication_assets_tests.rows import DatabaseRows


class Rows(DatabaseRows):
    def __init__(self, url: str) -> None:
        self.url = url
        self.organization_id = self.value("select organization_id from tenancy.organizations")

    def found(self, kind: str, finder: Finder | None = None, *, kind_of_finder: str | None = None) -> list[Condition]:
        with transaction(self.url) as connection:
            found = find_conditions(connection, {kind_of_finder or kind: finder} if finder else {})
        unknown = [condition.message for condition in found.conditions if condition.kind == "condition_unknown"]
        assert kind == "condition_unknown" or not unknown, unknown
        return [condition for condition in found.conditions if condition.kind == kind]


@pytest.fixture
def rows(database_url: str) -> Rows:
    return Rows(database_url)


@pytest.mark.both_servers
def test_every_statement_runs_and_finds_nothing_in_an_empty_database(database_url: str):
    with transaction(database_url) as connection:
        found = find_conditions(connection, {})
    assert found.conditions == []
    assert set(found.kinds) >= set(condition_files())


def test_every_kind_is_looked_for_and_everything_that_is_looked_for_is_a_kind(rows: Rows):
    kinds = {kind for (kind,) in rows.rows("select kind from operations.condition_kinds")}
    by_finders = set(finders(Settings.from_environment(), rows.url, dg.DagsterInstance.ephemeral()))
    assert kinds == condition_files().keys() | by_finders | {"condition_unknown"}


@pytest.mark.parametrize(("days", "severity"), [(-20, None), (-13, "warning"), (-2, "error"), (1, "critical")])
def test_a_credential_is_a_problem_from_two_weeks_before_it_expires(days: int, severity: str | None, rows: Rows):
    rows.insert(
        "channels.credentials",
        "credential_id",
        credential_name="page",
        secret=f"v1:k:{16 * 'a'}:{22 * 'b'}",
    )
    rows.execute("update channels.credentials set expires_at = now() - make_interval(days => %s)", [days])
    assert [condition.severity for condition in rows.found("credential_expires")] == ([severity] if severity else [])


@pytest.mark.parametrize(("cost", "severity"), [(79, None), (80, "warning"), (94, "warning"), (95, "critical")])
def test_a_budget_is_a_problem_from_eighty_percent_on(cost: int, severity: str | None, rows: Rows):
    rows.execute(
        "insert into operations.budgets (organization_id, period, amount, currency) values (%s, 'month', 100, 'USD')",
        [rows.organization_id],
    )
    rows.insert(
        "operations.api_usage",
        "usage_id",
        provider="model",
        operation="write",
        cost=cost,
        currency="USD",
        price_version=1,
    )
    found = rows.found("budget_used")
    assert [condition.severity for condition in found] == ([severity] if severity else [])
    assert all("projected" in condition.message for condition in found)


def test_open_quarantine_is_one_problem_a_source_and_closed_items_are_none(rows: Rows):
    for number, source in enumerate(("linkedin", "linkedin", "youtube")):
        rows.insert(
            "landing.quarantine",
            "quarantine_id",
            source=source,
            landed_on="2026-03-02",
            reason=f"reason {number}",
            source_file_path=f"default/{source}/{number}.json",
            payload_bytes=1,
        )
    assert {(c.subject, c.value) for c in rows.found("quarantine_open")} == {("linkedin", 2), ("youtube", 1)}
    rows.execute("update landing.quarantine set replayed_at = now()")
    assert rows.found("quarantine_open") == []


@pytest.mark.parametrize(("hours", "severity"), [(35, None), (37, "warning"), (73, "error")])
def test_a_source_is_stale_after_its_hours_but_not_in_a_sample(hours: int, severity: str | None, rows: Rows):
    run = rows.insert(
        "scraping.download_runs",
        "run_id",
        kind="load",
        source="linkedin",
        partition_from="2026-03-02",
        partition_to="2026-03-02",
        script_name="test",
    )
    rows.insert(
        "landing.files",
        "landed_file_id",
        source_file_path="x",
        source="linkedin",
        landed_on="2026-03-02",
        content_hash=b"",
        size_bytes=1,
        items=1,
        run_id=run,
    )
    rows.execute("update landing.files set observed_at = now() - make_interval(hours => %s)", [hours])
    assert [condition.severity for condition in rows.found("source_stale")] == ([severity] if severity else [])
    rows.execute("update tenancy.organizations set settings = '{\"is_sample\": true}'")
    assert rows.found("source_stale") == []


def test_two_feeds_of_one_host_are_told_apart_by_the_digest_of_their_urls(rows: Rows, tmp_path: Path):
    def stale() -> set[str]:
        return {condition.subject for condition in rows.found("source_stale")}

    def landed(path: str, hours: int) -> None:
        rows.insert(
            "landing.files", "landed_file_id", source_file_path=path, source="blog_feed", landed_on="2026-03-02",
            content_hash=b"", size_bytes=1, items=1, observed_at=datetime.now(UTC) - timedelta(hours=hours),
        )  # fmt: skip

    urls = {name: f"https://Blog.example/{name}?for=all" for name in ("news", "recipes")}
    for name, url in urls.items():
        rows.insert("documents.feeds", "feed_id", feed_name=name, url=url)
    rows.execute("update documents.feeds set created_at = now() - interval '9 days'")
    assert stale() == {"feed news", "feed recipes"}
    landed("default/blog_feed/2026-03-02/feed_blog.example-0a1b2c3d_20260302T000000Z.xml", hours=1)
    assert stale() == set(), "a file of a former version is of one of them"
    zone = LandingZone(str(tmp_path))
    for name, hours in (("news", 40), ("recipes", 1)):
        client = cast(PublicClient, SimpleNamespace(get=lambda _: b"<rss/>"))
        feed = Feed("default", name, SecretStr(urls[name]), urls[name], rows.organization_id)
        landed(fetch_feed(client, zone, feed).path, hours)
    assert stale() == {"feed news"}


def test_a_silent_shop_and_a_silent_feed_are_stale_until_they_deliver_or_are_paused(rows: Rows):
    def stale() -> dict[str, str]:
        return {condition.subject: condition.message for condition in rows.found("source_stale")}

    def observe(hours: int) -> None:
        rows.execute(
            "update catalogue.catalogue_snapshots set observed_at = now() - make_interval(hours => %s)"
            " where vendor = 'tweed'",
            [hours],
        )
        rows.execute("update landing.files set observed_at = now() - make_interval(hours => %s)", [hours])

    for vendor, shop_url in (("tweed", "https://tweed.example"), ("wool", "https://wool.example"), ("hand", None)):
        rows.insert(
            "catalogue.vendors",
            "vendor",
            vendor=vendor,
            source="shopify_products",
            currency="GBP",
            shop_url=shop_url,
        )
    for vendor in ("tweed", "wool"):
        rows.insert(
            "catalogue.catalogue_snapshots",
            "vendor",
            vendor=vendor,
            observed_at=datetime.now(UTC),
            landed_on="2026-03-02",
            manifest_path=vendor,
            status="accepted",
            is_complete=True,
            content_hash=b"",
            has_category_tree=False,
            products=1,
            products_rejected=0,
            categories=0,
        )
    for name in ("blog", "news"):
        rows.insert("documents.feeds", "feed_id", feed_name=name, url=f"https://{name.title()}.example/feed?a=b")
    rows.insert(
        "landing.files",
        "landed_file_id",
        source_file_path="default/blog_feed/2026-03-02/feed_blog.example-0a1b2c3d_20260302T000000Z.xml",
        source="blog_feed",
        landed_on="2026-03-02",
        content_hash=b"",
        size_bytes=1,
        items=1,
    )
    observe(hours=37)
    assert stale().keys() == {"shop tweed", "feed blog"}
    assert "Check that feeds_schedule is on" in stale()["feed blog"]
    observe(hours=35)
    assert stale() == {}
    # What is fetched and never delivered is as old as its row; what lands by hand may take its time.
    rows.execute("update documents.feeds set created_at = now() - interval '2 days'")
    rows.execute("update catalogue.vendors set created_at = now() - interval '2 days'")
    assert stale().keys() == {"feed news"}
    assert "has never delivered anything" in stale()["feed news"]
    rows.execute("update documents.feeds set is_active = false")
    rows.execute("delete from catalogue.catalogue_snapshots")
    assert stale().keys() == {"shop tweed", "shop wool"}
    rows.execute("update catalogue.vendors set is_active = false")
    assert stale() == {}
    with transaction(rows.url) as connection:
        metrics = {metric.name: metric.samples for metric in read_metrics(connection)}
    (sample,) = metrics["syndication_scraping_newest_observation_timestamp_seconds"]
    assert sample.labels == {"organization": "default", "source": "blog_feed"}


@pytest.mark.parametrize(("days", "severity"), [(1, None), (3, "warning"), (400, "warning")])
def test_data_that_was_never_backed_up_is_a_problem_but_not_in_a_sample(days: int, severity: str | None, rows: Rows):
    rows.insert(
        "landing.files",
        "landed_file_id",
        source_file_path="x",
        source="linkedin",
        landed_on="2026-03-02",
        content_hash=b"",
        size_bytes=1,
    )
    rows.execute("update landing.files set first_loaded_at = now() - make_interval(days => %s)", [days])
    found = rows.found("backup_old")
    assert [condition.severity for condition in found] == ([severity] if severity else [])
    assert all("No backup was ever taken" in condition.message for condition in found)
    rows.execute("update tenancy.organizations set settings = '{\"is_sample\": true}'")
    assert rows.found("backup_old") == []


def test_a_threshold_is_a_row(rows: Rows):
    with transaction(rows.url) as connection:
        set_level(connection, "run_failed", "critical", 5)
    problem = Problem(None, "daily_graph", None, Decimal(5), "It failed.")
    assert [c.severity for c in rows.found("run_failed", lambda _: [problem])] == ["critical"]


def test_a_kind_without_levels_is_not_looked_for(rows: Rows):
    rows.execute("delete from operations.condition_levels where kind = 'run_failed'")
    assert rows.found("run_failed", lambda _: pytest.fail("it was looked for")) == []


def test_a_statement_that_fails_costs_its_own_kind_and_says_so(rows: Rows):
    rows.execute("alter table operations.budgets rename column amount to amount_")
    rows.insert(
        "landing.quarantine",
        "quarantine_id",
        source="x",
        landed_on="2026-03-02",
        reason="r",
        source_file_path="x",
        payload_bytes=1,
    )
    (unknown,) = rows.found("condition_unknown")
    assert unknown.subject == "budget_used"
    assert "sql/operations/conditions/budget_used.sql" in unknown.message
    with transaction(rows.url) as connection:
        assert "quarantine_open" in [condition.kind for condition in find_conditions(connection, {}).conditions]


def test_a_finder_that_fails_costs_its_own_kind_and_its_foreign_error_is_only_named(rows: Rows):
    def fails(_: Decimal) -> list[Problem]:
        raise ConnectionError("postgresql://someone:secret@server")

    (unknown,) = rows.found("condition_unknown", fails, kind_of_finder="run_failed")
    assert (unknown.subject, unknown.message.rsplit(" ", 1)[1]) == ("run_failed", "ConnectionError.")


@pytest.mark.parametrize(
    ("taken", "proven", "kinds"),
    [
        (1, 1, []),
        (3, 1, ["backup_old"]),
        (1, 15, ["backup_unproven"]),
        (15, None, ["backup_old", "backup_unproven"]),
        (1, None, []),
    ],
)
def test_a_backup_is_a_problem_when_it_is_old_or_its_restore_was_proven_long_ago(
    taken: int, proven: int | None, kinds: list[str], rows: Rows
):
    rows.execute(
        "insert into operations.backups (backup_name, url, started_at, finished_at, size_bytes, manifest_hash,"
        " newest_migration, proven_at, is_proven, restore_seconds) select 'a', '/b', now() - make_interval(days => %s),"
        " now() - make_interval(days => %s), 1, repeat('0', 64), 'x', now() - make_interval(days => %s), %s, %s",
        [taken, taken, proven, True if proven else None, 1 if proven else None],
    )
    assert [kind for kind in ("backup_old", "backup_unproven") if rows.found(kind)] == kinds
