"""The least that a first load can cost: COPY of its finished rows into the same empty tables, indexes included.

Nothing is parsed, matched or checked by anything but the tables themselves: the difference to a load is the price of
turning files into these rows. The rows are those that a load wrote, in the same order, and wait in memory.
"""

import psycopg
from psycopg import sql

from benchmarks.measuring import seconds_of
from benchmarks.workplace import Workplace

TABLES = (
    ("scraping", "download_runs"),
    ("landing", "files"),
    ("scraping", "raw_payloads"),
    ("scraping", "profiles"),
    ("scraping", "post_records"),
    ("scraping", "post_aliases"),
    ("scraping", "media_records"),
    ("scraping", "hashtags"),
    ("scraping", "post_hashtags"),
    ("scraping", "snapshots"),
)
"""The tables that a load fills, parents first."""
_PARTITIONED = ("scraping.raw_payloads", "scraping.snapshots")

FinishedRows = dict[tuple[str, str], list[bytes]]
"""Table → its rows in the text format of COPY, in blocks."""


def finished_rows(url: str) -> FinishedRows:
    """All rows that a load has written."""
    rows: FinishedRows = {}
    with psycopg.connect(url) as connection:
        for table in TABLES:
            statement = sql.SQL("copy (select * from {}) to stdout").format(sql.Identifier(*table))
            with connection.cursor().copy(statement) as copy:
                rows[table] = [bytes(block) for block in copy]
    return rows


def copy_rows(workplace: Workplace, rows: FinishedRows, day: str) -> float:
    """The seconds of copying the rows into a new database, in one transaction."""
    url = workplace.create_database("bare_copy")
    with psycopg.connect(url) as connection:
        for table in _PARTITIONED:
            connection.execute("select operations.ensure_month_partitions(%s, %s, %s)", [table, day, day])
    with psycopg.connect(url) as connection:
        return seconds_of(lambda: _copy(connection, rows))


def _copy(connection: psycopg.Connection, rows: FinishedRows) -> None:
    for table, blocks in rows.items():
        statement = sql.SQL("copy {} from stdin").format(sql.Identifier(*table))
        with connection.cursor().copy(statement) as copy:
            for block in blocks:
                copy.write(block)
    connection.commit()
