"""Fetches a Shopify shop's public product list page by page into the landing zone, the manifest last.

Pages are requested by number until a page is empty, because more pages may follow one that is not full.
"""

import logging
import time
from dataclasses import dataclass
from datetime import timedelta

from syndication_assets.catalogue.fetch_report import FetchReport
from syndication_assets.catalogue.manifest import Manifest
from syndication_assets.catalogue.product_facts import ProductList
from syndication_assets.catalogue.shopify.shopify_parser import parse_products
from syndication_assets.catalogue.snapshot_landing import SnapshotLanding
from syndication_assets.catalogue.vendors import Vendor
from syndication_assets.errors import SyndicationError
from syndication_assets.http.public_client import FetchError, PublicClient
from syndication_assets.landing.landing_zone import LandingZone
from syndication_assets.landing.rejections import FileRejectedError

PAGE_SIZE = 250
"""The largest page that Shopify returns."""
MAXIMUM_PAGES = 100
"""Shopify's public list ends at 25 000 products."""
_TRIES = 3
"""Attempts for a response that is not a page of products: a shop in maintenance answers 200 with HTML."""

logger = logging.getLogger(__name__)


def fetch_open_list(
    client: PublicClient, zone: LandingZone, vendor: Vendor, *, pace: timedelta, log: logging.Logger = logger
) -> FetchReport:
    """Lands the shop's current products, pausing for `pace` between requests.

    An incomplete catalogue lands too, with a manifest that says so. SyndicationError if the shop returns no first page;
    then nothing lands.
    """
    if vendor.shop_url is None:
        raise FetchError(
            f"{vendor.vendor} has no URL: set shop_url in its row of catalogue.vendors, as in https://shop.example."
        )
    return _Fetch(client, vendor, vendor.shop_url, SnapshotLanding(zone, vendor), pace, log).run()


@dataclass
class _Fetch:
    client: PublicClient
    vendor: Vendor
    shop_url: str
    landing: SnapshotLanding
    pace: timedelta
    log: logging.Logger

    def run(self) -> FetchReport:
        report = FetchReport(self.vendor)
        paths, reason = self._fetch_pages(report)
        if reason is not None:
            report.reasons.append(reason)
        manifest = Manifest(
            vendor=self.vendor.vendor,
            observed_at=self.landing.observed_at,
            is_complete=not report.reasons,
            product_lists=paths,
            reasons=report.reasons,
        )
        report.manifest_path = self.landing.land_manifest(manifest)
        report.files_landed = self.landing.files_landed
        return report

    def _fetch_pages(self, report: FetchReport) -> tuple[list[str], str | None]:
        """The paths of the landed pages, and why the list is incomplete (None if it is complete)."""
        paths: list[str] = []
        skus: set[str] = set()
        for number in range(1, MAXIMUM_PAGES + 1):
            try:
                content = self._request_page(number)
            except SyndicationError as error:
                if not paths:
                    raise
                return paths, f"page {number}: {error}"
            paths.append(self.landing.land(f"products_page_{number:04}", content))
            try:
                page = parse_products(content)
            except FileRejectedError as error:
                return paths, f"page {number}: {error}"
            if not _entries(page):
                return paths, None if skus else "the list of products is empty"
            new = {item.facts.sku for item in page.items} - skus
            if page.items and not new:
                return paths, f"page {number} repeats earlier pages"
            skus |= new
            report.products = len(skus)
            self.log.info("%s/%s: %s products", self.vendor.organization, self.vendor.vendor, f"{len(skus):,}")
        return paths, f"the list has more than {MAXIMUM_PAGES} pages, Shopify's limit: land an export instead"

    def _request_page(self, number: int) -> bytes:
        """Pauses, then requests a page; returns the last response if none of the attempts is a page of products."""
        url = f"{self.shop_url.rstrip('/')}/products.json?limit={PAGE_SIZE}&page={number}"
        content = b""
        for attempt in range(_TRIES):
            if number > 1 or attempt:
                time.sleep(self.pace.total_seconds())
            content = self.client.get(url)
            if _is_page(content):
                break
        return content


def _is_page(content: bytes) -> bool:
    try:
        parse_products(content)
    except FileRejectedError:
        return False
    return True


def _entries(page: ProductList) -> int:
    return len(page.items) + len(page.rejected)
