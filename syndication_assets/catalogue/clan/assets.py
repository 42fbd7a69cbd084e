"""The fetch asset of `clan_catalogue`: requests the shop's catalogue and lands the responses unchanged."""

from datetime import timedelta

import dagster as dg

from syndication_assets.catalogue.clan.clan_api import ShopApi
from syndication_assets.catalogue.clan.clan_fetch import fetch_catalogue
from syndication_assets.catalogue.clan.clan_parser import SOURCE
from syndication_assets.catalogue.fetching.fetch_assets import fetch_vendors, vendors_to_fetch
from syndication_assets.catalogue.fetching.fetch_report import FetchReport
from syndication_assets.catalogue.vendors import Vendor
from syndication_assets.database.connection import database_url
from syndication_assets.errors import SyndicationError
from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets.settings import Settings
from syndication_assets.settings.retired import retired_advice
from syndication_assets.sql_assets.cadence import FETCH_CATALOGUES
from syndication_assets.sql_assets.descriptions import OWNERS
from syndication_assets.sql_assets.partitions import daily_partitions, require_today

CHECK_NAME = "every_catalogue_is_complete"

_RETIRED = "SYNDICATION_CLAN_URL"
_HOW_TO_ADD = (
    f"There is no active vendor of {SOURCE}. Add one: "
    f"`syndication vendor add my_shop --source {SOURCE} --currency GBP --api-url "
    "https://shop.example/api`."
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
    check_specs=[
        dg.AssetCheckSpec(
            CHECK_NAME,
            asset=["catalogue", "clan_catalogue_files"],
            description="Every list, product and category tree of every shop was fetched.",
        )
    ],
)
def clan_catalogue_files(context: dg.AssetExecutionContext) -> dg.MaterializeResult:  # type: ignore[type-arg] # Dagster knows the bare class
    """The shop's current catalogue, as its API returns it.

    One row is one landed file: one API response, byte for byte, in
    `<organization>/clan_catalogue/<YYYY-MM-DD>/`. These are the pages of the list, the details of new and changed
    products, the category tree and, last, a manifest that lists the files of the snapshot. For unchanged products the
    manifest lists the details that landed before.

    A re-run requests the catalogue again and adds files; it never changes a file. Details that an interrupted
    fetch has landed are not fetched again. Only today's partition can be fetched.

    Numbers: the active vendors of source `clan_catalogue` in `catalogue.vendors`, each from the shop at its `api_url`,
    or at its `api_fallback_url` if that shop does not answer.
    """
    require_today(context)
    try:
        settings = Settings.from_environment()
        url = database_url(settings)
        vendors = vendors_to_fetch(url, SOURCE)
        zone = LandingZone(settings.landing_url)
    except SyndicationError as error:
        raise dg.Failure(str(error), allow_retries=False) from None

    def fetch(vendor: Vendor) -> FetchReport:
        if vendor.api_url is None:
            raise SyndicationError(
                "it has no URL, so its catalogue cannot be fetched: set it with `syndication vendor edit "
                f"{vendor.vendor} --organization {vendor.organization} --api-url https://…`."
                f"{retired_advice(_RETIRED)} Catalogues that were landed by hand can be loaded without it, and "
                "`syndication vendor pause` ends this message."
            )
        return fetch_catalogue(
            ShopApi(vendor.api_url, settings.maximum_file_bytes),
            ShopApi(vendor.api_fallback_url, settings.maximum_file_bytes) if vendor.api_fallback_url else None,
            zone,
            vendor,
            page_size=settings.clan_page_size,
            pace=timedelta(seconds=settings.clan_pace_seconds),
            log=context.log,
        )

    return fetch_vendors(context, url, vendors, fetch, check_name=CHECK_NAME, how_to_add=_HOW_TO_ADD, has_details=True)
