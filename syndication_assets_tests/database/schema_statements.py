"""Turns the files `sql/<room>/schema.sql` back into a database: each comment and right becomes a statement.

Nothing here knows the migrations: what the files do not say, the database does not get.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import psycopg

from syndication_assets.database.schema.schema_access import TENANT_POLICIES

_CREATE = re.compile(r"create (table|view|function|aggregate|type|domain|sequence|schema) ([^\s(]+)(\([^)]*\))?")
_ROLES = {"pipeline": "syndication_pipeline", "reader": "syndication_reader"}


@dataclass
class Block:
    """One object: its statements, the comment above the first one, and the notes behind them."""

    comment: str
    statements: list[str]
    notes: str


def create_database(connection: psycopg.Connection, texts: Iterable[str]) -> None:
    """Creates everything that the texts say, whatever their order: an object waits until those it refers to exist."""
    found = [statement for text in texts for block in blocks(text) for statement in statements(block)]
    beginning = [
        each for each in found if re.match(r"create schema|grant \w+ on schema|alter default privileges", each)
    ]
    objects = [each for each in found if _place(each) and each not in beginning]
    rest = [each for each in found if not _place(each) and each not in beginning]
    connection.execute(";\n".join(["set check_function_bodies = off", *beginning, "set role syndication_owner"]))
    waiting = sorted(objects, key=_place)
    while waiting:
        errors = {statement: error for statement in waiting if (error := _error(connection, statement)) is not None}
        if len(errors) == len(waiting):
            raise AssertionError(waiting[0]) from errors[waiting[0]]
        waiting = list(errors)
    connection.execute(";\n".join(statement.removesuffix(";") for statement in rest))


def _place(statement: str) -> int:
    """Where in an order in which few objects have to wait; 0 for a statement on an existing object."""
    created = _CREATE.match(statement)
    kinds = ("type", "domain", "sequence", "function", "aggregate", "schema", "table", "view")
    return 0 if created is None else 1 + kinds.index(created[1])


def blocks(text: str) -> Iterator[Block]:
    """The objects of a file. Blank lines are between them, and also within tables and function bodies."""
    block = Block("", [], "")
    lines = iter(text.split("\n"))
    for line in lines:
        if not line:
            if block.statements:
                yield block
            block = Block("", [], "")
        elif not line.startswith("--"):
            statement, note = _statement(line, lines)
            if statement.startswith("create sequence") and block.statements:  # they stand below each other
                yield block
                block = Block("", [], "")
            block.statements.append(statement)
            block.notes += f"; {note};"
        elif block.statements:
            block.notes += line[2:]
        else:
            block.comment += line[2:]


def statements(block: Block) -> Iterator[str]:
    """What PostgreSQL has to execute, the comments and notes translated."""
    yield from block.statements
    first = block.statements[0]
    created = _CREATE.match(first)
    assert created is not None, first
    kind, name, arguments = created.groups()
    comment = block.comment.strip()
    if kind == "type":
        comment = "\n".join([comment, *(f"{value}: {meaning}" for value, meaning in _comments_behind(first))])
    if comment:
        yield f"comment on {kind} {name}{arguments if kind == 'aggregate' else ''} is {_literal(comment)}"
    if kind in {"table", "view"}:
        for column, meaning in _comments_behind(first):
            own = meaning if kind == "table" else meaning.partition(": ")[2]
            if own:
                yield f"comment on column {name}.{column} is {_literal(own)}"
    granted_kind = {"view": "table", "aggregate": "function"}.get(kind, kind)
    for note in re.split(r";\s*", block.notes):
        yield from _of_note(note.strip(), granted_kind, name)


def _of_note(note: str, kind: str, name: str) -> Iterator[str]:
    if note.startswith("one partition a month") or note in {"", "no row-level security", "execute: only its owner"}:
        return
    if note.startswith("row-level security"):
        yield f"alter table {name} enable row level security"
        if "not forced" not in note:
            yield f"alter table {name} force row level security"
        if "by organization_id" in note:
            yield from (policy.format(table=name) for policy in TENANT_POLICIES)
    elif found := re.fullmatch(r"default rights of new (\w+) of (\w+): only to the owner", note):
        yield f"alter default privileges for role {found[2]} revoke execute on {found[1]} from public"
    elif found := re.fullmatch(r"(\w+): ([a-z, ]+?)( \(.*\))?", note):
        rights = ", ".join(right + (found[3] or "") for right in found[2].split(", "))
        yield f"grant {rights} on {kind} {name} to {_ROLES.get(found[1], found[1])}"
    else:
        raise AssertionError(note)


def _statement(line: str, lines: Iterator[str]) -> tuple[str, str]:
    """The statement that begins with `line`, and the note behind its end."""
    text = [line]
    is_function = line.startswith("create function")
    while not (text[-1].endswith("$$;") if is_function and "\nas $$" in "\n" + "\n".join(text) else _code(text[-1])):
        text.append(next(lines))
    end = re.search(r";  -- (.*)$", text[-1])
    return "\n".join(text), end[1] if end else ""


def _code(line: str) -> bool:
    return re.sub(r"\s*-- .*$", "", line).endswith(";")


def _comments_behind(statement: str) -> list[tuple[str, str]]:
    """Each column or enum value that has a comment behind it, and the comment."""
    found: list[tuple[str, list[str]]] = []
    for line in statement.partition("\n)")[0].split("\n")[1:]:
        definition, _, comment = line.partition("-- ")
        if re.match(r" {4}\S", definition):
            found.append((definition.split()[0].strip("',"), []))
        if comment:
            found[-1][1].append(comment)
    return [(name, " ".join(comments)) for name, comments in found if comments]


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _error(connection: psycopg.Connection, statement: str) -> psycopg.Error | None:
    try:
        with connection.transaction():
            connection.execute(statement)
    except psycopg.Error as error:
        return error
    return None
