"""`syndication brief`: visuals for channels, from what people ask for."""

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from syndication_assets.cli.command import command, migrated_database_url, organization_option
from syndication_assets.cli.listing import json_option, printable, show_rows
from syndication_assets.cli.people.acting import in_organization, person_who_acts, requires
from syndication_assets.cli.studio.brief_output import brief_line, pairs_of, write_evidence, write_pictures
from syndication_assets.cli.studio.brief_steps import cancel, correct, edit, edit_picture, resume, retry
from syndication_assets.database.connection import transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.settings import Settings
from syndication_assets.studio.compliance.proposals import proposals_of
from syndication_assets.studio.requests.listing import (
    list_briefs,
    read_brief,
    shown_variants,
)
from syndication_assets.studio.requests.manual_steps import wait_line
from syndication_assets.tenancy.organizations import require_organization

STATES = ("pending", "processing", "generated", "review", "approved", "rejected", "published", "failed", "archived")
MODES = ("template_based", "stock_enhanced", "hybrid", "brand_only")
QUALITIES = ("draft", "standard", "premium", "executive")
STEPS = ("pictures", "texts", "decision")


@click.group()
def brief() -> None:
    """Asks for visuals with texts, shows how far they have come, and corrects them."""


@brief.command()
@click.argument("title")
@click.option("--brief", "message", required=True, metavar="TEXT", help="The message, in its own words.")
@click.option(
    "--channel",
    "channels",
    multiple=True,
    required=True,
    metavar="CHANNEL",
    help="facebook/feed_post; repeatable.",
)
@click.option("--template", required=True, metavar="NAME", help="The visual template.")
@click.option("--brand", "brand_name", metavar="NAME", help="The brand; default: the template's, or the only one.")
@click.option("--language", metavar="CODE", help="Language of title and message; default: the setting studio.language.")
@click.option("--field", "fields", multiple=True, metavar="NAME=TEXT", help="Another field of it; repeatable.")
@click.option("--fact", "facts", multiple=True, metavar="TEXT", help="What the text may claim; repeatable.")
@click.option("--keyword", "keywords", multiple=True, metavar="WORD", help="For hashtags; repeatable.")
@click.option("--search", "search_terms", metavar="WORDS", help="Search for a photo; default: the brand's pattern.")
@click.option("--photo", metavar="ID", help="A stock image, such as stk-0a1b2c3d.")
@click.option("--audience", metavar="TEXT", help="Whom it addresses, for a language model.")
@click.option("--style", metavar="TEXT", help="How it says it, for a language model; default: your tone.")
@click.option("--content-type", metavar="TEXT", help="Kind of content, for a language model.")
@click.option("--call-to-action", metavar="TEXT", help="The sentence that invites readers to act.")
@click.option("--link", "link_url", metavar="URL", help="Page that the text links to.")
@click.option("--alt-text", metavar="TEXT", help="Alternative text; default: what the visual says.")
@click.option(
    "--mode", type=click.Choice(MODES), default="hybrid", show_default=True, help="Where its photo may come from."
)
@click.option(
    "--quality",
    type=click.Choice(QUALITIES),
    default="standard",
    show_default=True,
    help="draft: one format of each channel; premium: photos are hardly compressed; executive: and measured strictly.",
)
@click.option(
    "--variations", type=click.IntRange(1, 5), default=1, show_default=True, help="Briefs with another photo each."
)
@click.option(
    "--stop-before", type=click.Choice(STEPS), multiple=True, help="Wait for a person before this step; repeatable."
)
@click.option("--priority", type=int, default=0, show_default=True, help="Higher ones are made first.")
@click.option("--due", "due_on", metavar="DAY", help="Day by which it is wanted, such as 2026-12-01.")
@organization_option
@command
@requires("briefs.edit", in_organization())
def add(title: str, organization: str, message: str, fields: tuple[str, ...], **options: Any) -> None:
    """Asks for a visual that says TITLE, in every format of its channels, with a text for each."""
    from syndication_assets.studio.requests.new_brief import brief_of  # noqa: PLC0415 - slow

    values = {
        "title": title,
        "brief": message,
        "fields": pairs_of(fields),
        **{name: list(value) if isinstance(value, tuple) else value for name, value in options.items()},
    }
    _add(organization, [brief_of(values)], None)


@brief.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--batch", metavar="NAME", help="What the briefs have in common; default: the name of the file.")
@organization_option
@command
@requires("briefs.edit", in_organization())
def import_command(file: Path, batch: str | None, organization: str) -> None:
    """Asks for all briefs of FILE, a list in YAML, or for none: one batch, such as a message in three languages."""
    from syndication_assets.studio.requests.new_brief import briefs_of_file  # noqa: PLC0415 - slow

    try:
        content = file.read_bytes().decode()
    except UnicodeDecodeError:
        raise SyndicationError(f"{file.name} is not UTF-8: save it as UTF-8.") from None
    _add(organization, briefs_of_file(content), batch or file.stem)


@brief.command(name="list")
@click.option("--organization", default=None, metavar="SLUG", help="Only briefs of this organization.")
@click.option("--state", type=click.Choice(STATES), default=None, help="Only this state.")
@click.option("--batch", default=None, metavar="NAME", help="Only this batch.")
@click.option("--platform", default=None, metavar="NAME", help="Only with a channel of this platform.")
@click.option("--due-before", type=click.DateTime(["%Y-%m-%d"]), default=None, help="Only wanted before this day.")
@click.option("--brand", default=None, metavar="NAME", help="Only of this brand.")
@click.option("--words", default=None, metavar="TEXT", help="Only with this in title or message.")
@click.option("--waiting", is_flag=True, help="Only those that wait for a person.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(min=1), help="Maximum number of lines.")
@json_option
@command
def list_command(
    organization: str | None,
    due_before: datetime | None,
    waiting: bool,
    limit: int,
    as_json: bool,
    **filters: str | None,
) -> None:
    """Lists briefs with how far they have come, the newest first."""
    url = _url()
    if organization is not None:
        require_organization(url, organization)
    with transaction(url) as connection:
        rows = list_briefs(
            connection,
            organization=organization,
            due_before=None if due_before is None else due_before.date(),
            is_waiting=waiting or None,
            maximum=limit,
            **filters,
        )
    show_rows(rows, brief_line, "There is no such brief: `syndication brief add`.", as_json=as_json)


@brief.command()
@click.argument("request_id", metavar="ID")
@click.option(
    "--pictures",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    help="Also write its pictures into this directory.",
)
@click.option(
    "--evidence",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    help="Also write copies that mark what the rules found, and where.",
)
@command
def show(request_id: str, pictures: Path | None, evidence: Path | None) -> None:
    """Shows a brief, its pictures with their scores and what lowers them, and its posts."""
    from syndication_assets.content.briefs.whole_briefs import texts_of_brief  # noqa: PLC0415 - slow

    settings = Settings.from_environment()
    url = migrated_database_url(settings)
    with transaction(url) as connection:
        row = read_brief(connection, request_id)
        variants = shown_variants(connection, request_id)
        texts = texts_of_brief(connection, row.organization_id, request_id)
    click.echo(printable(brief_line(row)))
    if row.stopped_before is not None:
        photo = "no photo" if row.stock_image_id is None else f"the photo {row.stock_image_id}"
        click.echo(f"  {wait_line(request_id, row.stopped_before)}; it has {photo}")
    for variant in variants:
        score = "not measured" if variant.score is None else f"{variant.score:.2f} {variant.level}"
        posted = ", posted" if variant.is_posted else ""
        click.echo(
            f"  {variant.variant_id}  {variant.channel} {variant.format_name} {variant.width}x{variant.height}, "
            f"{variant.size_bytes:,} bytes{posted}: {score}"
        )
        for finding in variant.findings:
            if finding["is_passed"] is False:
                lost = f" (-{finding['impact']:.2f})"
                click.echo(printable(f"    {finding['severity']} {finding['rule']}{lost}: {finding['reason']}"))
    for proposal in proposals_of(finding for variant in variants for finding in variant.findings):
        click.echo(f"  proposed: syndication brief correct {request_id} --correction {proposal}")
    for text in texts:
        click.echo(f"  {text.channel}: {text.content_id} {text.state}: syndication review show {text.content_id}")
    if pictures is not None:
        write_pictures(settings, pictures, request_id, variants)
    if evidence is not None:
        write_evidence(settings, url, evidence, row.organization_id, request_id)


@brief.command()
@organization_option
@click.option("--limit", default=1000, show_default=True, type=click.IntRange(min=1), help="Most briefs to make.")
@command
@requires("briefs.edit", in_organization())
def make(organization: str, limit: int) -> None:
    """Makes the visuals of briefs that wait, and writes their posts: what the job studio does."""
    from syndication_assets.content.briefs.brief_posts import write_brief_posts  # noqa: PLC0415 - slow
    from syndication_assets.studio.making.making_processes import run_studio  # noqa: PLC0415

    settings = Settings.from_environment()
    url = migrated_database_url(settings)
    require_organization(url, organization)
    run = run_studio(url, settings, organization, limit=limit)
    posts = write_brief_posts(url, settings, organization=organization)
    click.echo(
        f"{len(run.assets):,} visuals with {run.variants:,} pictures were made, and {len(posts.texts):,} texts written."
    )
    if run.stopped:
        click.echo(f"  {run.stopped:,} wait for a person: `syndication brief list --waiting`")
    for reason, number in (run.failures + run.notes + posts.unwritten).most_common(20):
        click.echo(printable(f"  {number:,}: {reason}"))


def _add(organization: str, briefs: list[Any], batch: str | None) -> None:
    from syndication_assets.studio.requests.request_states import add_briefs  # noqa: PLC0415 - slow

    url = _url()
    organization_id = require_organization(url, organization).organization_id
    # A brief with variations is added once for each.
    added = [each for each in briefs for _ in range(each.variations)]
    for request_id, each in zip(add_briefs(url, organization_id, briefs, person_who_acts(), batch), added, strict=True):
        click.echo(printable(f"{request_id}: {each.title} ({each.language}) for {', '.join(each.channels)}"))
    click.echo("The studio makes them with its next run: `syndication brief make`.")


def _url() -> str:
    return migrated_database_url(Settings.from_environment())


for each in (cancel, retry, correct, resume, edit, edit_picture):
    brief.add_command(each)
