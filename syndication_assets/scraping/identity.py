"""Which ids belong to one post, within what one load reads. Pure: the database is asked afterwards.

A post goes by several ids: LinkedIn's activity id, and the ids of the share or ugcPost behind it. Ids met in one
observation belong together, so observations linked by a chain of ids are one component. The platform's canonical id
is never overruled: two activity ids are two posts, whatever weaker id they seem to share.
"""

from collections.abc import Iterator
from typing import NamedTuple

from syndication_assets.scraping.observation import AliasKind, PostIds

STRENGTH: dict[AliasKind, int] = {"activity": 0, "video": 0, "ugcPost": 1, "share": 2}
"""Least is strongest; 0 is canonical."""


class PostKey(NamedTuple):
    """One id of one post of one organization."""

    organization_id: str
    platform: str
    alias_kind: AliasKind
    alias: str


class IdentityGroups:
    """Groups ids into posts while observations come in (union-find)."""

    def __init__(self) -> None:
        self._nodes: dict[PostKey, int] = {}
        self._parents: list[int] = []
        self._canonical: dict[int, PostKey] = {}

    def node_of(self, organization_id: str, platform: str, ids: PostIds) -> int:
        """Links the ids and returns the number that stands for their post until `components` tells which it is."""
        node = self._node(PostKey(organization_id, platform, *ids[0]))
        for kind, alias in ids[1:]:
            self._link(node, self._node(PostKey(organization_id, platform, kind, alias)))
        return node

    def components(self) -> Iterator[tuple[int, int, PostKey]]:
        """(node, component, id) of every id. A component's number is the node of its strongest, then least id."""
        names: dict[int, tuple[int, PostKey, int]] = {}
        for key, node in self._nodes.items():
            rank = (STRENGTH[key.alias_kind], key, node)
            root = self._root(node)
            names[root] = min(names.get(root, rank), rank)
        for key, node in self._nodes.items():
            yield node, names[self._root(node)][2], key

    def _node(self, key: PostKey) -> int:
        node = self._nodes.get(key)
        if node is None:
            node = self._nodes[key] = len(self._parents)
            self._parents.append(node)
            if STRENGTH[key.alias_kind] == 0:
                self._canonical[node] = key
        return node

    def _root(self, node: int) -> int:
        while self._parents[node] != node:
            self._parents[node] = self._parents[self._parents[node]]
            node = self._parents[node]
        return node

    def _link(self, first: int, second: int) -> None:
        first, second = self._root(first), self._root(second)
        if first == second or (first in self._canonical and second in self._canonical):
            return
        if second in self._canonical:
            first, second = second, first
        self._parents[second] = first
