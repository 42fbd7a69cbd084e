"""Reads the reference files: platforms, channels and their rules, as CSV with one line per row.

An empty cell is NULL; a list is written as `one;two`. An invalid file raises a ReferenceFileError that names file, line
and column, before anything reaches the database. Pure: files in, rows out.
"""

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from syndication_assets.channels.reference_tables import (
    CHANNEL_REQUIREMENTS,
    TABLES,
    VALUE_PARSERS,
    Key,
    Parser,
    ReferenceTable,
    Values,
)
from syndication_assets.errors import SyndicationError

REFERENCE_DIRECTORY = Path(__file__).resolve().parent / "reference"


class ReferenceFileError(SyndicationError):
    """A reference file is invalid; the message names file, line and column."""

    def __init__(self, table: str, line: int | None, column: str | None, problem: str) -> None:
        place = f"{table}.csv"
        place += f", line {line}" if line is not None else ""
        place += f", column {column}" if column is not None else ""
        super().__init__(f"{place}: {problem}")


def read_reference(directory: Path = REFERENCE_DIRECTORY) -> dict[str, dict[Key, Values]]:
    """The rows of each table by their key. ReferenceFileError at the first problem."""
    rows: dict[str, dict[Key, Values]] = {}
    for table in TABLES:
        rows[table.name] = _read_table(table, directory / f"{table.name}.csv", rows)
    return rows


def _read_table(table: ReferenceTable, file: Path, others: Mapping[str, Mapping[Key, Values]]) -> dict[Key, Values]:
    rows: dict[Key, Values] = {}
    lines: dict[Key, int] = {}
    reader = csv.reader(io.StringIO(_read(table, file), newline=""), strict=True)
    try:
        header = next(reader, [])
        if header != list(table.columns):
            raise ReferenceFileError(table.name, 1, None, f"the columns must be {','.join(table.columns)}.")
        for cells in reader:
            line = reader.line_num
            values = _read_row(table, line, cells)
            key = tuple(values[column] for column in table.key)
            if key in rows:
                raise ReferenceFileError(table.name, line, None, f"{'/'.join(key)} is already in line {lines[key]}.")
            _require_references(table, line, values, others)
            rows[key], lines[key] = values, line
    except csv.Error as error:
        raise ReferenceFileError(table.name, reader.line_num, None, f"is not valid CSV: {error}.") from None
    return rows


def _read(table: ReferenceTable, file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ReferenceFileError(table.name, None, None, f"is not in {file.parent}.") from None
    except UnicodeDecodeError:
        raise ReferenceFileError(table.name, None, None, "is not UTF-8: save it as UTF-8.") from None


def _read_row(table: ReferenceTable, line: int, cells: list[str]) -> Values:
    if len(cells) != len(table.columns):
        problem = f"has {len(cells)} cells instead of {len(table.columns)}: quote cells that contain a comma."
        raise ReferenceFileError(table.name, line, None, problem)
    values: Values = {}
    for (column, parse), cell in zip(table.columns.items(), cells, strict=True):
        parser = VALUE_PARSERS[values["value_type"]] if column == "value" else parse
        values[column] = _read_cell(table, line, column, cell.strip(), parser)
    _require_consistency(table, line, values)
    return values


def _read_cell(table: ReferenceTable, line: int, column: str, text: str, parse: Parser) -> Any:
    if not text:
        if column in table.required:
            raise ReferenceFileError(table.name, line, column, "is empty.")
        return None
    try:
        return parse(text)
    except ValueError as error:
        raise ReferenceFileError(table.name, line, column, f"{text!r} {error}.") from None


def _require_consistency(table: ReferenceTable, line: int, values: Values) -> None:
    """Checks the constraints across columns, as the tables do, with messages that name the line."""
    if values.get("checked_on") is not None and values["source_url"] is None:
        raise ReferenceFileError(table.name, line, "checked_on", "needs a source_url that was checked.")
    if table is not CHANNEL_REQUIREMENTS:
        return
    minimum, maximum = values["minimum"], values["maximum"]
    if values["value"] is None and minimum is None and maximum is None:
        raise ReferenceFileError(table.name, line, "value", "is empty, like minimum and maximum: fill in one of them.")
    if values["value_type"] != "number" and not minimum is maximum is None:
        raise ReferenceFileError(table.name, line, "minimum", "only a rule of type number has a minimum or maximum.")
    if minimum is not None and maximum is not None and minimum > maximum:
        raise ReferenceFileError(table.name, line, "minimum", f"{minimum} is more than the maximum {maximum}.")


def _require_references(
    table: ReferenceTable, line: int, values: Values, others: Mapping[str, Mapping[Key, Values]]
) -> None:
    for columns, other in table.references:
        key = tuple(values[column] for column in columns)
        if key not in others[other]:
            raise ReferenceFileError(table.name, line, columns[-1], f"{'/'.join(key)} is not in {other}.csv.")
