"""Planning: fills the queue with a target for each approved text, and withdraws texts that lost their approval."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import msgspec

from syndication_assets import fault_points
from syndication_assets.database.connection import Connection, load_sql, transaction
from syndication_assets.operations.executions.tally import Channel, Tally, content_process_of
from syndication_assets.publishing.network_pictures import WITHOUT_ADDRESS
from syndication_assets.publishing.planning.queues import read_limits, read_schedules, read_taken_slots
from syndication_assets.publishing.planning.slot_assignment import Slot, Text, assign_slots


@dataclass(frozen=True, slots=True)
class Plan:
    """The result of planning a range of days."""

    texts: int
    """Approved texts of the days without a slot, counted once per account."""
    targets_written: int
    without_a_slot: int
    """Those of them for which 30 days had no free slot: their targets are ready."""
    refused: int
    """Those of them whose network fetches pictures itself, and cannot get ours: their targets are drafts."""
    withdrawn: int
    """Targets of any day that went back to draft because their text lost its approval."""
    broken_schedules: dict[str, str]
    """Schedule id → why it has no slots."""
    tally: Tally
    """The texts by channel: with a slot, or without a free one."""


def plan_targets(url: str, first_day: date, end_day: date, without_pictures: Collection[str] = ()) -> Plan:
    """Plans the approved texts of the days (the end exclusive), in the order of the days and in one transaction.

    `without_pictures` are the publishers whose networks cannot get a picture of ours (`sending/stored_pictures.py`).

    Planning depends on a text's day, not on the current time: the same tables always give the same slots.
    """
    with transaction(url, lock="publishing.post_targets") as connection:
        withdrawn = connection.execute(load_sql("publishing/withdraw_targets.sql")).rowcount
        waiting, refused, texts = _texts(connection, first_day, end_day, without_pictures)
        if refused:
            connection.execute(
                load_sql("publishing/post_targets/refuse.sql"),
                {
                    "rows": msgspec.json.encode(_rows(refused, [None] * len(refused))).decode(),
                    "reason": WITHOUT_ADDRESS,
                },
            )
        schedules, broken = read_schedules(connection)
        limits = read_limits(connection)
        longest_gap = max((limit.minutes_between_posts or 0 for limit in limits.values()), default=0)
        taken = read_taken_slots(connection, first_day, timedelta(minutes=longest_gap))
        slots = assign_slots(texts, schedules, taken, limits)
        counts = connection.execute(
            load_sql("publishing/post_targets/merge.sql"), {"rows": msgspec.json.encode(_rows(waiting, slots)).decode()}
        ).fetchall()[0]
        fault_points.reach("post_targets.before_commit")
    return Plan(
        texts=counts[0],
        targets_written=counts[1],
        without_a_slot=counts[2],
        refused=len(refused),
        withdrawn=withdrawn,
        broken_schedules=broken,
        tally=_tally(waiting, slots),
    )


def _texts(
    connection: Connection, first_day: date, end_day: date, without_pictures: Collection[str]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[Text]]:
    """The rows of texts that get a slot, those of texts that do not, and the former as texts."""
    cursor = connection.execute(
        load_sql("publishing/texts_to_plan.sql"), {"window_start": first_day, "window_end": end_day}
    )
    names = [column.name for column in cursor.description or ()]
    found = [dict(zip(names, row, strict=True)) for row in cursor]
    refused = [row for row in found if row["has_own_picture"] and row["publisher"] in without_pictures]
    rows = [row for row in found if row not in refused] if refused else found
    texts = [
        Text(
            queue=(row["organization_id"], row["account_id"], row["channel_type"]),
            content_id=row["content_id"],
            content_hash=row["content_hash"].hex(),
            planned_on=row["planned_on"],
            decided_at=row["decided_at"],
            is_simulated=row["is_simulated"],
            publish_at=row["publish_at"],
            publish_before=row["publish_before"],
        )
        for row in rows
    ]
    return rows, refused, texts


def _tally(waiting: Sequence[dict[str, Any]], slots: Sequence[Slot | None]) -> Tally:
    tally = Tally()
    for row, slot in zip(waiting, slots, strict=True):
        tally.add(
            row["organization_id"],
            Channel(row["platform"], row["channel_type"], content_process_of(row["post_kind"])),
            came_in=1,
            went_out=int(slot is not None),
            rejected=int(slot is None),
            reason=_without_slot(row) if slot is None else None,
        )
    return tally


def _without_slot(row: dict[str, Any]) -> str:
    return "No slot is free before its event ends." if row["publish_before"] else "30 days have no free slot."


def _rows(waiting: Sequence[dict[str, Any]], slots: Sequence[Slot | None]) -> list[dict[str, Any]]:
    return [
        {
            **{
                name: row[name]
                for name in ("organization_id", "content_id", "account_id", "platform", "channel_type", "is_simulated")
            },
            "content_hash": row["content_hash"].hex(),
            "schedule_id": slot and slot.schedule_id,
            "slot_at": slot and slot.schedule_id and slot.slot_at.isoformat(),
            "scheduled_at": slot and slot.scheduled_at.isoformat(),
        }
        for row, slot in zip(waiting, slots, strict=True)
    ]
