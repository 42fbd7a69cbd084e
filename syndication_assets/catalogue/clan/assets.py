"""The fetch side of the room: asks the shop what it sells now and lands the answers untouched."""

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
    f"No shop of {SOURCE} is there to fetch: `syndication vendor add my_shop --source {SOURCE} --currency GBP`."
)


@dg.asset(
    key=["catalogue", "clan_catalogue_files"],
    group_name="catalogue",
    partitions_def=daily_partitions,
    # As all of the chain, or the job of the room would split its ranges.
    backfill_policy=dg.BackfillPolicy.single_run(),
    kinds={"json"},
    owners=OWNERS,
    tags=FETCH_CATALOGUES,
    pool="clan",
    check_specs=[dg.AssetCheckSpec(CHECK_NAME, asset=["catalogue", "clan_catalogue_files"])],
)
def clan_catalogue_files(context: dg.AssetExecutionContext) -> dg.MaterializeResult:  # type: ignore[type-arg] # Dagster knows the bare class
    """What the shop sells now, as its API says.

    **Grain:** one row is one landed file, one answer of the API, byte for byte, in
    `<organization>/clan_catalogue/<YYYY-MM-DD>/`: pages of the list, the data of products that are new or changed, the
    category tree; and last a manifest, which says what is one catalogue. It names unchanged products' data again.

    **A re-run** asks again and adds files; it never changes one. What a fetch that died has landed is not fetched
    again. Only today's partition can be fetched.

    **Numbers:** vendors of source `clan_catalogue` in `catalogue.vendors` that are active; the shop is
    SYNDICATION_CLAN_URL, else SYNDICATION_CLAN_FALLBACK_URL.
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
                "SYNDICATION_CLAN_URL is not set, and without it no catalogue can be fetched: set it to the base URL "
                "of the shop's API. Catalogues that were landed by hand can be loaded all the same.",
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
        except SyndicationError as error:  # one organization's trouble is not the next one's
            problems.append(f"{vendor.organization}/{vendor.vendor}: {error}")
            continue
        reports.append(report)
        problems.extend(f"{vendor.organization}/{vendor.vendor}: {reason}" for reason in report.reasons)
    if problems and not reports:
        raise dg.Failure("\n".join(["No catalogue could be fetched.", *problems]))
    metadata = _metadata(reports)
    if not vendors:
        metadata["how_to_add_a_shop"] = dg.MetadataValue.md(_HOW_TO_ADD)
    # What has landed is loaded all the same: the load refuses what is not complete, and says so in the tables.
    check = dg.AssetCheckResult(check_name=CHECK_NAME, passed=not problems, description="\n".join(problems) or None)
    return dg.MaterializeResult(metadata=metadata, check_results=[check])


def _shop(url: str | None, settings: Settings) -> ShopApi | None:
    return ShopApi(url, settings.maximum_file_bytes) if url is not None else None


def _vendors(url: str) -> list[Vendor]:
    """The shops to fetch. SyndicationError if an organization has two of them: there is one URL."""
    with transaction(url) as connection:
        vendors = [
            one for one in list_vendors(connection) if one.source == SOURCE and one.is_active and not one.is_sample
        ]
    for organization, count in Counter(one.organization for one in vendors).items():
        if count > 1:
            raise SyndicationError(
                f"{organization} has {count} active vendors of {SOURCE}, but SYNDICATION_CLAN_URL is one shop: set "
                "is_active = false in catalogue.vendors for all but one."
            )
    return vendors


def _metadata(reports: list[FetchReport]) -> dict[str, Any]:
    rows = [
        (
            one.vendor.organization,
            one.vendor.vendor,
            one.products,
            one.details_fetched,
            one.details_known,
            len(one.details_missing),
            one.manifest_path,
        )
        for one in reports
    ]
    head = ("organization", "vendor", "products", "data fetched", "data known", "data missing", "manifest")
    return {
        "dagster/partition_row_count": sum(one.files_landed for one in reports),
        "products": sum(one.products for one in reports),
        "details_fetched": sum(one.details_fetched for one in reports),
        "details_known": sum(one.details_known for one in reports),
        "details_missing": sum(len(one.details_missing) for one in reports),
        **({"catalogues": dg.MetadataValue.md(markdown_table(head, rows))} if rows else {}),
    }
