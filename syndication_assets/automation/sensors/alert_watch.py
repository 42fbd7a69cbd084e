"""Watches for problems: records them as alerts and delivers what people have to hear of."""

from datetime import UTC, datetime
from typing import NamedTuple

import dagster as dg

from syndication_assets.automation.sensors.known_problems import finders
from syndication_assets.database.connection import transaction
from syndication_assets.database.postgres_resource import PostgresResource
from syndication_assets.operations.alerts.alert_recording import LOCK, Recorded, record
from syndication_assets.operations.alerts.deliveries import deliver
from syndication_assets.operations.conditions import find_conditions
from syndication_assets.operations.database_health.statements import look_at_running_statements
from syndication_assets.operations.executions.execution_recording import close_dead_executions
from syndication_assets.operations.outbox import Delivered
from syndication_assets.settings import Settings


class Watched(NamedTuple):
    """What one look found and told."""

    recorded: Recorded
    delivered: Delivered

    def __str__(self) -> str:
        failed = f", {self.delivered.failed} deliveries failed" if self.delivered.failed else ""
        return (
            f"{self.recorded.open_now} alerts are open ({self.recorded.opened} new), {self.recorded.closed} closed; "
            f"{self.delivered.delivered} messages delivered{failed}"
        )


def watch(settings: Settings, url: str, instance: dg.DagsterInstance) -> Watched:
    """Looks for problems once. Several processes may: one after another, they record each problem once.

    It also looks at what runs, where the server does not count statements itself.
    """
    with transaction(url, lock=LOCK) as connection:
        close_dead_executions(connection)
        found = find_conditions(connection, finders(settings, url, instance))
        moment = datetime.now(UTC)
        recorded = record(connection, found, moment)
    watched = Watched(recorded, deliver(url, datetime.now(UTC)))
    # Last: if it fails, people have been told of everything else.
    look_at_running_statements(url)
    return watched


@dg.sensor(
    minimum_interval_seconds=Settings.from_environment().alert_seconds,
    description=(
        "Looks for problems every minute (SYNDICATION_ALERT_SECONDS), records them as "
        "alerts (operations.alerts), and tells the people that "
        "operations.alert_routes names: at once, as a reminder, and when all is clear. Without routes nothing is sent."
    ),
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def alert_sensor(context: dg.SensorEvaluationContext, postgres: PostgresResource) -> dg.SkipReason:
    return dg.SkipReason(f"{watch(Settings.from_environment(), postgres.url(), context.instance)}.")
