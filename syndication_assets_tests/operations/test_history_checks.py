"""The checks of executions and of deliveries to webhooks find what they are for, and nothing in intact rows."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from syndication_assets.database.connection import transaction
from syndication_assets.operations.executions import execution_assets
from syndication_assets.operations.executions.execution_recording import executing
from syndication_assets.operations.executions.origin import Origin
from syndication_assets.operations.webhooks import webhook_assets
from syndication_assets.sql_assets.checks import SqlCheck, find_offenders
from syndication_assets_tests.operations.test_webhooks import Hooks
from syndication_assets_tests.today import today

CHECKS = [c for c in (*execution_assets.CHECKS, *webhook_assets.CHECKS) if c.shared_file is None]


def _ten_minutes_ago() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=10)


def _lose_the_process(hooks: Hooks) -> None:
    began = _ten_minutes_ago()
    hooks.execute(
        "select operations.ensure_month_partitions('operations.execution_history', %(day)s, %(day)s)",
        {"day": began.date()},
    )
    hooks.execute(
        "update operations.execution_history set work_id = gen_random_uuid(), started_at = %s, executed_on = %s",
        [began, began.date()],
    )


def _abandon(hooks: Hooks) -> None:
    hooks.execute("update operations.webhook_deliveries set state = 'abandoned', error_message = 'no answer'")


DAMAGES: dict[str, Callable[[Hooks], None]] = {
    "none_runs_without_its_process": _lose_the_process,
    "none_was_abandoned": _abandon,
}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_a_check_finds_its_damage_and_nothing_else(check: SqlCheck, database_url: str):
    hooks = Hooks(database_url)
    hooks.add()
    hooks.happens()

    def offenders() -> int:
        with transaction(database_url) as connection:
            days = (_ten_minutes_ago().date(), today() + timedelta(days=1))
            return find_offenders(connection, "operations", check, days).count

    with executing(database_url, {"fetching": "scraping/linkedin_apify_files"}, Origin()):
        assert offenders() == 0
        DAMAGES[check.name](hooks)
        assert offenders() > 0


def test_every_check_has_its_damage():
    assert {check.name for check in CHECKS} == DAMAGES.keys()
