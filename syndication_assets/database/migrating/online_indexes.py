"""Migrations that build indexes of tables in use: their first line begins with `-- Online`.

Such a file holds `create index concurrently if not exists` only. Its statements run outside of a transaction, one after
the other, as `syndication_owner`, so that others write to the tables meanwhile. If one fails, or its process dies, the
migration stays pending; the next run drops the invalid index that it left, and goes on.
"""

import re
from pathlib import Path

from psycopg import sql

from syndication_assets.database.connection import Connection
from syndication_assets.errors import SyndicationError

_MARK = "-- Online"
_STATEMENT = re.compile(
    r"create (?:unique )?index concurrently if not exists (?P<index>[a-z0-9_]+)\s+on (?P<schema>[a-z0-9_]+)\.\w+ "
)
_COMMENT = re.compile(r"--[^\n]*")
_INVALID = "select from pg_index where indexrelid = to_regclass(%s) and not indisvalid"


class OnlineIndexError(SyndicationError):
    """The file of a migration that runs online holds something else."""


def is_online(path: Path) -> bool:
    """Whether the statements of a migration run outside of a transaction."""
    return path.read_text(encoding="utf-8").startswith(_MARK)


def in_transaction(text: str) -> str:
    """The text of such a file for a transaction that is tried and rolled back: there is nobody to wait for."""
    return text.replace(" concurrently ", " ") if text.startswith(_MARK) else text


def build(connection: Connection, path: Path) -> None:
    """Builds the indexes of a file on a connection in autocommit. What exists and is valid is not built again."""
    statements = _statements(path)
    connection.execute("set role syndication_owner")
    for statement, schema, index in statements:
        if connection.execute(_INVALID, [f"{schema}.{index}"]).fetchone() is not None:
            connection.execute(sql.SQL("drop index concurrently {}").format(sql.Identifier(schema, index)))
        connection.execute(statement)
    connection.execute("reset role")


def _statements(path: Path) -> list[tuple[str, str, str]]:
    """Each statement with the schema and the name of its index."""
    found = []
    for text in _COMMENT.sub("", path.read_text(encoding="utf-8")).split(";"):
        statement = text.strip()
        if not statement:
            continue
        match = _STATEMENT.match(statement)
        if match is None:
            raise OnlineIndexError(
                f"{path.name} runs online and may hold `create index concurrently if not exists … on schema.table` "
                "only: move other statements to a migration of their own."
            )
        found.append((statement, match["schema"], match["index"]))
    return found
