"""`snapshot_intervals`: how often posts of one organization are fetched again, by their age, and
`snapshot_interval_defaults`: those of all that do not say."""

from typing import Annotated

from pydantic import Field

from syndication_assets.configuration.entry import Entry
from syndication_assets.configuration.rows import delete, reader, upsert
from syndication_assets.configuration.section import Context, Section

_OWN = "scraping.organization_snapshot_intervals"
_SHARED = "scraping.snapshot_intervals"


class SnapshotInterval(Entry):
    """How often posts up to one age are fetched again; those above the oldest age are not."""

    younger_than_days: Annotated[int, Field(ge=0, le=3650)] = Field(
        description="Age below which it counts for a post, if no smaller one does; 0: how often each profile is asked "
        "for new posts."
    )
    every_hours: Annotated[int, Field(ge=1, le=8760)] = Field(description="Hours between two snapshots of a post.")


def _write(context: Context, entry: SnapshotInterval) -> None:
    values = {"organization_id": context.organization_id, **entry.model_dump()}
    upsert(context.connection, _OWN, ("organization_id", "younger_than_days"), values)


def _remove(context: Context, entry: SnapshotInterval) -> None:
    key = {"organization_id": context.organization_id, "younger_than_days": entry.younger_than_days}
    delete(context.connection, _OWN, key)


def _write_default(context: Context, entry: SnapshotInterval) -> None:
    upsert(context.connection, _SHARED, ("younger_than_days",), entry.model_dump())


def _remove_default(context: Context, entry: SnapshotInterval) -> None:
    delete(context.connection, _SHARED, {"younger_than_days": entry.younger_than_days})


SNAPSHOT_INTERVALS = Section(
    name="snapshot_intervals",
    noun="interval of snapshots",
    removed="The last one that goes leaves the defaults: `syndication snapshot-interval default list`.",
    entry=SnapshotInterval,
    permission="profiles.edit",
    key=("younger_than_days",),
    read=reader(
        SnapshotInterval,
        "select younger_than_days, every_hours from scraping.organization_snapshot_intervals"
        " where organization_id = %(organization_id)s order by younger_than_days",
    ),
    write=_write,
    remove=_remove,
)

SNAPSHOT_INTERVAL_DEFAULTS = Section(
    name="snapshot_interval_defaults",
    noun="default interval of snapshots",
    removed="Posts of that age follow the next older age.",
    entry=SnapshotInterval,
    permission="rules.edit",
    key=("younger_than_days",),
    read=reader(
        SnapshotInterval,
        "select younger_than_days, every_hours from scraping.snapshot_intervals order by younger_than_days",
    ),
    write=_write_default,
    remove=_remove_default,
)
