"""Parses responses of the `clan_catalogue` API: the product list in its two shapes, product details, the category tree.

Pure: bytes in, facts out. A file that cannot be read as a whole raises FileRejectedError. An item that cannot be read
is added to `rejected`, and the other items are parsed.
"""

from collections import Counter
from typing import Any

import msgspec

from syndication_assets.catalogue.fetching.envelope import PRODUCT_LIST_KEYS, decode_item, items_of, object_of
from syndication_assets.catalogue.products.product_facts import (
    Category,
    CategoryTree,
    ProductFacts,
    ProductItem,
    ProductList,
    as_identifier,
    identifier,
)
from syndication_assets.landing.loading.item_fields import optional_text
from syndication_assets.landing.loading.rejections import FileRejectedError, ItemRejectedError, Rejected
from syndication_assets.text.html_text import UnreadableMarkupError, one_line, plain_text
from syndication_assets.text.lines import tidy
from syndication_assets.text.urls import read_url

SOURCE = "clan_catalogue"
VERSION = 1
HAS_CATEGORY_TREE = True

# The old shape: [title, sku, product_url, description, unused, product_id]; some rows end after the description.
_OLD_SHAPE_MINIMUM = 4
_TREE_KEYS = ("category_tree", "categories")
_KNOWN_KEYS = frozenset(
    {
        "sku",
        "product_id",
        "id",
        "title",
        "name",
        "price",
        "image",
        "image_url",
        "images",
        "product_url",
        "url",
        "description",
        "category_ids",
        "categories",
        "printable_design_type",
    }
)
_NO_DESIGN = frozenset({"false", "0", "none", ""})


def parse_products(content: bytes) -> ProductList:
    """Parses a response of `/getProducts`, or the products of a file with a whole catalogue."""
    products = ProductList()
    for position, raw in enumerate(items_of(content, PRODUCT_LIST_KEYS)):
        payload = bytes(raw)
        try:
            facts = _facts_of(decode_item(payload), products.unknown_keys)
        except ItemRejectedError as error:
            products.rejected.append(Rejected(position, str(error), payload))
            continue
        products.items.append(ProductItem(position, payload, facts))
    return products


def parse_detail(content: bytes) -> ProductFacts:
    """Parses a response of `/getProductData`. FileRejectedError if it is not a single product."""
    try:
        value = {key: decode_item(raw) for key, raw in object_of(content).items()}
        return _facts_of(value, Counter())
    except ItemRejectedError as error:
        raise FileRejectedError(f"it is not a product's details: {error}") from None


def parse_categories(content: bytes) -> CategoryTree:
    """Parses a response of `/getCategoryTree`, or the tree of a file with a whole catalogue; children may be nested.

    A child that names no parent belongs to the node around it. The first of several nodes with one id counts.
    """
    tree = CategoryTree()
    seen: dict[str, Category] = {}
    position = 0
    waiting: list[tuple[Any, bytes, str | None]] = []
    for raw in reversed(items_of(content, _TREE_KEYS)):
        try:
            waiting.append((decode_item(raw), bytes(raw), None))
        except ItemRejectedError:
            waiting.append((None, bytes(raw), None))
    while waiting:
        node, payload, parent_id = waiting.pop()
        own_id = parent_id
        try:
            category = _category_of(node, parent_id)
            own_id = category.vendor_category_id
            first = seen.setdefault(own_id, category)
            if first is category:
                tree.categories.append(category)
            elif first != category:
                raise ItemRejectedError("its category is in the tree already, with other content")
        except ItemRejectedError as error:
            tree.rejected.append(Rejected(position, str(error), payload))
        position += 1
        children = node.get("children") if isinstance(node, dict) else None
        if isinstance(children, list):
            waiting.extend((child, payload, own_id) for child in reversed(children))
    return tree


def parse_whole(content: bytes) -> tuple[ProductList, CategoryTree | None]:
    """Parses a file with a whole catalogue: {"products": […], "category_tree": […]}, bare or under `data`.

    The positions of its categories continue those of its products.
    """
    holder = object_of(content)
    if "products" not in holder:
        raise FileRejectedError(
            'it is not a whole catalogue, {"products": […], "category_tree": […]}, and no manifest lists it'
        )
    products = parse_products(bytes(holder["products"]))
    tree = next((parse_categories(bytes(holder[key])) for key in _TREE_KEYS if key in holder), None)
    if tree is not None:
        # Positions are unique within a file.
        first_position = len(products.items) + len(products.rejected)
        tree.rejected = [
            Rejected((rejected.position or 0) + first_position, rejected.reason, rejected.payload)
            for rejected in tree.rejected
        ]
    return products, tree


def _facts_of(value: Any, unknown_keys: Counter[str]) -> ProductFacts:
    if isinstance(value, list):
        return _facts_of_old_shape(value)
    if not isinstance(value, dict):
        raise ItemRejectedError("it is neither an object nor a list")
    unknown_keys.update(value.keys() - _KNOWN_KEYS)
    sku = identifier(value, "sku")
    if sku is None:
        raise ItemRejectedError("it has no sku")
    return ProductFacts(
        sku=sku,
        vendor_product_id=identifier(value, "product_id", "id"),
        name=optional_text(value, "title", "name"),
        description=optional_text(value, "description"),
        price=value.get("price"),
        image_url=optional_text(value, "image", "image_url") or _first_image(value.get("images")),
        product_url=optional_text(value, "product_url", "url"),
        attributes=_attributes(value.get("printable_design_type")),
        vendor_category_ids=_category_ids(value),
    )


def _facts_of_old_shape(row: list[Any]) -> ProductFacts:
    if len(row) < _OLD_SHAPE_MINIMUM:
        raise ItemRejectedError(f"it is a list of {len(row)} values: a product of the old shape has at least 4")
    named = dict(zip(("title", "sku", "product_url", "description", "", "product_id"), row, strict=False))
    sku = identifier(named, "sku")
    if sku is None:
        raise ItemRejectedError("it has no sku")
    return ProductFacts(
        sku=sku,
        vendor_product_id=identifier(named, "product_id"),
        name=optional_text(named, "title"),
        description=optional_text(named, "description"),
        product_url=optional_text(named, "product_url"),
    )


def _first_image(images: Any) -> str | None:
    if not isinstance(images, list):
        return None
    return next(
        (image["url"] for image in images if isinstance(image, dict) and isinstance(image.get("url"), str)), None
    )


def _attributes(design: Any) -> dict[str, tuple[str, ...]]:
    if not isinstance(design, str) or design.strip().lower() in _NO_DESIGN:
        return {}
    return {"designs": (tidy(design).lower(),)}


def _category_ids(value: dict[str, Any]) -> tuple[str, ...] | None:
    """Ids of `category_ids`, or of the objects of `categories`; None if neither is there."""
    for key in ("categories", "category_ids"):
        entries = value.get(key)
        if entries is None:
            continue
        if not isinstance(entries, list):
            raise ItemRejectedError(f"{key} is not a list")
        ids = [as_identifier(entry.get("id") if isinstance(entry, dict) else entry, "id") for entry in entries]
        return tuple(category_id for category_id in ids if category_id is not None)
    return None


def _category_of(node: Any, parent_id: str | None) -> Category:
    if not isinstance(node, dict):
        raise ItemRejectedError("the category is not an object")
    own_id = identifier(node, "id", "category_id")
    if own_id is None:
        raise ItemRejectedError("the category has no id")
    try:
        name, description = optional_text(node, "name"), optional_text(node, "description")
        name = one_line(name) if name is not None else None
        description = plain_text(description) if description is not None else None
    except UnreadableMarkupError:
        raise ItemRejectedError("the category's name or description has markup that is nested too deeply") from None
    if name is None:
        raise ItemRejectedError("the category has no name")
    named_parent = identifier(node, "parent_id")
    return Category(
        vendor_category_id=own_id,
        name=name,
        description=description,
        url=read_url(optional_text(node, "url")),
        # Shops write 0 for "no parent".
        parent_vendor_category_id=(named_parent if named_parent != "0" else None) or parent_id,
    )


def entry_of(item: ProductItem) -> bytes:
    """A product's list entry as canonical JSON: entries that differ in spelling only are equal."""
    return msgspec.json.encode(decode_item(item.payload), order="deterministic")
