"""Checks the URL of a PostgreSQL database before anything connects, and writes it for SQLAlchemy.

libpq splits a URL at its first `@`, `/` and `?`. A password that contains one of them becomes a part of the host, the
port or the name of the database, which every later message quotes. So such a URL is rejected here, and no message of
this module quotes any part of it.
"""

import re
from urllib.parse import quote, urlencode

import psycopg
from psycopg.conninfo import conninfo_to_dict

from syndication_assets.errors import SyndicationError

DATABASE_VARIABLE = "SYNDICATION_DATABASE_URL"
STORAGE_VARIABLE = "SYNDICATION_DAGSTER_STORAGE_URL"
BACKUP_VARIABLE = "SYNDICATION_BACKUP_DATABASE_URL"
READING_VARIABLE = "SYNDICATION_READING_URL"
RESTORE_OPTION = "--database-url"

_MEANING = {
    DATABASE_VARIABLE: "set it to postgresql://user:password@host:5432/name, or unset it to use the embedded server",
    STORAGE_VARIABLE: "set it to postgresql+psycopg2://user:password@host:5432/name, or unset it to use the database "
    "`dagster` on the server of SYNDICATION_DATABASE_URL",
    BACKUP_VARIABLE: "set it to postgresql://user:password@host:5432/name, or unset it to back up with the login of "
    "SYNDICATION_DATABASE_URL",
    READING_VARIABLE: "set it to postgresql://user:password@host:5432/name, or unset it to read from "
    "SYNDICATION_DATABASE_URL",
    RESTORE_OPTION: "give it as postgresql://user:password@host:5432/name, or leave it out to restore into "
    "SYNDICATION_DATABASE_URL",
}
# Some tools add a driver to the scheme, which libpq does not accept.
_SCHEME = re.compile(r"^postgres(?:ql)?(?:\+(?P<driver>\w+))?://")
_SPACE_OR_CONTROL = re.compile(r"[\x00-\x20\x7f-\x9f]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
# A name or an address; a directory of sockets, or a socket in Linux's abstract namespace, begins with `/` or `@`.
_HOST = re.compile(r"|[\w.-]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(?:%\w+)?|[/@].*")
_PORT = re.compile(r"|0*[1-9][0-9]{0,4}")
_WHOLE_NUMBERS = ("connect_timeout", "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count")
_HIGHEST_PORT = 65535


class InvalidUrlError(SyndicationError):
    """A setting is not the URL of a PostgreSQL database. The message does not quote it."""


def checked_url(text: str, variable: str = DATABASE_VARIABLE) -> str:
    """The URL as libpq accepts it; InvalidUrlError, which names `variable`, if it is not the URL of a database."""
    scheme = _SCHEME.match(text)
    url = f"postgresql://{text[scheme.end() :]}" if scheme else ""
    # Dagster's event log fails on psycopg 3.
    has_wrong_driver = (
        variable == STORAGE_VARIABLE and scheme is not None and scheme["driver"] not in (None, "psycopg2")
    )
    if not url or has_wrong_driver or not _is_valid(url):
        raise invalid_url(variable)
    return url


def invalid_url(variable: str = DATABASE_VARIABLE) -> InvalidUrlError:
    """The error for a URL that libpq or a host's name resolution rejects."""
    return InvalidUrlError(
        f"{variable} is not the URL of a PostgreSQL database: {_MEANING[variable]}. In a user or a password, write "
        "% as %25, : as %3A, / as %2F, ? as %3F, @ as %40, and a space as %20."
    )


def sqlalchemy_url(url: str, database: str | None = None) -> str:
    """A checked URL for SQLAlchemy on psycopg2, with another database if one is named.

    SQLAlchemy splits URLs otherwise than libpq, so it gets each part from libpq: hosts and ports as options, because it
    accepts several of them only there.
    """
    parameters = {name: str(value) for name, value in conninfo_to_dict(url).items() if value is not None}
    name = database or parameters.pop("dbname", "")
    parameters.pop("dbname", None)
    user, password = parameters.pop("user", None), parameters.pop("password", None)
    login = "" if user is None else quote(user, safe="")
    if password is not None:
        login += f":{quote(password, safe='')}"
    options = urlencode(parameters, safe="/", quote_via=quote)
    return (
        f"postgresql+psycopg2://{login}{'@' if login else ''}/{quote(name, safe='')}{'?' if options else ''}{options}"
    )


def without_secrets(message: str, url: str) -> str:
    """A message of libpq without the passwords of the URL that it is about."""
    try:
        parameters = conninfo_to_dict(url)
    except psycopg.Error:
        return "invalid URL"
    for name in ("password", "sslpassword"):
        secret = parameters.get(name)
        if secret:
            message = message.replace(str(secret), "…")
    return message


def _is_valid(url: str) -> bool:
    login, is_login, _ = url.partition("@")
    # libpq takes the first `@`; whoever wrote two meant the last.
    if _SPACE_OR_CONTROL.search(url) or "@" in url[len(login) + 1 :]:
        return False
    if is_login and re.search(r"[/?]", login.removeprefix("postgresql://")):
        return False
    try:
        url.encode()
        parameters = {name: str(value) for name, value in conninfo_to_dict(url).items() if value is not None}
    except (psycopg.Error, UnicodeError):  # libpq's message quotes the URL, password included
        return False
    return bool(parameters) and _are_valid(parameters)


def _are_valid(parameters: dict[str, str]) -> bool:
    shown = {name: value for name, value in parameters.items() if "password" not in name}
    ports = parameters.get("port", "").split(",")
    return (
        not any(_CONTROL.search(value) for value in shown.values())
        and all(_HOST.fullmatch(host) for host in parameters.get("host", "").split(","))
        and all(_PORT.fullmatch(port) and int(port or 1) <= _HIGHEST_PORT for port in ports)
        and all(re.fullmatch(r"-?[0-9]{1,9}", parameters.get(name, "0")) for name in _WHOLE_NUMBERS)
        # libpq would read another connection string in a name with `=`; one with `/` is the rest of a password.
        and not re.search(r"[=/]", parameters.get("dbname", ""))
    )
