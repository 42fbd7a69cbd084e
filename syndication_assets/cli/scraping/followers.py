"""`syndication profile followers`: how many people follow a profile, day by day."""

import click

from syndication_assets.cli.command import command, organization_option, url_and_organization
from syndication_assets.cli.listing import json_option, show_rows
from syndication_assets.database.connection import transaction
from syndication_assets.engagement.followers import FollowersOfDay, followers_by_day
from syndication_assets.scraping.items.usernames import canonical_username


@click.command()
@click.argument("platform")
@click.argument("username")
@click.option("--days", default=28, show_default=True, type=click.IntRange(min=1), help="Most days to list.")
@organization_option
@json_option
@command
def followers(platform: str, username: str, days: int, organization: str, as_json: bool) -> None:
    """Lists the days on which a profile's followers were counted, with the engagement in proportion to them."""
    url, organization_id = url_and_organization(organization)
    name = canonical_username(platform, username)
    with transaction(url) as connection:
        found = followers_by_day(connection, organization_id, platform, name, days)
    show_rows(found, _line, f"The followers of {name} on {platform} were never counted.", as_json=as_json)


def _line(day: FollowersOfDay) -> str:
    change = "first count"
    if day.followers_delta is not None:
        change = f"{day.followers_delta:+,} in {day.gap_days} day{'' if day.gap_days == 1 else 's'}"
    rate = "no rate" if day.engagement_rate is None else f"{day.engagement_rate:.4%} engagement by followers"
    return f"{day.activity_date}  {day.followers:>12,}  {change:24} {rate}"
