"""One run of the cache at a time: no medium is fetched twice at once, and nobody removes what a run has just stored."""

from collections.abc import Iterator
from contextlib import contextmanager

from syndication_assets.database.connection import connect
from syndication_assets.errors import SyndicationError


@contextmanager
def only_run(url: str) -> Iterator[None]:
    """Holds the lock of the cache as long as its session lives. SyndicationError while a run holds it."""
    with connect(url, autocommit=True) as connection:
        row = connection.execute("select pg_try_advisory_lock(hashtext('media cache'), 0)").fetchone()
        if row is None or not row[0]:
            raise SyndicationError("Another run caches media now. Try again when it has ended.")
        yield


@contextmanager
def between_runs(url: str) -> Iterator[None]:
    """Waits for a run that caches, and lets no other begin."""
    with connect(url, autocommit=True) as connection:
        connection.execute("select pg_advisory_lock(hashtext('media cache'), 0)")
        yield
