"""`alert_kinds`: from which values on a problem of each kind has a severity, and how often it is told again."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field

from syndication_assets.configuration.entry import Entry, Name, Number
from syndication_assets.configuration.rows import upsert
from syndication_assets.configuration.section import Context, Finding, Section
from syndication_assets.database.connection import Connection
from syndication_assets.operations.alerts.alert_routes import SEVERITIES
from syndication_assets.operations.alerts.levels import level_below, list_kinds


class AlertKind(Entry):
    """The levels of a kind of problem, in its unit. A kind without levels is not looked for."""

    kind: Name = Field(description="Kind of problem, as `syndication alert kinds` names it, such as budget_used.")
    warning: Number | None = Field(default=None, description="Value from which on a problem is a warning.")
    error: Number | None = Field(default=None, description="Value from which on a problem is an error.")
    critical: Number | None = Field(
        default=None, description="Value from which on a problem is critical, and told in quiet hours, too."
    )
    remind_after_hours: Annotated[int, Field(gt=0, le=8760)] = Field(
        default=24, description="Hours after which a problem that is still there is told again."
    )

    @property
    def levels(self) -> dict[str, Decimal]:
        """Severity → the smallest value with it."""
        given = {severity: getattr(self, severity) for severity in SEVERITIES}
        return {severity: threshold for severity, threshold in given.items() if threshold is not None}


def _check(context: Context, entry: AlertKind) -> Iterable[Finding]:
    kinds = [known.kind for known in list_kinds(context.connection)]
    if entry.kind not in kinds:
        yield Finding("kind", f"there is no kind of problem {entry.kind!r}: choose from {', '.join(kinds)}")
    below = level_below(entry.levels)
    if below is not None:
        yield Finding(below[0], f"it has to begin above {below[1]}: raise it")


def _read(connection: Connection, _: str) -> list[AlertKind]:
    entries = []
    for known in list_kinds(connection):
        levels: dict[str, Any] = {severity: known.levels.get(severity) for severity in SEVERITIES}
        entries.append(
            AlertKind.model_construct(kind=known.kind, **levels, remind_after_hours=known.remind_after_hours)
        )
    return entries


def _write(context: Context, entry: AlertKind) -> None:
    context.connection.execute(
        "update operations.condition_kinds set remind_after_hours = %s where kind = %s",
        [entry.remind_after_hours, entry.kind],
    )
    context.connection.execute(
        "delete from operations.condition_levels where kind = %s and severity::text <> all(%s)",
        [entry.kind, list(entry.levels)],
    )
    for severity, threshold in entry.levels.items():
        values = {"kind": entry.kind, "severity": severity, "threshold": threshold}
        upsert(context.connection, "operations.condition_levels", ("kind", "severity"), values)


def _remove(_: Context, entry: AlertKind) -> None:
    raise ValueError(f"{entry.kind} is a kind that the project looks for: give it no levels")


ALERT_KINDS = Section(
    name="alert_kinds",
    noun="kind of problem",
    entry=AlertKind,
    permission="alerts.edit",
    key=("kind",),
    read=_read,
    write=_write,
    remove=_remove,
    check=_check,
    is_removable=False,
)
