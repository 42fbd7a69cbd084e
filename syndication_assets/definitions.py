"""What Dagster loads: the definitions of all rooms and of automation, merged."""

import dagster as dg

from syndication_assets.automation import rooms
from syndication_assets.automation.jobs import JOBS
from syndication_assets.automation.progress_logger import progress_logger
from syndication_assets.automation.schedules import SCHEDULES
from syndication_assets.automation.sensors.alert_watch import alert_sensor
from syndication_assets.automation.sensors.approval_sensor import approval_sensor
from syndication_assets.automation.sensors.landing_sensor import landing_zone_sensor
from syndication_assets.automation.sensors.webhook_watch import webhook_sensor
from syndication_assets.automation.sensors.writing_sensor import writing_sensor
from syndication_assets.database.postgres_resource import PostgresResource

defs = dg.Definitions.merge(
    rooms.rooms,
    dg.Definitions(
        jobs=JOBS,
        schedules=SCHEDULES,
        sensors=[landing_zone_sensor, approval_sensor, writing_sensor, alert_sensor, webhook_sensor],
        resources={"postgres": PostgresResource()},
        loggers={"console": dg.colored_console_logger, "progress": progress_logger},
        # Loads and rollups of a day take the same locks, so parallel processes would only wait for each other. And a
        # killed run must not leave a step process that keeps writing.
        executor=dg.in_process_executor,
    ),
)
