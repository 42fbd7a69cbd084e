"""`syndication land` and `syndication withdraw`: add files to the landing zone and withdraw them."""

from datetime import date
from pathlib import Path

import click

from syndication_assets.cli.command import command, migrated_database_url, organization_option
from syndication_assets.cli.people.acting import in_organization, of_paths, requires
from syndication_assets.database.connection import transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.landing import drop_in
from syndication_assets.landing.loading.withdrawal import withdraw_files
from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets.settings import Settings
from syndication_assets.tenancy.limits import require_room
from syndication_assets.tenancy.organizations import require_organization


@click.command()
@click.argument("source")
@click.argument("day", metavar="DATE")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@organization_option
@command
@requires("files.land", in_organization())
def land(source: str, day: str, files: tuple[Path, ...], organization: str) -> None:
    """Copies FILES into the landing zone, under SOURCE and DATE (UTC, the day of observation).

    This loads nothing: materialize the day, or let the landing sensor do it. A landed file is never overwritten with
    different content.
    """
    settings = Settings.from_environment()
    url = migrated_database_url(settings)
    organization_id = require_organization(url, organization).organization_id
    with transaction(url) as connection:
        require_room(connection, organization_id, ("storage_bytes",))
    landed = drop_in.land_files(LandingZone(settings.landing_url), organization, source, _parse_day(day), files)
    for path, is_new in landed:
        click.echo(f"{'landed' if is_new else 'already landed:'} {path}")
    click.echo(f"Load it with: syndication materialize --partitions {day}")


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--reason", required=True, metavar="TEXT", help="Reason, for the ledger and the audit log.")
@command
@requires("files.withdraw", of_paths)
def withdraw(paths: tuple[str, ...], reason: str) -> None:
    """Withdraws landed files. PATHS are as `syndication land` printed them: <organization>/<source>/<date>/<name>.

    The files are moved to <organization>/.withdrawn, where no load reads them. Rematerializing their days removes
    everything loaded from them; landing a file again restores it.
    """
    settings = Settings.from_environment()
    withdrawals = withdraw_files(migrated_database_url(settings), LandingZone(settings.landing_url), paths, reason)
    messages = {
        "moved": "withdrawn {}",
        "gone": "withdrawn {}: the file itself was already gone",
        "withdrawn before": "already withdrawn: {}",
    }
    for withdrawal in withdrawals:
        click.echo(messages[withdrawal.outcome].format(withdrawal.file.path))
    days = sorted({withdrawal.file.day for withdrawal in withdrawals})
    for first_day, last_day in drop_in.contiguous_ranges(days):
        partitions = f"{first_day}" if first_day == last_day else f"{first_day}...{last_day}"
        click.echo(f"Remove their rows with: syndication materialize --partitions {partitions}")


def _parse_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise SyndicationError(f"{text!r} is not a date: write it as 2025-11-25.") from None
