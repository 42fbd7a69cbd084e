"""Reads tracked profiles from CSV: every problem with its line.

The first line names the columns: `platform` and `username`, and perhaps `is_active` and `notes`. Comma, semicolon or
tab separate them. The file is UTF-8, with or without a byte order mark, or UTF-16 with one, as spreadsheets write it.
"""

import codecs
import csv
import io
from pathlib import Path
from typing import Any

from syndication_assets.configuration.file.problems import EntriesOfFile, Place, Problem

_COLUMNS = ("platform", "username", "is_active", "notes")
_REQUIRED = ("platform", "username")
_MOST_BYTES = 10_000_000
_BOOLEANS = {"true": True, "false": False, "": True}


def profiles_of_csv(path: Path) -> EntriesOfFile:
    """The profiles of a file, and what is wrong with it. Values are checked as if they stood in `profiles`."""
    name = str(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        return EntriesOfFile([], [Problem(Place(name), f"The file cannot be read: {error.strerror or error}.")])
    if len(content) > _MOST_BYTES:
        return EntriesOfFile([], [Problem(Place(name), f"The file has more than {_MOST_BYTES:,} bytes: divide it.")])
    text, problem = _decoded(content, name)
    if problem is not None:
        return EntriesOfFile([], [problem])
    try:
        return _rows(text, name)
    except csv.Error as error:
        return EntriesOfFile([], [Problem(Place(name), f"This is no CSV: {error}. Check its quotes.")])


def _decoded(content: bytes, name: str) -> tuple[str, Problem | None]:
    is_utf16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    encoding = "utf-16" if is_utf16 else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = "The file is not UTF-8: save it as UTF-8 (in a spreadsheet, “CSV UTF-8”)."
        return "", Problem(Place(name, line), message)
    if "\0" in text:
        return "", Problem(Place(name), "The file has NUL characters: save it as UTF-8.")
    return text, None


def _rows(text: str, name: str) -> EntriesOfFile:
    # Any line end, also the lone CR of old spreadsheets; one inside quotes stays a part of its value.
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    header_line = lines.split("\n", 1)[0]
    delimiter = max(",;\t", key=header_line.count)
    reader = csv.reader(io.StringIO(lines), delimiter=delimiter, strict=True)
    header = [cell.strip().lower() for cell in next(reader, [])]
    problems = _header_problems(header, name)
    if problems:
        return EntriesOfFile([], problems)
    entries: list[tuple[Place, dict[str, Any]]] = []
    line = reader.line_num + 1
    for cells in reader:
        place, line = Place(name, line), reader.line_num + 1
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            problems.append(
                Problem(place, f"The line has {len(cells)} cells, the first line {len(header)}: check its separators.")
            )
            continue
        row: dict[str, Any] = dict(zip(header, (cell.strip() for cell in cells), strict=True))
        problem = _convert(row, place)
        if problem is None:
            entries.append((place, row))
        else:
            problems.append(problem)
    return EntriesOfFile(entries, problems)


def _header_problems(header: list[str], name: str) -> list[Problem]:
    missing = [column for column in _REQUIRED if column not in header]
    unknown = [column for column in header if column not in _COLUMNS]
    twice = {column for column in header if header.count(column) > 1}
    if not (missing or unknown or twice):
        return []
    return [
        Problem(
            Place(name),
            "The first line must name the columns: platform,username and, if you like, is_active and notes, separated "
            "by commas, semicolons or tabs.",
        )
    ]


def _convert(row: dict[str, Any], place: Place) -> Problem | None:
    for column, value in row.items():
        if "\n" in value:
            return Problem(place, f"The cell `{column}` has a line break in it: write it in one line.")
    if "is_active" in row:
        if row["is_active"].lower() not in _BOOLEANS:
            return Problem(place, f"`is_active` is {row['is_active']!r}: write true or false.")
        row["is_active"] = _BOOLEANS[row["is_active"].lower()]
    if row.get("notes") == "":
        row["notes"] = None
    return None
