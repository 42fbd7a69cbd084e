"""A database with faults: tables that lack an index, waste room or were never analyzed, and what is found of them."""

from decimal import Decimal

import psycopg

from syndication_assets.database.connection import transaction
from syndication_assets.operations.alerts.levels import set_level
from syndication_assets.operations.conditions import conditions_of
from syndication_assets.operations.database_health.health_measuring import Measurement, measure
from syndication_assets.settings import Settings
from syndication_assets_tests.rows import DatabaseRows

_DAILY = ("table_health_daily", "index_health_daily", "query_statistics_daily")


class MeasuredDatabase(DatabaseRows):
    def __init__(self, url: str) -> None:
        self.url = url

    def measure(self) -> Measurement:
        """Measures after the statistics of all sessions have arrived."""
        self.run("select pg_stat_force_next_flush()")
        return measure(Settings.from_environment(), self.url)

    def run(self, *statements: str) -> None:
        """Runs statements outside of a transaction, such as vacuum, and reports their statistics."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)
                # Rows that are reported after a vacuum has counted them would count twice.
                connection.execute("select pg_stat_force_next_flush()")

    def make_a_day_pass(self) -> None:
        """Moves the only measurement 25 hours into the past."""
        day = "((select d.measured_at from operations.database_health_daily as d) - interval '25 hours')::date"
        self.execute(f"update operations.index_health_daily set unused_since = {day} where unused_since is not null")
        for table in _DAILY:
            self.execute(f"update operations.{table} set measured_on = {day}")
        self.execute(
            "update operations.database_health_daily set measured_at = measured_at - interval '25 hours',"
            " measured_on = ((measured_at - interval '25 hours') at time zone 'utc')::date"
        )

    def problems(self, kind: str) -> dict[str, tuple[str, Decimal | None]]:
        """Subject → severity and value."""
        with transaction(self.url) as connection:
            found = conditions_of(connection, kind)
        return {problem.subject: (problem.severity, problem.value) for problem in found}

    def message(self, kind: str) -> str:
        with transaction(self.url) as connection:
            return conditions_of(connection, kind)[0].message

    def warn_from(self, kind: str, threshold: float) -> None:
        self.execute("delete from operations.condition_levels where kind = %s", [kind])
        with transaction(self.url) as connection:
            set_level(connection, kind, "warning", threshold)
