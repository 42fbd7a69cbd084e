"""Groups the ids of the observations of a load into posts, without the database, which is matched afterwards.

A post has several ids: on LinkedIn its activity id and the ids of the underlying share or ugcPost, on Instagram its
short code and the id of the Graph API. Ids of one observation belong together, so observations linked by a chain of ids
form a component. Canonical ids take precedence: two activity ids are always two posts, even if they share a weaker id.
"""

from collections.abc import Iterator
from typing import NamedTuple

from syndication_assets.scraping.items.observation import AliasKind, PostIds

STRENGTH: dict[AliasKind, int] = {"activity": 0, "video": 0, "post": 0, "ugcPost": 1, "share": 2, "media": 3}
"""The smallest number is the strongest kind; 0 is canonical."""


class PostKey(NamedTuple):
    """One id of one post of one organization."""

    organization_id: str
    platform: str
    alias_kind: AliasKind
    alias: str


class IdentityGroups:
    """Groups ids into posts as observations are added, in any order."""

    def __init__(self) -> None:
        self._nodes: dict[PostKey, int] = {}
        self._links: set[tuple[int, int]] = set()

    def node_of(self, organization_id: str, platform: str, ids: PostIds) -> int:
        """Links the ids and returns the node that represents their post until `components` resolves it."""
        node = self._node(PostKey(organization_id, platform, *ids[0]))
        for kind, alias in ids[1:]:
            self._links.add((node, self._node(PostKey(organization_id, platform, kind, alias))))
        return node

    def components(self) -> Iterator[tuple[int, int, PostKey]]:
        """(node, component, id) of every id. A component's number is the node of its strongest, then smallest id.

        Ids linked to several canonical ids belong to the nearest of them, then to the smallest.
        """
        keys = list(self._nodes)
        neighbours: dict[int, list[int]] = {}
        for first, second in self._links:
            neighbours.setdefault(first, []).append(second)
            neighbours.setdefault(second, []).append(first)
        owners: dict[int, int] = {}
        _spread(
            {node: node for node, key in enumerate(keys) if STRENGTH[key.alias_kind] == 0}, owners, neighbours, keys
        )
        weak = [node for node in range(len(keys)) if node not in owners]
        for node in sorted(weak, key=lambda node: (STRENGTH[keys[node].alias_kind], keys[node])):
            if node not in owners:
                _spread({node: node}, owners, neighbours, keys)
        for node, key in enumerate(keys):
            yield node, owners[node], key

    def _node(self, key: PostKey) -> int:
        return self._nodes.setdefault(key, len(self._nodes))


def _spread(
    claims: dict[int, int], owners: dict[int, int], neighbours: dict[int, list[int]], keys: list[PostKey]
) -> None:
    """Assigns each claimed node to its owner (node → owner), then step by step the nodes linked to it."""
    while claims:
        owners.update(claims)
        next_claims: dict[int, int] = {}
        for node, owner in claims.items():
            for neighbour in neighbours.get(node, ()):
                if neighbour not in owners:
                    rival = next_claims.get(neighbour, owner)
                    next_claims[neighbour] = min(owner, rival, key=keys.__getitem__)
        claims = next_claims
