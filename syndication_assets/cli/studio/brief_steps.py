"""`syndication brief …`: what a person does with a brief that is there: cancel it, change it, let it go on."""

from typing import Any

import click

from syndication_assets.cli.command import command, migrated_database_url
from syndication_assets.cli.people.acting import of_rows, person_who_acts, requires
from syndication_assets.cli.studio.brief_output import pairs_of
from syndication_assets.database.connection import transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.settings import Settings
from syndication_assets.studio.requests.listing import read_brief

CORRECTIONS = ("darker_overlay", "light_text", "dark_text")


@click.command()
@click.argument("request_id", metavar="ID")
@command
@requires("briefs.edit", of_rows("studio.content_requests", "request_id"))
def cancel(request_id: str) -> None:
    """Puts a brief away. Texts of it that wait for a decision are rejected; what is scheduled is no longer sent."""
    from syndication_assets.content.briefs.withdrawing import withdraw_brief  # noqa: PLC0415 - slow
    from syndication_assets.studio.requests.request_states import cancel as put_away  # noqa: PLC0415

    url = _url()
    organization_id = _organization_of(url, request_id)
    put_away(url, organization_id, request_id)
    rejected = withdraw_brief(url, organization_id, request_id, person_who_acts())
    click.echo(f"{request_id} is cancelled; {rejected} of its texts are rejected.")


@click.command()
@click.argument("request_id", metavar="ID")
@command
@requires("briefs.edit", of_rows("studio.content_requests", "request_id"))
def retry(request_id: str) -> None:
    """Lets a brief be made again, with the current versions of brand and template."""
    from syndication_assets.studio.requests.request_states import make_again  # noqa: PLC0415 - slow

    url = _url()
    make_again(url, _organization_of(url, request_id), request_id)
    click.echo(f"{request_id} waits to be made again: `syndication brief make`.")


@click.command()
@click.argument("request_id", metavar="ID")
@click.option(
    "--correction", "corrections", multiple=True, type=click.Choice(CORRECTIONS), help="What to change; repeatable."
)
@command
@requires("briefs.edit", of_rows("studio.content_requests", "request_id"))
def correct(request_id: str, corrections: tuple[str, ...]) -> None:
    """Lets the visual of a brief be made again with corrections, as `show` proposes them; without any, as its template
    is.
    """
    from syndication_assets.studio.requests.request_states import correct as make_corrected  # noqa: PLC0415 - slow

    url = _url()
    make_corrected(url, _organization_of(url, request_id), request_id, corrections)
    click.echo(f"{request_id} waits to be made again: `syndication brief make`.")


@click.command()
@click.argument("request_id", metavar="ID")
@click.option("--title", metavar="TEXT", help="Another title.")
@click.option("--brief", metavar="TEXT", help="Another message.")
@click.option("--field", "fields", multiple=True, metavar="NAME=TEXT", help="Another field of it; repeatable.")
@click.option("--fact", "facts", multiple=True, metavar="TEXT", help="What the text may claim, in all; repeatable.")
@click.option("--keyword", "keywords", multiple=True, metavar="WORD", help="For hashtags, in all; repeatable.")
@click.option("--search", "search_terms", metavar="WORDS", help="Search for another photo.")
@click.option("--photo", metavar="ID", help="Another stock image, such as stk-0a1b2c3d.")
@click.option("--call-to-action", metavar="TEXT", help="Another sentence that invites readers to act.")
@click.option("--link", "link_url", metavar="URL", help="Another page that the text links to.")
@click.option("--alt-text", metavar="TEXT", help="Another alternative text.")
@command
@requires("briefs.edit", of_rows("studio.content_requests", "request_id"))
def edit(request_id: str, fields: tuple[str, ...], **options: Any) -> None:
    """Changes what a brief says before its pictures are made."""
    from syndication_assets.studio.requests.manual_steps import edit_brief  # noqa: PLC0415 - slow

    values = {name: list(value) if isinstance(value, tuple) else value for name, value in options.items() if value}
    if fields:
        values["fields"] = pairs_of(fields)
    if not values:
        raise SyndicationError("Nothing to change: name what is to be another with --title, --photo, --field …")
    url = _url()
    edit_brief(url, _organization_of(url, request_id), request_id, values)
    click.echo(f"{request_id} is changed: {', '.join(sorted(values))}.")


@click.command(name="edit-picture")
@click.argument("variant_id", metavar="PICTURE")
@click.option(
    "--field", "fields", multiple=True, required=True, metavar="NAME=TEXT", help="Without a text: as the others."
)
@command
@requires("briefs.edit", of_rows("studio.asset_variants", "variant_id"))
def edit_picture(variant_id: str, fields: tuple[str, ...]) -> None:
    """Lets one picture of a brief say something else; the others stay as they are."""
    from syndication_assets.studio.requests.manual_steps import edit_variant  # noqa: PLC0415 - slow

    request_id = edit_variant(_url(), variant_id, pairs_of(fields))
    click.echo(f"{request_id} waits to be made again, with {variant_id} alone changed: `syndication brief make`.")


@click.command()
@click.argument("request_id", metavar="ID")
@command
@requires("briefs.edit", of_rows("studio.content_requests", "request_id"))
def resume(request_id: str) -> None:
    """Lets a brief go on that waits for you before a step."""
    from syndication_assets.content.briefs.brief_decisions import decide_on_brief  # noqa: PLC0415 - slow
    from syndication_assets.studio.requests.manual_steps import resume as go_on  # noqa: PLC0415

    url = _url()
    organization_id = _organization_of(url, request_id)
    step = go_on(url, organization_id, request_id)
    if step == "decision":
        decide_on_brief(url, organization_id, request_id)
        click.echo(f"Rules have decided on the texts of {request_id}; others wait: `syndication review list`.")
    else:
        click.echo(f"{request_id} goes on: `syndication brief make`.")


def _organization_of(url: str, request_id: str) -> str:
    with transaction(url) as connection:
        return read_brief(connection, request_id).organization_id


def _url() -> str:
    return migrated_database_url(Settings.from_environment())
