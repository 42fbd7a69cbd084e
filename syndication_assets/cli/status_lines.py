"""The lines of `syndication status`, from the metrics."""

from datetime import UTC, datetime, timedelta
from typing import Any

Numbers = dict[str, list[dict[str, Any]]]
"""Name of a metric → its samples: their labels, and `value`."""


def source_lines(numbers: Numbers, now: datetime) -> list[str]:
    """A line a source: how old its newest observation, its last fetch and its last load are."""
    lines: dict[tuple[str, str], list[str]] = {}
    for sample in numbers["syndication_scraping_newest_observation_timestamp_seconds"]:
        key = (sample["organization"], sample["source"])
        lines.setdefault(key, []).append(f"newest observation {_ago(sample['value'], now)}")
    for sample in numbers["syndication_scraping_last_success_timestamp_seconds"]:
        key = (sample["organization"], sample["source"])
        lines.setdefault(key, []).append(f"last {sample['kind']} {_ago(sample['value'], now)}")
    shown = [f"{organization:12} {source}: {', '.join(ages)}" for (organization, source), ages in sorted(lines.items())]
    return shown or ["No source has delivered anything yet."]


def backup_lines(numbers: Numbers, now: datetime) -> list[str]:
    """How old the newest backup, its copy, the last look at the files and the newest proof are."""
    taken, copied, verified, proven = (
        numbers[f"syndication_operations_backup_{what}_timestamp_seconds"]
        for what in ("finished", "copied", "verified", "proven")
    )
    if not taken:
        return [f"{'installation':12} backup: none was ever taken"]
    copy = f"copy {_ago(copied[0]['value'], now)}" if copied else "no copy"
    look = f"verified {_ago(verified[0]['value'], now)}" if verified else "never verified"
    proof = f"proven {_ago(proven[0]['value'], now)}" if proven else "never proven"
    return [f"{'installation':12} backup: newest {_ago(taken[0]['value'], now)}, {copy}, {look}, {proof}"]


def replica_lines(numbers: Numbers) -> list[str]:
    """How far the place that is read from is behind; nothing if there is none, or it cannot be reached."""
    seconds, behind = (numbers[f"syndication_operations_replica_lag_{unit}"] for unit in ("seconds", "bytes"))
    if not seconds:
        return []
    lag = f"{seconds[0]['value']:,.1f} s ({behind[0]['value']:,.0f} bytes) behind" if seconds[0]["value"] else "current"
    return [f"{'installation':12} SYNDICATION_READING_URL: {lag}"]


def waiting_lines(numbers: Numbers) -> list[str]:
    """A line for each number of things that wait."""
    lines = []
    for sample in numbers["syndication_landing_quarantine_open_items"]:
        lines.append(f"{sample['organization']:12} {sample['value']:,.0f} items of {sample['source']} in quarantine")
    for sample in numbers["syndication_content_undecided_texts"]:
        lines.append(f"{sample['organization']:12} {sample['value']:,.0f} texts in the state {sample['state']}")
    for sample in numbers["syndication_approval_open_rounds"]:
        lines.append(
            f"{sample['organization']:12} {sample['value']:,.0f} rounds of {sample['workflow']} in the step "
            f"{sample['step']}"
        )
    for sample in numbers["syndication_publishing_targets"]:
        lines.append(
            f"{sample['organization']:12} {sample['value']:,.0f} targets on {sample['platform']} in the state "
            f"{sample['state']}"
        )
    return lines or ["Nothing waits."]


def left_lines(numbers: Numbers) -> list[str]:
    """A line for each budget and each quota that is in use: what is left of it, and which share is used."""
    lines = []
    used = {_without_value(sample): sample["value"] for sample in numbers["syndication_operations_budget_used_ratio"]}
    for sample in numbers["syndication_operations_budget_left_amount"]:
        share = used.get(_without_value(sample))
        lines.append(
            f"{sample['organization']:12} {sample['value']:.2f} {sample['currency']} of the budget for the "
            f"{sample['period']}{'' if sample['provider'] == 'all' else ' for ' + sample['provider']} are left"
            f"{'' if share is None else f', {share:.0%} are used'}"
        )
    used = {_without_value(sample): sample["value"] for sample in numbers["syndication_operations_quota_used_ratio"]}
    for sample in numbers["syndication_operations_quota_left_calls"]:
        whose = f"{sample['organization']} {sample['account']}".strip() or "installation"
        lines.append(
            f"{whose:12} {sample['value']:,.0f} {sample['unit']} of {sample['provider']} in "
            f"{int(sample['window_seconds']):,} seconds are left, {used[_without_value(sample)]:.0%} are used"
        )
    return lines or ["There are no budgets, and no quota is in use."]


def _without_value(sample: dict[str, Any]) -> tuple[Any, ...]:
    """The labels of a sample, without its currency."""
    return tuple(value for name, value in sample.items() if name not in {"value", "currency"})


def _ago(timestamp: float, now: datetime) -> str:
    age = now - datetime.fromtimestamp(timestamp, UTC)
    if age < timedelta(hours=1):
        return f"{max(age // timedelta(minutes=1), 0)} min ago"
    if age < timedelta(days=2):
        return f"{age // timedelta(hours=1)} h ago"
    return f"{age.days} days ago"
