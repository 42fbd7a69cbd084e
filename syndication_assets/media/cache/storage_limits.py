"""Whose media are not cached, because their organization stores all that it may. Pure."""

from collections.abc import Mapping

REASON = "the organization stores all that it may"
"""Why such a medium waits. It keeps its place in the queue, and is fetched once there is room."""


class StorageLimits:
    """What organizations may still store: `left` has the bytes of those that have a limit."""

    def __init__(self, left: Mapping[str, int]) -> None:
        self._left = dict(left)

    def has_room(self, organization_id: str) -> bool:
        return self._left.get(organization_id, 1) > 0

    def add(self, organization_id: str, size_bytes: int) -> None:
        """A file was fetched; fewer bytes than none if it is not stored. What is fetched at that moment is stored, too,
        even if it no longer fits.
        """
        if organization_id in self._left:
            self._left[organization_id] -= size_bytes

    @property
    def full(self) -> list[str]:
        """Ids of the organizations for which nothing more is stored."""
        return sorted(organization_id for organization_id, left in self._left.items() if left <= 0)
