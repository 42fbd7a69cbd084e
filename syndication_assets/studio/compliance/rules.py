"""What a measured value is judged by: rules as rows, and results as rows. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Rule:
    """The newest version of one active rule."""

    rule_name: str
    version: int
    threshold: float
    is_minimum: bool


@dataclass(frozen=True, slots=True)
class Measured:
    """One value, or why there is none."""

    value: float | None
    advice: str
    """What is wrong if the threshold is missed, and what to do; for no value, why it was not measured."""
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Result:
    """One row of studio.compliance_results, without its variant."""

    rule_name: str
    rule_version: int
    measured: float | None
    score: float | None
    is_passed: bool | None
    reason: str | None
    evidence: Mapping[str, Any]

    def as_row(self) -> dict[str, Any]:
        return {
            "rule_name": self.rule_name,
            "rule_version": self.rule_version,
            "measured": self.measured,
            "score": self.score,
            "is_passed": self.is_passed,
            "reason": self.reason,
            "evidence": dict(self.evidence),
        }


def judged(rule: Rule, measured: Measured) -> Result:
    """A value that misses its threshold scores by how near it comes; what was not measured scores nothing."""
    if measured.value is None:
        return Result(rule.rule_name, rule.version, None, None, None, measured.advice, measured.evidence)
    value = round(measured.value, 4)
    is_passed = value >= rule.threshold if rule.is_minimum else value <= rule.threshold
    reason = None if is_passed else measured.advice
    score = 1.0 if is_passed else round(_nearness(rule, value), 4)
    return Result(rule.rule_name, rule.version, value, score, is_passed, reason, measured.evidence)


def _nearness(rule: Rule, value: float) -> float:
    """From 0 to below 1."""
    share = value / rule.threshold if rule.is_minimum and rule.threshold else 0.0
    if not rule.is_minimum and value:
        share = rule.threshold / value
    return min(max(share, 0.0), 0.9999)
