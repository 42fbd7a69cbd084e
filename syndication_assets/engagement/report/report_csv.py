"""The tables of a weekly page as CSV, for spreadsheets. Pure: the same values give the same bytes."""

import csv
from collections.abc import Sequence
from io import StringIO

from syndication_assets.engagement.report.report_values import Row, WeekReport

_FORMULA_SIGNS = "=+-@"
# Spreadsheets in Chinese, Japanese and Korean read full-width characters like the plain ones.
_FORMULA_BEGINS = frozenset(_FORMULA_SIGNS + "".join(chr(ord(sign) + 0xFEE0) for sign in _FORMULA_SIGNS))


def csv_tables(report: WeekReport) -> dict[str, str]:
    """The tables of the page by name, without those that have no row."""
    return {name: to_csv(rows) for name, rows in report.tables.items() if rows}


def to_csv(rows: Sequence[Row]) -> str:
    """Rows of the same columns with a header, after a byte-order mark, by which spreadsheets recognize UTF-8.

    NULL is an empty cell. An id of the organization is left out.
    """
    stream = StringIO()
    columns = [name for name in rows[0] if name != "organization_id"]
    writer = csv.writer(stream)
    writer.writerow(columns)
    writer.writerows([_cell(row[name]) for name in columns] for row in rows)
    return "\ufeff" + stream.getvalue()


def _cell(value: object) -> object:
    """The value; a text that a spreadsheet would run as a formula gets an apostrophe before it."""
    if isinstance(value, str) and (value[:1] in {"\t", "\r", "\n"} or value.lstrip()[:1] in _FORMULA_BEGINS):
        return f"'{value}"
    return value
