"""Puts categories into a tree, whatever the shop says of parents: absent ones, cycles."""

from collections.abc import Sequence
from dataclasses import dataclass

from syndication_assets.catalogue.product_facts import Category


@dataclass(frozen=True, slots=True)
class Place:
    """Where a category stands: under which other one (None for a root), and how many steps from its root."""

    parent: str | None
    level: int


def place_categories(categories: Sequence[Category]) -> dict[str, Place]:
    """The place of each category. An absent parent makes a root; a cycle is cut above its least id.

    Which node of a cycle becomes the root depends on the ids alone, not on the order of the file.
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
        way = list(path)
        if node in path:
            lead = path[node]
            cycle = way[lead:]
            root = min(cycle, key=lambda one: (len(one), one))
            parents[root] = None
            cut = cycle.index(root) + 1
            way = [*way[:lead], *cycle[cut:], *cycle[:cut]]
        # From here each comes after its parent.
        for one in reversed(way):
            parent = parents[one]
            places[one] = Place(parent, 0 if parent is None else places[parent].level + 1)
    return places
