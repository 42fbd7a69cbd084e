"""The webhook sensor: delivers events to other programs."""

from datetime import UTC, datetime

import dagster as dg

from syndication_assets.database.postgres_resource import PostgresResource
from syndication_assets.operations.webhooks.delivering import deliver_webhooks


@dg.sensor(
    minimum_interval_seconds=30,
    description=(
        "Delivers what waits in operations.webhook_deliveries: approved, published and failed posts, to the webhooks "
        "that are told of them. Without webhooks nothing is sent."
    ),
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def webhook_sensor(context: dg.SensorEvaluationContext, postgres: PostgresResource) -> dg.SkipReason:
    del context
    delivered, failed = deliver_webhooks(postgres.url(), datetime.now(UTC))
    return dg.SkipReason(f"{delivered} events were delivered, {failed} attempts failed.")
