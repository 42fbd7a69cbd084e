"""The kinds of problems and the values from which on they have a severity."""

from collections.abc import Mapping
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

import psycopg

from syndication_assets.database.connection import Connection
from syndication_assets.errors import SyndicationError
from syndication_assets.operations.alerts.alert_routes import SEVERITIES


class Kind(NamedTuple):
    """One row of operations.condition_kinds with its levels."""

    kind: str
    unit: str
    description: str
    levels: dict[str, Decimal]
    """Severity → the smallest value with it."""
    remind_after_hours: int


def list_kinds(connection: Connection) -> list[Kind]:
    """All kinds, ordered by name; their levels by threshold."""
    kinds = {
        kind: Kind(kind, unit, description, {}, hours)
        for kind, unit, description, hours in connection.execute(
            "select kind, unit, description, remind_after_hours from operations.condition_kinds order by kind"
        )
    }
    for kind, severity, threshold in connection.execute(
        "select kind, severity::text, threshold from operations.condition_levels order by threshold"
    ):
        kinds[kind].levels[severity] = threshold
    return list(kinds.values())


def level_below(levels: Mapping[str, Decimal | int]) -> tuple[str, str] | None:
    """The first severity that begins where a lower one does, or below it, with that one; None if all are in order."""
    given = [severity for severity in SEVERITIES if severity in levels]
    for lower, higher in pairwise(given):
        if levels[higher] <= levels[lower]:
            return higher, lower
    return None


def set_level(connection: Connection, kind: str, severity: str, threshold: Decimal | int) -> None:
    """Sets the smallest value with a severity. SyndicationError for an unknown kind, and for levels out of order."""
    levels = {of_kind.kind: of_kind.levels for of_kind in list_kinds(connection)}.get(kind, {})
    below = level_below({**levels, severity: threshold})
    if below is not None:
        higher, lower = below
        raise SyndicationError(f"{higher} of {kind} has to begin above {lower}: change {lower} first, or remove it.")
    try:
        connection.execute(
            "insert into operations.condition_levels (kind, severity, threshold) values (%s, %s, %s)"
            " on conflict (kind, severity) do update set threshold = excluded.threshold",
            [kind, severity, threshold],
        )
    except psycopg.errors.ForeignKeyViolation:
        raise SyndicationError(f"{kind!r} is no kind of problem: see `syndication alert kinds`.") from None


def remove_level(connection: Connection, kind: str, severity: str) -> None:
    """Removes a severity from a kind. SyndicationError if the kind does not have it."""
    removed = connection.execute(
        "delete from operations.condition_levels where kind = %s and severity = %s::operations.severity",
        [kind, severity],
    ).rowcount
    if not removed:
        raise SyndicationError(f"{kind!r} has no severity {severity}: see `syndication alert kinds`.")


def set_reminder(connection: Connection, kind: str, hours: int) -> None:
    """Sets after how many hours an open alert of a kind is told again. SyndicationError for an unknown kind."""
    changed = connection.execute(
        "update operations.condition_kinds set remind_after_hours = %s where kind = %s", [hours, kind]
    ).rowcount
    if not changed:
        raise SyndicationError(f"{kind!r} is no kind of problem: see `syndication alert kinds`.")
