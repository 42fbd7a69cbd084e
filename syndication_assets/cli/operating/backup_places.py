"""`syndication backup copy`, `verify`, `remove` and `take-over`: what concerns the places that backups are in."""

from collections import Counter
from pathlib import Path

import click

from syndication_assets.cli.command import command, migrated_database_url
from syndication_assets.cli.people.acting import everywhere, requires
from syndication_assets.database.connection import transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.operations.backup import backup_rows, base_backup
from syndication_assets.operations.backup.backup_store import BackupStore
from syndication_assets.operations.backup.copying import CopyStore, copy_backups
from syndication_assets.operations.backup.integrity import verify_backups
from syndication_assets.operations.backup.progress import Report, now_and_then
from syndication_assets.operations.backup.restoring import checked_files
from syndication_assets.settings import Settings
from syndication_assets.settings.environment import checked_store_url


@click.command()
@command
def copy() -> None:
    """Copies the backups that the second place lacks, which the setting backups.copy_url names.

    All files are read again there. A copy that was interrupted goes on with the file that it was at.
    """
    settings = Settings.from_environment()
    migrated_database_url(settings)
    copied = copy_backups(settings, shown_progress())
    if copied is None:
        raise SyndicationError(
            "There is no second place of backups: name one with `syndication settings set backups.copy_url URL`."
        )
    for name in copied.copied:
        click.echo(f"Copied {name} to {copied.url}, and read it again there.")
    for name in copied.removed:
        click.echo(f"Removed {name} from {copied.url}.")
    if copied.problems:
        raise SyndicationError(" ".join(copied.problems))
    if not copied.copied:
        click.echo(f"{copied.url} has all backups.")


@click.command()
@click.argument("place", metavar="[URL]", required=False)
@command
def verify(place: str | None) -> None:
    """Reads all files of all backups and copies again, without restoring them; or of the one at URL.

    Exits with 1 if a file is missing or was changed. A directory of pg_basebackup at URL is checked against its
    `backup_manifest`.
    """
    if place is None:
        _verify_all()
        return
    directory = Path(place)
    if (directory / base_backup.MANIFEST_FILE).exists():
        click.echo(f"{base_backup.check_base_backup(directory):,} files are as pg_basebackup wrote them.")
        return
    store, name = BackupStore.of_backup(checked_place(place))
    manifest, _ = store.read_manifest(name)
    with checked_files(store, manifest, shown_progress()):
        click.echo(f"{name}: {len(manifest.files)} files are as they were written.")


def _verify_all() -> None:
    settings = Settings.from_environment()
    migrated_database_url(settings)
    verified = verify_backups(settings, shown_progress())
    for url, number in Counter(each.url for each in verified).items():
        damaged = sum(each.url == url and each.damage is not None for each in verified)
        click.echo(f"{url}: {number - damaged} of {number} backups are as they were written.")
    problems = [f"{each.url}: {each.damage}" for each in verified if each.damage is not None]
    if problems:
        raise SyndicationError(" ".join(problems))
    if not verified:
        click.echo("There is no backup: make one with `syndication backup`.")


@click.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@command
@requires("archives.edit", everywhere)
def remove(name: str, yes: bool) -> None:
    """Removes the backup NAME and its copy, for good. What is left of a damaged one goes, too."""
    settings = Settings.from_environment()
    url = migrated_database_url(settings)
    with transaction(url) as connection:
        stores = [BackupStore(settings.backup_url), CopyStore.of_database(connection)]
        known = {row.backup_name for row in backup_rows.list_backups(connection)}
    there = [store for store in stores if store is not None and store.has_folder(name)]
    if not there and name not in known:
        raise SyndicationError(f"There is no backup {name}: `syndication backup list` lists them.")
    if not yes:
        click.confirm(f"Remove the backup {name} from {' and '.join(store.url for store in there)}?", abort=True)
    for store in there:
        store.claim(url)
        store.remove(name)
    with transaction(url) as connection:
        backup_rows.mark_removed(connection, [name])
        backup_rows.mark_copies_removed(connection, [name])
    click.echo(f"{name} is gone.")


@click.command("take-over")
@command
@requires("archives.edit", everywhere)
def take_over() -> None:
    """Makes SYNDICATION_BACKUP_URL the place of this database, which takes the place of one that is gone.

    The second place becomes its own, too, if there is one. Backups stay there, and count among those of this database
    when there are too many.
    """
    settings = Settings.from_environment()
    with transaction(migrated_database_url(settings)) as connection:
        for store in (BackupStore(settings.backup_url), CopyStore.of_database(connection)):
            if store is not None:
                store.take_over(connection)
                click.echo(f"{store.url} belongs to this database from now on.")


def checked_place(text: str) -> str:
    """A directory or a URL without a password."""
    try:
        return checked_store_url(text, "The URL of the backup")
    except ValueError as error:
        raise SyndicationError(str(error)) from None


def shown_progress() -> Report:
    """Shows progress to people: programs read what is printed at the end."""
    return now_and_then(lambda line: click.echo(f"  {line}", err=True))
