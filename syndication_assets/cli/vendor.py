"""`syndication vendor`: the shops whose catalogues are read."""

import click

from syndication_assets.catalogue.vendors import add_vendor, list_vendors
from syndication_assets.cli.command import command, migrated_database_url
from syndication_assets.database.connection import transaction
from syndication_assets.settings import Settings
from syndication_assets.tenancy.organizations import require_organization


@click.group()
def vendor() -> None:
    """Adds and lists vendors: the shops whose catalogues are read."""


@vendor.command()
@click.argument("slug")
@click.option("--organization", default="default", show_default=True, metavar="SLUG")
@click.option("--source", required=True, metavar="SOURCE", help="the shape of its catalogue, e.g. clan_catalogue")
@click.option("--currency", required=True, metavar="CODE", help="ISO 4217 code of its prices, e.g. GBP")
@click.option(
    "--placeholder-price",
    "placeholder_prices",
    multiple=True,
    metavar="PRICE",
    help="a price that the shop writes where it knows none; may be given several times",
)
@click.option(
    "--shop-url", metavar="URL", help="of a Shopify shop: where its products.json is, as https://shop.example"
)
@command
def add(
    slug: str,
    organization: str,
    source: str,
    currency: str,
    placeholder_prices: tuple[str, ...],
    shop_url: str | None,
) -> None:
    """Makes a vendor. SLUG is its name: lower-case letters, digits and '_'."""
    url = migrated_database_url(Settings.from_environment())
    require_organization(url, organization)
    add_vendor(url, organization, slug, source, currency, placeholder_prices, shop_url)
    click.echo(f"added {slug} of {organization}: its files land under {organization}/{source}/<YYYY-MM-DD>/")


@vendor.command("list")
@command
def list_all() -> None:
    """Lists the vendors."""
    with transaction(migrated_database_url(Settings.from_environment())) as connection:
        vendors = list_vendors(connection)
    for one in vendors:
        placeholders = ", ".join(map(str, one.placeholder_prices)) or "none"
        paused = "" if one.is_active else " (not fetched)"
        click.echo(
            f"{one.organization:20} {one.vendor:20} {one.source:20} {one.currency}  placeholder prices: {placeholders}"
            f"{f'  {one.shop_url}' if one.shop_url else ''}{paused}"
        )
