"""The catalogue of an invented shop as daily landed files: list pages, product details, category tree and manifest.

The same arguments give the same bytes, and a day's files do not depend on the number of days. The first list page has
the old shape (without prices, so each product also has a detail file), the second page has the new shape. Events:
prices change; five products vanish for four days; one day an item has no SKU and a price is "free"; one day the list
is cut off, so its snapshot is rejected; one day the shop assigns new ids to all products.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from hashlib import blake2b
from typing import Any

import msgspec

from syndication_assets.catalogue.fetching.snapshot_manifest import Manifest, encode_manifest
from syndication_assets.demo.samples.catalogue_shop import (
    CURRENCY,
    PLACEHOLDER_PRICE,
    VENDOR,
    ShopProduct,
    category_ids,
    category_tree,
    shop_products,
)
from syndication_assets.demo.samples.sample_file import SampleFile, encode_json

__all__ = [
    "CURRENCY",
    "CUT_OFF_DAY",
    "PLACEHOLDER_PRICE",
    "SOURCE",
    "VENDOR",
    "broken_catalogue_files",
    "catalogue_files",
]

SOURCE = "clan_catalogue"
# Days of the range, counted from 0.
ODD_ITEMS_DAY = 3
VANISHED_DAYS = range(5, 9)
CUT_OFF_DAY = 12
NEW_IDS_DAY = 15
VANISHED_PRODUCTS = range(20, 25)
OLD_SHAPE_SHARE = 5
"""One in this many products is on the page with the old shape."""


def catalogue_files(
    organization: str,
    *,
    first_day: date = date(2025, 11, 3),
    days: int = 28,
    products: int = 400,
    seed: int = 7,
) -> Iterator[SampleFile]:
    """The files of the range, by landing day; a day's manifest comes last. The vendor is `VENDOR`."""
    tree = category_tree(seed)
    shop = shop_products(products, days, list(category_ids(tree)), seed)
    old_shape, new_shape = shop[: products // OLD_SHAPE_SHARE], shop[products // OLD_SHAPE_SHARE :]
    details: dict[str, tuple[bytes, str]] = {}
    for number in range(days):
        yield from _day_files(organization, first_day, number, old_shape, new_shape, tree, details)


def broken_catalogue_files(*, first_day: date, days: int) -> Iterator[str]:
    """The files with one broken item or a broken end, as `<source>/<day>/<file>`."""
    for number in (ODD_ITEMS_DAY, CUT_OFF_DAY):
        if number < days:
            day = first_day + timedelta(days=number)
            yield f"{SOURCE}/{day}/products_page_0002_{_stamp(_observed_at(day))}.json"


def _observed_at(day: date) -> datetime:
    return datetime.combine(day, time(4, 30), UTC)


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d_%H-%M-%S}-000"


def _day_files(
    organization: str,
    first_day: date,
    number: int,
    old_shape: list[ShopProduct],
    new_shape: list[ShopProduct],
    tree: list[dict[str, Any]],
    details: dict[str, tuple[bytes, str]],
) -> Iterator[SampleFile]:
    day = first_day + timedelta(days=number)
    observed_at = _observed_at(day)
    stamp = _stamp(observed_at)
    folder = f"{organization}/{SOURCE}/{day}"
    listed = [product for product in old_shape if _is_listed(product, number)]
    pages = [
        encode_json([_old_row(product, number) for product in listed]),
        encode_json({"success": True, "data": objects_of(new_shape, number)}),
    ]
    if number == CUT_OFF_DAY:
        pages[1] = pages[1][: len(pages[1]) // 3]
    lists = []
    for position, content in enumerate(pages, start=1):
        name = f"products_page_{position:04}_{stamp}.json"
        lists.append(f"{folder}/{name}")
        yield SampleFile(SOURCE, day, name, content)
    for product in listed:
        content = encode_json({"success": True, "data": _data(product, number)})
        # As in a real fetch: unchanged details are not fetched again.
        if details.get(product.sku, (b"", ""))[0] != content:
            entry = blake2b(content, digest_size=12).hexdigest()
            name = f"product_data_{entry}_{stamp}.json"
            details[product.sku] = (content, f"{folder}/{name}")
            yield SampleFile(SOURCE, day, name, content)
    tree_name = f"category_tree_{stamp}.json"
    yield SampleFile(SOURCE, day, tree_name, encode_json({"success": True, "data": tree}))
    is_cut_off = number == CUT_OFF_DAY
    manifest = Manifest(
        vendor=VENDOR,
        observed_at=observed_at,
        is_complete=not is_cut_off,
        product_lists=lists,
        product_details=[details[product.sku][1] for product in listed],
        category_tree=f"{folder}/{tree_name}",
        reasons=["page 2 of the list of products was cut off"] if is_cut_off else [],
    )
    yield SampleFile(SOURCE, day, f"manifest_{VENDOR}_{stamp}.json", encode_manifest(manifest))


def _is_listed(product: ShopProduct, day_number: int) -> bool:
    return product.number not in VANISHED_PRODUCTS or day_number not in VANISHED_DAYS


def _dump(day_number: int) -> int:
    return int(day_number >= NEW_IDS_DAY)


def _old_row(product: ShopProduct, day_number: int) -> list[Any]:
    """A product in the old shape; every ninth row ends early."""
    row = [product.title, product.sku, _url(product), product.description, "", product.product_id(_dump(day_number))]
    return row[:4] if product.number % 9 == 4 else row


def objects_of(products: list[ShopProduct], day_number: int) -> list[dict[str, Any]]:
    objects: list[dict[str, Any]] = [
        {
            "sku": product.sku,
            "product_id": product.product_id(_dump(day_number)),
            "title": product.title,
            "price": product.price(day_number),
            "image": f"https://img.shop.example/{product.sku.lower()}.jpg",
            "product_url": _url(product),
            "description": product.description,
            "category_ids": list(product.category_ids),
            "printable_design_type": product.design,
        }
        for product in products
        if _is_listed(product, day_number)
    ]
    if day_number == ODD_ITEMS_DAY and objects:
        objects[-1] |= {"price": "free"}
        objects.insert(1, {"title": "A present without a number", "price": "12.00"})
    return objects


def _data(product: ShopProduct, day_number: int) -> dict[str, Any]:
    image = f"https://img.shop.example/{product.sku.lower()}.jpg"
    return {
        "product_id": str(product.product_id(_dump(day_number))),
        "title": product.title,
        "sku": product.sku,
        "price": msgspec.json.decode(product.price(day_number).encode()),
        "image": image,
        "images": [{"url": image}],
        "categories": [{"id": category} for category in product.category_ids],
        "product_url": _url(product),
        "description": product.description,
    }


def _url(product: ShopProduct) -> str:
    return f"https://shop.example/{product.sku.lower()}.html"
