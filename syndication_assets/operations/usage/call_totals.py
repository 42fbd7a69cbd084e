"""What the calls of a run have used and cost together, as people see it at the run's assets. Pure."""

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

from syndication_assets.http.recording import CallResult


@dataclass(slots=True)
class CallTotals:
    """Sums over calls."""

    calls: int = 0
    failures: int = 0
    units: Counter[str] = field(default_factory=Counter)
    costs: dict[str, Decimal] = field(default_factory=dict)
    """Currency → known cost."""

    def add(self, result: CallResult) -> None:
        """Adds what is known of a call; what is known of it later has no `is_successful` of its own."""
        if result.is_successful is not None:
            self.calls += 1
            self.failures += not result.is_successful
        self.units.update(result.units)
        if result.cost is not None and result.currency is not None:
            self.costs[result.currency] = self.costs.get(result.currency, Decimal(0)) + result.cost

    def include(self, other: "CallTotals") -> None:
        """Adds the sums of other calls."""
        self.calls += other.calls
        self.failures += other.failures
        self.units.update(other.units)
        for currency, cost in other.costs.items():
            self.costs[currency] = self.costs.get(currency, Decimal(0)) + cost

    def metadata(self) -> dict[str, int | float]:
        """As metadata of an asset. An unknown cost is omitted, not 0."""
        return {
            "api_calls": self.calls,
            "api_failures": self.failures,
            **{f"api_{unit}": count for unit, count in sorted(self.units.items())},
            **{f"api_cost_{currency.lower()}": float(cost) for currency, cost in sorted(self.costs.items())},
        }
