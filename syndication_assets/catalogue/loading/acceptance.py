"""Decides which catalogue snapshots to accept: each is compared with the last accepted one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class SnapshotSummary:
    """What the decision needs to know of a snapshot. `reason` says why it is incomplete; None if it is complete."""

    observed_at: datetime
    products: int
    reason: str | None


def rejection_reasons(snapshots: Iterable[SnapshotSummary], maximum_shrinkage: Decimal) -> dict[datetime, str | None]:
    """Why each snapshot is rejected, by its time; None if it is accepted.

    The result depends on the snapshots alone, not on the order in which they were loaded: loading an older snapshot
    late may reject a newer one, or accept it again.
    """
    reasons: dict[datetime, str | None] = {}
    accepted: SnapshotSummary | None = None
    for snapshot in sorted(snapshots, key=lambda snapshot: snapshot.observed_at):
        reason = snapshot.reason
        if reason is None and accepted is not None:
            minimum_products = accepted.products * (1 - maximum_shrinkage)
            if snapshot.products < minimum_products:
                reason = (
                    f"it shrank from {accepted.products:,} products ({accepted.observed_at:%Y-%m-%d %H:%M} UTC) to "
                    f"{snapshot.products:,}, which is more than {maximum_shrinkage:.1%}: if that is right, raise the "
                    "vendor's maximum_shrinkage and load the day again"
                )
        reasons[snapshot.observed_at] = reason
        if reason is None:
            accepted = snapshot
    return reasons
