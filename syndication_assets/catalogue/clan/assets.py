"""The fetch asset of `clan_catalogue`: requests the shop's catalogue and lands the responses unchanged."""

from collections import Counter
from datetime import timedelta
from typing import Any

import dagster as dg

from syndication_assets.catalogue.clan.clan_api import ShopApi
from syndication_assets.catalogue.clan.clan_fetch import fetch_catalogue
from syndication_assets.catalogue.clan.clan_parser import SOURCE
from syndication_assets.catalogue.fetch_report import FetchReport
from syndication_assets.catalogue.vendors import Vendor, list_vendors
from syndication_assets.database.connection import database_url, transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.landing.landing_zone import LandingZone
from syndication_assets.settings import Settings
from syndication_assets.sql_assets.cadence import FETCH_CATALOGUES
from syndication_assets.sql_assets.descriptions import OWNERS
from syndication_assets.sql_assets.partitions import daily_partitions, require_today
from syndication_assets.text.markdown import markdown_table

CHECK_NAME = "every_catalogue_is_complete"

_HOW_TO_ADD = (
    f"There is no active vendor of {SOURCE}. Add one: "
    f"`syndication vendor add my_shop --source {SOURCE} --currency GBP`."
)


@dg.asset(
    key=["catalogue", "clan_catalogue_files"],
    group_name="catalogue",
    partitions_def=daily_partitions,
    # The same as for the other assets of the room: jobs split ranges where policies differ.
    backfill_policy=dg.BackfillPolicy.single_run(),
    kinds={"json"},
    owners=OWNERS,
    tags=FETCH_CATALOGUES,
    pool="clan",
    check_specs=[dg.AssetCheckSpec(CHECK_NAME, asset=["catalogue", "clan_catalogue_files"])],
)
def clan_catalogue_files(context: dg.AssetExecutionContext) -> dg.MaterializeResult:  # type: ignore[type-arg] # Dagster knows the bare class
    """The shop's current catalogue, as its API returns it.

    **Grain:** one row is one landed file: one API response, byte for byte, in
    `<organization>/clan_catalogue/<YYYY-MM-DD>/`. These are the pages of the list, the details of new and changed
    products, the category tree and, last, a manifest that lists the files of the snapshot. For unchanged products the
    manifest lists the details that landed before.

    **A re-run** requests the catalogue again and adds files; it never changes a file. Details that an interrupted
    fetch has landed are not fetched again. Only today's partition can be fetched.

    **Numbers:** the active vendors of source `clan_catalogue` in `catalogue.vendors`, from the shop at
    SYNDICATION_CLAN_URL, or at SYNDICATION_CLAN_FALLBACK_URL if that shop does not answer.
    """
    require_today(context.partition_keys)
    try:
        settings = Settings.from_environment()
        shop = _shop(settings.clan_url, settings)
        fallback = _shop(settings.clan_fallback_url, settings)
        vendors = _vendors(database_url(settings))
        zone = LandingZone(settings.landing_url)
    except SyndicationError as error:
        raise dg.Failure(str(error), allow_retries=False) from None
    reports: list[FetchReport] = []
    problems: list[str] = []
    for vendor in vendors:
        if shop is None:
            raise dg.Failure(
                "SYNDICATION_CLAN_URL is not set, so no catalogue can be fetched: set it to the base URL of the shop's "
                "API. Catalogues that were landed by hand can be loaded without it.",
                allow_retries=False,
            )
        try:
            report = fetch_catalogue(
                shop,
                fallback,
                zone,
                vendor,
                page_size=settings.clan_page_size,
                pace=timedelta(seconds=settings.clan_pace_seconds),
                log=context.log,
            )
        except SyndicationError as error:  # the other organizations are fetched all the same
            problems.append(f"{vendor.organization}/{vendor.vendor}: {error}")
            continue
        reports.append(report)
        problems.extend(f"{vendor.organization}/{vendor.vendor}: {reason}" for reason in report.reasons)
    if problems and not reports:
        raise dg.Failure("\n".join(["No catalogue could be fetched.", *problems]))
    metadata = _metadata(reports)
    if not vendors:
        metadata["how_to_add_a_shop"] = dg.MetadataValue.md(_HOW_TO_ADD)
    # A check, not a failure: the load rejects an incomplete snapshot and records why.
    check = dg.AssetCheckResult(check_name=CHECK_NAME, passed=not problems, description="\n".join(problems) or None)
    return dg.MaterializeResult(metadata=metadata, check_results=[check])


def _shop(url: str | None, settings: Settings) -> ShopApi | None:
    return ShopApi(url, settings.maximum_file_bytes) if url is not None else None


def _vendors(url: str) -> list[Vendor]:
    """The vendors to fetch. SyndicationError if an organization has two of them, because there is only one URL."""
    with transaction(url) as connection:
        vendors = [
            vendor
            for vendor in list_vendors(connection)
            if vendor.source == SOURCE and vendor.is_active and not vendor.is_sample
        ]
    for organization, count in Counter(vendor.organization for vendor in vendors).items():
        if count > 1:
            raise SyndicationError(
                f"{organization} has {count} active vendors of {SOURCE}, but SYNDICATION_CLAN_URL is one shop: set "
                "is_active = false in catalogue.vendors for all but one."
            )
    return vendors


def _metadata(reports: list[FetchReport]) -> dict[str, Any]:
    rows = [
        (
            report.vendor.organization,
            report.vendor.vendor,
            report.products,
            report.details_fetched,
            report.details_known,
            len(report.details_missing),
            report.manifest_path,
        )
        for report in reports
    ]
    head = ("organization", "vendor", "products", "details fetched", "details known", "details missing", "manifest")
    return {
        "dagster/partition_row_count": sum(report.files_landed for report in reports),
        "products": sum(report.products for report in reports),
        "details_fetched": sum(report.details_fetched for report in reports),
        "details_known": sum(report.details_known for report in reports),
        "details_missing": sum(len(report.details_missing) for report in reports),
        **({"catalogues": dg.MetadataValue.md(markdown_table(head, rows))} if rows else {}),
    }
