"""`media_hosts`: how gently pictures, videos and documents are fetched from a host."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from syndication_assets.configuration.entry import Entry, Number
from syndication_assets.configuration.rows import delete, reader, upsert
from syndication_assets.configuration.section import Context, Finding, Section
from syndication_assets.database.connection import Connection

_TABLE = "media.host_limits"
_OTHERS = "others"


class MediaHost(Entry):
    """How gently media are fetched from a host and all names below it, together."""

    host: Annotated[str, Field(pattern=r"^([a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9-]+)+|others)$")] = Field(
        description="Name of the host, such as cdninstagram.com, which includes scontent.cdninstagram.com; `others` is "
        "for each host without an entry."
    )
    connections: Annotated[int, Field(gt=0, le=100)] = Field(description="How many media are fetched from it at once.")
    pause_seconds: Annotated[Number, Field(ge=0, le=3600, decimal_places=3)] = Field(
        default=Decimal(0), description="Pause in seconds on a connection after each medium, at least."
    )
    jitter_seconds: Annotated[Number, Field(ge=0, le=3600, decimal_places=3)] = Field(
        default=Decimal(0),
        description="Up to how many seconds each pause is longer, at random, so that media are not fetched at a beat.",
    )
    run_bytes: Annotated[int, Field(gt=0, le=2**62)] | None = Field(
        default=None,
        description="Bytes after which a run fetches nothing more from it, so that the rest waits for the next run; "
        "none for no limit.",
    )


_DEFAULT = MediaHost.model_construct(host=_OTHERS, connections=4)
"""As the project comes."""
_read_all = reader(
    MediaHost, "select host, connections, pause_seconds, jitter_seconds, run_bytes from media.host_limits order by host"
)


def _read(connection: Connection, organization_id: str) -> list[Entry]:
    return [entry for entry in _read_all(connection, organization_id) if entry != _DEFAULT]


def _read_defaults(connection: Connection, organization_id: str) -> list[Entry]:
    return [entry for entry in _read_all(connection, organization_id) if entry == _DEFAULT]


def _check(_: Context, limit: MediaHost) -> Iterable[Finding]:
    if limit.run_bytes is not None and limit.run_bytes < 1024 * 1024:
        yield Finding("run_bytes", "a run would fetch one medium at most: give at least 1048576, one mebibyte")


def _write(context: Context, limit: MediaHost) -> None:
    upsert(context.connection, _TABLE, ("host",), limit.model_dump())


def _remove(context: Context, limit: MediaHost) -> None:
    """Others get the project's values back; any other entry is deleted."""
    if limit.host == _OTHERS:
        _write(context, _DEFAULT)
    else:
        delete(context.connection, _TABLE, {"host": limit.host})


MEDIA_HOSTS = Section(
    name="media_hosts",
    noun="host of media",
    removed="Media of the host are fetched as those of others.",
    entry=MediaHost,
    permission="rules.edit",
    key=("host",),
    read=_read,
    read_defaults=_read_defaults,
    write=_write,
    remove=_remove,
    check=_check,
)
