"""Reading the server's statistics as the login itself: what the login may see is decided by an administrator.

The role of the pipeline sees tables and indexes, but of other logins neither statements nor sessions. A login that is a
member of pg_monitor, or a superuser as on the embedded server, sees them.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg import sql

from syndication_assets.database.connection import Connection


@contextmanager
def as_login(connection: Connection, *, role: str = "syndication_pipeline") -> Iterator[None]:
    """The block acts as the login, what follows as the role again. An error ends the whole transaction."""
    connection.execute("set local role none")
    yield
    connection.execute(sql.SQL("set local role {}").format(sql.Identifier(role)))


def advice(login: str) -> str:
    """What an administrator runs so that the login sees what others do."""
    return f'Let an administrator run: grant pg_monitor to "{login}".'
