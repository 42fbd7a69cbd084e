"""The one shape that every shop's catalogue is parsed into, and how its single values are read.

An adapter turns an item into `ProductFacts`, raw; `make_product` cleans what came together of one product. After that
everything knows products and categories only.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import msgspec

from syndication_assets.landing.rejections import ItemRejectedError, Rejected
from syndication_assets.text.source_text import UnreadableMarkupError, one_line, plain_text, read_url

_MAXIMUM_IDENTIFIER = 200
_PRICE = re.compile(r"[0-9]{1,10}(?:\.[0-9]+)?")
_CENT = Decimal("0.01")
_LARGEST_PRICE = Decimal(10) ** 10
_encode = msgspec.json.Encoder(decimal_format="string").encode


class ProductFacts(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What one item says of one product, as it says it. None is "not said"."""

    sku: str
    vendor_product_id: str | None = None
    name: str | None = None
    description: str | None = None
    price: Any = None
    image_url: str | None = None
    product_url: str | None = None
    handle: str | None = None
    """What its page is called below the shop's own URL, where the item names no URL."""
    attributes: dict[str, tuple[str, ...]] = {}
    vendor_category_ids: tuple[str, ...] | None = None

    def completed_by(self, detail: "ProductFacts") -> "ProductFacts":
        """The same product with what `detail` says of it; where both speak, the detail is right."""
        said = {name: value for name in self.__struct_fields__ if (value := getattr(detail, name)) not in (None, {})}
        return msgspec.structs.replace(self, **said)


class Product(msgspec.Struct, frozen=True, gc=False):
    """One product as a catalogue describes it, cleaned."""

    sku: str
    vendor_product_id: str | None
    name: str
    description: str | None
    price: Decimal | None
    image_url: str | None
    product_url: str | None
    attributes: dict[str, tuple[str, ...]]
    vendor_category_ids: tuple[str, ...]
    has_unread_price: bool
    """Whether the shop names a price that is no number. It counts as not known."""
    content_hash: bytes
    """BLAKE2b-128 of all of it."""


class Category(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One node of a shop's tree."""

    vendor_category_id: str
    name: str
    description: str | None = None
    url: str | None = None
    parent_vendor_category_id: str | None = None
    """The parent that the shop names, there or not."""


class ProductItem(msgspec.Struct, frozen=True, gc=False):
    """A good item of a list of products: its place, its exact text, and what it says."""

    position: int
    payload: bytes
    facts: ProductFacts


class ProductList(msgspec.Struct, gc=False):
    """One file of products, read. An item that says several products is there once for each."""

    items: list[ProductItem] = []
    rejected: list[Rejected] = []
    unknown_keys: Counter[str] = msgspec.field(default_factory=Counter)


class CategoryTree(msgspec.Struct, gc=False):
    """One file of categories, read. A position counts the nodes in the order of the file, parents first."""

    categories: list[Category] = []
    rejected: list[Rejected] = []


def make_product(facts: ProductFacts, shop_url: str | None = None) -> Product:
    """The product of these facts; ItemRejectedError without a name, or with markup that cannot be read.

    `shop_url` is what the shop's row says: a page that only has a handle is below it.
    """
    try:
        name = one_line(facts.name) if facts.name is not None else None
        description = plain_text(facts.description) if facts.description is not None else None
    except UnreadableMarkupError:
        raise ItemRejectedError("its name or description has markup that cannot be read") from None
    if name is None:
        raise ItemRejectedError("it has no name")
    price = read_price(facts.price)
    said = (
        facts.sku,
        facts.vendor_product_id,
        name,
        description,
        price,
        read_url(facts.image_url),
        read_url(facts.product_url or _page_of(shop_url, facts.handle)),
        facts.attributes,
        tuple(sorted(set(facts.vendor_category_ids or ()))),
        price is None and facts.price not in (None, ""),
    )
    return Product(*said, hashlib.blake2b(_encode(said), digest_size=16).digest())


def _page_of(shop_url: str | None, handle: str | None) -> str | None:
    """The page of a handle; None if there is none, or the shop's URL is not known."""
    if shop_url is None or handle is None:
        return None
    return f"{shop_url.rstrip('/')}/products/{quote(handle, safe='')}"


def read_price(value: Any) -> Decimal | None:
    """A price above 0 with at most two decimals that count; None for all else: a price is never guessed."""
    if isinstance(value, str) and _PRICE.fullmatch(value.strip()):
        value = Decimal(value.strip())
    if isinstance(value, int) and not isinstance(value, bool):
        value = Decimal(value)
    if not isinstance(value, Decimal) or not value.is_finite() or not 0 < value < _LARGEST_PRICE:
        return None
    in_cents = value.quantize(_CENT)
    return in_cents if in_cents == value else None


def identifier(item: Mapping[str, Any], *keys: str) -> str | None:
    """The first of the keys that is there, as text; None if none is. ItemRejectedError if it is no id."""
    for key in keys:
        text = as_identifier(item.get(key), key)
        if text is not None:
            return text
    return None


def as_identifier(value: Any, key: str) -> str | None:
    """The value of a key as an id; None if it says nothing. ItemRejectedError if it is no id."""
    # A control character in an id is an accident of transport; PostgreSQL refuses some of them.
    if type(value) is str:
        text = value if value.isascii() and value.isalnum() else " ".join(value.split())
    elif type(value) is int:
        text = str(value)
    elif value is None:
        return None
    else:
        raise ItemRejectedError(f"{key} is neither text nor a whole number")
    if len(text) > _MAXIMUM_IDENTIFIER or not text.isprintable():
        raise ItemRejectedError(f"{key} has more than {_MAXIMUM_IDENTIFIER} characters, or some that no id has")
    return text or None


def optional_text(item: Mapping[str, Any], *keys: str) -> str | None:
    """The text of the first of the keys that has one; ItemRejectedError if it is something else."""
    for key in keys:
        value = item.get(key)
        if value is None or value == "":
            continue
        if not isinstance(value, str):
            raise ItemRejectedError(f"{key} is not a text")
        return value
    return None
