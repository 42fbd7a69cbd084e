"""Dagster's storage for the command line: a database next to ours, and files under the local directory."""

import os
import shutil
from datetime import date
from pathlib import Path

import psycopg
from psycopg import sql

from syndication_assets.database.connection import connect, transaction
from syndication_assets.database.connection_url import STORAGE_VARIABLE, checked_url, sqlalchemy_url
from syndication_assets.errors import SyndicationError
from syndication_assets.settings import Settings

_FIRST_DAY = "SYNDICATION_FIRST_DAY"
# Not at the top of the checkout: Dagster warns about a file of this name in the folder where it starts.
_CONFIGURATION = Path(__file__).with_name("dagster.yaml")


def prepare_environment(settings: Settings, database_url: str) -> Path:
    """Points this process and its children at the project's Dagster instance; returns DAGSTER_HOME.

    If DAGSTER_HOME is set, the deployment has its own configuration, and nothing is changed.
    """
    if "DAGSTER_HOME" in os.environ:
        return Path(os.environ["DAGSTER_HOME"])
    storage = _storage_url(settings, database_url)
    home = settings.local_directory / "dagster"
    home.mkdir(parents=True, exist_ok=True)
    settings.dagster_logs.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(_CONFIGURATION, home / "dagster.yaml")
    os.environ.update(
        DAGSTER_HOME=str(home),
        DAGSTER_DISABLE_TELEMETRY="yes",
        SYNDICATION_DAGSTER_LOGS=str(settings.dagster_logs),
        SYNDICATION_DAGSTER_STORAGE_URL=storage,
    )
    # A range of partitions has thousands of events: stored singly, they would take longer than the work itself.
    os.environ.setdefault("DAGSTER_EVENT_BATCH_SIZE", "1000")
    return home


def begin_partitions(first_day: date) -> None:
    """Sets the default of SYNDICATION_FIRST_DAY for the children of this process, and for itself until it imports the
    partitions.
    """
    if not os.environ.get(_FIRST_DAY, "").strip():
        os.environ[_FIRST_DAY] = first_day.isoformat()


def begin_partitions_with_samples(database_url: str) -> None:
    """Where an organization is a sample, partitions begin on the oldest loaded day: 28 days of ten years would read as
    0 %. Elsewhere nothing is changed.
    """
    with transaction(database_url) as connection:
        row = connection.execute(
            "select min(landed_on) from landing.files"
            " where exists (select from tenancy.organizations where settings @> '{\"is_sample\": true}')"
        ).fetchone()
    if row and row[0]:
        begin_partitions(row[0])


def _storage_url(settings: Settings, database_url: str) -> str:
    """The URL of Dagster's database, which exists and can be reached; by default a database of our server.

    It names psycopg2, because Dagster's event log fails on psycopg 3.
    """
    if settings.dagster_storage_url is None:
        _create_database(database_url)
        storage = sqlalchemy_url(database_url, "dagster")
    else:
        storage = sqlalchemy_url(checked_url(settings.dagster_storage_url.get_secret_value(), STORAGE_VARIABLE))
    _require_room(storage)
    return storage


def _require_room(storage: str) -> None:
    """SyndicationError if Dagster's tables are not there and the user may not create them."""
    with connect(storage.replace("+psycopg2", "", 1), variable=STORAGE_VARIABLE) as connection:
        ((has_room, name, user),) = connection.execute(
            "select to_regclass('runs') is not null or has_schema_privilege(current_schema(), 'create'),"
            " current_database(), current_user"
        ).fetchall()
    if not has_room:
        raise SyndicationError(
            f"The database `{name}` belongs to another user, so Dagster may not create its tables there. Ask an "
            f"administrator to run `alter database {name} owner to {user}`, or set SYNDICATION_DAGSTER_STORAGE_URL to "
            "another database."
        )


def _create_database(database_url: str) -> None:
    with connect(database_url, autocommit=True) as connection:
        if connection.execute("select from pg_database where datname = 'dagster'").fetchone() is None:
            try:
                connection.execute(sql.SQL("create database {}").format(sql.Identifier("dagster")))
            except psycopg.errors.DuplicateDatabase:
                return
            except psycopg.errors.InsufficientPrivilege:
                raise SyndicationError(
                    "The user may not create the database `dagster`, in which Dagster stores its runs. Ask an "
                    "administrator to run `create database dagster owner <user>`, or set "
                    "SYNDICATION_DAGSTER_STORAGE_URL to another database."
                ) from None
