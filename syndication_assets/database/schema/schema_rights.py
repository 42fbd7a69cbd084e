"""Compares who may do what in a database with `sql/<room>/schema.sql`, where every migrated database agrees.

A backup that is restored into a server without our roles has all tables and rows, but no owner, policy or grant.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from syndication_assets.database.connection import SQL_DIRECTORY, Connection, DatabaseError, connect, load_sql
from syndication_assets.database.schema.schema_catalogue import rooms
from syndication_assets.database.schema.schema_text import room_text

ROLES = ("syndication_owner", "syndication_pipeline", "syndication_reader")

_RESTORE_AGAIN = (
    "A backup that is restored into a server without the roles loses them: create the roles, and restore it again into "
    "an empty database (docs/backup.md, Restore by hand)."
)
_OBJECT = re.compile(r"create (?:schema|type|domain|table|view|function|aggregate|sequence) ([\w.]+)")
_RIGHTS = re.compile(r"-- (?:no row-level|row-level|(?:pipeline|reader|public|owner|execute|usage):)")
_NOTE = re.compile(r";  -- ((?:pipeline|reader|public|owner): .*)")


def require_rights(url: str) -> None:
    """DatabaseError, which says what to do, if a role, a policy or a grant of a migrated database is missing."""
    with connect(url) as connection:
        connection.execute("set transaction read only")
        roles = missing_roles(connection)
        rights = [] if roles else missing_rights(connection)
    if roles:
        raise DatabaseError(f"The server has no role {', '.join(roles)}. {_RESTORE_AGAIN}")
    if rights:
        raise DatabaseError(
            f"The database lacks {len(rights)} rights and policies that the migrations made; the first is "
            f"{rights[0]}. {_RESTORE_AGAIN}"
        )


def missing_roles(connection: Connection) -> list[str]:
    """The roles that the server does not have."""
    found = connection.execute("select rolname::text from pg_roles where rolname = any(%s)", [list(ROLES)]).fetchall()
    return [role for role in ROLES if (role,) not in found]


def missing_rights(connection: Connection, directory: Path = SQL_DIRECTORY) -> list[str]:
    """What a migrated database has and this one lacks, each as `object: right`. Of further rights, only the owners
    that are not ours are reported.
    """
    actual = {right for room in rooms(connection) for right in _rights(room_text(room))}
    expected = [
        right for file in sorted(directory.glob("*/schema.sql")) for right in _rights(file.read_text(encoding="utf-8"))
    ]
    partitions = connection.execute(load_sql("tenancy/unprotected_partitions.sql")).fetchall()
    return [
        *(f"{name}: {right}" for name, right in dict.fromkeys(expected) if (name, right) not in actual),
        *(f"{name}: {right}" for name, right in sorted(actual.difference(expected)) if right.startswith("owner: ")),
        *(f"{name}: {lacks}" for name, lacks in partitions),
    ]


def _rights(text: str) -> Iterator[tuple[str, str]]:
    """Every right and policy in the text of a room's schema, with the object that it is on."""
    name, collected = "", ""
    for line in [*text.splitlines(), ""]:
        is_policy = collected.startswith("create policy")
        if collected and (line.startswith("-- ") or (is_policy and line and not line.startswith("create policy"))):
            collected += " " + line.removeprefix("-- ").strip()
            continue
        yield from ((name, right) for right in _items(collected))
        collected = ""
        if found := _OBJECT.match(line):
            name = found[1]
            note = _NOTE.search(line)
            yield from ((name, right) for right in _items(note[1] if note else ""))
        elif _RIGHTS.match(line):
            collected = line.removeprefix("-- ")
        elif line.startswith("create policy"):
            collected = line


def _items(rights: str) -> list[str]:
    if rights.startswith("create policy"):
        return [" ".join(rights.split())]
    return [right for right in rights.split("; ") if right]
