"""Finds problems by SQL: `sql/<room>/conditions/<kind>.sql` selects those of one kind, with a value and a message.

`syndication status` shows them, alerts tell of them, and metrics count them, so that all three say the same. A file has
one parameter, `threshold`, the lowest of the kind's levels (operations.condition_levels), and these columns:
organization_id (NULL for the whole installation), subject, since, value, message. The severity follows from the value.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import psycopg

from syndication_assets.database.connection import SQL_DIRECTORY, Connection, describe, load_sql
from syndication_assets.errors import SyndicationError
from syndication_assets.text.outside import clean

_UNKNOWN = "condition_unknown"
_MOST_SECONDS = 30
_LONGEST_MESSAGE = 1000


class Condition(NamedTuple):
    """One problem that exists now."""

    organization_id: str | None
    """None if it belongs to the whole installation."""
    kind: str
    subject: str
    severity: str
    """warning, error or critical."""
    since: datetime | None
    """When it began; None if unknown."""
    value: Decimal | None
    """In the unit of its kind."""
    message: str
    """What is wrong and what to do."""


class Problem(NamedTuple):
    """What a finder returns: a condition whose severity follows from its value."""

    organization_id: str | None
    subject: str
    since: datetime | None
    value: Decimal
    message: str


Finder = Callable[[Decimal], Iterable[Problem]]
"""Finds the problems of a kind whose value is at least the threshold, where SQL alone cannot."""


@dataclass(slots=True)
class Found:
    """What was found, and which kinds were looked for."""

    conditions: list[Condition] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)


def condition_files(directory: Path = SQL_DIRECTORY) -> dict[str, str]:
    """Kind → its file below `sql/`."""
    return {path.stem: str(path.relative_to(directory)) for path in sorted(directory.glob("*/conditions/*.sql"))}


def find_conditions(connection: Connection, finders: Mapping[str, Finder]) -> Found:
    """All problems that exist now, by the SQL files and by these finders, ordered by kind.

    A kind whose statement or finder fails is not among the kinds of the result; the failure is a condition of its own.
    """
    found = Found()
    levels: dict[str, list[tuple[Decimal, str]]] = {}
    for kind, threshold, severity in connection.execute(
        "select kind, threshold, severity::text from operations.condition_levels order by kind, threshold"
    ):
        levels.setdefault(kind, []).append((threshold, severity))
    files = condition_files()
    unknown = []
    connection.execute(f"set local statement_timeout = '{_MOST_SECONDS}s'")
    for kind, of_kind in levels.items():
        threshold = of_kind[0][0]
        try:
            if kind in files:
                problems = _select(connection, files[kind], threshold)
            elif kind in finders:
                problems = list(finders[kind](threshold))
            else:
                continue
        except Exception as error:
            # Finders read other systems: whatever they raise costs their kind only, and its text may hold a password.
            reason = str(error) if isinstance(error, SyndicationError) else f"{type(error).__name__}."
            sentence = f"Whether there is a problem of the kind {kind} could not be found out: {reason}"
            unknown.append(Problem(None, kind, None, Decimal(1), sentence))
            continue
        found.kinds.append(kind)
        found.conditions += [_condition(kind, problem, of_kind) for problem in problems]
    connection.execute("set local statement_timeout = 0")
    found.kinds.append(_UNKNOWN)
    found.conditions += [_condition(_UNKNOWN, problem, levels[_UNKNOWN]) for problem in unknown if _UNKNOWN in levels]
    return found


def conditions_of(connection: Connection, kind: str) -> list[Condition]:
    """The problems of one kind that has a file; empty if it has no levels. SyndicationError if its statement fails."""
    levels = connection.execute(
        "select threshold, severity::text from operations.condition_levels where kind = %s order by threshold", [kind]
    ).fetchall()
    if not levels:
        return []
    problems = _select(connection, condition_files()[kind], levels[0][0])
    return [_condition(kind, problem, levels) for problem in problems]


def _select(connection: Connection, file: str, threshold: Decimal) -> list[Problem]:
    """The problems of one file, within a savepoint, so that its error costs no other kind."""
    try:
        with connection.transaction():
            rows = connection.execute(load_sql(file), {"threshold": threshold}).fetchall()
    except psycopg.Error as error:
        raise SyndicationError(f"sql/{file}: {describe(error)}") from None
    return [Problem(*row) for row in rows]


def _condition(kind: str, problem: Problem, levels: list[tuple[Decimal, str]]) -> Condition:
    # A rounded value may be just below the threshold that the exact one has reached.
    severity = ([severity for threshold, severity in levels if threshold <= problem.value] or [levels[0][1]])[-1]
    message = " ".join(clean(problem.message, _LONGEST_MESSAGE).split())
    return Condition(problem.organization_id, kind, problem.subject, severity, problem.since, problem.value, message)
