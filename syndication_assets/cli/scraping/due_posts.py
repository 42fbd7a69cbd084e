"""`syndication posts due`: which posts the next scheduled fetch looks at again, the youngest first."""

from datetime import UTC, datetime

import click

from syndication_assets.cli.command import command, organization_option, url_and_organization
from syndication_assets.cli.listing import json_option, show_rows
from syndication_assets.database.connection import transaction
from syndication_assets.scraping.fetching.sampling import SampledPost, sampled_posts


@click.command()
@click.option("--all", "with_later", is_flag=True, help="Also posts that are due later.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(min=1), help="Most posts to list.")
@organization_option
@json_option
@command
def due(with_later: bool, limit: int, organization: str, as_json: bool) -> None:
    """Lists posts of tracked profiles whose numbers are due for another snapshot, by their age."""
    url, organization_id = url_and_organization(organization)
    with transaction(url) as connection:
        found = sampled_posts(connection, organization_id, limit, only_due=not with_later)
    show_rows(found, _line, "No post is due.", as_json=as_json)


def _line(post: SampledPost) -> str:
    when = "now" if post.due_at <= datetime.now(UTC) else f"{post.due_at:%Y-%m-%d %H:%M} UTC"
    return (
        f"{post.post_id}  published {post.posted_at:%Y-%m-%d %H:%M}  {post.platform:10} {post.username:20} "
        f"every {post.every_hours} h, due {when}"
    )
