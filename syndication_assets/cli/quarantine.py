"""`syndication quarantine`: items and files that could not be loaded."""

import click

from syndication_assets.cli.command import command, migrated_database_url
from syndication_assets.cli.listing import json_option, printable, show_rows
from syndication_assets.cli.materialize import materialize_days
from syndication_assets.cli.people.acting import in_organization, of_rows, person_who_acts, requires
from syndication_assets.landing.drop_in import contiguous_ranges
from syndication_assets.landing.loading import quarantine as items
from syndication_assets.settings import Settings
from syndication_assets.tenancy.organizations import require_organization

_SHOWN_BYTES = 2_000


@click.group()
def quarantine() -> None:
    """Lists, shows, closes and replays items that could not be loaded."""


@quarantine.command("list")
@click.option("--organization", default=None, metavar="SLUG", help="Only the items of this organization.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(min=1), help="Maximum number of items.")
@json_option
@command
def list_open(organization: str | None, limit: int, as_json: bool) -> None:
    """Lists the open items, the newest day first, with the reason of each."""
    url = _url(organization)
    rows = items.open_items(url, organization, limit)
    show_rows(rows, _line, "Nothing is in quarantine.", as_json=as_json)
    total = items.count_open_items(url, organization)
    if total > len(rows) and not as_json:
        click.echo(f"{total - len(rows):,} more: raise --limit to see them.")


@quarantine.command()
@click.argument("quarantine_id", metavar="ID")
@command
def show(quarantine_id: str) -> None:
    """Shows an item with its reason, its raw content and what became of it."""
    found = items.read_item(_url(None), quarantine_id)
    click.echo(printable(_line(found.item)))
    if found.replayed_at is not None:
        click.echo(f"loaded, or withdrawn with its file, at {found.replayed_at:%Y-%m-%d %H:%M} UTC")
    elif found.closed_at is not None:
        reason = printable(f"by {found.closed_by}: {found.closed_reason}")
        click.echo(f"closed at {found.closed_at:%Y-%m-%d %H:%M} UTC {reason}")
    else:
        click.echo("open: fix the file or the adapter, and run `syndication quarantine replay`")
    if found.payload:
        click.echo(f"\n{printable(found.payload[:_SHOWN_BYTES].decode(errors='replace'))}")
    if found.item.payload_bytes > _SHOWN_BYTES:
        click.echo(f"\n… {found.item.payload_bytes:,} bytes in all, in {found.item.source_file_path}")


@quarantine.command()
@click.argument("quarantine_ids", metavar="ID...", nargs=-1, required=True)
@click.option("--reason", required=True, metavar="TEXT", help="Why nobody will load it, for the audit log.")
@command
@requires("quarantine.close", of_rows("landing.quarantine", "quarantine_id", "quarantine_ids"))
def close(quarantine_ids: tuple[str, ...], reason: str) -> None:
    """Closes items that nobody will load; they open again if their content changes."""
    closed = items.close_items(_url(None), quarantine_ids, reason, person_who_acts())
    for quarantine_id in dict.fromkeys(quarantine_ids):
        click.echo(f"{quarantine_id} {'is closed' if quarantine_id in closed else 'was not open'}")


@quarantine.command()
@click.option("--organization", default=None, metavar="SLUG", help="Only the items of this organization.")
@command
@requires("pipeline.run", in_organization())
def replay(organization: str | None) -> None:
    """Loads all days with open items again, for example after an adapter was fixed."""
    url = _url(organization)
    days = items.days_with_open_items(url, organization)
    if not days:
        click.echo("Nothing is in quarantine.")
        return
    for first_day, last_day in contiguous_ranges(days):
        materialize_days(first_day.isoformat(), last_day.isoformat())
    click.echo(f"{items.count_open_items(url, organization):,} items are still in quarantine.")


def _url(organization: str | None) -> str:
    url = migrated_database_url(Settings.from_environment())
    if organization is not None:
        require_organization(url, organization)
    return url


def _line(item: items.OpenItem) -> str:
    place = item.source_file_path if item.position is None else f"{item.source_file_path} [{item.position}]"
    return f"{item.quarantine_id}  {item.landed_on}  {place}\n    {item.reason}"
