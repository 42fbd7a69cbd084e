"""`syndication retention`: how long rows stay, and legal holds."""

from datetime import UTC, date, datetime
from typing import Any

import click

from syndication_assets.cli.command import DAY, command, migrated_database_url, organization_option
from syndication_assets.cli.entries.entry_commands import add_entry_commands
from syndication_assets.cli.listing import json_option, show_rows
from syndication_assets.cli.people.acting import in_organization, of_rows, person_who_acts, requires
from syndication_assets.configuration.entries import add_entry, change_entry, list_entries
from syndication_assets.configuration.sections.retention import RETENTION, RETENTION_DEFAULTS
from syndication_assets.database.connection import transaction
from syndication_assets.landing.retention.left_files import due_files, move_due_files, return_files
from syndication_assets.landing.zone.changing_zone import ChangingZone
from syndication_assets.landing.zone.file_store import FileStore
from syndication_assets.operations.archive.legal_holds import LegalHold, list_holds, place_hold, release_hold
from syndication_assets.settings import Settings


@click.group()
def retention() -> None:
    """Says how long rows stay before they are archived or deleted, and places legal holds."""


add_entry_commands(retention, RETENTION, "list", "remove")


@retention.command("set")
@click.argument("subject")
@organization_option
@click.option("--keep-months", type=click.IntRange(min=1), metavar="MONTHS", help="Whole months that stay.")
@click.option("--keep-days", type=click.IntRange(min=1), metavar="DAYS", help="Days that stay, for what is deleted.")
@click.option("--action", type=click.Choice(["archive", "delete"]), help="What happens then; default: archive.")
@click.option(
    "--grace-days", type=click.IntRange(min=0), metavar="DAYS", help="Days that rows stay beside their archive."
)
@command
@requires("retention.edit", in_organization())
def set_policy(subject: str, organization: str, **given: Any) -> None:
    """Says how long an organization keeps SUBJECT, such as scraping.snapshots. Without it, everything stays."""
    url = migrated_database_url(Settings.from_environment())
    values = {name: value for name, value in given.items() if value is not None}
    if "keep_months" in values or "keep_days" in values:
        values = {"keep_months": None, "keep_days": None, **values}
    known = {
        (listed.organization, listed.entry.model_dump()["subject"]): listed for listed in list_entries(url, RETENTION)
    }
    if (organization, subject) in known:
        change_entry(url, organization, RETENTION, (subject,), values, person_who_acts())
    else:
        add_entry(url, organization, RETENTION, {"subject": subject, **values}, person_who_acts())
    click.echo(f"{subject} of {organization} is set. See what would go with: syndication archive plan")


defaults = click.Group("default", help="Says how long organizations that do not say keep something.")
add_entry_commands(defaults, RETENTION_DEFAULTS, "list", "edit")
retention.add_command(defaults)


_only_organization = click.option(
    "--organization", metavar="SLUG", help="Only this organization; default: all of them."
)


@retention.command("plan-files")
@_only_organization
@command
def plan_files(organization: str | None) -> None:
    """Shows which landed files would leave the landing zone. Nothing changes."""
    with transaction(migrated_database_url(Settings.from_environment())) as connection:
        due = due_files(connection, datetime.now(UTC).date(), organization)
    for file in due:
        click.echo(f"{'moves' if file.action == 'archive' else 'removes'} {file.path}")
    click.echo(f"{len(due):,} landed files are due." if due else "No landed file is due.")


@retention.command("move-files")
@_only_organization
@command
@requires("archives.edit", in_organization())
def move_files(organization: str | None) -> None:
    """Moves landed files that were kept long enough to the colder place, or removes them, as their policy says.

    Only files of posts whose month is archived, and that no open quarantine and no legal hold needs.
    """
    settings = Settings.from_environment()
    done = move_due_files(
        migrated_database_url(settings),
        ChangingZone(settings.landing_url),
        _cold(settings),
        datetime.now(UTC).date(),
        organization,
    )
    for path, reason in done.kept:
        click.echo(f"Stays: {path}: {reason}.")
    click.echo(f"{len(done.left):,} landed files left, {done.size_bytes:,} bytes.")


@retention.command("return-files")
@click.argument("month", type=click.DateTime(["%Y-%m"]))
@organization_option
@command
@requires("archives.edit", in_organization())
def return_files_of(month: datetime, organization: str) -> None:
    """Brings the landed files of MONTH, such as 2026-01, back from the colder place."""
    settings = Settings.from_environment()
    count = return_files(
        migrated_database_url(settings),
        ChangingZone(settings.landing_url),
        _cold(settings),
        organization,
        month.date(),
    )
    click.echo(f"{count:,} files of {month:%Y-%m} are back.")


def _cold(settings: Settings) -> FileStore | None:
    return FileStore(settings.cold_landing_url) if settings.cold_landing_url is not None else None


@retention.command()
@organization_option
@click.option("--reason", required=True, metavar="TEXT", help="Why, such as the number of the case.")
@click.option("--profile", metavar="NAME", help="Only what concerns this profile; its months are held whole.")
@click.option("--from", "held_from", type=DAY, metavar="DAY", help="First day; default: from the beginning.")
@click.option("--to", "held_to", type=DAY, metavar="DAY", help="Last day; default: without end.")
@command
@requires("retention.hold", in_organization())
def hold(
    organization: str, reason: str, profile: str | None, held_from: datetime | None, held_to: datetime | None
) -> None:
    """Places a legal hold: nothing of these days is removed or deleted, and the organization cannot be erased."""
    with transaction(migrated_database_url(Settings.from_environment())) as connection:
        hold_id = place_hold(
            connection, organization, reason, profile=profile, held_from=_as_day(held_from), held_to=_as_day(held_to)
        )
    click.echo(f"{hold_id} holds {organization}. Release it with: syndication retention release {hold_id}")


@retention.command()
@click.argument("hold_id")
@command
@requires("retention.hold", of_rows("operations.legal_holds", "hold_id"))
def release(hold_id: str) -> None:
    """Releases the legal hold HOLD_ID: what it kept may be removed by the next run."""
    with transaction(migrated_database_url(Settings.from_environment())) as connection:
        release_hold(connection, hold_id)
    click.echo(f"{hold_id} is released.")


@retention.command()
@json_option
@command
def holds(as_json: bool) -> None:
    """Lists the legal holds, those that hold first."""
    with transaction(migrated_database_url(Settings.from_environment())) as connection:
        listed = list_holds(connection)
    show_rows(listed, _hold_line, "There is no legal hold.", as_json=as_json)


def _hold_line(listed: LegalHold) -> str:
    days = f"{listed.held_from or 'the beginning'} to {listed.held_to or 'without end'}"
    about = f" of {listed.profile}" if listed.profile else ""
    state = f"released {listed.released_at:%Y-%m-%d}" if listed.released_at else "holds"
    return f"{listed.hold_id}  {listed.organization:16} {days}{about}  {state}: {listed.reason} ({listed.held_by})"


def _as_day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()
