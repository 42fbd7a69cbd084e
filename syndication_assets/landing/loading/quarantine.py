"""What people do with the quarantine: list its open items, show one, close those that nobody will load."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from syndication_assets.database.connection import load_sql, transaction
from syndication_assets.errors import SyndicationError


class OpenItem(NamedTuple):
    """One open row of landing.quarantine, without its payload."""

    quarantine_id: str
    organization: str
    source: str
    landed_on: date
    source_file_path: str
    position: int | None
    """Position in the file, from 0; None for the whole file."""
    payload_bytes: int
    quarantined_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class QuarantinedItem:
    """One row of landing.quarantine, open or not."""

    item: OpenItem
    payload: bytes | None
    """The raw bytes of the item, at most 1 MiB of them; None for a whole file."""
    replayed_at: datetime | None
    closed_at: datetime | None
    closed_by: str | None
    closed_reason: str | None


def open_items(url: str, organization: str | None = None, limit: int | None = None) -> list[OpenItem]:
    """The open items of an organization, or of all, the newest day first."""
    with transaction(url) as connection:
        rows = connection.execute(
            load_sql("landing/quarantine/open_items.sql"), {"organization": organization, "maximum": limit}
        )
        return [OpenItem(*row) for row in rows]


def count_open_items(url: str, organization: str | None = None) -> int:
    """The number of open items of an organization, or of all."""
    with transaction(url) as connection:
        rows = connection.execute(
            "select count(*) from landing.quarantine as q inner join tenancy.organizations as o using (organization_id)"
            " where q.replayed_at is null and q.closed_at is null and coalesce(o.slug = %s, true)",
            [organization],
        ).fetchall()
    return int(rows[0][0])


def read_item(url: str, quarantine_id: str) -> QuarantinedItem:
    """One item with its payload. SyndicationError if there is none with this id."""
    with transaction(url) as connection:
        rows = connection.execute(
            "select q.quarantine_id, o.slug, q.source, q.landed_on, q.source_file_path, q.position, q.payload_bytes,"
            " q.quarantined_at, q.reason, q.payload, q.replayed_at, q.closed_at,"
            " tenancy.actor_name(q.closed_by), q.closed_reason"
            " from landing.quarantine as q inner join tenancy.organizations as o using (organization_id)"
            " where q.quarantine_id = %s",
            [quarantine_id],
        ).fetchall()
    if not rows:
        raise SyndicationError(f"There is no item {quarantine_id}: `syndication quarantine list` shows the open ones.")
    return QuarantinedItem(OpenItem(*rows[0][:9]), *rows[0][9:])


def close_items(url: str, quarantine_ids: Sequence[str], reason: str, person: str) -> list[str]:
    """Closes open items that nobody will load; returns the ids that were open, and records who closed them and why.

    A closed item stays closed when its file is loaded again, unless the item itself has changed. SyndicationError if
    the reason is empty or an id unknown; then none is closed.
    """
    if not reason.strip():
        raise SyndicationError("Closing an item needs a reason: --reason 'why nobody will load it'.")
    with transaction(url) as connection:
        connection.execute("select set_config('app.actor', %s, true)", [person])
        known = connection.execute(
            "select quarantine_id from landing.quarantine where quarantine_id = any(%s)", [list(quarantine_ids)]
        ).fetchall()
        unknown = sorted(set(quarantine_ids) - {found for (found,) in known})
        if unknown:
            raise SyndicationError(
                f"There is no item {', '.join(unknown)}: `syndication quarantine list` shows the open ones."
            )
        closed = connection.execute(
            "update landing.quarantine set closed_at = now(), closed_by = %s, closed_reason = %s"
            " where quarantine_id = any(%s) and replayed_at is null and closed_at is null returning quarantine_id",
            [person, reason.strip(), list(quarantine_ids)],
        ).fetchall()
    return sorted(found for (found,) in closed)


def days_with_open_items(url: str, organization: str | None = None) -> list[date]:
    """The days to load again, in order."""
    with transaction(url) as connection:
        rows = connection.execute(
            "select distinct q.landed_on from landing.quarantine as q"
            " inner join tenancy.organizations as o using (organization_id)"
            " where q.replayed_at is null and q.closed_at is null and coalesce(o.slug = %s, true) order by 1",
            [organization],
        )
        return [day for (day,) in rows]
