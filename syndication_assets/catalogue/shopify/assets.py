"""The fetch asset of Shopify shops: requests their public product lists and lands the responses unchanged."""

from datetime import timedelta

import dagster as dg

from syndication_assets.catalogue.fetch_report import FetchReport
from syndication_assets.catalogue.shopify.shopify_fetch import fetch_open_list
from syndication_assets.catalogue.shopify.shopify_parser import SOURCE
from syndication_assets.catalogue.vendors import Vendor, list_vendors
from syndication_assets.database.connection import database_url, transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.http.public_client import PublicClient
from syndication_assets.landing.landing_zone import LandingZone
from syndication_assets.settings import Settings
from syndication_assets.sql_assets.cadence import FETCH_CATALOGUES
from syndication_assets.sql_assets.descriptions import OWNERS
from syndication_assets.sql_assets.partitions import daily_partitions, require_today
from syndication_assets.text.markdown import markdown_table

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
    check_specs=[dg.AssetCheckSpec(CHECK_NAME, asset=["catalogue", "shopify_products_files"])],
)
def shopify_products_files(context: dg.AssetExecutionContext) -> dg.MaterializeResult:  # type: ignore[type-arg] # Dagster knows the bare class
    """The current catalogues of Shopify shops, as their public product lists return them.

    **Grain:** one row is one landed file: one page of `products.json`, byte for byte, in
    `<organization>/shopify_products/<YYYY-MM-DD>/`, and last a manifest that lists the pages of the snapshot.

    **A re-run** requests the pages again and adds files; it never changes a file. Only today's partition can be
    fetched.

    **Numbers:** the active vendors of source `shopify_products` in `catalogue.vendors` that have a `shop_url`, over
    https on public addresses. Without such a vendor, every partition materializes without a request.
    """
    try:
        settings = Settings.from_environment()
        vendors = _vendors(database_url(settings))
        if vendors:
            require_today(context.partition_keys)
        zone = LandingZone(settings.landing_url)
    except SyndicationError as error:
        raise dg.Failure(str(error), allow_retries=False) from None
    client = shop_client(settings.maximum_file_bytes)
    reports: list[FetchReport] = []
    problems: list[str] = []
    for vendor in vendors:
        vendor_name = f"{vendor.organization}/{vendor.vendor}"
        try:
            pace = timedelta(seconds=settings.shopify_pace_seconds)
            report = fetch_open_list(client, zone, vendor, pace=pace, log=context.log)
        except SyndicationError as error:  # the other shops are fetched all the same
            problems.append(f"{vendor_name}: {error}")
            continue
        reports.append(report)
        problems.extend(f"{vendor_name}: {reason}" for reason in report.reasons)
    if problems and not reports:
        raise dg.Failure("\n".join(["No product list could be fetched.", *problems]))
    rows = [
        (report.vendor.organization, report.vendor.vendor, report.products, report.manifest_path) for report in reports
    ]
    head = ("organization", "vendor", "products", "manifest")
    return dg.MaterializeResult(
        metadata={
            "dagster/partition_row_count": sum(report.files_landed for report in reports),
            "products": sum(report.products for report in reports),
            **({"catalogues": dg.MetadataValue.md(markdown_table(head, rows))} if rows else {}),
            **({} if vendors else {"how_to_add_a_shop": dg.MetadataValue.md(_HOW_TO_ADD)}),
        },
        check_results=[
            # A check, not a failure: the load rejects an incomplete snapshot and records why.
            dg.AssetCheckResult(check_name=CHECK_NAME, passed=not problems, description="\n".join(problems) or None)
        ],
    )


def shop_client(maximum_bytes: int) -> PublicClient:
    """The HTTP client for public product lists."""
    return PublicClient(maximum_bytes, what="shop", headers=_HEADERS)


def _vendors(url: str) -> list[Vendor]:
    with transaction(url) as connection:
        return [
            vendor
            for vendor in list_vendors(connection)
            if vendor.source == SOURCE and vendor.shop_url is not None and vendor.is_active and not vendor.is_sample
        ]
