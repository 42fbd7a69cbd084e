"""Fetches a Shopify shop's public product list page by page into the landing zone, the manifest last.

Pages are requested by number until a page is empty, because more pages may follow one that is not full. If something on
an earlier page was removed in the meantime, a product moves to a page that was fetched already and is on none: so all
pages but the last are requested again, and what they show in addition belongs to the snapshot.
"""

import logging
import time
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from syndication_assets.catalogue.fetching.fetch_report import FetchReport
from syndication_assets.catalogue.fetching.list_progress import KEPT_CHANGING, MOST_LOOKS, ListProgress
from syndication_assets.catalogue.fetching.snapshot_landing import SnapshotLanding
from syndication_assets.catalogue.fetching.snapshot_manifest import Manifest
from syndication_assets.catalogue.products.product_facts import ProductList
from syndication_assets.catalogue.shopify.shopify_parser import parse_products
from syndication_assets.catalogue.vendors import Vendor
from syndication_assets.errors import SyndicationError
from syndication_assets.http.clients.public_client import FetchError, PublicClient
from syndication_assets.landing.loading.rejections import FileRejectedError
from syndication_assets.landing.zone.landing_zone import LandingZone

PAGE_SIZE = 250
"""The largest page that Shopify returns."""
MAXIMUM_PAGES = 100
"""Shopify's public list ends at 25 000 products."""
_TRIES = 3
"""Attempts for a response that is not a page of products: a shop in maintenance answers 200 with HTML."""
_SECURITY_REJECTION = 430

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
    has_requested: bool = False

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
        progress = ListProgress()
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
                if not progress.skus:
                    return paths, "the list of products is empty"
                return paths, self._look_again(paths, progress, report)
            if not progress.add_page(item.facts.sku for item in page.items):
                return paths, f"page {number} repeats earlier pages"
            report.products = len(progress.skus)
            self.log.info("%s/%s: %s products", self.vendor.organization, self.vendor.vendor, f"{report.products:,}")
        return paths, f"the list has more than {MAXIMUM_PAGES} pages, Shopify's limit: land an export instead"

    def _look_again(self, paths: list[str], progress: ListProgress, report: FetchReport) -> str | None:
        """Lands pages with products that no page had before; returns why the list is incomplete, if it is."""
        for _ in range(MOST_LOOKS):
            has_moved = False
            for number in range(1, progress.pages):
                try:
                    content = self._request_page(number)
                    skus = [item.facts.sku for item in parse_products(content).items]
                except (SyndicationError, FileRejectedError) as error:
                    return f"page {number}, requested again: {error}"
                if progress.add_moved(skus):
                    has_moved = True
                    paths.append(self.landing.land(f"products_page_{number:04}_again", content))
                    report.products = len(progress.skus)
            if not has_moved:
                return None
        return KEPT_CHANGING

    def _request_page(self, number: int) -> bytes:
        """Pauses, then requests a page; returns the last response if none of the attempts is a page of products."""
        url = f"{self.shop_url.rstrip('/')}/products.json?limit={PAGE_SIZE}&page={number}"
        content = b""
        for _ in range(_TRIES):
            if self.has_requested:
                time.sleep(self.pace.total_seconds())
            self.has_requested = True
            try:
                content = self.client.get(url)
            except FetchError as error:
                if error.status != _SECURITY_REJECTION:
                    raise
                raise FetchError(
                    f"{urlsplit(self.shop_url).hostname}: it answered 430, Shopify's rejection of requests that look "
                    "automated. Fetch again later, raise SYNDICATION_SHOPIFY_PACE_SECONDS, or ask the shop's owner to "
                    "let this machine's address through.",
                    error.status,
                ) from None
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
