"""Reads what the system catalogue says about a room, for `sql/<room>/schema.sql`. How it looks there is not its matter.

Month partitions are left out: they differ by the day on which a database was made.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, LiteralString, TypeVar

from psycopg.rows import class_row

from syndication_assets.database.connection import Connection
from syndication_assets.database.schema import schema_queries

Acl = list[str] | None
"""Access rights as PostgreSQL prints them, e.g. `syndication_reader=r/syndication_owner`; None: the default rights."""


@dataclass(frozen=True, slots=True)
class Schema:
    """A room's schema."""

    name: str
    owner: str
    comment: str | None
    acl: Acl


@dataclass(frozen=True, slots=True)
class Relation:
    """A table, a partitioned table or a view (`kind` r, p or v); `name` contains the schema."""

    name: str
    kind: str
    owner: str
    comment: str | None
    options: list[str] | None
    partition_key: str | None
    has_row_security: bool
    is_row_security_forced: bool
    acl: Acl
    view: str | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table or view; collation and storage only if they are not the type's own."""

    relation: str
    name: str
    type: str
    is_not_null: bool
    default: str | None
    generated: str
    collation: str | None
    storage: str | None
    comment: str | None
    acl: Acl


@dataclass(frozen=True, slots=True)
class Constraint:
    """A key or check of a table; `kind` as in pg_constraint.contype."""

    relation: str
    name: str
    kind: str
    columns: list[str]
    definition: str
    comment: str | None


@dataclass(frozen=True, slots=True)
class Statement:
    """An index, trigger or policy of a table, or a sequence, as the statement that creates it."""

    relation: str
    name: str
    sql: str
    comment: str | None = None
    acl: Acl = None


@dataclass(frozen=True, slots=True)
class Function:
    """A function or aggregate; `head` ends before its body, which is None where the head says everything."""

    signature: str
    head: str
    body: str | None
    owner: str
    comment: str | None
    acl: Acl


@dataclass(frozen=True, slots=True)
class Type:
    """An enum type with its values in order, or a domain with its definition."""

    name: str
    values: list[str] | None
    domain: str | None
    comment: str | None
    acl: Acl


@dataclass(frozen=True, slots=True)
class Room:
    """Everything in a room's schema, in the order in which the migrations created it."""

    schema: Schema
    relations: Sequence[Relation]
    columns: Sequence[Column]
    constraints: Sequence[Constraint]
    indexes: Sequence[Statement]
    triggers: Sequence[Statement]
    policies: Sequence[Statement]
    sequences: Sequence[Statement]
    functions: Sequence[Function]
    types: Sequence[Type]
    default_rights: Sequence[tuple[str, str, Acl]]


Row = TypeVar("Row")


def rooms(connection: Connection) -> list[Room]:
    """All rooms of a migrated database, in the order of the migrations."""
    # Names are printed with their schema, and times in constraints in UTC.
    connection.execute("set local search_path = ''; set local timezone = 'UTC'")
    return [_room(connection, schema) for schema in _rows(connection, Schema, schema_queries.SCHEMAS)]


def _room(connection: Connection, schema: Schema) -> Room:
    name = schema.name
    return Room(
        schema,
        relations=_rows(connection, Relation, schema_queries.RELATIONS, name),
        columns=_rows(connection, Column, schema_queries.COLUMNS, name),
        constraints=_rows(connection, Constraint, schema_queries.CONSTRAINTS, name),
        indexes=_rows(connection, Statement, schema_queries.INDEXES, name),
        triggers=_rows(connection, Statement, schema_queries.TRIGGERS, name),
        policies=_rows(connection, Statement, schema_queries.POLICIES, name),
        sequences=_rows(connection, Statement, schema_queries.SEQUENCES, name),
        functions=_rows(connection, Function, schema_queries.FUNCTIONS, name),
        types=_rows(connection, Type, schema_queries.TYPES, name),
        default_rights=connection.execute(schema_queries.DEFAULT_RIGHTS, [name]).fetchall(),
    )


def _rows(connection: Connection, kind: type[Row], query: LiteralString, *parameters: Any) -> list[Row]:
    with connection.cursor(row_factory=class_row(kind)) as cursor:
        return cursor.execute(query, parameters or None).fetchall()
