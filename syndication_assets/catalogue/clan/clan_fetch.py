"""Fetches a catalogue from the shop's API into the landing zone: one file per response, the manifest last.

The fetch requests the product list, then the details of products that are new or whose list entry changed, then the
category tree. It never writes to the database.
"""

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from syndication_assets.catalogue.clan.clan_api import ShopApi, ShopError, ShopRejectedError
from syndication_assets.catalogue.clan.clan_details import entry_hash, known_details
from syndication_assets.catalogue.clan.clan_parser import parse_products
from syndication_assets.catalogue.clan.clan_responses import is_detail_of, is_list, is_tree
from syndication_assets.catalogue.fetching.fetch_report import FetchReport
from syndication_assets.catalogue.fetching.list_progress import KEPT_CHANGING, MOST_LOOKS, ListProgress
from syndication_assets.catalogue.fetching.snapshot_landing import SnapshotLanding
from syndication_assets.catalogue.fetching.snapshot_manifest import Manifest
from syndication_assets.catalogue.products.product_facts import ProductItem
from syndication_assets.catalogue.vendors import Vendor
from syndication_assets.landing.loading.rejections import FileRejectedError
from syndication_assets.landing.zone.landing_zone import LandingZone

_GIVE_UP_AFTER = 3
"""After this many products in a row without an answer, no more details are fetched: the shop has stopped answering."""
_PROGRESS_EVERY = 50

logger = logging.getLogger(__name__)


def fetch_catalogue(
    api: ShopApi,
    fallback: ShopApi | None,
    zone: LandingZone,
    vendor: Vendor,
    *,
    page_size: int,
    pace: timedelta,
    log: logging.Logger = logger,
) -> FetchReport:
    """Lands the shop's current catalogue; all of it comes from the fallback if the shop does not return a list.

    An incomplete catalogue lands too, with a manifest that says so. ShopError if no server returns a first page; then
    nothing lands.
    """
    return _Fetch(_available_api(api, fallback, log), zone, vendor, page_size, pace, log).run()


def _available_api(api: ShopApi, fallback: ShopApi | None, log: logging.Logger) -> ShopApi:
    """The server to fetch from, so that a snapshot never mixes two servers."""
    if fallback is None:
        return api
    try:
        if is_list(api.get("/getProducts", {"limit": 1}, is_list)):
            return api
        problem = "The shop's response is not a list of products."
    except ShopError as error:
        problem = str(error)
    log.warning("%s Fetching from the fallback instead.", problem)
    return fallback


@dataclass
class _Fetch:
    api: ShopApi
    zone: LandingZone
    vendor: Vendor
    page_size: int
    pace: timedelta
    log: logging.Logger

    def __post_init__(self) -> None:
        self.report = FetchReport(self.vendor)
        self.landing = SnapshotLanding(self.zone, self.vendor)
        self.where = f"{self.vendor.organization}/{self.vendor.vendor}"
        self.failed_in_a_row = 0
        self.has_requested_details = False

    def run(self) -> FetchReport:
        items, list_paths = self._fetch_list()
        self.report.products = len(items)
        detail_paths = list(self._fetch_details(items))
        tree_path = self._fetch_tree()
        manifest = Manifest(
            vendor=self.vendor.vendor,
            observed_at=self.landing.observed_at,
            is_complete=not self.report.reasons,
            product_lists=list_paths,
            product_details=detail_paths,
            category_tree=tree_path,
            reasons=self.report.reasons,
            details_fetched=self.report.details_fetched,
            details_known=self.report.details_known,
            details_missing=len(self.report.details_missing),
        )
        self.report.manifest_path = self.landing.land_manifest(manifest)
        self.report.files_landed = self.landing.files_landed
        return self.report

    def _fetch_list(self) -> tuple[list[ProductItem], list[str]]:
        """The list entries, one for each sku, and the paths of the landed pages."""
        items: dict[str, ProductItem] = {}
        paths: list[str] = []
        offsets: list[int] = []
        progress = ListProgress()
        offset = 0
        is_full = False
        # Until a page is empty: a shop may return fewer products per page than requested.
        while True:
            try:
                content = self._request_list(offset)
            except ShopError as error:
                if not paths:
                    raise
                self.report.reasons.append(f"page {len(paths) + 1} of the list of products: {error}")
                break
            try:
                page = parse_products(content)
            except FileRejectedError as error:
                paths.append(self.landing.land(f"products_page_{len(paths) + 1:04}", content))
                self.report.reasons.append(f"page {len(paths)} of the list of products: {error}")
                break
            entries = len(page.items) + len(page.rejected)
            new = {item.facts.sku: item for item in page.items if item.facts.sku not in items}
            if paths and not entries:
                self._look_again(items, paths, offsets, progress)
                break
            if page.items and not new and not is_full:
                break  # the shop does not page, and returned everything on the page before
            paths.append(self.landing.land(f"products_page_{len(paths) + 1:04}", content))
            offsets.append(offset)
            if not progress.add_page(item.facts.sku for item in page.items):
                self.report.reasons.append(
                    f"page {len(paths)} of the list of products repeats earlier pages: if the shop does not page, set "
                    "SYNDICATION_CLAN_PAGE_SIZE to more than its number of products"
                )
                break
            items |= new
            self.log.info("%s: %s products listed", self.where, f"{len(items):,}")
            if not entries:
                break
            is_full = entries == self.page_size
            offset += entries
        if not items and not self.report.reasons:
            self.report.reasons.append("the list of products is empty")
        return list(items.values()), paths

    def _look_again(
        self, items: dict[str, ProductItem], paths: list[str], offsets: list[int], progress: ListProgress
    ) -> None:
        """Requests all pages but the last again, and lands those with products that no page had before: they moved
        there from a page behind, because something before them was removed during the fetch.
        """
        for _ in range(MOST_LOOKS):
            has_moved = False
            for number, offset in enumerate(offsets[:-1], start=1):
                try:
                    content = self._request_list(offset)
                    page = parse_products(content)
                except (ShopError, FileRejectedError) as error:
                    self.report.reasons.append(f"page {number} of the list of products, requested again: {error}")
                    return
                if progress.add_moved(item.facts.sku for item in page.items):
                    has_moved = True
                    paths.append(self.landing.land(f"products_page_{number:04}_again", content))
                    items |= {item.facts.sku: item for item in page.items if item.facts.sku not in items}
            if not has_moved:
                return
        self.report.reasons.append(KEPT_CHANGING)

    def _request_list(self, offset: int) -> bytes:
        return self.api.get("/getProducts", {"limit": self.page_size, "offset": offset}, is_list)

    def _fetch_details(self, items: list[ProductItem]) -> Iterator[str]:
        """The paths of the products' details, landed before or now."""
        known, older = known_details(self.zone, self.vendor)
        for number, item in enumerate(items, start=1):
            entry = entry_hash(item)
            if entry in known:
                self.report.details_known += 1
                yield known[entry]
                continue
            if self.failed_in_a_row < _GIVE_UP_AFTER:
                path = self._fetch_detail(item.facts.sku, entry)
                if path is not None:
                    yield path
                    continue
                if self.failed_in_a_row == _GIVE_UP_AFTER:
                    self.report.reasons.append(
                        f"the shop stopped returning product details at {number:,} of {len(items):,} products"
                    )
            self.report.details_missing.append(item.facts.sku)
            if entry in older:
                yield older[entry]
            if number % _PROGRESS_EVERY == 0:
                self.log.info("%s: details of %s of %s products", self.where, f"{number:,}", f"{len(items):,}")

    def _fetch_detail(self, sku: str, entry: str) -> str | None:
        """Lands one product's details; None if the shop does not return them, or returns another product's."""
        if self.has_requested_details:
            time.sleep(self.pace.total_seconds())
        self.has_requested_details = True
        try:
            content = self.api.get(
                "/getProductData",
                {"sku": sku, "all_images": 0, "include_categories": 1},
                lambda body: is_detail_of(body, sku),
            )
        except ShopRejectedError as error:
            # The shop answers, so the next product may have details.
            self.failed_in_a_row = 0
            self.log.warning("%s: %s: %s", self.where, sku, error)
            return None
        except ShopError as error:
            self.failed_in_a_row += 1
            self.log.warning("%s: %s: %s", self.where, sku, error)
            return None
        if not is_detail_of(content, sku):
            self.failed_in_a_row += 1
            self.log.warning("%s: %s: the response is not this product's details", self.where, sku)
            return None
        self.failed_in_a_row = 0
        self.report.details_fetched += 1
        if self.report.details_fetched % _PROGRESS_EVERY == 0:
            self.log.info("%s: details of %s products fetched", self.where, f"{self.report.details_fetched:,}")
        return self.landing.land(f"product_data_{entry}", content)

    def _fetch_tree(self) -> str | None:
        try:
            content = self.api.get("/getCategoryTree", {}, is_tree)
        except ShopError as error:
            self.report.reasons.append(f"the category tree: {error}")
            return None
        if not is_tree(content):
            self.report.reasons.append("the response is not a category tree")
        return self.landing.land("category_tree", content)
