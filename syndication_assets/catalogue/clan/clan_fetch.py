"""Fetching: from the shop's API to the landing zone, one answer a file, the manifest last. It never writes tables.

First the list of all products, then the data of those that are new or of which the list says something new, then the
tree of categories. The name of a product's data file holds a hash of its entry in the list; so the next fetch, or one
that follows a fetch that died, knows by the names alone what need not be asked for again.
"""

import hashlib
import logging
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from syndication_assets.catalogue.clan.clan_api import ShopApi, ShopError, ShopRefusalError
from syndication_assets.catalogue.clan.clan_parser import (
    SOURCE,
    entry_of,
    parse_categories,
    parse_detail,
    parse_products,
)
from syndication_assets.catalogue.fetch_report import FetchReport
from syndication_assets.catalogue.manifest import Manifest
from syndication_assets.catalogue.product_facts import ProductItem
from syndication_assets.catalogue.snapshot_landing import LookLanding
from syndication_assets.catalogue.vendors import Vendor
from syndication_assets.landing.landing_zone import LandingZone
from syndication_assets.landing.rejections import FileRejectedError

DETAIL_MAXIMUM_AGE = timedelta(days=7)
"""The list does not tell of everything that changes (its old shape has no price): older data is asked for again."""
_GIVE_UP_AFTER = 3
"""Products in a row of which the shop gives no answer: then it has a problem, not the product."""
_PROGRESS_EVERY = 50
_DETAIL_NAME = re.compile(r"product_data_(?P<entry>[0-9a-f]{24})_")

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
    """Lands what the shop says now. The fallback is asked for all of it if the shop does not give the first page.

    An incomplete catalogue lands too, with a manifest that says so. ShopError if neither server gives a first page;
    then nothing has landed.
    """
    return _Fetch(_answering(api, fallback, log), zone, vendor, page_size, pace, log).run()


def _answering(api: ShopApi, fallback: ShopApi | None, log: logging.Logger) -> ShopApi:
    """The server to ask: all of one catalogue comes from one of them."""
    if fallback is None:
        return api
    try:
        if _is_list(api.get("/getProducts", {"limit": 1}, _is_list)):
            return api
        problem = "The shop's list of products is no list."
    except ShopError as error:
        problem = str(error)
    log.warning("%s The fallback is asked instead.", problem)
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
        self.landing = LookLanding(self.zone, self.vendor)
        self.where = f"{self.vendor.organization}/{self.vendor.vendor}"
        self.failed_in_a_row = 0
        self.asked_for_details = False

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
        """All entries of the list, one for each sku, and the pages that landed."""
        items: dict[str, ProductItem] = {}
        paths: list[str] = []
        offset = 0
        is_full = False
        # Until a page is empty: a shop may give fewer products at once than it is asked for.
        while True:
            try:
                content = self.api.get("/getProducts", {"limit": self.page_size, "offset": offset}, _is_list)
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
                break
            if page.items and not new and not is_full:
                break  # the page before was all: the shop does not page, and gives everything again
            paths.append(self.landing.land(f"products_page_{len(paths) + 1:04}", content))
            if page.items and not new:
                self.report.reasons.append(
                    f"page {len(paths)} of the list of products repeats the ones before: if the shop does not page, "
                    "set SYNDICATION_CLAN_PAGE_SIZE to more than it has products"
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

    def _fetch_details(self, items: list[ProductItem]) -> Iterator[str]:
        """The paths of the products' data, known or fetched now."""
        known, older = self._known_details()
        for number, item in enumerate(items, start=1):
            entry = _entry_hash(item)
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
                        f"the shop stopped giving products' data at {number:,} of {len(items):,} products"
                    )
            self.report.details_missing.append(item.facts.sku)
            if entry in older:
                yield older[entry]
            if number % _PROGRESS_EVERY == 0:
                self.log.info("%s: data of %s of %s products", self.where, f"{number:,}", f"{len(items):,}")

    def _fetch_detail(self, sku: str, entry: str) -> str | None:
        """Lands one product's data; None if the shop does not give it, or gives another product's."""
        if self.asked_for_details:
            time.sleep(self.pace.total_seconds())
        self.asked_for_details = True
        try:
            content = self.api.get(
                "/getProductData",
                {"sku": sku, "all_images": 0, "include_categories": 1},
                lambda body: _is_detail_of(body, sku),
            )
        except ShopRefusalError as error:
            # It answers, and knows nothing of this product: that says nothing of the next one.
            self.failed_in_a_row = 0
            self.log.warning("%s: %s: %s", self.where, sku, error)
            return None
        except ShopError as error:
            self.failed_in_a_row += 1
            self.log.warning("%s: %s: %s", self.where, sku, error)
            return None
        if not _is_detail_of(content, sku):
            self.failed_in_a_row += 1
            self.log.warning("%s: %s: the answer is not this product's data", self.where, sku)
            return None
        self.failed_in_a_row = 0
        self.report.details_fetched += 1
        if self.report.details_fetched % _PROGRESS_EVERY == 0:
            self.log.info("%s: data of %s products fetched", self.where, f"{self.report.details_fetched:,}")
        return self.landing.land(f"product_data_{entry}", content)

    def _known_details(self) -> tuple[dict[str, str], dict[str, str]]:
        """The newest data file of each entry: those that are young enough, and all of twice that age."""
        now = datetime.now(UTC)
        young_since = (now - DETAIL_MAXIMUM_AGE).date()
        days = [(now - timedelta(days=number)).date() for number in range(2 * DETAIL_MAXIMUM_AGE.days, -1, -1)]
        young: dict[str, str] = {}
        older: dict[str, str] = {}
        for day in days:
            for file in self.zone.files(day):
                match = _DETAIL_NAME.match(file.name)
                if match and (file.organization, file.source) == (self.vendor.organization, SOURCE):
                    older[match["entry"]] = file.path
                    if day > young_since:
                        young[match["entry"]] = file.path
        return young, older

    def _fetch_tree(self) -> str | None:
        try:
            content = self.api.get("/getCategoryTree", {}, _is_tree)
        except ShopError as error:
            self.report.reasons.append(f"the category tree: {error}")
            return None
        if not _is_tree(content):
            self.report.reasons.append("the category tree is no tree of categories")
        return self.landing.land("category_tree", content)


def _entry_hash(item: ProductItem) -> str:
    return hashlib.blake2b(entry_of(item), digest_size=12).hexdigest()


def _is_list(content: bytes) -> bool:
    try:
        parse_products(content)
    except FileRejectedError:
        return False
    return True


def _is_detail_of(content: bytes, sku: str) -> bool:
    try:
        return parse_detail(content).sku == sku
    except FileRejectedError:
        return False


def _is_tree(content: bytes) -> bool:
    try:
        return bool(parse_categories(content).categories)
    except FileRejectedError:
        return False
