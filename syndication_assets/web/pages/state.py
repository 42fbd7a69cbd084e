"""The state of the organization: problems, sources, what waits and what is left, as `syndication status` says it."""

from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response

from syndication_assets.database.connection import transaction
from syndication_assets.operations.conditions import find_conditions
from syndication_assets.operations.metrics import Metric, read_metrics
from syndication_assets.web.page import Page
from syndication_assets.web.routes import PageRoute

_SEVERITIES = ("critical", "error", "warning")


def show_state(page: Page) -> Response:
    """The problems that SQL finds. Those of Dagster's runs and of the landing zone are on the command line."""
    organization = page.organization
    with transaction(page.site.database_url) as connection:
        found = find_conditions(connection, {}).conditions
        metrics = {metric.name: _of(metric, organization.slug) for metric in read_metrics(connection)}
    problems = [each for each in found if each.organization_id in (organization.organization_id, None)]
    return page.render(
        "state.html",
        problems=sorted(problems, key=lambda problem: (_SEVERITIES.index(problem.severity), problem.kind)),
        sources=_sources(metrics),
        undecided=metrics["syndication_content_undecided_texts"],
        queue=metrics["syndication_publishing_targets"],
        quarantined=metrics["syndication_landing_quarantine_open_items"],
        budgets=metrics["syndication_operations_budget_left_amount"],
    )


def _of(metric: Metric, slug: str) -> list[dict[str, Any]]:
    return [
        {**sample.labels, "value": sample.value}
        for sample in metric.samples
        if sample.labels.get("organization") == slug
    ]


def _sources(metrics: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Each source with the time of its newest observation, of its last fetch and of its last load; None if unknown."""
    sources: dict[str, dict[str, Any]] = {}
    empty = {"newest": None, "fetch": None, "load": None}
    for sample in metrics["syndication_scraping_newest_observation_timestamp_seconds"]:
        sources.setdefault(sample["source"], {"name": sample["source"], **empty})["newest"] = _time(sample["value"])
    for sample in metrics["syndication_scraping_last_success_timestamp_seconds"]:
        source = sources.setdefault(sample["source"], {"name": sample["source"], **empty})
        source[sample["kind"]] = _time(sample["value"])
    return [sources[name] for name in sorted(sources)]


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


ROUTES = (PageRoute("GET", "/status", show_state),)
