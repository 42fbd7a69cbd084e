"""`syndication review`: people approve, reject and edit texts."""

import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from syndication_assets.cli.command import command, migrated_database_url
from syndication_assets.cli.listing import json_option, printable, show_rows
from syndication_assets.cli.people.acting import of_rows, person_who_acts, requires
from syndication_assets.database.acting import user_who_acts
from syndication_assets.errors import SyndicationError
from syndication_assets.settings import Settings
from syndication_assets.tenancy.organizations import require_organization


@click.group()
def review() -> None:
    """Lists and shows texts, and records decisions about them in the audit log."""


def _by(function: Callable[..., Any]) -> Callable[..., Any]:
    """`--by`, passed on as `person`; users decide as themselves."""

    @wraps(function)
    def by(*, person: str | None, **options: Any) -> Any:
        if person is not None and user_who_acts() is not None:
            raise SyndicationError("You act as a user, and decide as yourself: leave --by out.")
        return function(person=person_who_acts() if person is None else person, **options)

    return click.option(
        "--by",
        "person",
        metavar="NAME",
        default=None,
        help="Who decides, where there are no users; default: your login.",
    )(by)


@review.command("list")
@click.option("--organization", default=None, metavar="SLUG", help="Only texts of this organization.")
@json_option
@command
def list_waiting(organization: str | None, as_json: bool) -> None:
    """Lists the texts without a decision, with the hard rules that they violate."""
    from syndication_assets.content.review.reviewed_texts import waiting  # noqa: PLC0415 - reads the validation's tables

    url = _url()
    if organization is not None:
        require_organization(url, organization)
    show_rows(
        waiting(url, organization),
        lambda text: (
            f"{text.content_id}  {text.planned_on}  {text.channel:24} {text.kind:12} {text.generator:9} "
            f"{text.state:12} {text.reasons or 'valid'}"
        ),
        "No text waits for a decision.",
        as_json=as_json,
    )


@review.command()
@click.argument("content_id", metavar="ID")
@command
def show(content_id: str) -> None:
    """Shows a text as it would be published, the rules that it violates, and its decisions."""
    from syndication_assets.content.review.reviewed_texts import show as read  # noqa: PLC0415

    text, findings, decisions = read(_url(), content_id)
    draft = text.draft
    click.echo(
        f"{text.content_id}: {text.state}, {text.post_kind} for {text.platform}/{text.channel_type} of "
        f"{text.planned_on}, variation "
        f"{text.variation}, version {text.version}, written by {text.generator}"
    )
    click.echo(f"\n{printable(draft.text_content)}\n")
    picture = draft.image_url or draft.picture_file_id
    for name, value in (("link", draft.link_url), ("picture", picture), ("alternative text", draft.alt_text)):
        click.echo(f"{name}: {value or 'none'}")
    if text.event is not None:
        click.echo(f"event: {printable(text.event)}")
    passed = sum(finding.is_passed for finding in findings)
    click.echo(f"{passed} of {len(findings)} rules are met")
    for finding in findings:
        if not finding.is_passed:
            click.echo(f"  {finding.severity} {finding.rule_name}: {finding.reason}")
    for decision in decisions:
        reason = f": {decision.reason}" if decision.reason else ""
        click.echo(f"{decision.decision} by {decision.decided_by} at {decision.decided_at:%Y-%m-%d %H:%M} UTC{reason}")


@review.command()
@click.argument("content_id", metavar="ID")
@command
@requires("texts.decide", of_rows("content.posts_content", "content_id"))
@_by
def approve(content_id: str, person: str) -> None:
    """Approves a text after checking its rules again; a text that violates a hard rule is not approved."""
    from syndication_assets.content.review.reviewed_texts import waiting_step  # noqa: PLC0415
    from syndication_assets.content.review.text_decisions import approve as decide  # noqa: PLC0415

    url = _url()
    is_new = decide(url, content_id, person)
    step = waiting_step(url, content_id)
    if step is not None:
        click.echo(f"{content_id} is approved by you, and waits for the step {step!r}.")
    else:
        click.echo(f"{content_id} {'is approved' if is_new else 'was already approved'}.")


@review.command()
@click.argument("content_id", metavar="ID")
@click.option("--reason", required=True, metavar="TEXT", help="What is wrong, for the next version.")
@command
@requires("texts.decide", of_rows("content.posts_content", "content_id"))
@_by
def reject(content_id: str, reason: str, person: str) -> None:
    """Rejects a text, even if it was approved: it is not published."""
    from syndication_assets.content.review.text_decisions import reject as decide  # noqa: PLC0415

    is_new = decide(_url(), content_id, person, reason)
    click.echo(f"{content_id} {'is rejected' if is_new else 'was already rejected'}.")


@review.command()
@click.argument("content_id", metavar="ID")
@click.argument("file", default="-", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
@command
@requires("texts.edit", of_rows("content.posts_content", "content_id"))
@_by
def edit(content_id: str, file: Path, person: str) -> None:
    """Replaces a text with the content of FILE, of standard input, or of your editor: a new version to approve.

    FILE contains the whole text to publish, including hashtags and link. In a terminal, without FILE, the text opens in
    $EDITOR. The old version loses its approval; `syndication review restore` brings it back.
    """
    from syndication_assets.content.review.reviewed_texts import show as read  # noqa: PLC0415
    from syndication_assets.content.review.text_decisions import edit as replace  # noqa: PLC0415

    url = _url()
    if str(file) != "-":
        content = file.read_bytes()
    elif is_terminal():
        edited = click.edit(read(url, content_id)[0].draft.text_content, extension=".txt")
        if edited is None:
            raise click.ClickException(f"The editor saved nothing: {content_id} is unchanged.")
        content = edited.encode()
    else:
        content = sys.stdin.buffer.read()
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise click.ClickException("The text is not UTF-8: save it as UTF-8.") from None
    _show_replacement(content_id, *replace(url, content_id, person, text))


@review.command()
@click.argument("content_id", metavar="ID")
@command
@requires("texts.edit", of_rows("content.posts_content", "content_id"))
@_by
def restore(content_id: str, person: str) -> None:
    """Undoes an edit: writes the replaced text ID again as the newest version, which needs approval."""
    from syndication_assets.content.review.text_decisions import restore as write_again  # noqa: PLC0415

    _show_replacement(*write_again(_url(), content_id, person))


def is_terminal() -> bool:
    """Whether a person may type at standard input."""
    return sys.stdin.isatty()


def _show_replacement(content_id: str, new_id: str, reasons: list[str]) -> None:
    click.echo(f"{new_id} replaces {content_id}.")
    for reason in reasons:
        click.echo(f"  {reason}")
    click.echo(
        f"{'Fix it' if reasons else 'Approve it'} with: syndication review {'edit' if reasons else 'approve'} {new_id}"
    )


def _url() -> str:
    return migrated_database_url(Settings.from_environment())
