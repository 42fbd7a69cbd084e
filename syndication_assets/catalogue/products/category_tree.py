"""Arranges categories in a tree, although a shop may name absent parents or cycles, and encodes it."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from syndication_assets.catalogue.products.product_facts import Category


@dataclass(frozen=True, slots=True)
class Place:
    """A category's parent (None for a root) and the number of steps from its root."""

    parent: str | None
    level: int


def place_categories(categories: Sequence[Category]) -> dict[str, Place]:
    """The place of each category. A category whose parent is absent is a root; a cycle is cut above its smallest id.

    The root of a cycle depends on the ids alone, not on the order of the file.
    """
    known = {category.vendor_category_id for category in categories}
    parents = {
        category.vendor_category_id: parent if (parent := category.parent_vendor_category_id) in known else None
        for category in categories
    }
    places: dict[str, Place] = {}
    for start in parents:
        path: dict[str, int] = {}
        node: str | None = start
        while node is not None and node not in places and node not in path:
            path[node] = len(path)
            node = parents[node]
        children_first = list(path)
        if node in path:
            lead = path[node]
            cycle = children_first[lead:]
            root = min(cycle, key=lambda category_id: (len(category_id), category_id))
            parents[root] = None
            cut = cycle.index(root) + 1
            children_first = [*children_first[:lead], *cycle[cut:], *cycle[:cut]]
        for category_id in reversed(children_first):
            parent = parents[category_id]
            places[category_id] = Place(parent, 0 if parent is None else places[parent].level + 1)
    return places


def encode_tree(categories: Sequence[Category]) -> bytes:
    """The tree as JSON, a list as in `catalogue.category_trees`; equal trees are equal bytes."""
    places = place_categories(categories)
    ordered = sorted(categories, key=lambda category: category.vendor_category_id)
    return msgspec.json.encode(
        [
            msgspec.structs.asdict(category)
            | {
                "placed_under": places[category.vendor_category_id].parent,
                "level": places[category.vendor_category_id].level,
            }
            for category in ordered
        ]
    )
