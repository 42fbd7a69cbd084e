"""One batch of moves at a time: what is erased meanwhile waits, and then finds every copy that was made."""

from collections.abc import Iterator
from contextlib import contextmanager

from syndication_assets.database.connection import connect


@contextmanager
def between_moves(url: str) -> Iterator[None]:
    """Waits for a batch of moves, and lets no other begin as long as its session lives."""
    with connect(url, autocommit=True) as connection:
        connection.execute("select pg_advisory_lock(hashtext('media archive'), 0)")
        yield
