"""The long form of all metrics."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any

import psycopg
import pytest

from syndication_assets.database.connection import transaction
from syndication_assets_tests.engagement.snapshots import COUNTERS, History, Row, moment

VIEW = "time_series_metrics"
DELTAS = tuple(f"{counter}_delta" for counter in (*COUNTERS[:-1], "engagement"))
WIDE = {
    "profile": ("profile_engagement_daily", "profile_id"),
    "platform": ("platform_engagement_daily", "platform"),
    "hashtag": ("hashtag_engagement_daily", "hashtag_id"),
}


@pytest.fixture
def history(database_url: str) -> History:
    """Two posts of one profile on three days, with gaps in every counter, and reactions by kind."""
    history = History(database_url)
    profile = history.profile("ada")
    for offset in (0, 1):
        post = history.post(posted_at=moment(1, "10:00"), profile_id=profile)
        history.hashtag("data", post, 1, 2, 3)
        for number in (1, 2, 3):
            measured: Mapping[str, int | None] = {
                counter: number * 10 + place if (place + number + offset) % 3 else None
                for place, counter in enumerate(COUNTERS)
            }
            kinds = json.dumps({"reactions": {"like": number, "celebrate": 0}, "rank": 7}) if number != 2 else None
            history.snapshot(post, moment(number), stats=kinds, **measured)
    history.roll_up_all(1, 3)
    return history


def long_form(history: History, entity_type: str) -> dict[tuple[Any, ...], Any]:
    rows = [row for row in history.table_rows(VIEW) if row["entity_type"] == entity_type]
    found = {(row["entity_id"], row["metric_name"], row["recorded_at"]): row["metric_value"] for row in rows}
    assert len(found) == len(rows), "a metric of an entity has one value at a moment"
    return found


def snapshots(history: History) -> list[Row]:
    with psycopg.connect(history.url, row_factory=psycopg.rows.dict_row) as connection:
        return connection.execute("select * from scraping.data_downloads").fetchall()


def test_the_long_form_of_posts_has_the_values_of_the_snapshots(history: History):
    wide = {
        (row["post_id"], counter, row["downloaded_at"]): row[counter]
        for row in snapshots(history)
        for counter in COUNTERS
        if row[counter] is not None
    }
    by_kind = {
        (row["post_id"], f"reactions_{kind}", row["downloaded_at"]): value
        for row in snapshots(history)
        for kind, value in ((row["stats"] or {}).get("reactions") or {}).items()
    }
    assert (len(wide), len(by_kind)) == (32, 8)
    assert long_form(history, "post") == wide | by_kind


@pytest.mark.parametrize("entity_type", WIDE)
def test_the_long_form_of_aggregates_has_their_deltas_at_the_end_of_the_day(history: History, entity_type: str):
    table, key = WIDE[entity_type]
    wide = {
        (row[key], name, datetime.combine(row["activity_date"] + timedelta(days=1), time(), UTC)): row[name]
        for row in history.table_rows(table)
        for name in DELTAS
        if row[name] is not None
    }
    assert wide
    assert long_form(history, entity_type) == wide


def test_no_row_is_without_a_value(history: History):
    assert not [row for row in history.table_rows(VIEW) if row["metric_value"] is None]


def test_every_metric_except_reactions_by_kind_is_defined(history: History):
    names = {row["metric_name"] for row in history.table_rows(VIEW)}
    defined = {row["metric_name"] for row in history.table_rows("metric_definitions")}
    assert names - defined == {"reactions_like", "reactions_celebrate"}
    assert names >= set(COUNTERS) | set(DELTAS)


def test_the_rows_of_posts_name_their_source(history: History):
    snapshot = {(row["post_id"], row["downloaded_at"]): row for row in snapshots(history)}
    rows = [row for row in history.table_rows(VIEW) if row["entity_type"] == "post"]
    for row in rows:
        source = snapshot[row["entity_id"], row["recorded_at"]]
        assert row["platform"] == "linkedin"
        assert row["metadata"] == {
            "download_id": source["download_id"],
            "run_id": source["run_id"],
            "source_file_path": source["source_file_path"],
            "observed_as": "post",
        }


def test_a_reader_sees_its_own_organization_only(history: History):
    def seen_by(organization_id: str) -> int:
        with transaction(history.url, role="syndication_reader") as connection:
            connection.execute("select set_config('app.organization_id', %s, true)", [organization_id])
            row = connection.execute(f"select count(*) from engagement.{VIEW}").fetchone()
            assert row is not None
            return int(row[0])

    assert seen_by(history.organization_id) == len(history.table_rows(VIEW)) > 0
    assert seen_by("org-ffffffff") == 0
    assert seen_by("") == 0


@pytest.mark.both_servers
def test_the_view_uses_the_rights_of_its_caller(history: History):
    options = history.value("select reloptions from pg_class where oid = %s::regclass", [f"engagement.{VIEW}"])
    assert options == ["security_invoker=true"]
