"""`syndication profile import`: tracked profiles from a CSV file."""

from pathlib import Path

import click

from syndication_assets.cli.command import command, migrated_database_url, organization_option
from syndication_assets.cli.people.acting import in_organization, person_who_acts, requires
from syndication_assets.configuration.profile_import import import_csv
from syndication_assets.configuration.sections.profiles import PROFILES
from syndication_assets.settings import Settings


@click.command("import")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@organization_option
@command
@requires(PROFILES.permission, in_organization())
def import_profiles(file: Path, organization: str) -> None:
    """Tracks the profiles of a CSV FILE, in one transaction: all of them, or none if a line is wrong.

    The first line names the columns: platform,username and, if you like, is_active and notes. Profiles that the file
    does not have are kept.
    """
    url = migrated_database_url(Settings.from_environment())
    done = import_csv(url, organization, file, person_who_acts())
    click.echo(f"{done.added:,} profiles added, {done.changed:,} changed, {done.unchanged:,} as they were.")
