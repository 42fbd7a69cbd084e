"""`syndication sections`: which channels get a blog section each day."""

from datetime import UTC, datetime

import click

from syndication_assets.cli.command import (
    DAY,
    command,
    migrated_database_url,
    organization_option,
    url_and_organization,
)
from syndication_assets.cli.listing import json_option, show_rows
from syndication_assets.cli.people.acting import in_organization, requires
from syndication_assets.content.selection.section_channels import (
    SectionChannel,
    add_section_channel,
    list_section_channels,
)
from syndication_assets.settings import Settings


@click.group()
def sections() -> None:
    """Manages the channels that get a blog section each day."""


@sections.command()
@click.argument("platform")
@click.argument("channel_type", metavar="CHANNEL")
@click.option("--starts-on", type=DAY, metavar="DATE", help="First day; default: today (UTC).")
@click.option("--instead-of-products", is_flag=True, help="Select no products for it from that day on.")
@organization_option
@command
@requires("sections.edit", in_organization())
def add(
    platform: str, channel_type: str, starts_on: datetime | None, instead_of_products: bool, organization: str
) -> None:
    """Gives a channel the next section of the newest blog post each day, in addition to its product."""
    url, organization_id = url_and_organization(organization)
    first_day = (starts_on or datetime.now(UTC)).date()
    add_section_channel(
        url,
        organization_id,
        platform,
        channel_type,
        first_day,
        instead_of_products=instead_of_products,
    )
    click.echo(f"{platform} {channel_type} of {organization} gets a section per day from {first_day} on.")


@sections.command("list")
@json_option
@command
def list_all(as_json: bool) -> None:
    """Lists the channels that get sections."""
    channels = list_section_channels(migrated_database_url(Settings.from_environment()))
    show_rows(channels, _line, "No channel gets sections: add one with `syndication sections add`.", as_json=as_json)


def _line(channel: SectionChannel) -> str:
    products = "no products" if channel.instead_of_products else "in addition to products"
    paused = "" if channel.is_active else " (paused)"
    schedule = "" if channel.has_schedule else " (without a schedule: its posts get no slot)"
    return (
        f"{channel.organization:12} {channel.platform:10} {channel.channel_type:20} from {channel.starts_on}, "
        f"{products}{paused}{schedule}"
    )
