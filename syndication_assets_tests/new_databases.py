"""Copies of the template database."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import psycopg

from syndication_assets_tests.kept_sessions import DATABASE_PREFIX
from syndication_assets_tests.servers import Server

_numbers = itertools.count(1)


class new_database:  # noqa: N801 - a context manager that reads as a verb
    """A copy of the template database, dropped at the end."""

    def __init__(self, server: Server, template: str) -> None:
        self._server = server
        self._template = template
        self.name = f"{DATABASE_PREFIX}{next(_numbers)}"

    def __enter__(self) -> str:
        # Copying files is cheaper than logging pages: the server does not sync.
        self._server.administer("create database {} template {} strategy file_copy", self.name, self._template)
        return self._server.url(self.name)

    def __exit__(self, *_: object) -> None:
        with suppress(psycopg.OperationalError):
            self._server.administer("drop database if exists {} with (force)", self.name)


@contextmanager
def filled_template(server: Server, template: str, fill: Callable[[str], object]) -> Iterator[str]:
    """The name of a copy of the template after `fill`, which is given its URL: tests copy it instead of filling a
    database each.
    """
    copy = new_database(server, template)
    with copy as url:
        fill(url)
        yield copy.name
