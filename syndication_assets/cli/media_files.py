"""`syndication media`: the stored files, at their place and in the archive."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import click

from syndication_assets.cli.command import command, migrated_database_url
from syndication_assets.cli.people.acting import everywhere, requires
from syndication_assets.database.connection import transaction
from syndication_assets.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from syndication_assets.media.archive.media_archiving import Direction
    from syndication_assets.media.file_repair import DamagedFile
    from syndication_assets.media.media_store import MediaStore

_ORGANIZATION = click.option("--organization", default=None, metavar="SLUG", help="Only files of this organization.")
_LIMIT = click.option("--limit", default=None, type=click.IntRange(min=1), help="Maximum number of files.")


@click.command()
@_ORGANIZATION
@_LIMIT
@click.option("--dry-run", is_flag=True, help="Only say how many files and bytes would move.")
@command
@requires("media.edit", everywhere)
def archive(organization: str | None, limit: int | None, dry_run: bool) -> None:
    """Moves old files of posts to SYNDICATION_MEDIA_ARCHIVE_URL: copied, read back, then removed.

    The setting `media.archive_after_days` says which are old.
    """
    if not dry_run:
        _move("to the archive", organization, limit)
        return
    from syndication_assets.media.archive.archive_listing import due_files  # noqa: PLC0415 - slow

    with transaction(_url()) as connection:
        files, size_bytes = due_files(connection, organization, limit)
    click.echo(f"{files:,} files of {size_bytes:,} bytes would move to the archive.")


@click.command()
@_ORGANIZATION
@_LIMIT
@command
@requires("media.edit", everywhere)
def unarchive(organization: str | None, limit: int | None) -> None:
    """Brings archived files back to SYNDICATION_MEDIA_URL, for instance before the archive is given up."""
    _move("back", organization, limit)


@click.command()
@click.option("--yes", is_flag=True, help="Remove them; without it they are only counted.")
@command
@requires("media.edit", everywhere)
def clean(yes: bool) -> None:
    """Removes stored files that no row names, such as those of a run that was killed."""
    from syndication_assets.media.stored_files import orphans  # noqa: PLC0415 - slow

    found = orphans(_url(), _store())
    if not found:
        click.echo("Every stored file has its row.")
    elif not yes:
        click.echo(f"{len(found):,} stored files have no row. Remove them: `syndication media clean --yes`.")
    else:
        for place in {orphan.place for orphan in found}:
            place.claim(_url())
        for orphan in found:
            orphan.place.remove(orphan.path)
        click.echo(f"{len(found):,} stored files without a row were removed.")


@click.command("take-over")
@command
@requires("media.edit", everywhere)
def take_over() -> None:
    """Makes SYNDICATION_MEDIA_URL the place of this database, which takes the place of one that is gone.

    SYNDICATION_MEDIA_ARCHIVE_URL, too, if it is set.
    """
    for place in _store().places:
        with transaction(_url()) as connection:
            place.take_over(connection)
        click.echo(f"{place.url} belongs to this database from now on.")


@click.command()
@_ORGANIZATION
@command
def verify(organization: str | None) -> None:
    """Reads every stored file again and compares it with its SHA-256. Exits with 1 if one is damaged."""
    from syndication_assets.media.file_repair import damaged_files  # noqa: PLC0415 - slow

    if _show_damaged(damaged_files(_url(), _store(), organization)):
        raise SystemExit(1)


@click.command()
@_ORGANIZATION
@command
@requires("media.edit", everywhere)
def repair(organization: str | None) -> None:
    """Verifies every stored file, and repairs what is damaged: by its copy in the other place, or from its source.

    Without a sound copy, its media wait to be fetched again as long as their URLs are alive. Exits with 1 if a file is
    lost.
    """
    from syndication_assets.media.file_repair import damaged_files  # noqa: PLC0415 - slow

    store = _store()
    for place in store.places:
        place.claim(_url())
    damaged = _show_damaged(damaged_files(_url(), store, organization, repair=True))
    lost = [file for file in damaged if file.repair is None]
    if len(damaged) > len(lost):
        click.echo(f"{len(damaged) - len(lost):,} of them are repaired, or wait: `syndication media cache`.")
    if lost:
        raise SystemExit(1)


def _show_damaged(files: Iterable[DamagedFile | None]) -> list[DamagedFile]:
    """Prints what is damaged, and how much was read."""
    read, damaged = 0, []
    for file in files:
        read += 1
        if file is not None:
            damaged.append(file)
            click.echo(f"{file.media_file_id} {file.path}: {file.reason}{f': {file.repair}' if file.repair else ''}")
    click.echo(f"{read:,} stored files were read, {len(damaged):,} are damaged or missing.")
    return damaged


def _store() -> MediaStore:
    from syndication_assets.media.media_store import MediaStore  # noqa: PLC0415 - slow

    return MediaStore.of(Settings.from_environment())


def progress() -> logging.Logger:
    """Shows what a run logs of its progress, beside what the command answers."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("  %(message)s"))
    logger = logging.Logger("syndication.media", logging.INFO)
    logger.addHandler(handler)
    return logger


def _move(direction: Direction, organization: str | None, limit: int | None) -> None:
    from syndication_assets.media.archive.media_archiving import MediaArchiving  # noqa: PLC0415 - slow

    run = MediaArchiving(_url(), Settings.from_environment(), organization, progress()).run(direction, limit)
    click.echo(f"{run.files:,} files of {run.bytes:,} bytes were moved {direction}.")
    for file, problem in run.problems:
        click.echo(f"{file.media_file_id} {file.path}: {problem}")
    if run.problems:
        click.echo(f"{len(run.problems):,} files stay as they are: `syndication media repair`.")
        raise SystemExit(1)


def _url() -> str:
    return migrated_database_url(Settings.from_environment())
