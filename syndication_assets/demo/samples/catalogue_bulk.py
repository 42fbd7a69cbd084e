"""Generates a large catalogue quickly: the benchmarks load these files, which look like a fetch of a shop's API."""

from collections.abc import Iterator
from datetime import UTC, datetime

from syndication_assets.catalogue.fetching.snapshot_manifest import Manifest, encode_manifest
from syndication_assets.demo.samples.catalogue import SOURCE, objects_of
from syndication_assets.demo.samples.catalogue_shop import VENDOR, category_ids, category_tree, shop_products
from syndication_assets.demo.samples.sample_file import SampleFile, encode_json

PAGE_SIZE = 1_000
"""Products on a page of the list."""


def bulk_catalogue_files(organization: str, *, products: int, observed_at: datetime, seed: int) -> Iterator[SampleFile]:
    """One snapshot of a catalogue of `products` products: list pages in the new shape, the category tree, the manifest.

    The same seed and number give the same products at any time: a second call with a later time is the next snapshot
    of an unchanged catalogue. A third of the descriptions contain markup, and a third of the prices are the shop's
    placeholder.
    """
    observed_at = observed_at.astimezone(UTC)
    day, stamp = observed_at.date(), f"{observed_at:%Y-%m-%d_%H-%M-%S}-000"
    folder = f"{organization}/{SOURCE}/{day}"
    tree = category_tree(seed)
    shop = shop_products(products, 1, list(category_ids(tree)), seed)
    lists = []
    for number, first in enumerate(range(0, products, PAGE_SIZE), start=1):
        page = {"success": True, "data": objects_of(shop[first : first + PAGE_SIZE], 0)}
        name = f"products_page_{number:04}_{stamp}.json"
        lists.append(f"{folder}/{name}")
        yield SampleFile(SOURCE, day, name, encode_json(page))
    tree_name = f"category_tree_{stamp}.json"
    yield SampleFile(SOURCE, day, tree_name, encode_json({"success": True, "data": tree}))
    manifest = Manifest(
        vendor=VENDOR,
        observed_at=observed_at,
        is_complete=True,
        product_lists=lists,
        category_tree=f"{folder}/{tree_name}",
    )
    yield SampleFile(SOURCE, day, f"manifest_{VENDOR}_{stamp}.json", encode_manifest(manifest))
