"""The result of one run of the publisher."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from syndication_assets.channels.errors.outcome import OutcomeKind
from syndication_assets.operations.usage.call_totals import CallTotals


@dataclass(slots=True)
class PublishReport:
    """What became of the targets, and why some wait."""

    outcomes: Counter[OutcomeKind] = field(default_factory=Counter)
    """Calls by outcome."""
    recovered: Counter[str] = field(default_factory=Counter)
    """Targets of publishers that died, by their new state."""
    withdrawn: int = 0
    """Targets that went back to draft because their text lost its approval."""
    execution_metadata: dict[str, Any] = field(default_factory=dict)
    """The ids of its rows in operations.execution_history, as metadata of an asset."""
    contradicted: int = 0
    """Targets that went back to draft because the catalogue contradicts their text."""
    missed: int = 0
    """Targets that missed their slot by too much: the channel's rule says what becomes of them."""
    waiting: dict[str, str] = field(default_factory=dict)
    """Why an account sends nothing in a channel now, by `account/channel`, or why a target waits, by its id."""
    api_calls: CallTotals = field(default_factory=CallTotals)
    """The requests to the platforms; a post may take several."""
    problems: list[str] = field(default_factory=list)
    """Why accounts could not be served; nothing was sent for them."""

    @property
    def calls(self) -> int:
        return self.outcomes.total()
