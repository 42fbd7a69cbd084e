"""An invented shop of heritage goods: its category tree, its products and their price history.

Everything is invented, but the oddities are those of real catalogues.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

VENDOR = "heritage"
CURRENCY = "GBP"
PLACEHOLDER_PRICE = "29.99"
MAXIMUM_CATEGORIES = 28
ROOTS = 5
# Average number of children of a category, by level; the last two levels are sparse.
_CHILDREN = (5, 3, 1.2, 0.5, 0.35)
_DUPLICATE_NAMES = 12
_HYPHEN = "\N{NON-BREAKING HYPHEN}"

_DEPARTMENTS = ("Highland Wear", "Home and Hearth", "Jewellery", "Gifts", "Fabrics")
_KINDS = ("Everyday", "Festive", "Children's", "Antique", "Workshop", "Travel", "Winter", "Wedding")
_HOUSES = (
    "MacFernweh", "Glenmarmalade", "Dunwhistle", "Ferintosh", "Kilbrambles", "Strathbiscuit", "Invertwine", "Lochpetal",
    "Abernettle", "Craigthistle", "Balquhimsy", "Ardnapple", "Tobermellow", "Pitbramble", "Auchenfeather", "Skerryvane",
)  # fmt: skip
_WEAVES = ("Ancient", "Modern", "Weathered", "Hunting", "Dress")
_GOODS = (
    ("Eight Yard Kilt", "wool", 390), ("Casual Kilt", "viscose", 95), ("Scarf", "lambswool", 32),
    ("Cushion", "wool", 48), ("Tie", "silk", 27), ("Kilt Pin", "pewter", 18), ("Sporran", "leather", 120),
    ("Crest Mug", "ceramic", 14), ("Crest Print", "paper", 24), ("Picnic Rug", "wool", 76), ("Flat Cap", "tweed", 41),
    ("Brooch", "silver", 88), ("Sash", "wool", 54), ("Hip Flask", "steel", 36), ("Tea Towel", "linen", 11),
    ("Waistcoat", "tweed", 145),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ShopProduct:
    """One product with its price history."""

    number: int
    sku: str
    title: str
    description: str
    design: str
    category_ids: tuple[int, ...]
    prices: tuple[tuple[int, str], ...]
    """(first day of the price, price), in order."""

    def price(self, day_number: int) -> str:
        return next(price for since, price in reversed(self.prices) if since <= day_number)

    def product_id(self, dump: int) -> int:
        """The shop's own id. The shop renumbers all products now and then, so the SKU is the key."""
        return Random(f"{self.sku}/{dump}").randrange(100_000, 1_000_000)


def category_tree(seed: int) -> list[dict[str, Any]]:
    """About 250 categories on six levels. The five roots name a parent that does not exist."""
    chance = Random(f"{seed}/categories")
    numbers = iter(range(101, 10_000))

    def node(level: int, name: str, parent_id: int) -> dict[str, Any]:
        own_id = next(numbers)
        count = _CHILDREN[level] if level < len(_CHILDREN) else 0
        children = int(count) + (chance.random() < count - int(count))
        return {
            "id": own_id,
            "name": name,
            "description": f"<p>{name}: made to be used &amp; to be kept.</p>" if level < 2 else "",
            "url": f"https://shop.example/c/{own_id}",
            "parent_id": parent_id,
            "children": [
                node(
                    level + 1,
                    f"{_KINDS[(own_id + n) % len(_KINDS)]} {_GOODS[(own_id * 3 + n) % len(_GOODS)][0]}s",
                    own_id,
                )
                for n in range(children)
            ],
        }

    return [node(0, name, 2 + number) for number, name in enumerate(_DEPARTMENTS[:ROOTS])]


def category_ids(tree: list[dict[str, Any]]) -> Iterator[int]:
    """The ids of all nodes, parents first."""
    for node in tree:
        yield int(node["id"])
        yield from category_ids(node["children"])


def shop_products(count: int, days: int, categories: list[int], seed: int) -> list[ShopProduct]:
    """The products; the last twelve repeat the names of earlier products."""
    names = [_name(number) for number in range(count)]
    for number in range(min(_DUPLICATE_NAMES, count // 2)):
        names[count - 1 - number] = names[number * 7 % (count - _DUPLICATE_NAMES)]
    return [_product(number, names[number], days, categories, seed) for number in range(count)]


def _name(number: int) -> str:
    house = _HOUSES[number % len(_HOUSES)]
    weave = _WEAVES[number // len(_HOUSES) % len(_WEAVES)]
    good = _GOODS[number // (len(_HOUSES) * len(_WEAVES)) % len(_GOODS)][0]
    return f"{house} {weave} {good}" + (f", hand{_HYPHEN}made" if number % 3 == 1 else "")


def _product(number: int, name: str, days: int, categories: list[int], seed: int) -> ShopProduct:
    chance = Random(f"{seed}/product/{number}")
    good, material, typical = _GOODS[number // (len(_HOUSES) * len(_WEAVES)) % len(_GOODS)]
    description = f"{name} of {material}. It keeps its shape, and asks for little."
    if chance.random() < 0.34:
        description = (
            f"<p>{name} of <strong>{material}</strong>.</p><ul><li>Woven&nbsp;to order</li>"
            f"<li>Keeps its shape &amp; colour</li></ul><p>Allow {chance.randint(2, 8)} weeks.</p>"
        )
    often = MAXIMUM_CATEGORIES if number % 400 == 7 else chance.choice((1, 1, 2, 2, 3, 4, 6))
    return ShopProduct(
        number=number,
        sku=f"{good[:3].upper()}{_HOUSES[number % len(_HOUSES)][:3].upper()}-{number + 1:05}",
        title=name,
        description=description,
        design=chance.choice(("false", "false", "tartan", "crest", "silhouette")),
        category_ids=tuple(sorted(chance.sample(categories, min(often, len(categories))))),
        prices=tuple(_prices(chance, typical, days)),
    )


def _prices(chance: Random, typical: float, days: int) -> Iterator[tuple[int, str]]:
    """A third of the products keep the shop's placeholder; each of the others has a 1 % chance of a new price a day."""
    if chance.random() < 0.31:
        yield 0, PLACEHOLDER_PRICE
        return
    pounds = max(2.0, typical * chance.uniform(0.7, 1.6))
    yield 0, f"{pounds:.2f}"
    day = int(chance.expovariate(0.01)) + 1
    while day < days:
        pounds = max(2.0, pounds * chance.choice((0.8, 0.9, 1.1, 1.25)))
        yield day, f"{pounds:.2f}"
        day += int(chance.expovariate(0.01)) + 1
