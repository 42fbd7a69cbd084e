"""The window of days that a run covers, and running a SQL file for it."""

from datetime import date

import dagster as dg

from syndication_assets.database.connection import Connection, run_file


def window_of(context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext) -> tuple[date, date]:
    """The first day of the run, and the day after its last."""
    window = context.partition_time_window
    return window.start.date(), window.end.date()


def run_window(connection: Connection, path: str, first_day: date, end_day: date) -> dict[str, int]:
    """Runs a SQL file for the days from `first_day` up to, not including, `end_day`.

    Returns the counts that its last statement selects, by column name.
    """
    counts: dict[str, int] = run_file(connection, path, {"window_start": first_day, "window_end": end_day}).fetchall()[
        0
    ]
    return counts
