"""The checks of the tables of alerts find what they are for, and nothing in intact rows."""

from datetime import date

import pytest

from syndication_assets.database.connection import transaction
from syndication_assets.operations.alerts.alert_assets import CHECKS
from syndication_assets.sql_assets.checks import SqlCheck, find_offenders
from syndication_assets_tests.operations.alert_desk import AlertDesk

WINDOW = (date(2026, 3, 2), date(2026, 3, 3))
OWN = [check for check in CHECKS if check.shared_file is None]
DAMAGES = {
    "thresholds_rise_with_severity": "update operations.condition_levels set threshold = 99 where kind = 'budget_used'"
    " and severity = 'warning'",
    "none_was_abandoned": "update operations.alert_deliveries set state = 'abandoned', error_message = 'no answer'",
}


@pytest.mark.parametrize("check", OWN, ids=lambda check: check.name)
def test_a_check_finds_its_damage_and_nothing_else(check: SqlCheck, database_url: str):
    desk = AlertDesk(database_url)
    desk.route()
    desk.look(desk.problem())

    def offenders() -> int:
        with transaction(database_url) as connection:
            return find_offenders(connection, "operations", check, WINDOW).count

    assert offenders() == 0
    desk.execute(DAMAGES[check.name])
    assert offenders() > 0


def test_every_check_has_its_damage():
    assert {check.name for check in OWN} == DAMAGES.keys()
