"""The days of the partitions are those that Dagster lists by itself."""

from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from syndication_assets.sql_assets.partitions import Days

DAGSTERS = dg.DailyPartitionsDefinition(start_date="2015-01-01", end_offset=1)
OURS = Days(start_date="2015-01-01", end_offset=1)


@pytest.mark.parametrize(
    "now",
    [
        datetime(2026, 3, 1, tzinfo=UTC),
        datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC),
        datetime(2015, 1, 1, tzinfo=UTC),
        datetime(2015, 1, 1, tzinfo=UTC) - timedelta(seconds=1),
        datetime(2014, 6, 1, tzinfo=UTC),
    ],
)
def test_the_days_are_those_of_dagster(now: datetime):
    assert OURS.get_partition_keys(now) == DAGSTERS.get_partition_keys(now)


def test_the_days_of_now_end_with_today():
    assert OURS.get_partition_keys() == DAGSTERS.get_partition_keys()
    assert OURS.get_partition_keys()[-1] == datetime.now(UTC).date().isoformat()


def test_a_subset_of_the_days_survives_being_stored():
    """As the daemon stores what a backfill has requested."""
    days = dg.PartitionKeyRange("2025-11-03", "2025-11-05")
    subset = OURS.empty_subset().with_partition_key_range(OURS, days)
    stored = dg.serialize_value(subset.to_serializable_subset())
    assert list(dg.deserialize_value(stored).get_partition_keys()) == ["2025-11-03", "2025-11-04", "2025-11-05"]
