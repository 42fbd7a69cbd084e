"""The thresholds of operations.condition_levels for checks and commands that judge the same as a condition."""

from decimal import Decimal

from syndication_assets.database.connection import Connection


def lowest_threshold(connection: Connection, kind: str) -> Decimal | None:
    """The value from which on there is a problem of the kind, in the kind's unit; None if nobody looks for it."""
    row = connection.execute(
        "select min(threshold) from operations.condition_levels where kind = %s", [kind]
    ).fetchone()
    return row[0] if row else None
