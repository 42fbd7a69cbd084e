"""`stock_sources`: where photos for visuals are searched for, in which order, and what the sources want in return."""

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field

from syndication_assets.configuration.entry import ACTIVE, Entry, Text
from syndication_assets.configuration.rows import reader, upsert
from syndication_assets.configuration.section import Context, Finding, Section
from syndication_assets.database.connection import Connection

_TABLE = "media.stock_sources"
_OWN = "own"


class StockSource(Entry):
    """A source of photos for visuals."""

    source: Literal["own", "freepik", "pexels", "unsplash", "openverse"] = Field(
        description="own: the organization's own pictures. Others are services, whose keys are settings."
    )
    position: Annotated[int, Field(gt=0, le=1000)] = Field(description="Place in the order: the lowest is asked first.")
    base_url: Annotated[str, Field(pattern="^https?://[^ ]+$")] | None = Field(
        default=None, description="Address of its API; none for own."
    )
    key_header: Text | None = Field(default=None, description="Header that carries its key; none if it needs no key.")
    attribution: Literal["never", "always", "by_licence"] = Field(
        description="Whether the author is named where a photo is shown: never, always, or as the licence says."
    )
    must_report_use: bool = Field(default=False, description="Whether the source is told of each photo that is used.")
    is_active: bool = ACTIVE


def _source(
    source: Literal["own", "freepik", "pexels", "unsplash", "openverse"],
    position: int,
    base_url: str | None,
    key_header: str | None,
    attribution: Literal["never", "always", "by_licence"],
) -> StockSource:
    return StockSource(
        source=source,
        position=position,
        base_url=base_url,
        key_header=key_header,
        attribution=attribution,
        must_report_use=source == "unsplash",
    )


_DEFAULTS = {
    each.source: each
    for each in (
        _source("own", 1, None, None, "never"),
        _source("freepik", 2, "https://api.magnific.com", "x-magnific-api-key", "always"),
        _source("pexels", 3, "https://api.pexels.com", "Authorization", "always"),
        _source("unsplash", 4, "https://api.unsplash.com", "Authorization", "always"),
        _source("openverse", 5, "https://api.openverse.org", None, "by_licence"),
    )
}
"""As the project comes."""
_read_all = reader(
    StockSource,
    "select source, position, base_url, key_header, attribution::text, must_report_use, is_active"
    " from media.stock_sources order by position, source",
)


def _read(connection: Connection, organization_id: str) -> list[Entry]:
    return [entry for entry in _read_all(connection, organization_id) if entry not in _DEFAULTS.values()]


def _read_defaults(connection: Connection, organization_id: str) -> list[Entry]:
    return [entry for entry in _read_all(connection, organization_id) if entry in _DEFAULTS.values()]


def _check(_: Context, source: StockSource) -> Iterable[Finding]:
    if (source.source == _OWN) != (source.base_url is None):
        wanted = (
            "own pictures have no address: leave it out" if source.source == _OWN else "name the address of the API"
        )
        yield Finding("base_url", wanted)
    if source.source == _OWN and source.key_header is not None:
        yield Finding("key_header", "own pictures need no key: leave it out")


def _write(context: Context, source: StockSource) -> None:
    upsert(context.connection, _TABLE, ("source",), source.model_dump())


def _remove(context: Context, source: StockSource) -> None:
    """The source gets the project's values back."""
    _write(context, _DEFAULTS[source.source])


STOCK_SOURCES = Section(
    name="stock_sources",
    noun="source of photos",
    paused="It is not asked; its photos stay.",
    removed="The source gets the project's values back.",
    entry=StockSource,
    permission="rules.edit",
    key=("source",),
    read=_read,
    read_defaults=_read_defaults,
    write=_write,
    remove=_remove,
    check=_check,
)
