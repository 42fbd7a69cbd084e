"""Metric definitions: what may be summed, and the names that platforms give a metric."""

import json
from datetime import date

import pytest

from syndication_assets.database.connection import DatabaseError, transaction
from syndication_assets.scraping.facebook import insights_parser
from syndication_assets.scraping.loading.day_facts import definitions_on
from syndication_assets.scraping.reading.counter_filling import with_counters
from syndication_assets_tests.engagement.snapshots import COUNTERS, History, Row

pytestmark = pytest.mark.both_servers


@pytest.fixture
def definitions(database_url: str) -> dict[str, Row]:
    return {row["metric_name"]: row for row in History(database_url).table_rows("metric_definitions")}


def names_valid_on(history: History, platform: str, metric_name: str, day: date) -> list[str]:
    return [
        row["source_name"]
        for row in history.table_rows("platform_metrics")
        if (row["platform"], row["metric_name"]) == (platform, metric_name)
        and row["valid_from"] <= day
        and (row["valid_to"] is None or day < row["valid_to"])
    ]


def test_every_counter_is_cumulative_and_never_summed_over_days(definitions: dict[str, Row]):
    for counter in COUNTERS:
        row = definitions[counter]
        assert (row["kind"], row["is_additive_over_days"]) == ("cumulative", False), counter


def test_only_deltas_are_summed_over_days_and_the_reach_delta_is_not(definitions: dict[str, Row]):
    additive = {name for name, row in definitions.items() if row["is_additive_over_days"]}
    deltas = {name for name, row in definitions.items() if row["kind"] == "delta"}
    assert deltas == {name for name in definitions if name.endswith("_delta")}
    assert additive == deltas - {"reach_delta"}


def test_reach_and_ratios_are_not_summed_over_posts(definitions: dict[str, Row]):
    not_additive = {name for name, row in definitions.items() if not row["is_additive_over_posts"]}
    ratios = {name for name, row in definitions.items() if row["kind"] == "ratio"}
    assert not_additive == {"reach", "reach_delta", "followers"} | ratios


def test_the_aggregates_sum_what_the_definitions_allow(database_url: str, definitions: dict[str, Row]):
    history = History(database_url)
    for table in ("profile", "platform", "hashtag"):
        columns = history.value(
            "select array_agg(attname::text) from pg_attribute"
            " where attrelid = %s::regclass and attnum > 0 and attname like '%%\\_delta'",
            [f"engagement.{table}_engagement_daily"],
        )
        assert set(columns) == {name for name, row in definitions.items() if row["is_additive_over_days"]}
        assert all(definitions[column]["is_additive_over_posts"] for column in columns)


def test_a_ratio_names_its_numerator_and_its_denominator(definitions: dict[str, Row]):
    ratios = {name: row for name, row in definitions.items() if row["kind"] == "ratio"}
    assert set(ratios) == {f"engagement_rate_by_{kind}" for kind in ("followers", "impressions", "reach", "views")}
    for name, row in ratios.items():
        assert name == f"engagement_rate_by_{row['denominator']}"
        assert {row["numerator"], row["denominator"]} <= set(definitions)
        assert row["formula_version"] == 1


@pytest.mark.parametrize(
    ("kind", "numerator", "denominator", "version"),
    [
        ("ratio", None, "views", 1),
        ("ratio", "engagement", None, 1),
        ("ratio", "engagement", "views", None),
        ("gauge", "engagement", "views", 1),
    ],
)
def test_an_incomplete_ratio_is_rejected(database_url: str, kind: str, numerator: str, denominator: str, version: int):
    with pytest.raises(DatabaseError, match="23514"):
        History(database_url).execute(
            "insert into engagement.metric_definitions (metric_name, kind, unit, is_additive_over_posts,"
            " is_additive_over_days, numerator, denominator, formula_version, description)"
            " values ('half', %s, 'fraction', false, false, %s, %s, %s, 'Half a ratio.')",
            [kind, numerator, denominator, version],
        )


@pytest.mark.parametrize(
    ("metric_name", "day", "names"),
    [
        ("impressions", "2025-11-14", ["post_impressions"]),
        ("impressions", "2025-11-15", []),
        ("views", "2025-11-14", []),
        ("views", "2025-11-15", ["post_media_view"]),
        ("reach", "2026-06-14", ["post_impressions_unique"]),
        ("reach", "2026-06-15", ["post_total_media_view_unique"]),
    ],
)
def test_a_retired_name_ends_on_the_day_its_successor_begins(
    database_url: str, metric_name: str, day: str, names: list[str]
):
    assert names_valid_on(History(database_url), "facebook", metric_name, date.fromisoformat(day)) == names


def test_every_name_that_is_requested_is_read_into_the_counter_of_its_row(database_url: str):
    for row in History(database_url).table_rows("platform_metrics"):
        if row["platform"] != "facebook":
            continue  # test_own_posts reads those of other networks, which come under their own names
        name, is_by_kind = row["source_name"], row["metric_name"] == "reactions"
        with transaction(database_url) as connection:
            definitions = definitions_on(connection, row["valid_from"])
        insight = {"name": name, "period": "lifetime", "values": [{"value": {"like": 7} if is_by_kind else 7}]}
        post = {"id": "1_2", "created_time": "2026-11-01T10:00:00+0000", "insights": {"data": [insight]}}
        (parsed,) = insights_parser.parse_item(json.dumps(post).encode(), None).observations
        observation, problems = with_counters(parsed, definitions)
        assert getattr(observation.counters, row["metric_name"]) == 7, name
        assert (observation.stats, problems) == ({"reactions": {"like": 7}} if is_by_kind else None, []), name
        if row["valid_to"] is not None:
            with transaction(database_url) as connection:
                observation, _ = with_counters(parsed, definitions_on(connection, row["valid_to"]))
            assert getattr(observation.counters, row["metric_name"]) is None, "a retired name is not read"


def test_a_metric_is_read_in_the_period_of_its_row_only(database_url: str):
    History(database_url).execute("update engagement.platform_metrics set period = 'day' where metric_name = 'clicks'")
    with transaction(database_url) as connection:
        definitions = definitions_on(connection, date(2026, 11, 1))
    for period, clicks in (("lifetime", None), ("day", 7)):
        insight = {"name": "post_clicks", "period": period, "values": [{"value": 7}]}
        post = {"id": "1_2", "created_time": "2026-11-01T10:00:00+0000", "insights": {"data": [insight]}}
        (parsed,) = insights_parser.parse_item(json.dumps(post).encode(), None).observations
        assert with_counters(parsed, definitions)[0].counters.clicks == clicks  # type: ignore[union-attr]


def test_every_replacement_starts_when_the_old_name_ends(database_url: str):
    rows = History(database_url).table_rows("platform_metrics")
    replaced = [row for row in rows if row["replaced_by"] is not None]
    assert replaced
    starts = {(row["platform"], row["source_name"]): row["valid_from"] for row in rows}
    for row in replaced:
        assert starts[row["platform"], row["replaced_by"]] == row["valid_to"]


def test_every_platform_with_metrics_that_we_scrape_has_a_sampling_gap(database_url: str):
    gaps = {row["platform"] for row in History(database_url).table_rows("sampling_gaps")}
    assert gaps == {"linkedin", "youtube", "facebook", "instagram", "mastodon", "bluesky"}


def test_the_first_ages_of_cohorts_are_those_of_the_metrics_document(database_url: str):
    ages = {row["age_name"]: row for row in History(database_url).table_rows("cohort_ages")}
    assert {name: row["age"].total_seconds() / 3600 for name, row in ages.items()} == {
        "1 hour": 1,
        "24 hours": 24,
        "7 days": 168,
        "28 days": 672,
    }
    assert all(row["tolerance"] <= row["age"] for row in ages.values())
