"""`syndication announce`: a person's own text, for one or more channels."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from syndication_assets.cli.command import command, organization_option, url_and_organization
from syndication_assets.cli.listing import printable
from syndication_assets.cli.people.acting import in_organization, person_who_acts, requires
from syndication_assets.database.acting import started_by_hand
from syndication_assets.errors import SyndicationError

if TYPE_CHECKING:
    from syndication_assets.content.announcing.announcing import Preview


def _by_hand(function: Callable[..., None]) -> Callable[..., None]:
    """A process that is only developed runs for what a person asks for."""

    @wraps(function)
    def by_hand(**options: Any) -> None:
        with started_by_hand():
            function(**options)

    return by_hand


@click.command()
@click.argument("text", required=False)
@click.option(
    "--channel",
    "channels",
    multiple=True,
    required=True,
    metavar="CHANNEL",
    help="As in facebook/feed_post; repeatable.",
)
@click.option(
    "--file",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path),
    help="The text is in this file; - is standard input.",
)
@click.option("--link", "link_url", metavar="URL", help="Page that the text links to.")
@click.option("--picture", "image_url", metavar="URL", help="Picture that is published with it.")
@click.option("--alt-text", metavar="TEXT", help="Alternative text of the picture.")
@click.option("--call-to-action", metavar="TEXT", help="The sentence of the text that invites readers to act.")
@click.option(
    "--at", "publish_at", metavar="TIME", help="ISO 8601, e.g. 2026-12-24T09:00Z; default: the next free slot."
)
@click.option("--event", metavar="NAME", help="Event that it is about; nothing is published after it.")
@click.option("--again", "is_again", is_flag=True, help="Announce a text once more that was announced already.")
@organization_option
@click.option("--preview", "is_preview", is_flag=True, help="Only show what each channel would get.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@command
@requires("announcements.write", in_organization())
@_by_hand
def announce(
    text: str | None,
    channels: tuple[str, ...],
    file: Path | None,
    link_url: str | None,
    image_url: str | None,
    alt_text: str | None,
    call_to_action: str | None,
    publish_at: str | None,
    event: str | None,
    is_again: bool,
    organization: str,
    is_preview: bool,
    yes: bool,
) -> None:
    """Announces TEXT: your own text for one or more channels, through the same checks, approval and queue as all posts.

    Shows what each channel would get, and then asks. Without TEXT and --file, your editor opens.
    """
    from syndication_assets.content.announcing.announcement import Announcement  # noqa: PLC0415 - reads emoji tables
    from syndication_assets.content.announcing.announcing import announce as store  # noqa: PLC0415
    from syndication_assets.content.announcing.announcing import listed, preview  # noqa: PLC0415
    from syndication_assets.publishing.planning.targets import plan_targets  # noqa: PLC0415

    url, organization_id = url_and_organization(organization)
    announcement = Announcement(
        _text(text, file),
        listed(channels),
        link_url,
        image_url,
        alt_text,
        call_to_action,
        _time(publish_at) if publish_at else None,
        event,
        is_again,
    )
    shown = preview(url, organization_id, announcement)
    for each in shown:
        _show(each)
    refusals = [reason for each in shown for reason in each.refusals]
    if refusals:
        raise SyndicationError("\n".join(["Nothing was announced.", *refusals]))
    if is_preview:
        return
    if not yes:
        click.confirm(f"Announce it in {len(shown)} channel{'s' if len(shown) > 1 else ''}?", abort=True)
    day, announced = store(url, organization_id, announcement, person_who_acts())
    if any(each.is_approved for each in announced):
        plan_targets(url, day, day + timedelta(days=1))
    for stored in announced:
        if stored.is_approved:
            click.echo(f"{stored.channel}: {stored.content_id} is approved by a rule and planned.")
        else:
            click.echo(
                f"{stored.channel}: {stored.content_id} waits for a decision: syndication review approve "
                f"{stored.content_id}"
            )


def _show(shown: "Preview") -> None:
    click.echo(f"{shown.channel}, on {', '.join(shown.accounts)}:")
    click.echo("\n".join(f"  {line}" for line in printable(shown.draft.text_content).splitlines()))
    for name, value in (("link", shown.draft.link_url), ("picture", shown.draft.image_url)):
        if value is not None:
            click.echo(f"  {name}: {printable(value)}")
    for finding in shown.findings:
        if finding.severity != "hard" and finding.reason is not None:
            click.echo(f"  note: {finding.rule_name}: {finding.reason}")


def _text(text: str | None, file: Path | None) -> str:
    if text is not None and file is not None:
        raise SyndicationError("Give the text or --file, not both.")
    if text is not None:
        return text
    if file is None:
        edited = click.edit("", extension=".txt") if sys.stdin.isatty() else None
        if edited is None:
            raise SyndicationError("There is no text: give it as an argument, with --file, or in your editor.")
        return edited
    content = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise SyndicationError("The text is not UTF-8: save it as UTF-8.") from None


def _time(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise SyndicationError(f"{text!r} is no time: write it as 2026-12-24T09:00Z.") from None
    if moment.tzinfo is None:
        raise SyndicationError(
            f"{text!r} names no time zone: write it as {text}Z for UTC, or with an offset like +01:00."
        )
    return moment.astimezone(UTC)
