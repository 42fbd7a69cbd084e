"""Shows in the UI what a load wrote to the ledger and the quarantine: one observation per day for each asset."""

import dagster as dg

from syndication_assets.database.connection import Connection, load_sql
from syndication_assets.landing.assets import files, quarantine
from syndication_assets.landing.source_rooms import ROOM_OF_SOURCE, room_of
from syndication_assets.text.markdown import markdown_table

_SHOWN_ITEMS = 50


def observe_ledger(context: dg.AssetExecutionContext, connection: Connection, room: str) -> None:
    """Records for each day of the run: the files and items of the room, and place and reason of its quarantined items.

    Payloads of quarantined items are never shown. Days without files of the room are skipped.
    """
    other_sources = [source for source in ROOM_OF_SOURCE if room_of(source) != room]
    parameters = {"days": list(context.partition_keys), "other_sources": other_sources}
    for day, file_count, item_count, quarantined, reasons in connection.execute(
        load_sql("landing/ledger_of_days.sql"), parameters | {"shown_items": _SHOWN_ITEMS}
    ).fetchall():
        context.log_event(
            dg.AssetObservation(
                files.key,
                partition=day.isoformat(),
                metadata={"room": room, "files": file_count, "items": item_count},
            )
        )
        table = markdown_table(("file", "position", "reason"), reasons) if reasons else f"No item of {room} waits."
        context.log_event(
            dg.AssetObservation(
                quarantine.key,
                partition=day.isoformat(),
                metadata={
                    "room": room,
                    "open_items": quarantined,
                    "open_quarantine": dg.MetadataValue.md(table),
                },
            )
        )
