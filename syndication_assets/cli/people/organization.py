"""`syndication organization`: the tenants of the database."""

from pathlib import Path

import click

from syndication_assets.cli.command import command, migrated_database_url
from syndication_assets.cli.listing import SECONDS_TO_WAIT, json_option, show_rows
from syndication_assets.cli.people.acting import everywhere, in_organization, person_who_acts, requires
from syndication_assets.configuration.file.validation_messages import shown
from syndication_assets.configuration.organization import change_organization
from syndication_assets.database.connection import transaction
from syndication_assets.database.sessions.locks import waiting_at_most
from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets.media.media_store import MediaStore
from syndication_assets.media.stored_files import remove_unnamed, require_places
from syndication_assets.operations.archive.archive_store import ArchiveStore
from syndication_assets.operations.backup.progress import now_and_then
from syndication_assets.relocation.exporting import export_organization
from syndication_assets.relocation.importing import import_organization
from syndication_assets.settings import Settings
from syndication_assets.tenancy.erasure import erase_organization, rows_to_erase
from syndication_assets.tenancy.limits import LimitUse, limits_used
from syndication_assets.tenancy.organizations import (
    Organization,
    add_organization,
    list_organizations,
    require_organization,
)


@click.group()
def organization() -> None:
    """Manages organizations, the tenants that own all data."""


@organization.command()
@click.argument("slug")
@click.option("--name", required=True, metavar="NAME", help="Display name.")
@command
@requires("organizations.add", everywhere)
def add(slug: str, name: str) -> None:
    """Adds an organization. SLUG is its name in paths and commands."""
    added = add_organization(migrated_database_url(Settings.from_environment()), slug, name)
    click.echo(f"Added {added.slug} ({added.organization_id}).")


@organization.command()
@click.argument("slug")
@click.option("--name", metavar="NAME", help="Display name.")
@click.option("--description", metavar="TEXT", help='Purpose of the organization; "" for none.')
@command
@requires("organizations.edit", in_organization("slug"))
def edit(slug: str, name: str | None, description: str | None) -> None:
    """Changes the name or the description of the organization SLUG. The slug stays: it is in paths."""
    changes: dict[str, str | bool | None] = {}
    if name is not None:
        changes["name"] = name
    if description is not None:
        changes["description"] = description or None
    _change(slug, changes)


@organization.command()
@click.argument("slug")
@command
@requires("organizations.edit", in_organization("slug"))
def pause(slug: str) -> None:
    """Pauses the organization SLUG: nothing is fetched, written or sent for it, due posts included.

    Due posts wait for `syndication organization resume`. Those that are overdue by more than
    publishing.maximum_delay_hours wait for a person instead.
    """
    _change(slug, {"is_active": False})


@organization.command()
@click.argument("slug")
@command
@requires("organizations.edit", in_organization("slug"))
def resume(slug: str) -> None:
    """Ends the pause of the organization SLUG."""
    _change(slug, {"is_active": True})


def _change(slug: str, changes: dict[str, str | bool | None]) -> None:
    url = migrated_database_url(Settings.from_environment())
    changed = change_organization(url, slug, changes, person_who_acts())
    for field, (old, new) in changed.items():
        click.echo(f"{slug}: {field}: {shown(old)} → {shown(new)}")
    if not changed:
        click.echo(f"{slug} is as it was.")


@organization.command("list")
@json_option
@command
def list_all(as_json: bool) -> None:
    """Lists the organizations."""
    organizations = list_organizations(migrated_database_url(Settings.from_environment()))
    show_rows(
        organizations, _line, "There is no organization: add one with `syndication organization add`.", as_json=as_json
    )


@organization.command()
@click.option("--organization", default=None, metavar="SLUG", help="Only this organization.")
@json_option
@command
def limits(organization: str | None, as_json: bool) -> None:
    """Shows what organizations use of users, posts and storage, beside what their tiers allow."""
    with transaction(migrated_database_url(Settings.from_environment())) as connection:
        rows = limits_used(connection, organization)
    show_rows(rows, _limit_line, "There is no such organization: `syndication organization list`.", as_json=as_json)


def _limit_line(use: LimitUse) -> str:
    of = "without limit" if use.amount is None else f"of {use.amount:,} ({use.used_percent:.1f} %)"
    return f"{use.organization:20} {use.tier or 'no tier':12} {use.resource:14} {use.used:,} {of}"


@organization.command()
@click.argument("slug")
@click.option("--yes", is_flag=True, help="Do not ask.")
@command
@requires("organizations.erase", in_organization("slug"))
def erase(slug: str, yes: bool) -> None:
    """Erases the organization SLUG with all its rows, its audit log, archives and media. They are counted first.

    Refused while a legal hold keeps it. Landed files, reports, the record of sent posts, run logs and backups stay.
    """
    settings = Settings.from_environment()
    url = migrated_database_url(settings)
    with waiting_at_most(SECONDS_TO_WAIT):
        rows = rows_to_erase(url, slug)
    for table, count in sorted(rows.items(), key=lambda pair: (-pair[1], pair[0])):
        click.echo(f"{count:>12,} rows of {table} will be erased")
    archives = ArchiveStore(settings.archive_url)
    archived_files = len(archives.paths_below(slug))
    click.echo(f"{archived_files:>12,} archive files will be erased from {archives.url}/{slug}")
    media = MediaStore.of(settings)
    organization_id = require_organization(url, slug).organization_id
    require_places(url, media, slug)
    media_files = 0
    for place in media.places:
        files_there = sum(1 for _ in place.files(organization_id))
        click.echo(
            f"{files_there:>12,} media files, small copies included, will be erased from {place.url}/{organization_id}"
        )
        media_files += files_there
    zone = LandingZone(settings.landing_url)
    files = sum(1 for _ in zone.paths_below(slug))
    click.echo(f"{files:>12,} landed files stay in {zone.url}/{slug}: remove them, or a new {slug!r} loads them again")
    click.echo(f"Reports in {settings.reports_directory}, the record of sent posts, run logs and backups stay, too.")
    if not yes and click.prompt("Type the slug to erase the organization") != slug:
        raise click.ClickException("This is not the slug: nothing was erased.")
    if archived_files:
        archives.claim(url)
    if media_files:
        for place in media.places:
            place.claim(url)
    with waiting_at_most(SECONDS_TO_WAIT):
        erased = erase_organization(url, slug)
    removed = archives.remove_folder(slug) if archived_files else 0
    removed_media = remove_unnamed(url, media, organization_id) if media_files else 0
    click.echo(
        f"Erased {slug}: {sum(erased.values()):,} rows of {len(erased)} tables, {removed:,} archive files, "
        f"{removed_media:,} media files."
    )


@organization.command()
@click.argument("slug")
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path), metavar="DIR")
@command
@requires("organizations.export", in_organization("slug"))
def export(slug: str, directory: Path) -> None:
    """Exports the paused organization SLUG, with all rows and landed files, into the new directory DIR.

    `syndication organization import` takes it into another database. Credentials stay encrypted.
    """
    settings = Settings.from_environment()
    url = migrated_database_url(settings)
    exported = export_organization(
        url, LandingZone(settings.landing_url), slug, directory, now_and_then(_show_progress)
    )
    click.echo(
        f"Exported {slug}: {exported.rows:,} rows of {len(exported.tables)} tables and {len(exported.files):,} files "
        f"to {directory}. Change nothing of it here from now on."
    )
    if exported.secret_key_ids:
        click.echo(f"The other database needs SYNDICATION_SECRET_KEYS with: {', '.join(exported.secret_key_ids)}.")


@organization.command("import")
@click.argument("directory", type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="DIR")
@command
@requires("organizations.import", everywhere)
def import_one(directory: Path) -> None:
    """Imports the organization that was exported to DIR, with its ids, and compares all rows with the export.

    Refused if its slug or its id exists here. It stays paused until you resume it here, and here only.
    """
    settings = Settings.from_environment()
    url = migrated_database_url(settings)
    imported = import_organization(settings, url, directory, now_and_then(_show_progress))
    click.echo(
        f"Imported {imported.slug} ({imported.organization_id}): {imported.rows:,} rows of {len(imported.tables)} "
        f"tables and {len(imported.files):,} files; all of them are as they were exported."
    )
    click.echo(
        f"It is paused. Resume it here with `syndication organization resume {imported.slug}`, and erase it in the "
        "other database."
    )


def _show_progress(text: str) -> None:
    click.echo(text, err=True)


def _line(listed: Organization) -> str:
    paused = "" if listed.is_active else " (not active)"
    return f"{listed.slug:20} {listed.organization_id}  {listed.name}{paused}"
