"""Steps of a computation: SQL files of one SELECT each, which later steps and the final statement read by name."""

from collections.abc import Iterable, Mapping
from typing import Any

from psycopg import sql

from syndication_assets.database.connection import Connection, load_sql


def run_steps(connection: Connection, folder: str, steps: Iterable[str], parameters: Mapping[str, Any]) -> None:
    """Runs `sql/<folder>/<step>.sql` for each step, in order, into a temporary table of the step's name.

    The tables are dropped at the end of the transaction, or when their step runs again in it. The planner gets their
    statistics, so that a step is planned with the real size of what it reads.
    """
    for step in steps:
        table = sql.Identifier("pg_temp", step)
        connection.execute(sql.SQL("drop table if exists {}").format(table))
        create = sql.SQL("create temporary table {} on commit drop as ").format(sql.Identifier(step))
        connection.execute(create.as_string(connection) + load_sql(f"{folder}/{step}.sql"), parameters)
        connection.execute(sql.SQL("analyze {}").format(table))
