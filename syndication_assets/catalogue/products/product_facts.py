"""The common form that every catalogue is parsed into, and how its values are read.

A parser turns an item into raw `ProductFacts`; `make_product` cleans the facts of one product. The rest of the room
handles products and categories only, whatever their source.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import msgspec

from syndication_assets.landing.loading.rejections import ItemRejectedError, Rejected
from syndication_assets.text.html_text import UnreadableMarkupError, one_line, plain_text
from syndication_assets.text.urls import read_url

CLEANING_VERSION = 2
"""Raise it when the same facts are cleaned differently from now on."""
_MAXIMUM_IDENTIFIER = 200
_PRICE = re.compile(r"[0-9]{1,10}(?:\.[0-9]+)?")
_CENT = Decimal("0.01")
_LARGEST_PRICE = Decimal(10) ** 10
_encode = msgspec.json.Encoder(decimal_format="string").encode


class ProductFacts(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What one item says about one product, uncleaned. None means that the item does not say it."""

    sku: str
    vendor_product_id: str | None = None
    name: str | None = None
    description: str | None = None
    price: Any = None
    image_url: str | None = None
    product_url: str | None = None
    handle: str | None = None
    """The name of its page below the shop's URL, for items without a `product_url`."""
    attributes: dict[str, tuple[str, ...]] = {}
    vendor_category_ids: tuple[str, ...] | None = None

    def completed_by(self, detail: "ProductFacts") -> "ProductFacts":
        """The same product with the values of `detail`, which win over its own."""
        values = {name: value for name in self.__struct_fields__ if (value := getattr(detail, name)) not in (None, {})}
        return msgspec.structs.replace(self, **values)


class ShopRules(msgspec.Struct, frozen=True, kw_only=True):
    """The rules of a shop that its products depend on."""

    currency: str | None = None
    placeholder_prices: tuple[Decimal, ...] = ()
    shop_url: str | None = None
    """The URL of which the page of a product with a handle is a part."""


class Product(msgspec.Struct, frozen=True, gc=False):
    """One product as a catalogue describes it, cleaned."""

    sku: str
    vendor_product_id: str | None
    name: str
    description: str | None
    price: Decimal | None
    """None if the shop states none, a placeholder, or one that is not a number."""
    currency: str | None
    """ISO 4217 code of the price; None without a price."""
    image_url: str | None
    product_url: str | None
    attributes: dict[str, tuple[str, ...]]
    vendor_category_ids: tuple[str, ...]
    content_hash: bytes
    """BLAKE2b-128 of the fields above."""
    has_placeholder_price: bool
    has_unread_price: bool
    """Whether the shop states a price that is not a number."""


_NO_RULES = ShopRules()


class Category(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One node of a shop's category tree."""

    vendor_category_id: str
    name: str
    description: str | None = None
    url: str | None = None
    parent_vendor_category_id: str | None = None
    """The parent that the shop names, whether it is in the tree or not."""


class ProductItem(msgspec.Struct, frozen=True, gc=False):
    """A valid item of a product list: its position, its exact JSON text and its facts."""

    position: int
    payload: bytes
    facts: ProductFacts


class ProductList(msgspec.Struct, gc=False):
    """The products of one file. An item with several products is listed once for each of them."""

    items: list[ProductItem] = []
    rejected: list[Rejected] = []
    unknown_keys: Counter[str] = msgspec.field(default_factory=Counter)


class CategoryTree(msgspec.Struct, gc=False):
    """The categories of one file. Positions count the nodes in the order of the file, parents first."""

    categories: list[Category] = []
    rejected: list[Rejected] = []


def make_product(facts: ProductFacts, rules: ShopRules = _NO_RULES) -> Product:
    """Cleans the facts of a product. ItemRejectedError without a name, or with markup that is nested too deeply."""
    try:
        name = one_line(facts.name) if facts.name is not None else None
        description = plain_text(facts.description) if facts.description is not None else None
    except UnreadableMarkupError:
        raise ItemRejectedError("its name or description has markup that is nested too deeply") from None
    if name is None:
        raise ItemRejectedError("it has no name")
    stated_price = read_price(facts.price)
    is_placeholder = stated_price in rules.placeholder_prices
    price = None if is_placeholder else stated_price
    fields = (
        facts.sku,
        facts.vendor_product_id,
        name,
        description,
        price,
        rules.currency if price is not None else None,
        read_url(facts.image_url),
        read_url(facts.product_url or _page_of(rules.shop_url, facts.handle)),
        facts.attributes,
        tuple(sorted(set(facts.vendor_category_ids or ()))),
    )
    content_hash = hashlib.blake2b(_encode(fields), digest_size=16).digest()
    is_unread = stated_price is None and facts.price not in (None, "")
    return Product(*fields, content_hash, is_placeholder, is_unread)


def _page_of(shop_url: str | None, handle: str | None) -> str | None:
    """The URL of a product's page; None without a handle or the shop's URL."""
    if shop_url is None or handle is None:
        return None
    return f"{shop_url.rstrip('/')}/products/{quote(handle, safe='')}"


def read_price(value: Any) -> Decimal | None:
    """A price above 0 with at most two significant decimals; None for any other value: prices are never guessed."""
    if isinstance(value, str) and _PRICE.fullmatch(value.strip()):
        value = Decimal(value.strip())
    if isinstance(value, int) and not isinstance(value, bool):
        value = Decimal(value)
    if not isinstance(value, Decimal) or not value.is_finite() or not 0 < value < _LARGEST_PRICE:
        return None
    in_cents = value.quantize(_CENT)
    return in_cents if in_cents == value else None


def identifier(item: Mapping[str, Any], *keys: str) -> str | None:
    """The id under the first key that has one; None if no key has one. ItemRejectedError if a value is not an id."""
    for key in keys:
        text = as_identifier(item.get(key), key)
        if text is not None:
            return text
    return None


def as_identifier(value: Any, key: str) -> str | None:
    """The value of a key as an id; None if it is empty. ItemRejectedError if it is not an id."""
    # Control characters in an id are transport errors, and PostgreSQL does not store all of them.
    if type(value) is str:
        text = value if value.isascii() and value.isalnum() else " ".join(value.split())
    elif type(value) is int:
        text = str(value)
    elif value is None:
        return None
    else:
        raise ItemRejectedError(f"{key} is neither text nor a whole number")
    if len(text) > _MAXIMUM_IDENTIFIER or not text.isprintable():
        raise ItemRejectedError(f"{key} has more than {_MAXIMUM_IDENTIFIER} characters, or control characters")
    return text or None
