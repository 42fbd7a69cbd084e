"""The sources that may be asked, in their order: those that are active and whose key is there."""

from collections.abc import Callable, Mapping

from pydantic import SecretStr

from syndication_assets.database.connection import Connection
from syndication_assets.media.stock.services.freepik import Freepik
from syndication_assets.media.stock.services.openverse import Openverse
from syndication_assets.media.stock.services.pexels import Pexels
from syndication_assets.media.stock.services.unsplash import Unsplash
from syndication_assets.media.stock.stock_source import SourceRow, StockSource
from syndication_assets.settings import Settings

OWN = "own"
_SERVICES: Mapping[str, Callable[[SourceRow], StockSource]] = {
    "freepik": Freepik,
    "pexels": Pexels,
    "unsplash": Unsplash,
    "openverse": Openverse,
}
KEY_VARIABLES = {
    "freepik": "SYNDICATION_FREEPIK_API_KEY",
    "pexels": "SYNDICATION_PEXELS_API_KEY",
    "unsplash": "SYNDICATION_UNSPLASH_ACCESS_KEY",
}


def open_source(row: SourceRow) -> StockSource:
    return _SERVICES[row.source](row)


def read_sources(connection: Connection, settings: Settings) -> tuple[list[SourceRow | None], dict[str, str]]:
    """The sources in their order, None for the organization's own pictures; and why others are left out."""
    keys: dict[str, SecretStr | None] = {
        "freepik": settings.freepik_api_key,
        "pexels": settings.pexels_api_key,
        "unsplash": settings.unsplash_access_key,
    }
    rows = connection.execute(
        "select source, base_url, key_header, attribution::text, must_report_use, blocked_until > now()"
        " from media.stock_sources where is_active order by position, source"
    )
    sources: list[SourceRow | None] = []
    left_out: dict[str, str] = {}
    for source, base_url, key_header, attribution, must_report_use, is_blocked in rows:
        if source == OWN:
            sources.append(None)
        elif is_blocked:
            left_out[source] = "it asked to be left alone for a while"
        elif key_header is not None and keys.get(source) is None:
            left_out[source] = f"it has no key: set {KEY_VARIABLES[source]}"
        else:
            sources.append(SourceRow(source, base_url, key_header, attribution, must_report_use, keys.get(source)))
    return sources, left_out
