"""Reads and writes `catalogue.known_items`, the items of a vendor that later loads need not parse again."""

import msgspec
import psycopg

from syndication_assets.catalogue.catalogue_sources import CatalogueSource
from syndication_assets.catalogue.known_items import KnownItems, KnownProduct, reader_of
from syndication_assets.catalogue.vendors import Vendor
from syndication_assets.database.connection import Connection

_encode = msgspec.msgpack.Encoder(decimal_format="string").encode
_decode = msgspec.msgpack.Decoder(dict[bytes, KnownProduct]).decode


def read_known_items(connection: Connection, vendor: Vendor, source: CatalogueSource) -> KnownItems:
    """The vendor's known items; empty if another version of the parsing code wrote them."""
    # This cursor binds on the server and in binary, so the bytes need no escaping; the same holds below.
    cursor = psycopg.Cursor(connection).execute(
        "select items from catalogue.known_items where organization_id = %s and vendor = %s and reader = %s",
        [vendor.organization_id, vendor.vendor, reader_of(source)],
        binary=True,
    )
    row = cursor.fetchone()
    return _decode(row[0]) if row is not None else {}


def write_known_items(connection: Connection, vendor: Vendor, source: CatalogueSource, items: KnownItems) -> None:
    """Replaces the vendor's known items."""
    psycopg.Cursor(connection).execute(
        "insert into catalogue.known_items (organization_id, vendor, reader, items) values (%s, %s, %s, %b)"
        " on conflict (organization_id, vendor) do update set reader = excluded.reader, items = excluded.items",
        [vendor.organization_id, vendor.vendor, reader_of(source), _encode(items)],
    )
