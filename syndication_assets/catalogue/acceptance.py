"""Which looks at a shop's catalogue are believed: a look is held against the one before that was."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Look:
    """One look as the ledger knows it. `reason` is why it is no complete catalogue; None if it is one."""

    observed_at: datetime
    products: int
    reason: str | None


def reasons_to_refuse(looks: Iterable[Look], maximum_shrinkage: Decimal) -> dict[datetime, str | None]:
    """Why each look is refused, by its time; None where it is believed.

    The result depends on the looks alone, not on the order in which they were loaded: an older look that comes later
    may put a newer one into doubt, or out of it.
    """
    reasons: dict[datetime, str | None] = {}
    believed: Look | None = None
    for look in sorted(looks, key=lambda look: look.observed_at):
        reason = look.reason
        if reason is None and believed is not None:
            least = believed.products * (1 - maximum_shrinkage)
            if look.products < least:
                reason = (
                    f"it shrank from {believed.products:,} products ({believed.observed_at:%Y-%m-%d %H:%M} UTC) to "
                    f"{look.products:,}, which is more than {maximum_shrinkage:.1%}: if that is right, raise the "
                    "vendor's maximum_shrinkage and load the day again"
                )
        reasons[look.observed_at] = reason
        if reason is None:
            believed = look
    return reasons
