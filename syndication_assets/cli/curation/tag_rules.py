"""`syndication tag-rule`: rules that tag posts, what they would tag, and running them for all posts."""

from datetime import datetime
from typing import NamedTuple

import click

from syndication_assets.cli.command import command, organization_option, url_and_organization
from syndication_assets.cli.listing import json_option, printable, show_rows
from syndication_assets.cli.people.acting import in_organization, requires
from syndication_assets.curation.rules.rule_runs import PreviewedPost, backfill_rule, preview_rule
from syndication_assets.database.connection import transaction
from syndication_assets.text.markdown import shorten


@click.group("tag-rule")
def tag_rule() -> None:
    """Manages the rules that tag posts: a filter and a text query, as in a web search."""


@tag_rule.command()
@click.argument("name")
@click.option("--limit", default=10, show_default=True, type=click.IntRange(min=1), help="Posts to show.")
@organization_option
@json_option
@command
def preview(name: str, limit: int, organization: str, as_json: bool) -> None:
    """Shows the newest posts that a rule would tag, and how many it would. Changes nothing."""
    url, organization_id = url_and_organization(organization)
    with transaction(url) as connection:
        tag, count, posts = preview_rule(connection, organization_id, name, limit)
    if not as_json:
        click.echo(printable(f"{name} meets {count:,} posts, which get the tag {tag}."))
    show_rows(posts, _post_line, "No post meets it.", as_json=as_json)


def _post_line(post: PreviewedPost) -> str:
    day = f"{post.posted_at:%Y-%m-%d}" if post.posted_at else "unknown day"
    decided = f" ({post.decided} by a person, which stays)" if post.decided else ""
    return (
        f"{post.post_id}  {day}  {post.platform:10} {post.author or 'unknown':20} {shorten(post.text or '')}{decided}"
    )


@tag_rule.command()
@click.argument("name")
@organization_option
@command
@requires("tags.edit", in_organization())
def backfill(name: str, organization: str) -> None:
    """Runs a rule over all posts: those that meet it get its tag, and those that do not any more lose it."""
    url, organization_id = url_and_organization(organization)
    with transaction(url, lock="curation.post_tags") as connection:
        tagged = backfill_rule(connection, organization_id, name)
    click.echo(f"{name} meets {tagged.matched:,} posts: {tagged.written:,} tags written, {tagged.removed:,} removed.")


class _Version(NamedTuple):
    version: int
    changed_at: datetime
    changed_by: str
    tag: str
    filter: str
    text: str | None


@tag_rule.command()
@click.argument("name")
@organization_option
@json_option
@command
def history(name: str, organization: str, as_json: bool) -> None:
    """Lists the versions of a rule, the newest first."""
    url, organization_id = url_and_organization(organization)
    with transaction(url) as connection:
        rows = connection.execute(
            "select v.version, v.changed_at, tenancy.actor_name(v.changed_by), coalesce(t.tag_name, v.tag_id),"
            " v.filter::text, v.text_query from curation.tag_rule_versions as v"
            " inner join curation.tag_rules as r on v.organization_id = r.organization_id and v.rule_id = r.rule_id"
            " left join curation.tags as t on v.organization_id = t.organization_id and v.tag_id = t.tag_id"
            " where v.organization_id = %s and r.rule_name = %s order by v.version desc",
            [organization_id, name],
        ).fetchall()
    show_rows([_Version(*row) for row in rows], _version_line, f"There is no rule {name!r}.", as_json=as_json)


def _version_line(version: _Version) -> str:
    return (
        f"version {version.version}, {version.changed_at:%Y-%m-%d %H:%M} UTC by {version.changed_by}: {version.tag} if "
        f"{version.filter} and text {version.text or 'of any kind'}"
    )
