"""Lays a room's schema out to be read: types, tables, views, functions and sequences, each with its comments.

Everything that the catalogue says is in the text, most of it as statements; comments and access rights stand behind
`--`, where a person looks for them.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from syndication_assets.database.schema.schema_access import (
    OWNER,
    default_rights,
    rights,
    rights_on_function,
    rights_on_table,
    rights_on_type,
    row_security,
)
from syndication_assets.database.schema.schema_catalogue import (
    Column,
    Constraint,
    Function,
    Relation,
    Room,
    Statement,
    Type,
)
from syndication_assets.database.schema.sql_layout import comment_lines, on_one_line, readable, wrapped

_PRELUDE = """\
-- The schema of the room `{room}`, to be read. `make schema` writes it from the migrations, and the tests build a
-- database from these files that equals a migrated one. `syndication migrate` creates the real database.
--
-- Everything belongs to syndication_owner. `pipeline` and `reader` are the roles syndication_pipeline, which runs the
-- assets, and syndication_reader, which sees the organization of its session.
"""
_MOST_COMMENT_COLUMN = 52
"""A definition that is longer has its comment on the next line."""


def room_text(room: Room) -> str:
    """The text of `sql/<room>/schema.sql`; equal schemas, created in the same order, give equal texts."""
    parts = [
        _PRELUDE.format(room=room.schema.name).splitlines(),
        _schema(room),
        *map(_type, room.types),
        *(_table(room, table) for table in room.relations if table.kind != "v"),
        *(_view(room, view) for view in room.relations if view.kind == "v"),
        *map(_function, room.functions),
        [line for sequence in room.sequences for line in _sequence(sequence)],
    ]
    return "\n\n".join("\n".join(lines) for lines in parts if lines) + "\n"


def _schema(room: Room) -> list[str]:
    schema = room.schema
    create = f"create schema {schema.name} authorization {schema.owner};"
    defaults = ["-- " + default_rights(*default) for default in room.default_rights]
    return [*comment_lines(schema.comment), _with_note(create, rights(schema.acl, schema.owner)), *defaults]


def _type(each: Type) -> list[str]:
    note = comment_lines("; ".join(rights_on_type(each.acl)))
    if each.values is None:
        create = f"create domain {each.name} as {readable(each.domain or '')};"
        return [*comment_lines(each.comment), *wrapped(create), *note]
    # The comment has a line for each value that needs one, after the line on the whole type.
    meaning, *of_values = (each.comment or "").split("\n")
    meanings = {value: text for value, _, text in (line.partition(": ") for line in of_values)}
    if not meanings:
        values = ", ".join(f"'{value}'" for value in each.values)
        return [*comment_lines(meaning), *wrapped(f"create type {each.name} as enum ({values});"), *note]
    listed = _with_comments([(f"'{value}'", meanings.get(value)) for value in each.values])
    return [*comment_lines(meaning), f"create type {each.name} as enum (", *listed, ");", *note]


def _table(room: Room, table: Relation) -> list[str]:
    columns = [column for column in room.columns if column.relation == table.name]
    constraints = list(_constraints(table, [each for each in room.constraints if each.relation == table.name]))
    definitions = _with_comments([(_column(each), each.comment) for each in columns], is_last=not constraints)
    if constraints:
        definitions += ["", *_with_comments([(constraint, None) for constraint in constraints])]
    end = f"){_options(table)};"
    if table.partition_key is not None:
        example = f"{table.name.split('.')[1]}_2026_01"
        end = f") partition by {readable(table.partition_key)};  -- one partition a month, such as {example}"
    lines = [*comment_lines(table.comment), f"create table {table.name} (", *definitions, end]
    for column in columns:
        if column.storage is not None:
            lines.append(f"alter table {table.name} alter column {column.name} set storage {column.storage};")
    for statement in (*_of(table, room.indexes), *_of(table, room.triggers)):
        lines += _statement(statement)
    security, other_policies = row_security(table, list(_of(table, room.policies)))
    lines += comment_lines("; ".join([security, *rights_on_table(table, columns)]))
    for policy in other_policies:
        lines += _statement(policy)
    return lines


def _column(column: Column) -> str:
    text = f"{column.name} {readable(column.type)}"
    if column.collation is not None:
        text += f" collate {column.collation}"
    if column.is_not_null:
        text += " not null"
    if column.generated:
        text += f" generated always as ({on_one_line(column.default or '')}) stored"
    elif column.default is not None:
        text += f" default {on_one_line(column.default)}"
    return text


def _constraints(table: Relation, constraints: list[Constraint]) -> Iterator[str]:
    """The definitions, with a name only where PostgreSQL would choose another one."""
    taken: set[str] = set()
    for constraint in constraints:
        usual = _usual_name(table.name.split(".")[1], constraint)
        number = 0
        while (name := f"{usual}{number or ''}") in taken:
            number += 1
        taken.add(constraint.name)
        definition = on_one_line(constraint.definition)
        yield definition if constraint.name == name else f"constraint {constraint.name} {definition}"


def _usual_name(table_name: str, constraint: Constraint) -> str:
    suffix = {"p": "pkey", "u": "key", "f": "fkey", "c": "check", "x": "excl"}[constraint.kind]
    # The name of a primary key has no columns, nor that of a check of several.
    is_named_by_columns = constraint.kind in {"u", "f", "x"} or (
        constraint.kind == "c" and len(constraint.columns) == 1
    )
    return "_".join([table_name, *(constraint.columns if is_named_by_columns else []), suffix])


def _view(room: Room, view: Relation) -> list[str]:
    columns = [column for column in room.columns if column.relation == view.name]
    # A view's columns have no type of their own in SQL, so the comment names it.
    names = [(column.name, ": ".join(filter(None, [readable(column.type), column.comment]))) for column in columns]
    lines = [
        *comment_lines(view.comment),
        f"create view {view.name} (",
        *_with_comments(names),
        f"){_options(view)} as",
    ]
    for line in _without_alias(readable(view.view or "")).strip().split("\n"):
        lines += wrapped(line.strip(), len(line) - len(line.lstrip()))
    return [*lines, *comment_lines("; ".join(rights_on_table(view, columns)))]


def _without_alias(query: str) -> str:
    """A query of one table as PostgreSQL 16 and later print it: columns without the alias, except in subqueries."""
    table = re.search(r"^   from [\w.]+ (\w+);$", query, flags=re.M)
    if table is None:
        return query
    column = re.compile(rf"\b{table[1]}\.")
    return "\n".join(column.sub("", line) if re.match(r" select |    \S", line) else line for line in query.split("\n"))


def _function(function: Function) -> list[str]:
    head = re.sub(r"\s*\n\s*", "\n", readable(function.head)).strip().replace("create or replace ", "create ", 1)
    signature, *properties = head.split("\n")
    lines = [*comment_lines(function.comment), *wrapped(signature)]
    if function.body is not None:
        lines += [*wrapped(" ".join(properties)), f"as $${function.body}$$;"]
    elif properties:
        *properties, expression = properties
        lines += [*wrapped(" ".join(properties)), *wrapped(f"{expression};")]
    else:  # an aggregate
        lines[-1] += ";"
    return [*lines, *comment_lines("; ".join(rights_on_function(function.acl, function.owner)))]


def _sequence(sequence: Statement) -> list[str]:
    return [*comment_lines(sequence.comment), _with_note(f"{sequence.sql};", rights(sequence.acl, OWNER))]


def _with_comments(definitions: Sequence[tuple[str, str | None]], *, is_last: bool = True) -> list[str]:
    """Definitions separated by commas, each with its comment behind it; all comments begin in the same column."""
    texts = [f"{definition}," for definition, _ in definitions]
    if is_last:
        texts[-1] = texts[-1].removesuffix(",")
    fitting = [len(text) for text in texts if len(text) + 6 <= _MOST_COMMENT_COLUMN]
    place = max(fitting, default=0) + 6
    lines = []
    for text, (_, comment) in zip(texts, definitions, strict=True):
        *earlier, last = wrapped(text, 4)
        comments = comment_lines(comment, place)
        if comments and len(last) + 2 <= place:
            last = last.ljust(place) + comments.pop(0).lstrip()
        lines += [*earlier, last, *comments]
    return lines


def _statement(statement: Statement) -> list[str]:
    return [*comment_lines(statement.comment), *wrapped(f"{on_one_line(statement.sql)};")]


def _with_note(statement: str, notes: list[str]) -> str:
    return f"{statement}  -- {'; '.join(notes)}" if notes else statement


def _options(relation: Relation) -> str:
    return f" with ({', '.join(relation.options).replace('=', ' = ')})" if relation.options else ""


def _of(table: Relation, statements: Iterable[Statement]) -> Iterator[Statement]:
    return (statement for statement in statements if statement.relation == table.name)
