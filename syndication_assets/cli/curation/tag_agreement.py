"""`syndication tag agreement`: how many times rules and models said what people said."""

from typing import NamedTuple

import click

from syndication_assets.cli.command import command, migrated_database_url
from syndication_assets.cli.listing import json_option, show_rows
from syndication_assets.database.connection import transaction
from syndication_assets.settings import Settings


class _Agreement(NamedTuple):
    organization: str
    tag: str
    source: str
    decided_posts: int
    agreed_posts: int


@click.command()
@json_option
@command
def agreement(as_json: bool) -> None:
    """Lists, for each tag, on how many posts rules and models said the same as a person."""
    with transaction(migrated_database_url(Settings.from_environment())) as connection:
        rows = connection.execute(
            "select o.slug, t.tag_name, a.applied_by::text, a.decided_posts, a.agreed_posts"
            " from curation.tag_agreement as a"
            " inner join tenancy.organizations as o on a.organization_id = o.organization_id"
            " inner join curation.tags as t on a.organization_id = t.organization_id and a.tag_id = t.tag_id"
            " where a.decided_posts > 0 order by o.slug, t.tag_name, a.applied_by"
        ).fetchall()
    empty = "No person has decided on a tag that a rule or a model gave."
    show_rows([_Agreement(*row) for row in rows], _line, empty, as_json=as_json)


def _line(row: _Agreement) -> str:
    share = row.agreed_posts / row.decided_posts
    return (
        f"{row.organization:12} {row.tag:20} {row.source:5} agrees on {row.agreed_posts:,} of "
        f"{row.decided_posts:,} posts ({share:.0%})"
    )
