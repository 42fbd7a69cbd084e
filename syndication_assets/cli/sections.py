"""`syndication sections`: which channels get a section of a blog each day."""

from datetime import UTC, datetime

import click

from syndication_assets.cli.command import command, migrated_database_url
from syndication_assets.content.selection.section_channels import (
    add_section_channel,
    list_section_channels,
    stop_section_channel,
)
from syndication_assets.settings import Settings
from syndication_assets.tenancy.organizations import require_organization


@click.group()
def sections() -> None:
    """Gives channels a section of a blog each day, lists them, and stops that."""


@sections.command()
@click.argument("platform")
@click.argument("channel_type", metavar="CHANNEL")
@click.option(
    "--starts-on", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="the first day; today (UTC) if left out"
)
@click.option("--instead-of-products", is_flag=True, help="give it no products from that day on")
@click.option("--organization", default="default", show_default=True, metavar="SLUG")
@command
def add(
    platform: str, channel_type: str, starts_on: datetime | None, instead_of_products: bool, organization: str
) -> None:
    """Gives a channel the next section of the newest post each day, besides its product."""
    url = migrated_database_url(Settings.from_environment())
    organization_id = require_organization(url, organization).organization_id
    first_day = (starts_on or datetime.now(UTC)).date()
    add_section_channel(
        url,
        organization_id,
        platform,
        channel_type,
        first_day,
        instead_of_products=instead_of_products,
    )
    click.echo(f"{platform} {channel_type} of {organization} gets a section a day from {first_day} on")


@sections.command("list")
@command
def list_all() -> None:
    """Lists the channels that get sections."""
    channels = list_section_channels(migrated_database_url(Settings.from_environment()))
    for one in channels:
        products = "no products" if one.instead_of_products else "besides products"
        paused = "" if one.is_active else " (stopped)"
        schedule = "" if one.has_schedule else " (without a schedule: its posts get no slot)"
        click.echo(
            f"{one.organization:12} {one.platform:10} {one.channel_type:20} from {one.starts_on}, {products}"
            f"{paused}{schedule}"
        )
    if not channels:
        click.echo("No channel gets sections: `syndication sections add` gives one to a channel.")


@sections.command()
@click.argument("platform")
@click.argument("channel_type", metavar="CHANNEL")
@click.option("--organization", default="default", show_default=True, metavar="SLUG")
@command
def stop(platform: str, channel_type: str, organization: str) -> None:
    """Gives a channel no sections any more, and its products again. What was selected before stays."""
    url = migrated_database_url(Settings.from_environment())
    organization_id = require_organization(url, organization).organization_id
    stop_section_channel(url, organization_id, platform, channel_type)
    click.echo(f"{platform} {channel_type} of {organization} gets no sections any more")
