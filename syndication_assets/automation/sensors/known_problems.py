"""Problems that SQL alone does not find: of Dagster's runs and checks, and of files in the landing zone."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import dagster as dg

from syndication_assets.automation.sensors.awaited_files import awaited_files
from syndication_assets.automation.sensors.failed_checks import failed_checks
from syndication_assets.automation.sensors.failed_runs import failed_runs
from syndication_assets.database.connection import transaction
from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets.operations import replica
from syndication_assets.operations.alerts.recorded_alerts import open_since
from syndication_assets.operations.conditions import Finder, Problem
from syndication_assets.settings import Settings
from syndication_assets.tenancy.organizations import organization_ids


def finders(settings: Settings, url: str, instance: dg.DagsterInstance) -> Mapping[str, Finder]:
    """The finders by kind of problem; their thresholds are runs, checks, hours and seconds."""
    return {
        "run_failed": lambda threshold: failed_runs(instance, threshold, _told_since(url, "run_failed")),
        "check_failed": lambda threshold: failed_checks(instance, threshold, _told_since(url, "check_failed")),
        "files_not_loaded": lambda threshold: _files_not_loaded(settings, url, threshold),
        replica.KIND: lambda threshold: replica.lag_problems(settings, url, threshold),
    }


def _told_since(url: str, kind: str) -> dict[str, datetime]:
    """When the problems began of which an alert is open: no age closes them."""
    with transaction(url) as connection:
        return open_since(connection, kind)


def _files_not_loaded(settings: Settings, url: str, threshold: Decimal) -> Iterator[Problem]:
    """One problem a source with files of the look-back window that have waited for so many hours."""
    zone = LandingZone(settings.landing_url)
    now = datetime.now(UTC)
    days = [now.date() - timedelta(days=number) for number in range(settings.look_back_days + 1)]
    waiting: dict[tuple[str, str], list[datetime]] = defaultdict(list)
    for file in awaited_files(zone, url, [day for day in days if day >= settings.first_day]):
        if file.modified_at is not None and (now - file.modified_at) / timedelta(hours=1) >= threshold:
            waiting[file.organization, file.source].append(file.modified_at)
    with transaction(url) as connection:
        ids = organization_ids(connection)
    for (organization, source), times in sorted(waiting.items()):
        if organization not in ids:
            continue  # a misplaced folder is named by another check
        yield Problem(
            ids[organization],
            source,
            min(times),
            Decimal(round((now - min(times)) / timedelta(hours=1), 1)),
            f"{len(times):,} landed files of {source} are not loaded. Check that Dagster runs and that its sensor "
            "landing_zone_sensor is on, or run `syndication materialize`.",
        )
