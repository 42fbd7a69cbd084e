"""`syndication posts`: find, read, mark, tag and show posts."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Any, Literal

import click

from syndication_assets.cli.command import command, migrated_database_url, organization_option
from syndication_assets.cli.curation.search_options import SearchOptions, search_options
from syndication_assets.cli.listing import json_option, printable, show_rows
from syndication_assets.cli.people.acting import asks_for_rights, in_organization, person_who_acts, requires
from syndication_assets.cli.scraping.due_posts import due
from syndication_assets.curation.posts.history_chart import chart_lines
from syndication_assets.curation.posts.post_export import as_csv, as_json
from syndication_assets.curation.posts.post_states import Flag, decide_tag, require_posts, set_flag
from syndication_assets.curation.posts.searched_posts import FoundPost, find_posts, found_post
from syndication_assets.curation.posts.shown_post import measurements_of, tag_changes_of, tags_of
from syndication_assets.database.connection import transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.settings import Settings
from syndication_assets.tenancy.organizations import require_organization
from syndication_assets.text.markdown import shorten


@click.group()
def posts() -> None:
    """Finds, shows, marks, tags and exports posts. Each person has read and marked posts of their own."""


@posts.command("list")
@search_options
@click.option("--limit", default=50, show_default=True, type=click.IntRange(min=1), help="Most posts to list.")
@organization_option
@json_option
@command
@asks_for_rights
def list_posts(search: SearchOptions, limit: int, organization: str, as_json: bool, require: object) -> None:
    """Lists the newest posts that TEXT and the options find. TEXT is a web search: words, "a phrase", or, -without."""
    del require  # reading needs no right
    url, organization_id = _organization(organization)
    with transaction(url) as connection:
        found = find_posts(connection, organization_id, search(person_who_acts()), limit)
    show_rows(found, _line, "No post is found.", as_json=as_json)


def _line(post: FoundPost) -> str:
    day = f"{post.posted_at:%Y-%m-%d}" if post.posted_at else "unknown day"
    flags = f"{' ' if post.is_read else '•'}{'*' if post.is_marked else ' '}"
    engagement = "unmeasured" if post.engagement is None else f"{post.engagement:,}"
    tags = f" [{', '.join(post.tags)}]" if post.tags else ""
    return (
        f"{post.post_id} {flags} {day}  {post.platform:10} {post.author or 'unknown':20} {engagement:>10} "
        f"{shorten(post.text or '')}{tags}"
    )


@posts.command()
@click.argument("post_id", metavar="ID")
@organization_option
@command
@asks_for_rights
def show(post_id: str, organization: str, require: object) -> None:
    """Shows a post with its tags, who gave them and why, and its engagement over time."""
    del require  # reading needs no right
    url, organization_id = _organization(organization)
    with transaction(url) as connection:
        require_posts(connection, organization_id, [post_id])
        post = found_post(connection, organization_id, post_id, person_who_acts())
        tags = tags_of(connection, organization_id, post_id)
        changes = tag_changes_of(connection, organization_id, post_id)
        measured = measurements_of(connection, organization_id, post_id)
    lines = [_line(post), post.url or "without a URL", "", post.text or "without a text", ""]
    for tag in tags:
        who = tag.person if tag.applied_by == "user" else tag.applied_by
        why = f": {tag.why}" if tag.why else ""
        lines.append(
            f"{tag.tag} {tag.state} by {who} ({tag.confidence:.2f}){why}{'' if tag.counts else ' (outranked)'}"
        )
    for change in changes:
        lines.append(
            f"  {change.changed_at:%Y-%m-%d %H:%M} UTC  {change.tag}: {change.applied_by} "
            f"{change.old_state or 'nothing'} → {change.new_state or 'nothing'}, by {change.actor}"
        )
    lines += ["", *chart_lines(post.posted_at, measured)]
    click.echo(printable("\n".join(lines)).rstrip())


def _flag_command(name: str, flag: Flag, help_text: str, words: tuple[str, str]) -> click.Command:
    @click.argument("post_ids", metavar="ID...", nargs=-1, required=True)
    @click.option("--undo", is_flag=True, help="Take it back.")
    @organization_option
    @command
    @requires("posts.read", in_organization())
    def change(post_ids: tuple[str, ...], undo: bool, organization: str) -> None:
        url, organization_id = _organization(organization)
        with transaction(url) as connection:
            changed = set_flag(connection, organization_id, post_ids, person_who_acts(), flag, value=not undo)
        click.echo(f"{changed:,} posts are {words[undo]} for you now.")

    return click.command(name, help=help_text)(change)


posts.add_command(due)
posts.add_command(_flag_command("read", "is_read", "Notes that you have read posts.", ("read", "unread")))
posts.add_command(_flag_command("mark", "is_marked", "Marks posts for you.", ("marked", "unmarked")))


@posts.command()
@click.argument("tag")
@click.argument("post_ids", metavar="ID...", nargs=-1, required=True)
@click.option("--remove", is_flag=True, help="The posts do not have the tag, whatever rules and models say.")
@click.option("--forget", is_flag=True, help="Take the decision back: rules and models decide again.")
@click.option("--why", default=None, metavar="TEXT", help="The reason.")
@organization_option
@command
@requires("posts.tag", in_organization())
def tag(tag: str, post_ids: tuple[str, ...], remove: bool, forget: bool, why: str | None, organization: str) -> None:
    """Decides that posts have a TAG, or do not. Rules and models never change what a person decided."""
    if remove and forget:
        raise SyndicationError("Give either --remove or --forget.")
    state: Literal["applied", "removed"] | None = None if forget else "removed" if remove else "applied"
    url, organization_id = _organization(organization)
    with transaction(url) as connection:
        changed = decide_tag(connection, organization_id, post_ids, tag, person_who_acts(), state, why)
    click.echo(f"{changed:,} decisions about {tag} changed.")


def _file_options(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def with_file(*, output: Path | None, **options: Any) -> None:
        text = function(**options)
        if output is None:
            click.echo(text, nl=False)
        else:
            output.write_text(text, encoding="utf-8")

    return click.option(
        "--output",
        default=None,
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE",
        help="Default: standard output.",
    )(with_file)


@posts.command()
@search_options
@click.option("--all", "with_unmarked", is_flag=True, help="Posts that you have not marked, too.")
@click.option("--format", "kind", type=click.Choice(["json", "csv"]), default="json", show_default=True)
@organization_option
@_file_options
@command
@asks_for_rights
def export(search: SearchOptions, with_unmarked: bool, kind: str, organization: str, require: object) -> str:
    """Writes the posts that you marked and that TEXT and the options find, with the search that found them."""
    del require  # reading needs no right
    url, organization_id = _organization(organization)
    asked = search(person_who_acts(), is_marked=not with_unmarked)
    with transaction(url) as connection:
        found = [post._asdict() for post in find_posts(connection, organization_id, asked, None)]
    described = {"organization": organization, **asked.described()}
    if kind == "csv":
        return as_csv(found, described, FoundPost._fields)
    return as_json(found, described, datetime.now(UTC))


def _organization(slug: str) -> tuple[str, str]:
    url = migrated_database_url(Settings.from_environment())
    return url, require_organization(url, slug).organization_id
