"""`syndication vendor`: the shops whose catalogues are loaded."""

import click

from syndication_assets.catalogue.new_vendors import add_vendor
from syndication_assets.catalogue.vendors import Vendor, list_vendors
from syndication_assets.cli.command import command, migrated_database_url, organization_option
from syndication_assets.cli.listing import json_option, show_rows
from syndication_assets.cli.people.acting import in_organization, requires
from syndication_assets.database.connection import transaction
from syndication_assets.settings import Settings
from syndication_assets.tenancy.organizations import require_organization


@click.group()
def vendor() -> None:
    """Manages vendors, the shops whose catalogues are loaded."""


@vendor.command()
@click.argument("slug")
@organization_option
@click.option("--source", required=True, metavar="SOURCE", help="Source of its catalogue files, e.g. clan_catalogue.")
@click.option("--currency", required=True, metavar="CODE", help="ISO 4217 code of its prices, e.g. GBP.")
@click.option(
    "--placeholder-price",
    "placeholder_prices",
    multiple=True,
    metavar="PRICE",
    help="Price that the shop uses where it has none; repeat for several.",
)
@click.option(
    "--shop-url", metavar="URL", help="Base URL of products.json for Shopify shops, e.g. https://shop.example."
)
@click.option("--api-url", metavar="URL", help="Base URL of the shop's catalogue API, e.g. https://shop.example/api.")
@click.option(
    "--api-fallback-url", metavar="URL", help="Another server of the same API, used when the first does not answer."
)
@command
@requires("vendors.edit", in_organization())
def add(
    slug: str,
    organization: str,
    source: str,
    currency: str,
    placeholder_prices: tuple[str, ...],
    shop_url: str | None,
    api_url: str | None,
    api_fallback_url: str | None,
) -> None:
    """Adds a vendor. SLUG is its name: lower-case letters, digits and '_'."""
    url = migrated_database_url(Settings.from_environment())
    require_organization(url, organization)
    add_vendor(url, organization, slug, source, currency, placeholder_prices, shop_url, api_url, api_fallback_url)
    click.echo(f"Added {slug} of {organization}: land its files under {organization}/{source}/<YYYY-MM-DD>/")


@vendor.command("list")
@json_option
@command
def list_all(as_json: bool) -> None:
    """Lists the vendors."""
    with transaction(migrated_database_url(Settings.from_environment())) as connection:
        vendors = list_vendors(connection)
    show_rows(vendors, _line, "There are no vendors: add one with `syndication vendor add`.", as_json=as_json)


def _line(listed: Vendor) -> str:
    placeholders = ", ".join(map(str, listed.placeholder_prices)) or "none"
    paused = "" if listed.is_active else " (not fetched)"
    url = listed.shop_url or listed.api_url
    return (
        f"{listed.organization:20} {listed.vendor:20} {listed.source:20} {listed.currency}  "
        f"placeholder prices: {placeholders}{f'  {url}' if url else ''}{paused}"
    )
