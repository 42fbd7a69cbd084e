"""`syndication process`: the ways of making posts for a channel, and how far each has come."""

import click

from syndication_assets.cli.command import command, migrated_database_url
from syndication_assets.cli.listing import json_option, printable, show_rows
from syndication_assets.cli.people.acting import everywhere, person_who_acts, requires
from syndication_assets.configuration.entries import ALL, change_entry
from syndication_assets.configuration.sections.processes import PROCESSES
from syndication_assets.database.connection import transaction
from syndication_assets.publishing.processes import (
    EFFECTS,
    STATES,
    ListedProcess,
    ProcessPage,
    list_processes,
    lower_state,
    next_state,
    show_process,
)
from syndication_assets.settings import Settings


@click.group()
def process() -> None:
    """Manages the ways of making posts, for all organizations: draft, developed, testing, production."""


@process.command("list")
@json_option
@command
def list_all(as_json: bool) -> None:
    """Lists the processes with their states, the greatest priority first."""
    with transaction(migrated_database_url(Settings.from_environment())) as connection:
        rows = list_processes(connection)
    show_rows(rows, _line, "There are no processes yet: materialize publishing/content_processes.", as_json=as_json)


def _line(listed: ListedProcess) -> str:
    return (
        f"{listed.platform}/{listed.channel:16} {listed.process:14} {listed.development_status:11} {listed.effect}. "
        f"{listed.display_name}"
    )


@process.command()
@click.argument("platform")
@click.argument("channel")
@click.argument("name", metavar="PROCESS")
@command
def show(platform: str, channel: str, name: str) -> None:
    """Shows a process: what its state means, what decides what it does, and who changed its state."""
    page = _page(platform, channel, name)
    shown = page.process
    click.echo(f"{shown.platform}/{shown.channel} {shown.process}: {shown.development_status}, {shown.effect}.")
    click.echo(printable(" ".join(filter(None, [f"{shown.display_name}.", shown.description]))))
    for each in page.inputs:
        click.echo(printable(f"  {each.organization or 'all'}: {each.what} {each.value}"))
    for change in page.changes:
        click.echo(printable(f"  {change.occurred_at:%Y-%m-%d %H:%M} UTC {change.what}, by {change.actor}"))


@process.command()
@click.argument("platform")
@click.argument("channel")
@click.argument("name", metavar="PROCESS")
@click.option("--yes", is_flag=True, help="Do not ask.")
@command
@requires("rules.edit", everywhere)
def promote(platform: str, channel: str, name: str, yes: bool) -> None:
    """Raises a process by one state: draft, developed, testing, production. Asks before posts would be sent."""
    page = _page(platform, channel, name)
    state = next_state(page.process.development_status)
    if state == STATES[-1] and page.to_be_sent and not yes:
        click.confirm(f"{page.to_be_sent:,} posts in its queue will be sent instead of simulated. Go on?", abort=True)
    _change(page, state)


@process.command()
@click.argument("platform")
@click.argument("channel")
@click.argument("name", metavar="PROCESS")
@click.option("--to", "state", type=click.Choice(STATES[:-1]), default=None, help="Default: the next lower state.")
@command
@requires("rules.edit", everywhere)
def demote(platform: str, channel: str, name: str, state: str | None) -> None:
    """Lowers a process to a lower state. Its queue stays: what is due is simulated, or waits if it does not run."""
    page = _page(platform, channel, name)
    _change(page, lower_state(page.process.development_status, state))


def _change(page: ProcessPage, state: str) -> None:
    shown = page.process
    key = (shown.platform, shown.channel, shown.process)
    change_entry(_url(), ALL, PROCESSES, key, {"development_status": state}, person_who_acts())
    click.echo(
        f"{shown.platform}/{shown.channel} {shown.process}: {shown.development_status} → {state}, {EFFECTS[state]}."
    )


def _page(platform: str, channel: str, name: str) -> ProcessPage:
    with transaction(_url()) as connection:
        return show_process(connection, platform, channel, name)


def _url() -> str:
    return migrated_database_url(Settings.from_environment())
