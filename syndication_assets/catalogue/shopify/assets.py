"""The fetch asset of Shopify shops: requests their public product lists and lands the responses unchanged."""

from datetime import timedelta

import dagster as dg

from syndication_assets.catalogue.fetching.fetch_assets import fetch_vendors, vendors_to_fetch
from syndication_assets.catalogue.shopify.shopify_fetch import fetch_open_list
from syndication_assets.catalogue.shopify.shopify_parser import SOURCE
from syndication_assets.database.connection import database_url
from syndication_assets.errors import SyndicationError
from syndication_assets.http.clients.public_client import PublicClient
from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets.settings import Settings
from syndication_assets.sql_assets.cadence import FETCH_CATALOGUES
from syndication_assets.sql_assets.descriptions import OWNERS
from syndication_assets.sql_assets.partitions import daily_partitions, require_today

CHECK_NAME = "every_open_list_is_complete"
_HEADERS = {"User-Agent": "syndication-assets (catalogue)", "Accept": "application/json"}
_HOW_TO_ADD = (
    f"There is no active Shopify vendor with a URL. Add one: `syndication vendor add my_shop --source {SOURCE} "
    "--currency GBP --shop-url https://shop.example`."
)


@dg.asset(
    key=["catalogue", "shopify_products_files"],
    group_name="catalogue",
    partitions_def=daily_partitions,
    # The same as for the other assets of the room: jobs split ranges where policies differ.
    backfill_policy=dg.BackfillPolicy.single_run(),
    kinds={"json"},
    owners=OWNERS,
    tags=FETCH_CATALOGUES,
    pool="shopify",
    check_specs=[
        dg.AssetCheckSpec(
            CHECK_NAME,
            asset=["catalogue", "shopify_products_files"],
            description="Every page of every shop's product list was fetched, up to the empty page at its end.",
        )
    ],
)
def shopify_products_files(context: dg.AssetExecutionContext) -> dg.MaterializeResult:  # type: ignore[type-arg] # Dagster knows the bare class
    """The current catalogues of Shopify shops, as their public product lists return them.

    One row is one landed file: one page of `products.json`, byte for byte, in
    `<organization>/shopify_products/<YYYY-MM-DD>/`, and last a manifest that lists the pages of the snapshot.

    A re-run requests the pages again and adds files; it never changes a file. Only today's partition can be
    fetched.

    Numbers: the active vendors of source `shopify_products` in `catalogue.vendors` that have a `shop_url`, over
    https on public addresses. Without such a vendor, every partition materializes without a request.
    """
    try:
        settings = Settings.from_environment()
        url = database_url(settings)
        vendors = [vendor for vendor in vendors_to_fetch(url, SOURCE) if vendor.shop_url is not None]
        if vendors:
            require_today(context)
        zone = LandingZone(settings.landing_url)
    except SyndicationError as error:
        raise dg.Failure(str(error), allow_retries=False) from None
    client = shop_client(settings.maximum_file_bytes)
    pace = timedelta(seconds=settings.shopify_pace_seconds)
    return fetch_vendors(
        context,
        url,
        vendors,
        lambda vendor: fetch_open_list(client, zone, vendor, pace=pace, log=context.log),
        check_name=CHECK_NAME,
        how_to_add=_HOW_TO_ADD,
    )


def shop_client(maximum_bytes: int) -> PublicClient:
    """The HTTP client for public product lists."""
    return PublicClient(maximum_bytes, what="shop", headers=_HEADERS, leaves_origin=False, provider="shopify")
