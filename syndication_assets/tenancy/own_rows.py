"""Reading within one organization, as row-level security shows it."""

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg import sql

from syndication_assets.database.connection import Connection, transaction


@contextmanager
def reading(url: str, organization_id: str) -> Iterator[Connection]:
    """A transaction of `syndication_reader` that sees one organization in one snapshot, and changes nothing."""
    with transaction(url, role="syndication_reader") as connection:
        connection.execute("set transaction isolation level repeatable read, read only")
        connection.execute("select set_config('app.organization_id', %s, true)", [organization_id])
        yield connection


def has_row(connection: Connection, table: str, column: str, identifier: str) -> bool:
    """Whether the reader of the connection sees a row with this id. `table` is schema and name."""
    query = sql.SQL("select from {} where {} = %s").format(sql.Identifier(*table.split(".")), sql.Identifier(column))
    return connection.execute(query, [identifier]).fetchone() is not None
