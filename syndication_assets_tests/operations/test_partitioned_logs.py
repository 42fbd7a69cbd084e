"""Logs that are partitioned by month keep their rows where they belong, and never lack the partition of now."""

import psycopg
import pytest

from syndication_assets.http.recording import CallToMake
from syndication_assets.operations.executions.execution_recording import executing
from syndication_assets.operations.executions.origin import Origin
from syndication_assets.operations.usage.call_ledger import CallLedger
from syndication_assets_tests.rows import DatabaseRows
from syndication_assets_tests.today import today

pytestmark = pytest.mark.both_servers

LOGS = ["operations.api_usage", "operations.execution_history", "tenancy.audit_log"]


class Logs(DatabaseRows):
    def __init__(self, url: str) -> None:
        self.url = url
        self.organization_id = self.value("select organization_id from tenancy.organizations")

    def partitions(self, table: str) -> list[str]:
        return [
            name
            for (name,) in self.rows(
                "select inhrelid::regclass::text from pg_inherits where inhparent = %s::regclass order by 1", [table]
            )
        ]


@pytest.fixture
def logs(database_url: str) -> Logs:
    return Logs(database_url)


@pytest.mark.parametrize("table", LOGS)
def test_a_log_has_its_partitions_and_the_catalogue_names_it(logs: Logs, table: str):
    assert f"{table}_{today():%Y_%m}" in logs.partitions(table)
    assert logs.value("select count(*) from operations.partitioned_tables where table_name = %s", [table]) == 1


def test_a_call_makes_the_partition_of_its_month(logs: Logs):
    logs.execute(f"drop table operations.api_usage_{today():%Y_%m}")
    with CallLedger(logs.url) as ledger:
        ledger.reserve(logs.organization_id, None, CallToMake("shop", "list"))
    assert logs.value(f"select count(*) from operations.api_usage_{today():%Y_%m}") == 1


def test_an_execution_makes_the_partition_of_its_month(logs: Logs):
    logs.execute(f"drop table operations.execution_history_{today():%Y_%m}")
    with executing(logs.url, {"publishing": "publishing/publish_due_targets"}, Origin()) as executions:
        executions["publishing"].tally.add(logs.organization_id, came_in=1, went_out=1)
    assert logs.value(f"select count(*) from operations.execution_history_{today():%Y_%m}") == 1


def test_a_row_of_another_month_has_no_place_without_its_partition(logs: Logs):
    """The negative control of the two tests above."""
    insert = (
        "insert into operations.api_usage (organization_id, provider, operation, used_at) values (%s, 'x', 'x', %s)"
    )
    with pytest.raises(psycopg.errors.CheckViolation, match="no partition"):
        logs.execute(insert, [logs.organization_id, "2001-01-01"])
