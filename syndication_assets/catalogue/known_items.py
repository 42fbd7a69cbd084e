"""What reading the items of a shop's lists came to, kept from look to look, so that nothing is read twice in vain.

An item is known by the hash of its exact bytes, wherever it stands, and only to the code that read it: what is known
follows from those two alone, never from other looks, from rules of the vendor, or from what the tables say. Without it
everything is read, and says the same.
"""

import hashlib
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from importlib.metadata import version
from pathlib import Path

import msgspec

from syndication_assets.catalogue import envelope, product_facts
from syndication_assets.catalogue.catalogue_sources import CatalogueSource
from syndication_assets.catalogue.envelope import PRODUCT_LIST_KEYS, items_of
from syndication_assets.catalogue.product_facts import Product, ProductItem, ProductList
from syndication_assets.landing.rejections import FileRejectedError, Rejected
from syndication_assets.text import html_text, lines, urls

_READERS = (envelope, product_facts, html_text, lines, urls)
_LIBRARIES = ("lxml", "msgspec")


class KnownProduct(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What is known of the product that an item came to: all but its texts, for which its row or the item is asked."""

    sku: str
    content_hash: bytes
    price: Decimal | None
    has_unread_price: bool
    unknown_keys: tuple[str, ...] = ()


KnownItems = Mapping[bytes, KnownProduct]
"""Known products by the hashes of their items."""


class KnownItem(msgspec.Struct, frozen=True, gc=False):
    """An item of a list that is known: its place, its exact text, and its product."""

    position: int
    payload: bytes
    product: KnownProduct


class ProductPage(msgspec.Struct, gc=False):
    """A `ProductList` of which some items are known, in the order of the file."""

    items: list[ProductItem | KnownItem]
    rejected: list[Rejected]
    unknown_keys: Counter[str]
    """Of the items that are not known."""


def mark_of(payload: bytes | msgspec.Raw) -> bytes:
    """BLAKE2b-128 of an item as it stands in the file."""
    return hashlib.blake2b(payload, digest_size=16).digest()


def parse_page(content: bytes, parse: Callable[[bytes], ProductList], known: KnownItems) -> ProductPage:
    """A page of a list as `parse` reads it, without reading items that are known. It raises what `parse` raises."""
    try:
        raws = items_of(content, PRODUCT_LIST_KEYS) if known else []
    except FileRejectedError:
        raws = []
    recognized = {
        position: KnownItem(position, bytes(raw), product)
        for position, raw in enumerate(raws)
        if (product := known.get(mark_of(raw))) is not None
    }
    if not recognized:
        page = parse(content)
        return ProductPage(list(page.items), page.rejected, page.unknown_keys)
    # A bare list of the other items is a page of this shape, too.
    places = [position for position in range(len(raws)) if position not in recognized]
    page = parse(b"[" + b",".join(raws[place] for place in places) + b"]")
    items: list[ProductItem | KnownItem] = list(recognized.values())
    items.extend(ProductItem(places[one.position], one.payload, one.facts) for one in page.items)
    # Stable: products of one item keep their order.
    items.sort(key=lambda item: item.position)
    rejected = [Rejected(places[one.position or 0], one.reason, one.payload) for one in page.rejected]
    return ProductPage(items, rejected, page.unknown_keys)


def known_product(product: Product, payload: bytes, parse: Callable[[bytes], ProductList] | None) -> KnownProduct:
    """What will be known of an item that came to this product; `parse` where it may have keys that are not known."""
    keys = parse(b"[" + payload + b"]").unknown_keys.elements() if parse is not None else ()
    return KnownProduct(product.sku, product.content_hash, product.price, product.has_unread_price, tuple(keys))


@cache
def reader_of(source: CatalogueSource) -> str:
    """Names the code that reads a source: another version of it, or of a library that it uses, has another name.

    The source files count, not only the version number: a fixed parser reads every item again in any case.
    """
    digest = hashlib.blake2b(digest_size=16)
    for module in (sys.modules[source.parse_products.__module__], *_READERS, sys.modules[__name__]):
        digest.update(Path(str(module.__file__)).read_bytes())
    libraries = [f"{name} {version(name)}" for name in _LIBRARIES]
    return " ".join(
        [f"{source.name} {source.version}", f"Python {sys.version.split()[0]}", *libraries, digest.hexdigest()]
    )
