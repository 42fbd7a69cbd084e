"""The workplace of the benchmarks: a PostgreSQL server of their own below `.local/bench/`, removed at the end.

It is an embedded server with its default settings. The project's own database is not touched.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from syndication_assets.database import embedded_postgres
from syndication_assets.database.migrating import migrations
from syndication_assets.settings import PROJECT_DIRECTORY

DIRECTORY = PROJECT_DIRECTORY / ".local" / "bench"


@dataclass(frozen=True, slots=True)
class Sizes:
    """The amount of data and the number of repeats of each benchmark."""

    ingest_posts: int
    catalogue_products: int
    generations: int
    targets: int
    briefs: int
    requests: int
    pictures: int
    posts: int
    curated_posts: int
    days: int
    few_days: int
    single_day_runs: int
    executions: int
    repeats: int


FULL = Sizes(
    ingest_posts=50_000,
    catalogue_products=100_000,
    generations=1_000,
    targets=1_000,
    briefs=1_000,
    requests=100_000,
    pictures=2_000,
    posts=6_850,
    curated_posts=1_000_000,
    days=365,
    few_days=36,
    single_day_runs=20,
    executions=200,
    repeats=3,
)
QUICK = Sizes(
    ingest_posts=200,
    catalogue_products=200,
    generations=20,
    targets=20,
    briefs=2,
    requests=200,
    pictures=20,
    posts=60,
    curated_posts=1_000,
    days=40,
    few_days=8,
    single_day_runs=2,
    executions=3,
    repeats=1,
)
"""Sizes that only show whether the benchmarks work; the measured values mean nothing."""


@dataclass(slots=True)
class Workplace:
    """A running server with a migrated template database."""

    directory: Path
    sizes: Sizes
    template_url: str
    databases: set[str] = field(default_factory=set)

    def url(self, database: str) -> str:
        return urlunsplit(urlsplit(self.template_url)._replace(path=f"/{database}"))

    def has(self, database: str) -> bool:
        return database in self.databases

    def create_database(self, database: str, *, template: str = "syndication") -> str:
        """Creates a database, migrated unless `template` says otherwise, and replaces any existing one of that name."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(database)))
            connection.execute(
                sql.SQL("create database {} template {}").format(sql.Identifier(database), sql.Identifier(template))
            )
            # Flushes the pages of the copy now, so that no measurement includes it.
            connection.execute("checkpoint")
        self.databases.add(database)
        return self.url(database)

    def folder(self, name: str) -> Path:
        """A new, empty folder with this name."""
        path = self.directory / name
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(parents=True)
        return path


@contextmanager
def open_workplace(sizes: Sizes, directory: Path = DIRECTORY) -> Iterator[Workplace]:
    """Starts the server and points this process at it; stops it and removes its directory at the end."""
    for name in [name for name in os.environ if name.startswith(("SYNDICATION_", "DAGSTER_"))]:
        del os.environ[name]
    _remove(directory)
    url = embedded_postgres.start(directory)
    try:
        migrations.migrate(url)
        os.environ.update(SYNDICATION_LOCAL_DIR=str(directory), SYNDICATION_DATABASE_URL=url)
        yield Workplace(directory, sizes, url)
    finally:
        _remove(directory)


def _remove(directory: Path) -> None:
    """Removes the directory and stops its server, also one left by an interrupted run."""
    if directory.exists():
        embedded_postgres.stop(directory)
        shutil.rmtree(directory, ignore_errors=True)
