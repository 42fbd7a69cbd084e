"""The state of an organization: problems, sources, what waits and what is left, as `syndication status` says it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from syndication_assets.database.connection import Connection
from syndication_assets.operations.conditions import Condition, find_conditions
from syndication_assets.operations.metrics import Metric, read_metrics
from syndication_assets.web.visitors import VisitedOrganization

_SEVERITIES = ("critical", "error", "warning")
_OBSERVED = "syndication_scraping_newest_observation_timestamp_seconds"
_SUCCEEDED = "syndication_scraping_last_success_timestamp_seconds"
_UNDECIDED = "syndication_content_undecided_texts"
_QUEUE = "syndication_publishing_targets"
_QUARANTINED = "syndication_landing_quarantine_open_items"
_BUDGETS = "syndication_operations_budget_left_amount"
_SHOWN = frozenset({_OBSERVED, _SUCCEEDED, _UNDECIDED, _QUEUE, _QUARANTINED, _BUDGETS})

Sample = dict[str, Any]
"""The labels of a number, and the number as `value`."""


@dataclass(frozen=True, slots=True)
class OrganizationState:
    """What is known of one organization now."""

    problems: list[Condition]
    """Also those of the whole installation, the gravest first. Those of Dagster's runs and of the landing zone are on
    the command line.
    """
    sources: list[dict[str, Any]]
    """Each with `name`, and the times of its `newest` observation, last `fetch` and last `load`; None if unknown."""
    undecided: list[Sample]
    queue: list[Sample]
    quarantined: list[Sample]
    budgets: list[Sample]


def read_state(connection: Connection, visited: VisitedOrganization) -> OrganizationState:
    """Needs a connection that sees all organizations."""
    found = find_conditions(connection, {}).conditions
    metrics = {metric.name: _of(metric, visited.slug) for metric in read_metrics(connection, _SHOWN)}
    problems = [each for each in found if each.organization_id in (visited.organization_id, None)]
    return OrganizationState(
        problems=sorted(problems, key=lambda problem: (_SEVERITIES.index(problem.severity), problem.kind)),
        sources=_sources(metrics),
        undecided=metrics[_UNDECIDED],
        queue=metrics[_QUEUE],
        quarantined=metrics[_QUARANTINED],
        budgets=metrics[_BUDGETS],
    )


def _of(metric: Metric, slug: str) -> list[Sample]:
    return [
        {**sample.labels, "value": sample.value}
        for sample in metric.samples
        if sample.labels.get("organization") == slug
    ]


def _sources(metrics: dict[str, list[Sample]]) -> list[dict[str, Any]]:
    """Each source with the time of its newest observation, of its last fetch and of its last load; None if unknown."""
    sources: dict[str, dict[str, Any]] = {}
    empty = {"newest": None, "fetch": None, "load": None}
    for sample in metrics[_OBSERVED]:
        sources.setdefault(sample["source"], {"name": sample["source"], **empty})["newest"] = _time(sample["value"])
    for sample in metrics[_SUCCEEDED]:
        source = sources.setdefault(sample["source"], {"name": sample["source"], **empty})
        source[sample["kind"]] = _time(sample["value"])
    return [sources[name] for name in sorted(sources)]


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
