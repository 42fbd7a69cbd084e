"""Dagster's storage for the command line: a database next to ours, and files under the local directory."""

import os
import shutil
from pathlib import Path

import psycopg
from psycopg import sql

from syndication_assets.database.connection import connect
from syndication_assets.database.connection_url import STORAGE_VARIABLE, checked_url, sqlalchemy_url
from syndication_assets.errors import SyndicationError
from syndication_assets.settings import Settings

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


def _storage_url(settings: Settings, database_url: str) -> str:
    """The URL of Dagster's database, which exists and can be reached; by default a database of our server.

    It names psycopg2, because Dagster's event log fails on psycopg 3.
    """
    if settings.dagster_storage_url is None:
        _create_database(database_url)
        return sqlalchemy_url(database_url, "dagster")
    url = checked_url(settings.dagster_storage_url.get_secret_value(), STORAGE_VARIABLE)
    with connect(url, variable=STORAGE_VARIABLE):
        return sqlalchemy_url(url)


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
