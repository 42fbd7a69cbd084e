"""`syndication targets` and `syndication publish`: the queue, decisions about targets, and publishing."""

from collections.abc import Callable
from datetime import UTC, datetime
from textwrap import shorten
from typing import Any, get_args

import click

from syndication_assets.cli.command import DAY, command, migrated_database_url
from syndication_assets.cli.listing import json_option, show_rows
from syndication_assets.cli.people.acting import everywhere, in_organization, of_rows, person_who_acts, requires
from syndication_assets.database.acting import acting_as_service
from syndication_assets.database.connection import transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.operations.executions.origin import Origin
from syndication_assets.publishing.sending import target_decisions
from syndication_assets.publishing.sending.moving import move_to_day
from syndication_assets.publishing.sending.queue_listing import Kind, ListedTarget, State, TargetFilter, list_targets
from syndication_assets.settings import Settings

_SHOWN_CHARACTERS = 100


@click.group()
def targets() -> None:
    """Lists the publishing queue and records decisions about its targets."""


def _filters(function: Callable[..., None]) -> Callable[..., None]:
    """The options that choose targets; without any, all."""
    options = [
        click.option("--organization", default=None, metavar="SLUG", help="Only targets of this organization."),
        click.option("--state", type=click.Choice(get_args(State)), default=None, help="Only targets in this state."),
        click.option("--platform", default=None, help="Only targets on this platform."),
        click.option("--channel-type", default=None, help="Only targets of this kind of channel, such as feed."),
        click.option("--kind", type=click.Choice(get_args(Kind)), default=None, help="Only targets with these posts."),
        click.option("--since", type=DAY, metavar="DAY", default=None, help="Only slots on this UTC day or later."),
        click.option("--until", type=DAY, metavar="DAY", default=None, help="Only slots on this UTC day or earlier."),
    ]
    for option in reversed(options):
        function = option(function)
    return function


@targets.command("list")
@_filters
@click.option("--limit", default=100, show_default=True, type=click.IntRange(min=1), help="Maximum number of targets.")
@click.option("--offset", default=0, type=click.IntRange(min=0), help="How many targets to leave out first.")
@json_option
@command
def list_some(limit: int, offset: int, as_json: bool, **filters: Any) -> None:
    """Lists targets with their texts: what is due first, then what has no slot."""
    chosen = TargetFilter(**filters)
    with transaction(_url()) as connection:
        rows = list_targets(connection, chosen, limit=limit, offset=offset)
    empty = (
        "There are no targets: approve a text with `syndication review approve`."
        if chosen == TargetFilter()
        else "There is no such target."
    )
    show_rows(rows, _line, empty, as_json=as_json)
    if rows and not as_json and rows[0].total > offset + len(rows):
        click.echo(
            f"{offset + 1:,} to {offset + len(rows):,} of {rows[0].total:,} targets: --offset shows further ones."
        )


@targets.command()
@_filters
@click.option("--yes", is_flag=True, help="Do not ask.")
@command
@requires("targets.decide", in_organization())
def clear(yes: bool, **filters: Any) -> None:
    """Cancels the targets of a choice that are drafts, ready, scheduled or failed. Sent posts stay as they are."""
    chosen, url = TargetFilter(**filters), _url()
    if chosen == TargetFilter():
        raise SyndicationError("Choose what to cancel: `syndication targets clear --help` lists the options.")
    if not yes:
        with transaction(url) as connection:
            rows = list_targets(connection, chosen, limit=1)
        click.confirm(f"Cancel what can still be cancelled of {rows[0].total if rows else 0:,} targets?", abort=True)
    cancelled = target_decisions.cancel_all(url, chosen, person_who_acts())
    click.echo(f"{len(cancelled):,} targets are cancelled.")


def _line(target: ListedTarget) -> str:
    slot = f"{target.scheduled_at:%Y-%m-%d %H:%M} UTC" if target.scheduled_at else "no slot"
    simulated = " (simulated)" if target.is_simulated else ""
    remote = f" {target.platform_post_id}" if target.platform_post_id else ""
    error = f"\n    {target.error_message}" if target.error_message else ""
    return (
        f"{target.target_id}  {target.state:15} {slot:20} {target.organization} {target.account}: "
        f"{target.channel} {target.kind}{simulated}{remote}\n"
        f"    {shorten(target.text, _SHOWN_CHARACTERS, placeholder=' …')}{error}"
    )


@targets.command()
@click.argument("target_id")
@click.option("--published", "remote_id", metavar="REMOTE_ID", help="The post exists on the platform, with this id.")
@click.option("--not-published", is_flag=True, help="The post does not exist: send it again.")
@click.option("--cancel", "is_cancelled", is_flag=True, help="Never send it again; it counts as sent.")
@command
@requires("targets.decide", of_rows("publishing.post_targets", "target_id"))
def resolve(target_id: str, remote_id: str | None, not_published: bool, is_cancelled: bool) -> None:
    """Resolves the target TARGET_ID, which may or may not be published.

    A target that was cancelled while unresolved still accepts --published, in case you find its post later.
    """
    if (remote_id is not None) + not_published + is_cancelled != 1:
        raise SyndicationError("Choose exactly one of --published REMOTE_ID, --not-published and --cancel.")
    url, actor = _url(), person_who_acts()
    if remote_id is not None:
        target_decisions.resolve_as_published(url, target_id, remote_id, actor)
        click.echo(f"{target_id} is published as {remote_id}")
    elif not_published:
        target_decisions.resolve_as_not_published(url, target_id, actor)
        click.echo(f"{target_id} is scheduled again")
    else:
        target_decisions.resolve_as_cancelled(url, target_id, actor)
        click.echo(f"{target_id} is cancelled")


@targets.command()
@click.argument("target_id")
@command
@requires("targets.decide", of_rows("publishing.post_targets", "target_id"))
def retry(target_id: str) -> None:
    """Makes the target TARGET_ID due at once if it failed, missed its slot or waits for an attempt."""
    target_decisions.retry(_url(), target_id, person_who_acts())
    click.echo(f"{target_id} is due now")


@targets.command()
@click.argument("target_id")
@click.option("--to", "day", type=DAY, required=True, metavar="DAY", help="Day in the time zone of the schedule.")
@command
@requires("targets.decide", of_rows("publishing.post_targets", "target_id"))
def move(target_id: str, day: datetime) -> None:
    """Moves the target TARGET_ID into the first free slot of a day. The limits of its channel hold."""
    slot = move_to_day(_url(), target_id, day.date(), person_who_acts())
    click.echo(f"{target_id} is scheduled for {slot.scheduled_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC")


@targets.command()
@click.argument("target_id")
@command
@requires("targets.decide", of_rows("publishing.post_targets", "target_id"))
def cancel(target_id: str) -> None:
    """Removes the target TARGET_ID from the queue permanently."""
    target_decisions.cancel(_url(), target_id, person_who_acts())
    click.echo(f"{target_id} is cancelled")


@targets.command()
@command
@requires("targets.decide", everywhere)
def release() -> None:
    """Lets a restored database publish again.

    Run it after you have looked at the accounts and cancelled the targets that would repeat their posts.
    """
    from syndication_assets.publishing.sending import sending_holds  # noqa: PLC0415 - fsspec is slow to import

    released = sending_holds.release(_url(), person_who_acts())
    click.echo(f"Publishing goes on; {released:,} calls without a target in this database are released.")


@click.command()
@click.option("--limit", default=1000, show_default=True, type=click.IntRange(min=1), help="Maximum number of calls.")
@command
@requires("pipeline.run", everywhere)
def publish(limit: int) -> None:
    """Publishes due targets and looks up unresolved ones. Accounts with the publisher dry_run send nothing.

    Exits with 1 if an account could not be served.
    """
    from syndication_assets.publishing.publishers import open_publishers  # noqa: PLC0415
    from syndication_assets.publishing.sending.publish import publish_due  # noqa: PLC0415 - the HTTP client is slow to import
    from syndication_assets.publishing.sending.reconcile import reconcile  # noqa: PLC0415

    settings = Settings.from_environment()
    url = migrated_database_url(settings)
    # The publisher changes the queue, not whoever started it: their own decisions are in the audit log.
    origin = Origin("person", person_who_acts())
    with acting_as_service(), open_publishers(settings) as publishers:
        reconciled = reconcile(url, settings, publishers)
        report = publish_due(url, settings, datetime.now(UTC), publishers, limit, origin=origin)
    for kind, count in sorted(report.outcomes.items()):
        click.echo(f"{count:,} {kind.value}")
    if not report.calls:
        click.echo("Nothing is due.")
    for reason in report.waiting.values():
        click.echo(reason)
    if back_to_draft := report.withdrawn + report.contradicted:
        click.echo(f"{back_to_draft:,} went back to draft: `syndication targets list --state draft` shows why.")
    problems = reconciled.problems + report.problems
    if problems:
        raise SyndicationError("\n".join(problems))


def _url() -> str:
    return migrated_database_url(Settings.from_environment())
