"""The queue of briefs: which one is made next, and what became of an attempt that made nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from syndication_assets.database.connection import load_sql, run_file, transaction

MOST_ATTEMPTS = 5
LEASE_SECONDS = 15 * 60
"""Longer than the photos and all formats of a brief need."""
_DELAYS = (timedelta(minutes=5), timedelta(hours=1), timedelta(hours=6), timedelta(hours=24))


@dataclass(frozen=True, slots=True)
class LeasedBrief:
    """One row of `studio/content_requests/lease.sql`, with its lease."""

    organization_id: str
    request_id: str
    title: str
    message: str
    language: str
    template_name: str
    fields: Mapping[str, str]
    call_to_action: str | None
    link_url: str | None
    alt_text: str | None
    search_terms: str | None
    stock_image_id: str | None
    corrections: tuple[str, ...]
    mode: str
    """As `studio.creation_mode`."""
    quality: str
    """As `studio.visual_quality`."""
    stop_before: tuple[str, ...]
    variant_fields: Mapping[str, Mapping[str, str]]
    """Channel and format, as in `facebook/feed_post square` → field → text."""
    attempts: int
    """With this one."""
    lease_id: UUID


def recover(url: str, moment: datetime) -> int:
    """Ends the leases of runs that died. Returns how many."""
    with transaction(url) as connection:
        parameters = {"most_attempts": MOST_ATTEMPTS, "moment": moment}
        return connection.execute(load_sql("studio/content_requests/recover.sql"), parameters).rowcount


def lease_next(url: str, organization: str | None, moment: datetime) -> LeasedBrief | None:
    """The next brief, leased; None if none waits."""
    lease_id = uuid4()
    with transaction(url) as connection:
        rows = run_file(
            connection,
            "studio/content_requests/lease.sql",
            {"organization": organization, "lease_id": lease_id, "lease_seconds": LEASE_SECONDS, "moment": moment},
        ).fetchall()
    if not rows:
        return None
    lists = {name: tuple(rows[0][name]) for name in ("corrections", "stop_before")}
    values: dict[str, Any] = rows[0] | lists
    return LeasedBrief(**values, lease_id=lease_id)


def stop_before_pictures(url: str, brief: LeasedBrief, stock_image_id: str | None, note: str | None) -> bool:
    """Lets a brief wait for a person, with the photo that was chosen for it. False if the lease went to another run."""
    with transaction(url) as connection:
        parameters = {
            "organization_id": brief.organization_id,
            "request_id": brief.request_id,
            "lease_id": brief.lease_id,
            "stock_image_id": stock_image_id,
            "reason": note,
        }
        return connection.execute(load_sql("studio/content_requests/stop.sql"), parameters).rowcount > 0


def fail(url: str, brief: LeasedBrief, reason: str, moment: datetime, *, may_pass: bool) -> None:
    """Keeps why nothing was made. What may pass is tried again, at most five times; what may not waits for a person."""
    is_parked = not may_pass or brief.attempts >= MOST_ATTEMPTS
    with transaction(url) as connection:
        connection.execute(
            load_sql("studio/content_requests/fail.sql"),
            {
                "organization_id": brief.organization_id,
                "request_id": brief.request_id,
                "lease_id": brief.lease_id,
                "next_attempt_at": None if is_parked else moment + _DELAYS[brief.attempts - 1],
                "reason": reason,
            },
        )
