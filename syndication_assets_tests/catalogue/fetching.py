"""Fetches the catalogue of a fake shop."""

from datetime import UTC, datetime, timedelta
from typing import Any

from syndication_assets.catalogue.clan.clan_api import ShopApi
from syndication_assets.catalogue.clan.clan_fetch import fetch_catalogue
from syndication_assets.catalogue.fetching.fetch_report import FetchReport
from syndication_assets.catalogue.fetching.snapshot_manifest import Manifest, decode_manifest
from syndication_assets.catalogue.loading.catalogue_load import load_day
from syndication_assets.catalogue.vendors import Vendor, list_vendors
from syndication_assets.database.connection import transaction
from syndication_assets_tests.catalogue.fake_shop import FakeShop
from syndication_assets_tests.catalogue.shop import CatalogueRoom


def api(shop: FakeShop, **settings: Any) -> ShopApi:
    quick = {"retry_delay": timedelta(milliseconds=1), "maximum_attempts": 3, "request_timeout": timedelta(seconds=5)}
    return ShopApi(shop.url, 1024 * 1024, **(quick | settings))


def vendor(room: CatalogueRoom) -> Vendor:
    with transaction(room.url) as connection:
        return list_vendors(connection)[0]


def fetch(
    room: CatalogueRoom, shop: FakeShop, *, fallback: FakeShop | None = None, page_size: int = 100, **settings: Any
) -> FetchReport:
    return fetch_catalogue(
        api(shop, **settings),
        api(fallback) if fallback is not None else None,
        room.zone,
        vendor(room),
        page_size=page_size,
        pace=timedelta(0),
    )


def manifest_of(room: CatalogueRoom, report: FetchReport) -> Manifest:
    content = room.zone.read(report.manifest_path, 10**6)
    return decode_manifest(content, "default", "clan_catalogue", datetime.now(UTC).date())


def load_today(room: CatalogueRoom) -> None:
    load_day(room.url, room.zone, datetime.now(UTC).date(), maximum_file_bytes=10**6)
