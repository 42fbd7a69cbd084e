"""Checks of the landing zone, its ledger and its quarantine."""

from datetime import UTC, datetime
from itertools import islice

import dagster as dg

from syndication_assets.database.postgres_resource import PostgresResource
from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets.landing.zone.unread_files import unread_files
from syndication_assets.settings import Settings
from syndication_assets.sql_assets.checks import (
    SHOWN_OFFENDERS,
    SqlCheck,
    constraints_of,
    read_only_transaction,
    sql_checks,
)
from syndication_assets.text.markdown import markdown_table, shorten

WARN = dg.AssetCheckSeverity.WARN

LOADS = (("scraping", "posts"), ("catalogue", "catalogue_snapshots"), ("documents", "source_documents"))
"""What reads the landed files: a table of each load. Their rooms are above this one, so they are only named here."""
CHECKS = [
    constraints_of("files"),
    SqlCheck("quarantine", "quarantine_id_is_unique"),
    SqlCheck("quarantine", "has_no_open_items", WARN, after=LOADS),
]
ZONE_CHECK_NAME = "landing_zone_has_no_unread_files"
_MAXIMUM_UNREAD_FILES = 1_000
"""Counting stops here: a misplaced folder may contain years of files."""

landing_checks = sql_checks("landing", [check for check in CHECKS if not check.after])
# A step of its own: when a load fails, only these checks are left out.
quarantine_checks = sql_checks("landing", [check for check in CHECKS if check.after], name="quarantine_checks")


@dg.asset_check(asset=["landing", "files"], name=ZONE_CHECK_NAME)
def landing_zone_has_no_unread_files(postgres: PostgresResource) -> dg.AssetCheckResult:
    """Every file of the landing zone is where a load reads it: `<organization>/<source>/<YYYY-MM-DD>/`, beginning with
    the slug of an organization, with a day from SYNDICATION_FIRST_DAY to today. Files of an unknown organization are an
    error, other misplaced files a warning.
    """
    settings = Settings.from_environment()
    zone = LandingZone(settings.landing_url)
    with read_only_transaction(postgres.url()) as connection:
        slugs = {slug for (slug,) in connection.execute("select slug from tenancy.organizations")}
    today = datetime.now(UTC).date()
    unread = list(islice(unread_files(zone, slugs, settings.first_day, today), _MAXIMUM_UNREAD_FILES))
    if not unread:
        return dg.AssetCheckResult(
            passed=True,
            severity=WARN,
            description="Every file of the landing zone is where a load reads it.",
            metadata={"offenders": 0},
        )
    count = f"{len(unread):,}" if len(unread) < _MAXIMUM_UNREAD_FILES else f"at least {len(unread):,}"
    is_of_unknown_organization = any(file.unknown_organization is not None for file in unread)
    return dg.AssetCheckResult(
        passed=False,
        severity=dg.AssetCheckSeverity.ERROR if is_of_unknown_organization else WARN,
        description=(
            f"No load reads {count} file(s) of {zone.url}. The first is {shorten(unread[0].path)}: {unread[0].reason}."
        ),
        metadata={
            "offenders": len(unread),
            "first_offenders": dg.MetadataValue.md(
                markdown_table(["file", "reason and fix"], [(f.path, f.reason) for f in unread[:SHOWN_OFFENDERS]])
            ),
        },
    )
