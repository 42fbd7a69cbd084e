"""Chooses between items of one catalogue that share a sku, by what they say and never by their order. Pure.

Shops give a sku to several products by mistake, and list a product twice that moves between two pages during a fetch.
If the items say the same, they are one product. If not, the shop's oldest product keeps the sku, because its id does
not change, and of several items of that product the one with the highest price, so that no text promises too little.
The others are rejected one by one; the catalogue is not.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from syndication_assets.catalogue.products.product_facts import Product, ProductItem
from syndication_assets.landing.loading.rejections import Rejected


@dataclass(frozen=True, slots=True)
class _Listed:
    path: str
    item: ProductItem
    product: Product

    def rank(self) -> tuple[bool, int, str, bool, Decimal]:
        """The lowest counts."""
        remote_id, price = self.product.vendor_product_id, self.product.price
        return (
            remote_id is None,
            # Ids are numbers that grow: the shorter one is the lower one.
            len(remote_id or ""),
            remote_id or "",
            price is None,
            -(price or Decimal(0)),
        )


class RepeatedSkus:
    """The items of one catalogue by their sku."""

    def __init__(self) -> None:
        self._chosen: dict[str, _Listed] = {}
        self._others: list[_Listed] = []

    def add(self, path: str, item: ProductItem, product: Product) -> None:
        listed = _Listed(path, item, product)
        first = self._chosen.setdefault(product.sku, listed)
        if first is listed or first.product.content_hash == product.content_hash:
            return
        if listed.rank() < first.rank():
            self._chosen[product.sku] = listed
            listed, first = first, listed
        self._others.append(listed)

    def chosen(self) -> dict[str, Product]:
        """One product for each sku."""
        return {sku: listed.product for sku, listed in self._chosen.items()}

    def rejected(self) -> Iterator[tuple[str, Rejected]]:
        """The other items, with the paths of their files."""
        for listed in self._others:
            chosen = self._chosen[listed.product.sku]
            if chosen.product.content_hash == listed.product.content_hash:
                continue
            place = f"item {chosen.item.position}" + ("" if chosen.path == listed.path else f" of {chosen.path}")
            reason = (
                f"its sku {listed.product.sku!r} is also that of {place}, which says something else and is loaded "
                "instead: give each product a sku of its own"
            )
            yield listed.path, Rejected(listed.item.position, reason, listed.item.payload)
