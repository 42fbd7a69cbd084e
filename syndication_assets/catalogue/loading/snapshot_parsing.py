"""Parses the files of one catalogue snapshot into products and categories, and finds why it is incomplete.

Nothing here reads a file or uses the database. An item or file that cannot be parsed becomes a `Rejected` with its
position and a reason.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from syndication_assets.catalogue.loading.snapshot_files import SnapshotFiles
from syndication_assets.catalogue.products.category_tree import encode_tree
from syndication_assets.catalogue.products.product_facts import (
    CategoryTree,
    Product,
    ProductFacts,
    ProductList,
    make_product,
)
from syndication_assets.catalogue.products.repeated_skus import RepeatedSkus
from syndication_assets.landing.loading.rejections import FileRejectedError, ItemRejectedError, Rejected

Parsed = TypeVar("Parsed")


@dataclass(slots=True)
class SnapshotReading:
    """What one snapshot says."""

    files: SnapshotFiles
    products: dict[str, Product] = field(default_factory=dict)
    """By sku; of several items with a sku, the one that `repeated_skus` chooses."""
    categories: int = 0
    tree: bytes | None = None
    """The categories as JSON; None if there are none."""
    has_category_tree: bool = False
    rejected: list[tuple[str, Rejected]] = field(default_factory=list)
    """Rejected items and files, with the paths of the files."""
    reasons: list[str] = field(default_factory=list)
    """Why the snapshot is incomplete; empty if it is complete."""
    unknown_keys: Counter[str] = field(default_factory=Counter)


def parse_snapshot(files: SnapshotFiles) -> SnapshotReading:
    """Parses all files of a snapshot; never raises because of their content."""
    reading = SnapshotReading(files)
    source = files.source
    if files.candidate.manifest is None:
        lists, details, tree = _parse_whole(reading)
    else:
        lists, details, tree = _parse_listed(reading)
    _add_products(reading, lists, details)
    if tree is not None and tree.categories:
        reading.categories = len(tree.categories)
        reading.tree = encode_tree(tree.categories)
        reading.has_category_tree = source.has_category_tree
    if source.has_category_tree and not reading.has_category_tree:
        reading.reasons.append("it has no category tree")
    if not reading.products:
        reading.reasons.append("it has no product")
    return reading


_Parts = tuple[list[tuple[str, ProductList]], dict[str, ProductFacts], CategoryTree | None]
"""The lists of products with their paths, the details by sku, and the tree."""


def _parse_whole(reading: SnapshotReading) -> _Parts:
    path = reading.files.candidate.path
    whole = _parse(reading, path, reading.files.source.parse_whole)
    if whole is None:
        return [], {}, None
    products, tree = whole
    if tree is not None:
        reading.rejected.extend((path, rejected) for rejected in tree.rejected)
    return [(path, products)], {}, tree


def _parse_listed(reading: SnapshotReading) -> _Parts:
    source, manifest = reading.files.source, reading.files.candidate.manifest
    assert manifest is not None  # noqa: S101 - the caller asks
    if not manifest.is_complete:
        reading.reasons.extend(manifest.reasons or ["its manifest says that it is incomplete"])
    lists = []
    for path in manifest.product_lists:
        products = _parse(reading, path, source.parse_products)
        if products is not None:
            lists.append((path, products))
    details: dict[str, ProductFacts] = {}
    for path in manifest.product_details if source.parse_detail is not None else ():
        # Without its details, the product has what the list says about it.
        detail = _parse(reading, path, source.parse_detail, is_needed=False)
        if detail is not None:
            details[detail.sku] = detail
    tree = None
    if manifest.category_tree is not None and source.parse_categories is not None:
        tree = _parse(reading, manifest.category_tree, source.parse_categories)
        if tree is not None:
            reading.rejected.extend((manifest.category_tree, rejected) for rejected in tree.rejected)
    elif source.categories_of is not None:
        tree = source.categories_of(ProductList([item for _, products in lists for item in products.items]))
    return lists, details, tree


def _add_products(
    reading: SnapshotReading, lists: list[tuple[str, ProductList]], details: dict[str, ProductFacts]
) -> None:
    rules = reading.files.candidate.vendor.rules
    items = RepeatedSkus()
    pages: set[frozenset[str]] = set()
    for path, products in lists:
        reading.rejected.extend((path, rejected) for rejected in products.rejected)
        reading.unknown_keys.update(products.unknown_keys)
        skus = frozenset(item.facts.sku for item in products.items)
        if skus and skus in pages:
            # Single repeated skus are no reason: products move between pages during a fetch.
            reading.reasons.append(f"{path} only repeats products of the files before it")
        pages.add(skus)
        for item in products.items:
            detail = details.get(item.facts.sku)
            facts = item.facts.completed_by(detail) if detail is not None else item.facts
            try:
                product = make_product(facts, rules)
            except ItemRejectedError as error:
                reading.rejected.append((path, Rejected(item.position, str(error), item.payload)))
            else:
                items.add(path, item, product)
    reading.products = items.chosen()
    reading.rejected.extend(items.rejected())


def _parse(
    reading: SnapshotReading, path: str, parse: Callable[[bytes], Parsed] | None, *, is_needed: bool = True
) -> Parsed | None:
    """The parsed file; None if it cannot be read, with the reason in the reading."""
    assert parse is not None  # noqa: S101 - callers pass the parsers that the source has
    files = reading.files
    if path in files.missing:
        reading.reasons.append(f"{path} is missing")
        return None
    content = files.contents.get(path, b"")
    reason = files.unreadable.get(path)
    if reason is None:
        try:
            return parse(content)
        except FileRejectedError as error:
            reason = str(error)
    reading.rejected.append((path, Rejected(None, reason, content)))
    if is_needed:
        reading.reasons.append(f"{path} cannot be read: {reason}")
    return None
