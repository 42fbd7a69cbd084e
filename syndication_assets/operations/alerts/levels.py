"""The kinds of problems and the values from which on they have a severity."""

from decimal import Decimal
from typing import NamedTuple

import psycopg

from syndication_assets.database.connection import Connection
from syndication_assets.errors import SyndicationError


class Kind(NamedTuple):
    """One row of operations.condition_kinds with its levels."""

    kind: str
    unit: str
    description: str
    levels: dict[str, Decimal]
    """Severity → the smallest value with it."""


def list_kinds(connection: Connection) -> list[Kind]:
    """All kinds, ordered by name; their levels by threshold."""
    kinds = {
        kind: Kind(kind, unit, description, {})
        for kind, unit, description in connection.execute(
            "select kind, unit, description from operations.condition_kinds order by kind"
        )
    }
    for kind, severity, threshold in connection.execute(
        "select kind, severity::text, threshold from operations.condition_levels order by threshold"
    ):
        kinds[kind].levels[severity] = threshold
    return list(kinds.values())


def set_level(connection: Connection, kind: str, severity: str, threshold: float) -> None:
    """Sets the smallest value with a severity. SyndicationError for an unknown kind."""
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
