"""Computing a rollup: `sql/<room>/<table>/query.sql` is one SELECT; how rows are replaced is written once.

Beside the query, `scope.sql` makes the temporary table `scope`, which names what a run computes. An optional
`merge.sql` writes the rows where a table has no row for each that was computed, and an optional `after.sql` runs when
the rows are replaced. The query may read `scope`; its own rows are in `computed_rows` afterwards.
All parameters are window_start and window_end (dates, the end exclusive).
"""

from datetime import date

from psycopg.rows import dict_row

from syndication_assets.database.connection import SQL_DIRECTORY, Connection, load_sql

_REPLACES = 2


def rollup_query(room: str, table: str) -> str:
    """The path of the SELECT below `sql/`."""
    return f"{room}/{table}/query.sql"


def rollup_statements(room: str, table: str) -> list[str]:
    """The statements of a rollup in order. The one that replaces the rows, the third, returns the counts of rows."""
    query = load_sql(rollup_query(room, table)).strip().removesuffix(";")
    return [
        load_sql(f"{room}/{table}/scope.sql"),
        f"create temporary table computed_rows on commit drop as\n{query};\n",
        _statement_if_there(room, table, "merge")
        or f"select * from operations.replace_rows('{room}.{table}', 'computed_rows', 'scope');\n",  # noqa: S608
        *filter(None, [_statement_if_there(room, table, "after")]),
    ]


def _statement_if_there(room: str, table: str, name: str) -> str | None:
    path = f"{room}/{table}/{name}.sql"
    return load_sql(path) if (SQL_DIRECTORY / path).exists() else None


def compute_rollup(connection: Connection, room: str, table: str, first_day: date, end_day: date) -> dict[str, int]:
    """Computes the days from `first_day` up to, not including, `end_day`, in the transaction of the connection.

    Returns the numbers of rows: rows_computed, rows_written (new or changed) and rows_removed.
    """
    counts: dict[str, int] = {}
    for place, statement in enumerate(rollup_statements(room, table)):
        cursor = connection.cursor(row_factory=dict_row)
        cursor.execute(statement, {"window_start": first_day, "window_end": end_day})
        if place == _REPLACES:
            while cursor.nextset():
                pass
            counts = cursor.fetchall()[0]
    return counts
