"""Compares this machine's clock with the database's: what is due, leases and limits need one time."""

from datetime import UTC, datetime, timedelta

from syndication_assets.database.connection import Connection

TOLERANCE = timedelta(minutes=1)


def clock_problem(connection: Connection) -> str | None:
    """Why this machine may not send: its clock differs from the database's by more than a minute. None if it agrees."""
    before = now()
    (database_time,) = connection.execute("select clock_timestamp()").fetchall()[0]
    after = now()
    # The database read its clock somewhere in between.
    ahead = max(before - database_time, database_time - after)
    if ahead <= TOLERANCE:
        return None
    side = "ahead of" if before > database_time else "behind"
    return (
        f"The clock of this machine is {ahead.total_seconds():,.0f} s {side} the database's, so nothing was sent: set "
        "both by a time server (NTP)."
    )


def now() -> datetime:
    """This machine's time."""
    return datetime.now(UTC)
