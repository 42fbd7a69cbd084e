"""Reads and writes rows of a test's database: the one way of all harnesses, which add what their room needs."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

import psycopg

from syndication_assets.database.connection import transaction

Parameters = Sequence[Any] | Mapping[str, Any]


class DatabaseRows:
    """A database at `url`. Each call is a transaction in UTC, as a superuser unless the harness names a role."""

    url: str
    role: ClassVar[str | None] = None
    organization_id: str = ""

    @contextmanager
    def connected(self) -> Iterator[psycopg.Connection[Any]]:
        """The connection of one call; a harness may keep one for all its calls."""
        if self.role is not None:
            # As the project's code does it: what PostgreSQL rejects is a DatabaseError.
            with transaction(self.url, role=self.role) as connection:
                yield connection
            return
        with psycopg.connect(self.url, cursor_factory=psycopg.ClientCursor) as connection:
            connection.execute("set timezone = 'UTC'")
            yield connection

    def execute(self, statement: str, parameters: Parameters = ()) -> list[tuple[Any, ...]]:
        """The rows that the statement returns; empty if it returns none."""
        with self.connected() as connection:
            cursor = connection.execute(statement, parameters or None)  # type: ignore[arg-type]
            return cursor.fetchall() if cursor.description else []

    def rows(self, query: str, parameters: Parameters = ()) -> list[tuple[Any, ...]]:
        return self.execute(query, parameters)

    def value(self, statement: str, parameters: Parameters = ()) -> Any:
        """The first value of the first row."""
        return self.rows(statement, parameters)[0][0]

    def records(self, statement: str, parameters: Parameters = ()) -> list[dict[str, Any]]:
        """The rows as dictionaries by column name."""
        with self.connected() as connection:
            cursor = connection.execute(statement, parameters or None)  # type: ignore[arg-type]
            names = [column.name for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def insert(self, table: str, returned: str, **values: Any) -> str:
        """Inserts a row of the harness's organization; returns the value of a column."""
        values = {"organization_id": self.organization_id, **values}
        columns, places = ", ".join(values), ", ".join(["%s"] * len(values))
        return str(
            self.value(f"insert into {table} ({columns}) values ({places}) returning {returned}", list(values.values()))
        )
