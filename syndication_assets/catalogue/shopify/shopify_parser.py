"""Parses Shopify's `products.json`. Each variant with a sku becomes a product.

Pure: bytes in, facts out. The file has no category tree; a product's type is its only category, a root. Nor does it
hold the shop's URL: a product's page is its handle below the vendor's `shop_url`.
"""

from collections import Counter
from typing import Any

from syndication_assets.catalogue.fetching.envelope import PRODUCT_LIST_KEYS, decode_item, items_of
from syndication_assets.catalogue.products.product_facts import (
    Category,
    CategoryTree,
    ProductFacts,
    ProductItem,
    ProductList,
    identifier,
)
from syndication_assets.landing.loading.item_fields import optional_text
from syndication_assets.landing.loading.rejections import ItemRejectedError, Rejected
from syndication_assets.text.lines import tidy

SOURCE = "shopify_products"
VERSION = 3
HAS_CATEGORY_TREE = False

_DEFAULT_VARIANT = "Default Title"
_KNOWN_KEYS = frozenset(
    {
        "id",
        "title",
        "body_html",
        "product_type",
        "tags",
        "handle",
        "variants",
        "images",
        "image",
        "options",
        "vendor",
        "created_at",
        "updated_at",
        "published_at",
    }
)


def parse_products(content: bytes) -> ProductList:
    """Parses a page of `products.json`. A product is rejected if any of its variants lacks a sku; its variants with a
    sku become products all the same.
    """
    products = ProductList()
    for position, raw in enumerate(items_of(content, PRODUCT_LIST_KEYS)):
        payload = bytes(raw)
        try:
            facts, without_sku = _variants_of(decode_item(payload), products.unknown_keys)
        except ItemRejectedError as error:
            products.rejected.append(Rejected(position, str(error), payload))
            continue
        products.items.extend(ProductItem(position, payload, variant) for variant in facts)
        if without_sku:
            count = f"{without_sku} of its {len(facts) + without_sku} variants"
            products.rejected.append(Rejected(position, f"{count} have no sku", payload))
    return products


def parse_whole(content: bytes) -> tuple[ProductList, CategoryTree | None]:
    """Parses a `products.json` with all products."""
    products = parse_products(content)
    return products, categories_of(products)


def categories_of(products: ProductList) -> CategoryTree:
    """The types of the products, each a category without a parent."""
    types = sorted({name for item in products.items for name in item.facts.vendor_category_ids or ()})
    return CategoryTree([Category(vendor_category_id=name, name=name) for name in types])


def _variants_of(value: Any, unknown_keys: Counter[str]) -> tuple[list[ProductFacts], int]:
    """The facts of each variant with a sku, and the number of other variants."""
    if not isinstance(value, dict):
        raise ItemRejectedError("it is not an object")
    unknown_keys.update(value.keys() - _KNOWN_KEYS)
    variants = value.get("variants")
    if not isinstance(variants, list) or not all(isinstance(variant, dict) for variant in variants):
        raise ItemRejectedError("variants is not a list of objects")
    facts = [
        _facts_of(value, variant, sku, has_siblings=len(variants) > 1)
        for variant in variants
        if (sku := identifier(variant, "sku")) is not None
    ]
    if not facts:
        raise ItemRejectedError("it has no sku")
    return facts, len(variants) - len(facts)


def _facts_of(value: dict[str, Any], variant: dict[str, Any], sku: str, *, has_siblings: bool) -> ProductFacts:
    name, variant_title = optional_text(value, "title"), optional_text(variant, "title")
    if has_siblings and name is not None and variant_title is not None and variant_title != _DEFAULT_VARIANT:
        # Some shops repeat the product's name in the titles of its variants.
        is_named = variant_title.casefold().startswith(name.casefold())
        name = variant_title if is_named else f"{name}, {variant_title}"
    product_type = identifier(value, "product_type")
    return ProductFacts(
        sku=sku,
        vendor_product_id=identifier(value, "id"),
        name=name,
        description=optional_text(value, "body_html"),
        price=variant.get("price"),
        image_url=_first_image(value.get("images")),
        handle=optional_text(value, "handle"),
        attributes=_attributes(value, variant),
        vendor_category_ids=(product_type,) if product_type is not None else (),
    )


def _first_image(images: Any) -> str | None:
    if not isinstance(images, list):
        return None
    return next(
        (image["src"] for image in images if isinstance(image, dict) and isinstance(image.get("src"), str)), None
    )


def _attributes(value: dict[str, Any], variant: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """The product's tags, the variant's size and material if options have these names, and whether it is sold out."""
    attributes: dict[str, tuple[str, ...]] = {}
    if variant.get("available") is False:
        attributes["availability"] = ("sold out",)
    tags = value.get("tags")
    words = tags.split(",") if isinstance(tags, str) else tags if isinstance(tags, list) else []
    if texts := sorted({text for word in words if isinstance(word, str) and (text := tidy(word))}):
        attributes["tags"] = tuple(texts)
    options = value.get("options")
    for number, option in enumerate(options if isinstance(options, list) else [], start=1):
        name, chosen = option.get("name") if isinstance(option, dict) else None, variant.get(f"option{number}")
        kind = {"size": "sizes", "material": "materials"}.get(name.strip().lower()) if isinstance(name, str) else None
        if kind is not None and isinstance(chosen, str) and (text := tidy(chosen)):
            attributes[kind] = (text,)
    return attributes
