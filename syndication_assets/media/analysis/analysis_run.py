"""What one run of the analysis did, as people see it at its asset."""

from collections import Counter
from dataclasses import dataclass, field

from syndication_assets.http.recording import CallResult
from syndication_assets.media.analysis.outcomes import AnalysisState, Outcome
from syndication_assets.operations.usage.call_totals import CallTotals


@dataclass(slots=True)
class AnalysisRun:
    """What one run did."""

    queued: Counter[str] = field(default_factory=Counter)
    """Analyzer → pictures that it had not seen."""
    states: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(analyzer, state) → analyses that entered it."""
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(analyzer, why nothing was found) → analyses."""
    unavailable: dict[tuple[str, str], str] = field(default_factory=dict)
    """(organization, analyzer) → why it looked at no picture."""
    calls: CallTotals = field(default_factory=CallTotals)
    """The requests to models."""

    def number(self, state: AnalysisState) -> int:
        return sum(count for (_, entered), count in self.states.items() if entered == state)

    def add(self, analyzer: str, outcome: Outcome) -> None:
        self.states[analyzer, outcome.state] += 1
        if outcome.reason is not None:
            self.reasons[analyzer, outcome.reason] += 1
        spent = outcome.spent
        if spent is not None:
            tokens = {"input_tokens": spent.input_tokens, "output_tokens": spent.output_tokens}
            units = {unit: count for unit, count in tokens.items() if count is not None}
            is_successful = outcome.state is AnalysisState.COMPLETED
            self.calls.add(CallResult(is_successful, units=units, cost=spent.cost, currency=spent.currency))
