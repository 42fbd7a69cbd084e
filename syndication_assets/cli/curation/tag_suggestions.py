"""`syndication tag suggestions`, `accept`, `reject`, `parked`, `retry` and `apply`: what models say of tags."""

from collections.abc import Sequence

import click

from syndication_assets.cli.command import command, migrated_database_url, organization_option
from syndication_assets.cli.listing import json_option, show_rows
from syndication_assets.cli.people.acting import actor_of_session, in_organization, person_who_acts, requires
from syndication_assets.curation.tagging.classifications import apply_all_answers
from syndication_assets.curation.tagging.suggestions import (
    ParkedPost,
    Suggestion,
    decide_suggestions,
    list_parked,
    list_suggestions,
    retry_parked,
)
from syndication_assets.database.connection import transaction
from syndication_assets.settings import Settings
from syndication_assets.tenancy.organizations import require_organization
from syndication_assets.tenancy.permission_checks import require_permission
from syndication_assets.text.markdown import shorten

_NEW_TAG = "tpr-"
_LIMIT = click.option("--limit", default=100, show_default=True, type=click.IntRange(min=1), help="Most to list.")


@click.command()
@click.option("--tag", default=None, metavar="NAME", help="Only of this tag.")
@_LIMIT
@organization_option
@json_option
@command
def suggestions(tag: str | None, limit: int, organization: str, as_json: bool) -> None:
    """Lists what models suggest and nobody has decided: new tags, and tags of posts, the surest first."""
    url, organization_id = _organization(organization)
    with transaction(url) as connection:
        listed = list_suggestions(connection, organization_id, tag, limit)
    show_rows(listed, _line, "Nothing is suggested.", as_json=as_json)


def _line(suggestion: Suggestion) -> str:
    sure = "new tag" if suggestion.confidence is None else f"{suggestion.confidence:.2f}"
    why = f" ({suggestion.why})" if suggestion.why else ""
    return (
        f"{suggestion.suggestion_id}  {sure:7}  {suggestion.tag:20} {suggestion.post_id} "
        f"{shorten(suggestion.text or '')}{why}"
    )


@click.command()
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
@click.option("--reject", "others", multiple=True, metavar="ID", help="Reject this one in the same pass; repeat it.")
@click.option("--why", default=None, metavar="TEXT", help="The reason.")
@organization_option
@command
@requires("posts.tag", in_organization())
def accept(ids: tuple[str, ...], others: tuple[str, ...], why: str | None, organization: str) -> None:
    """Accepts suggestions by their IDs: the posts have the tags, and a new tag becomes one that models may give."""
    _decide(organization, ids, others, why)


@click.command()
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
@click.option("--accept", "others", multiple=True, metavar="ID", help="Accept this one in the same pass; repeat it.")
@click.option("--why", default=None, metavar="TEXT", help="The reason.")
@organization_option
@command
@requires("posts.tag", in_organization())
def reject(ids: tuple[str, ...], others: tuple[str, ...], why: str | None, organization: str) -> None:
    """Rejects suggestions by their IDs: the posts do not have the tags, and a new tag is not proposed again."""
    _decide(organization, others, ids, why)


def _decide(organization: str, accepted: Sequence[str], rejected: Sequence[str], why: str | None) -> None:
    url, organization_id = _organization(organization)
    with transaction(url) as connection:
        if any(each.startswith(_NEW_TAG) for each in (*accepted, *rejected)):
            require_permission(connection, actor_of_session(connection), "tags.edit", [organization_id])
        decide_suggestions(connection, organization_id, accepted, rejected, person_who_acts(), why)
    click.echo(f"{len(accepted):,} suggestions are accepted and {len(rejected):,} rejected.")
    if any(each.startswith(_NEW_TAG) for each in accepted):
        click.echo("Models choose from the new tags from the next run on.")


@click.command()
@_LIMIT
@organization_option
@json_option
@command
def parked(limit: int, organization: str, as_json: bool) -> None:
    """Lists the posts about which a model gave no usable answer, and why; `retry` asks again."""
    url, organization_id = _organization(organization)
    with transaction(url) as connection:
        listed = list_parked(connection, organization_id, limit)
    show_rows(listed, _parked_line, "No post is parked.", as_json=as_json)


def _parked_line(post: ParkedPost) -> str:
    return f"{post.post_id}  {post.asked_at[:16]} UTC  {post.model}: {post.reason}  {shorten(post.text or '')}"


@click.command()
@click.argument("post_ids", metavar="[POST]...", nargs=-1)
@organization_option
@command
@requires("tags.edit", in_organization())
def retry(post_ids: tuple[str, ...], organization: str) -> None:
    """Lets the next run ask about parked posts again: about these POSTs, or about all."""
    url, organization_id = _organization(organization)
    with transaction(url) as connection:
        posts = retry_parked(connection, organization_id, post_ids)
    click.echo(f"The next run asks about {posts:,} parked posts again.")


@click.command()
@organization_option
@command
@requires("tags.edit", in_organization())
def apply(organization: str) -> None:
    """Applies the present thresholds to everything that models have answered; no model is asked."""
    url, organization_id = _organization(organization)
    with transaction(url, lock="curation.post_tags") as connection:
        tagged = apply_all_answers(connection, organization_id)
    click.echo(
        f"{tagged.applied:,} tags of models apply and {tagged.suggested:,} are suggested: {tagged.written:,} written, "
        f"{tagged.removed:,} removed."
    )


def _organization(slug: str) -> tuple[str, str]:
    url = migrated_database_url(Settings.from_environment())
    return url, require_organization(url, slug).organization_id
