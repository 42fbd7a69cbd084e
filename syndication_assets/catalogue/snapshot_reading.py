"""Reads the files of one catalogue snapshot into products and categories, and finds why it is incomplete.

Nothing here uses the database. An item or file that cannot be read becomes a `Rejected` with its position and a reason.
"""

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from syndication_assets.catalogue.catalogue_sources import SOURCES, CatalogueSource
from syndication_assets.catalogue.known_items import (
    KnownItem,
    KnownItems,
    KnownProduct,
    ProductPage,
    known_product,
    mark_of,
    parse_page,
)
from syndication_assets.catalogue.manifest import Manifest
from syndication_assets.catalogue.product_facts import (
    Category,
    CategoryTree,
    Product,
    ProductFacts,
    ProductItem,
    ProductList,
    make_product,
)
from syndication_assets.catalogue.snapshot_candidates import Candidate
from syndication_assets.errors import SyndicationError
from syndication_assets.landing.landing_zone import LandingError, LandingZone
from syndication_assets.landing.rejections import FileRejectedError, ItemRejectedError, Rejected

Parsed = TypeVar("Parsed")


@dataclass(slots=True)
class SnapshotReading:
    """The content of one snapshot."""

    candidate: Candidate
    source: CatalogueSource
    products: dict[str, Product | KnownProduct] = field(default_factory=dict)
    """By sku; the first product with a sku counts."""
    payloads: dict[str, bytes] = field(default_factory=dict)
    """The JSON texts, by sku, of the items that were not parsed because they are known."""
    known: dict[bytes, KnownProduct] = field(default_factory=dict)
    """The items that the next load need not parse again."""
    categories: list[Category] = field(default_factory=list)
    has_category_tree: bool = False
    content_hashes: dict[str, bytes] = field(default_factory=dict)
    """BLAKE2b-128 of each file that was read, by its path."""
    missing: list[str] = field(default_factory=list)
    """The files that the manifest lists but that are not in the landing zone."""
    rejected: list[tuple[str, Rejected]] = field(default_factory=list)
    """Rejected items and files, with the paths of the files."""
    reasons: list[str] = field(default_factory=list)
    """Why the snapshot is incomplete; empty if it is complete."""
    unknown_keys: Counter[str] = field(default_factory=Counter)

    @property
    def unread_prices(self) -> int:
        return sum(product.has_unread_price for product in self.products.values())

    def product(self, sku: str) -> Product:
        """The product with its texts; a known item is parsed for them."""
        product = self.products[sku]
        if isinstance(product, Product):
            return product
        return make_product(_facts_of(self.source, self.payloads[sku]), self.candidate.vendor.shop_url)


def read_snapshot(
    zone: LandingZone, candidate: Candidate, maximum_file_bytes: int, known: KnownItems
) -> SnapshotReading:
    """Reads all files of a snapshot; never raises because of their content."""
    reading = SnapshotReading(candidate, SOURCES[candidate.vendor.source])
    reader = _Reader(zone, reading, maximum_file_bytes, known)
    if candidate.manifest is None:
        whole = reader.parse(candidate.path, reading.source.parse_whole)
        lists, tree = ([(candidate.path, _page_of(whole[0]))], whole[1]) if whole is not None else ([], None)
        if tree is not None:
            reading.rejected.extend((candidate.path, rejected) for rejected in tree.rejected)
        details: dict[str, ProductFacts] = {}
    else:
        lists, details, tree = _read_listed_files(reader, candidate.manifest)
    for path, products in lists:
        _add_products(reading, path, products, details)
    if tree is not None:
        reading.categories = tree.categories
        reading.has_category_tree = reading.source.has_category_tree and bool(tree.categories)
    if reading.source.has_category_tree and not reading.has_category_tree:
        reading.reasons.append("it has no category tree")
    if not reading.products:
        reading.reasons.append("it has no product")
    return reading


def _read_listed_files(
    reader: "_Reader", manifest: Manifest
) -> tuple[list[tuple[str, ProductPage]], dict[str, ProductFacts], CategoryTree | None]:
    reading, source = reader.reading, reader.reading.source
    if not manifest.is_complete:
        reading.reasons.extend(manifest.reasons or ["its manifest says that it is incomplete"])
    lists = []
    for path in manifest.product_lists:
        products = reader.parse(path, reader.parse_list)
        if products is not None:
            lists.append((path, products))
    details: dict[str, ProductFacts] = {}
    for path in manifest.product_details if source.parse_detail is not None else ():
        # Without its details, the product has what the list says about it.
        detail = reader.parse(path, source.parse_detail, is_needed=False)
        if detail is not None:
            details[detail.sku] = detail
    tree = None
    if manifest.category_tree is not None and source.parse_categories is not None:
        tree = reader.parse(manifest.category_tree, source.parse_categories)
        if tree is not None:
            reading.rejected.extend((manifest.category_tree, rejected) for rejected in tree.rejected)
    elif source.categories_of is not None:
        items = [item for _, products in lists for item in products.items if isinstance(item, ProductItem)]
        tree = source.categories_of(ProductList(items))
    return lists, details, tree


def _add_products(reading: SnapshotReading, path: str, page: ProductPage, details: dict[str, ProductFacts]) -> None:
    reading.rejected.extend((path, rejected) for rejected in page.rejected)
    reading.unknown_keys.update(page.unknown_keys)
    # Items that also give categories, or several products, are always parsed.
    results_per_item = Counter(item.position for item in page.items) + Counter(
        rejected.position for rejected in page.rejected
    )
    keeps_known_items = reading.candidate.manifest is not None and reading.source.categories_of is None
    parse_again = reading.source.parse_products if page.unknown_keys else None
    is_new = False
    for item in page.items:
        if isinstance(item, KnownItem):
            reading.unknown_keys.update(item.product.unknown_keys)
            reading.known[mark_of(item.payload)] = item.product
        sku = item.product.sku if isinstance(item, KnownItem) else item.facts.sku
        if sku in reading.products:
            continue
        is_new = True
        detail = details.get(sku)
        if isinstance(item, KnownItem) and detail is None:
            reading.products[sku] = item.product
            reading.payloads[sku] = item.payload
            continue
        facts = _facts_of(reading.source, item.payload) if isinstance(item, KnownItem) else item.facts
        try:
            product = make_product(
                facts.completed_by(detail) if detail is not None else facts, reading.candidate.vendor.shop_url
            )
        except ItemRejectedError as error:
            reading.rejected.append((path, Rejected(item.position, str(error), item.payload)))
            continue
        reading.products[sku] = product
        # A page given by a handle also depends on the vendor's `shop_url`.
        if keeps_known_items and detail is None and facts.handle is None and results_per_item[item.position] == 1:
            reading.known[mark_of(item.payload)] = known_product(product, item.payload, parse_again)
    if page.items and not is_new:
        reading.reasons.append(f"{path} only repeats products of the files before it")


def _page_of(products: ProductList) -> ProductPage:
    return ProductPage(list(products.items), products.rejected, products.unknown_keys)


def _facts_of(source: CatalogueSource, payload: bytes) -> ProductFacts:
    """The facts of an item with a single product."""
    return source.parse_products(b"[" + payload + b"]").items[0].facts


@dataclass(slots=True)
class _Reader:
    zone: LandingZone
    reading: SnapshotReading
    maximum_file_bytes: int
    known: KnownItems

    def parse_list(self, content: bytes) -> ProductPage:
        return parse_page(content, self.reading.source.parse_products, self.known)

    def parse(self, path: str, parse: Callable[[bytes], Parsed] | None, *, is_needed: bool = True) -> Parsed | None:
        """The parsed file; None if it cannot be read, with the reason in the reading."""
        assert parse is not None  # noqa: S101 - callers pass the parsers that the source has
        content = b""
        try:
            content = self.zone.read(path, self.maximum_file_bytes)
            self.reading.content_hashes[path] = hashlib.blake2b(content, digest_size=16).digest()
            return parse(content)
        except (LandingError, FileRejectedError) as error:
            self.reading.rejected.append((path, Rejected(None, str(error), content)))
            if is_needed:
                self.reading.reasons.append(f"{path} cannot be read: {error}")
        except SyndicationError:
            if self.zone.exists(path):
                raise
            self.reading.missing.append(path)
            self.reading.reasons.append(f"{path} is missing")
        return None
