"""`syndication backup` and `syndication restore`: back up, list, check, prove, restore."""

import click

from syndication_assets.cli.command import command, migrated_database_url
from syndication_assets.cli.listing import json_option, show_rows
from syndication_assets.cli.operating.backup_places import (
    checked_place,
    copy,
    remove,
    shown_progress,
    take_over,
    verify,
)
from syndication_assets.database.connection import connect, database_url, transaction
from syndication_assets.database.connection_url import DATABASE_VARIABLE, RESTORE_OPTION, STORAGE_VARIABLE, checked_url
from syndication_assets.database.migrating import migrations
from syndication_assets.database.schema.schema_rights import require_rights
from syndication_assets.errors import SyndicationError
from syndication_assets.operations.backup import backup_rows
from syndication_assets.operations.backup.backup_rows import Backup
from syndication_assets.operations.backup.backup_store import BackupStore
from syndication_assets.operations.backup.dagster_database import dagster_url
from syndication_assets.operations.backup.manifest import Manifest
from syndication_assets.operations.backup.proving import prove
from syndication_assets.operations.backup.restoring import (
    checked_files,
    differences,
    make_database,
    require_empty,
    require_known_migrations,
    restore_files,
)
from syndication_assets.operations.backup.taking import take_backup
from syndication_assets.settings import Settings

_MEGABYTE = 1_000_000


@click.group(invoke_without_command=True)
@click.option(
    "--to", "place", default=None, metavar="URL", help="Place of the backup; default: SYNDICATION_BACKUP_URL."
)
@click.pass_context
@command
def backup(context: click.Context, place: str | None) -> None:
    """Backs up both databases, or works with the backups that are there.

    The backup is complete, or it is not there: it is named at the end. Passwords and keys are not part of it.
    """
    if context.invoked_subcommand is not None:
        if place is not None:
            raise SyndicationError("--to belongs to `syndication backup` alone: leave it out.")
        return
    settings = Settings.from_environment()
    store = BackupStore(settings.backup_url if place is None else checked_place(place))
    taken = take_backup(settings, store, shown_progress())
    manifest = taken.manifest
    databases = " and ".join(content.database for content in reversed(manifest.databases))
    click.echo(
        f"Backed up {databases} to {store.url}/{manifest.name} ({taken.backup_id}): {manifest.rows:,} rows, "
        f"{manifest.size_bytes / _MEGABYTE:,.1f} MB, {taken.seconds:.1f} s."
    )
    if manifest.content_of("dagster") is None:
        click.echo("Dagster's database is not in it: there is none on the server yet.")
    click.echo("Prove it with: syndication backup prove")


@backup.command("list")
@json_option
@command
def list_all(as_json: bool) -> None:
    """Lists the backups that this database has recorded, the newest first, with their last proof."""
    with transaction(migrated_database_url(Settings.from_environment())) as connection:
        rows = backup_rows.list_backups(connection)
    show_rows(rows, _line, "There is no backup: make one with `syndication backup`.", as_json=as_json)


def _line(row: Backup) -> str:
    proof = "never proven"
    if row.is_proven:
        proof = f"proven {row.proven_at:%Y-%m-%d %H:%M} UTC, restored in {row.restore_seconds} s"
    elif row.proven_at is not None:
        proof = f"NOT PROVEN {row.proven_at:%Y-%m-%d %H:%M} UTC: {row.proof_problem}"
    places = [
        f"{url}/{row.backup_name}{f' (DAMAGED: {damage})' if damage else ''}"
        for url, damage, removed_at in (
            (row.url, row.damage, row.removed_at),
            (row.copy_url, row.copy_damage, row.copy_removed_at),
        )
        if url is not None and removed_at is None
    ]
    return f"{row.backup_id}  {' and '.join(places)}  {row.size_bytes / _MEGABYTE:,.1f} MB  {proof}"


@backup.command("prove")
@click.argument("name", default="newest")
@command
def prove_one(name: str) -> None:
    """Restores the backup NAME, or the newest, into a scratch server, and compares all rows with what was backed up.

    Exits with 1 if anything is missing. The scratch server runs on this machine and is removed at the end.
    """
    settings = Settings.from_environment()
    store = BackupStore(settings.backup_url)
    proof = prove(settings, store, store.newest() if name == "newest" else name, shown_progress())
    if proof.problem is not None or proof.manifest is None:
        raise SyndicationError(f"The backup {proof.name} is not proven: {proof.problem}")
    click.echo(
        f"Proven: {proof.name} has {proof.manifest.rows:,} rows in "
        f"{sum(len(content.tables) for content in proof.manifest.databases)} tables, restored in "
        f"{proof.restore_seconds:.1f} s and compared; {proof.seconds:.1f} s in all."
    )


for place_command in (copy, verify, remove, take_over):
    backup.add_command(place_command)


@click.command()
@click.argument("place", metavar="URL")
@click.option(
    "--database-url",
    "given_url",
    default=None,
    metavar="URL",
    help="The empty database; default: SYNDICATION_DATABASE_URL. Other users of the machine see a password that is "
    "given here.",
)
@command
def restore(place: str, given_url: str | None) -> None:
    """Restores the backup at URL, or the newest at that place, into an empty server.

    The databases are created if they are missing, and refused if they have tables. All files are checked before
    anything is written. Afterwards nothing is sent until a person has released the queue.
    """
    settings = Settings.from_environment()
    store, name = BackupStore.of_backup(checked_place(place))
    manifest, _ = store.read_manifest(name)
    require_known_migrations(manifest)
    report = shown_progress()
    click.echo(f"Restoring {name}: {manifest.rows:,} rows, {manifest.size_bytes / _MEGABYTE:,.1f} MB.")
    with checked_files(store, manifest, report) as folder:
        urls = _empty_databases(settings, given_url, manifest)
        seconds = restore_files(manifest, folder, urls, report)
    problems = differences(manifest, urls, report)
    if problems:
        raise SyndicationError("The restored databases differ from the backup: " + " ".join(problems))
    url = urls["syndication"]
    from syndication_assets.publishing.sending import sending_holds  # noqa: PLC0415 - fsspec is slow to import

    sending_holds.hold(url, f"restore of {name}")
    report("updating statistics")
    with connect(url, autocommit=True) as connection:
        connection.execute("analyze")
    is_current = all(entry.applied_at is not None for entry in migrations.status(url))
    if is_current:
        require_rights(url)
    click.echo(f"Restored {manifest.rows:,} rows in {seconds:.1f} s; all of them are as they were backed up.")
    for step in _next_steps(manifest, is_current=is_current):
        click.echo(f"- {step}")


def _empty_databases(settings: Settings, given_url: str | None, manifest: Manifest) -> dict[str, str]:
    """The URLs of the databases to restore into, which exist and are empty."""
    variable = DATABASE_VARIABLE if given_url is None else RESTORE_OPTION
    url = database_url(settings) if given_url is None else checked_url(given_url, RESTORE_OPTION)
    variables = {"syndication": variable}
    urls = {"syndication": url}
    if manifest.content_of("dagster") is not None:
        urls["dagster"] = dagster_url(settings, url)
        variables["dagster"] = variable if settings.dagster_storage_url is None else STORAGE_VARIABLE
    for database, each in urls.items():
        make_database(each, variables[database])
        require_empty(each, variables[database])
    return urls


def _next_steps(manifest: Manifest, *, is_current: bool) -> list[str]:
    """What a person does after a restore."""
    steps = [] if is_current else ["This version has newer migrations: run `syndication migrate`."]
    logins = [role.name for role in manifest.roles if role.can_login]
    if logins:
        steps.append(
            f"Roles that could log in have no password yet: {', '.join(logins)} "
            "(alter role … login password …), unless you restored with them."
        )
    if manifest.secret_key_ids:
        steps.append(f"Stored credentials need SYNDICATION_SECRET_KEYS with: {', '.join(manifest.secret_key_ids)}.")
    steps.append(
        "Nothing is written to or removed from SYNDICATION_ARCHIVE_URL, SYNDICATION_MEDIA_URL, "
        "SYNDICATION_MEDIA_ARCHIVE_URL and SYNDICATION_BACKUP_URL while they belong to the former database: give a "
        "copy empty places of its own; if the former one is gone, run `syndication archive take-over`, "
        "`syndication media take-over` and `syndication backup take-over`."
    )
    zone = manifest.landing_zone
    steps.append(
        f"SYNDICATION_LANDING_URL was {zone.url}, with {zone.files:,} loaded files. Files that landed after the backup "
        "are loaded by `syndication materialize --partitions FIRST...LAST`."
    )
    steps.append(
        f"Nothing is sent. Leave SYNDICATION_SENT_URL ({manifest.sent_url}) as it is, look at the accounts, cancel the "
        "targets that would repeat their posts (`syndication targets list --state scheduled`), then run "
        "`syndication targets release`."
    )
    return steps
