"""What becomes of an analysis after an attempt. Pure."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from syndication_assets.media.analysis.findings import (
    AnalysisError,
    AnalyzerDownError,
    Findings,
    RefusedPictureError,
    Spent,
)
from syndication_assets.media.cache.outcomes import CacheState, after_failure

_LEAST_WAIT = timedelta(minutes=5)


class AnalysisState(StrEnum):
    """As in media.analyses.state."""

    PENDING = "pending"
    ANALYZING = "analyzing"
    COMPLETED = "completed"
    REJECTED = "rejected"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The state after an attempt. `counts` is False if the attempt says nothing about the picture."""

    state: AnalysisState
    reason: str | None = None
    next_attempt_at: datetime | None = None
    counts: bool = True
    findings: Findings = field(default_factory=Findings)
    spent: Spent | None = None


def completed(findings: Findings, spent: Spent | None = None) -> Outcome:
    return Outcome(AnalysisState.COMPLETED, findings=findings, spent=spent)


def after_error(error: AnalysisError, attempts: int, now: datetime) -> Outcome:
    """After the `attempts`th attempt. A failed one is repeated as a failed fetch is: after 5 minutes, 1 hour, 6 hours
    and a day.
    """
    reason = str(error)
    if isinstance(error, RefusedPictureError):
        return Outcome(AnalysisState.REJECTED, reason, spent=error.spent)
    if isinstance(error, AnalyzerDownError):
        wait = max(_LEAST_WAIT, timedelta(seconds=min(error.retry_after or 0, 86_400)))
        return Outcome(AnalysisState.PENDING, reason, now + wait, counts=False, spent=error.spent)
    outcome = after_failure(reason, attempts, now, error.retry_after)
    state = AnalysisState.FAILED if outcome.state is CacheState.FAILED else AnalysisState.PENDING
    return Outcome(state, outcome.reason, outcome.next_attempt_at, spent=error.spent)
