"""The place that is read from (SYNDICATION_READING_URL): whether it is the same database, and how far behind it is.

A replica is current if it has replayed everything that the primary had written when it was asked. Otherwise its lag is
the age of the newest transaction that it has.
"""

import time
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

import psycopg

from syndication_assets.database.connection import Connection, DatabaseError, connect, describe, transaction
from syndication_assets.database.connection_url import READING_VARIABLE, checked_url
from syndication_assets.errors import SyndicationError
from syndication_assets.operations.conditions import Problem
from syndication_assets.operations.metrics import Metric, Sample
from syndication_assets.operations.thresholds import lowest_threshold
from syndication_assets.settings import Settings

KIND = "replica_lag"
_SECONDS_BETWEEN_LOOKS = 0.1
_WRITTEN = (
    "select pg_current_wal_flush_lsn()::text, current_database()::text,"
    " (select system_identifier from pg_control_system())"
)
_REPLAYED = """
select
    current_database()::text,
    (select system_identifier from pg_control_system()),
    not pg_is_in_recovery() or pg_last_wal_replay_lsn() >= %(written)s::pg_lsn,
    greatest(0, extract(epoch from
        clock_timestamp() - coalesce(pg_last_xact_replay_timestamp(), pg_postmaster_start_time())))::float8,
    case when pg_is_in_recovery() then greatest(0, pg_wal_lsn_diff(%(written)s::pg_lsn, pg_last_wal_replay_lsn())) end
"""


class Lag(NamedTuple):
    """How far the place that is read from is behind."""

    seconds: float
    """0 if it has everything."""
    bytes: int


class ReadingPlace(NamedTuple):
    """Where to read now, and why it is not where the setting says."""

    url: str
    sentence: str
    """Which place it is, for people."""


def read_lag(settings: Settings, url: str) -> Lag | None:
    """The lag now; None if no place is set. SyndicationError if it cannot be reached, or is another database."""
    if settings.reading_url is None:
        return None
    with transaction(url) as connection:
        written = connection.execute(_WRITTEN).fetchall()[0]
    with connect(_reading_url(settings), variable=READING_VARIABLE) as connection:
        return _lag(connection, *written)


def current_place(settings: Settings, url: str) -> ReadingPlace:
    """The place to read what was written until now: that of the setting if it has all of it, else the primary.

    Waits for a replica as long as the lowest level of the kind `replica_lag` (operations.condition_levels) allows.
    """
    if settings.reading_url is None:
        return ReadingPlace(url, "Read from the database itself: SYNDICATION_READING_URL is not set.")
    with transaction(url) as connection:
        written = connection.execute(_WRITTEN).fetchall()[0]
        seconds_to_wait = float(lowest_threshold(connection, KIND) or 0)
    give_up_at = time.monotonic() + seconds_to_wait
    try:
        reading_url = _reading_url(settings)
        with connect(reading_url, autocommit=True, variable=READING_VARIABLE) as connection:
            while (lag := _lag(connection, *written)).seconds > 0:
                if time.monotonic() >= give_up_at:
                    return ReadingPlace(
                        url,
                        f"Read from SYNDICATION_DATABASE_URL: after {seconds_to_wait:g} seconds, "
                        f"SYNDICATION_READING_URL was still {lag.seconds:,.0f} seconds ({lag.bytes:,} bytes) behind.",
                    )
                time.sleep(_SECONDS_BETWEEN_LOOKS)
    except SyndicationError as error:
        return ReadingPlace(url, f"Read from SYNDICATION_DATABASE_URL: {error}")
    return ReadingPlace(reading_url, "Read from SYNDICATION_READING_URL, which has everything that was written.")


def lag_problems(settings: Settings, url: str, threshold: Decimal) -> Iterator[Problem]:
    """One problem if the place that is read from is at least `threshold` seconds behind; its value is the lag."""
    lag = read_lag(settings, url)
    if lag is not None and lag.seconds > 0 and lag.seconds >= threshold:
        yield Problem(
            None,
            "the replica",
            None,
            Decimal(round(lag.seconds, 1)),
            f"SYNDICATION_READING_URL is {lag.seconds:,.0f} seconds ({lag.bytes:,} bytes) behind, so reports are read "
            "from SYNDICATION_DATABASE_URL. Look at pg_stat_replication there, and at the log of the replica.",
        )


def lag_metrics(settings: Settings, url: str) -> list[Metric]:
    """The lag as metrics, without samples if no place is set or it cannot be reached, which is a problem by itself."""
    try:
        lag = read_lag(settings, url)
    except SyndicationError:
        lag = None
    values = {"seconds": lag.seconds, "bytes": float(lag.bytes)} if lag is not None else {}
    return [
        Metric(
            f"syndication_operations_replica_lag_{unit}",
            f"How many {unit} SYNDICATION_READING_URL is behind; 0 if it has everything.",
            [Sample({}, values[unit])] if unit in values else [],
        )
        for unit in ("bytes", "seconds")
    ]


def _reading_url(settings: Settings) -> str:
    if settings.reading_url is None:
        raise TypeError("no place to read from is set")
    return checked_url(settings.reading_url.get_secret_value(), READING_VARIABLE)


def _lag(connection: Connection, written: str, database: str, system: int) -> Lag:
    try:
        rows = connection.execute(_REPLAYED, {"written": written}).fetchall()
    except psycopg.Error as error:
        raise DatabaseError(f"{READING_VARIABLE}: {describe(error)}") from None
    its_database, its_system, is_current, seconds, behind = rows[0]
    if (its_database, its_system) != (database, system):
        raise SyndicationError(
            f"{READING_VARIABLE} leads to another database than SYNDICATION_DATABASE_URL: set it to a replica of that "
            "one, or unset it."
        )
    return Lag(0.0 if is_current else float(seconds), int(behind or 0))
