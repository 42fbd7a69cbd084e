"""Separate logins for tests: `set role` in a superuser's session would prove little."""

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

_numbers = itertools.count(1)


@contextmanager
def login(admin_url: str, options: str = "", *, member_of: str | None = None) -> Iterator[str]:
    """The name of a new login. Drop everything it owns before the block ends, such as its database."""
    name = f"test_login_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute(sql.SQL(f"create role {{}} login {options}").format(sql.Identifier(name)))
        if member_of is not None:
            connection.execute(sql.SQL("grant {} to {}").format(sql.Identifier(member_of), sql.Identifier(name)))
        try:
            yield name
        finally:
            connection.execute(sql.SQL("drop role {}").format(sql.Identifier(name)))


def url_as(login_name: str, url: str) -> str:
    """The URL with another login."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{login_name}@{parts.netloc.rpartition('@')[2]}"))
