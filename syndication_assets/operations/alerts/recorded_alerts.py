"""Lists the recorded alerts."""

from datetime import datetime
from typing import NamedTuple

from syndication_assets.database.connection import Connection


class RecordedAlert(NamedTuple):
    """One row of operations.alerts."""

    alert_id: str
    organization: str | None
    """The slug; None for the whole installation."""
    kind: str
    subject: str
    severity: str
    since: datetime
    opened_at: datetime
    closed_at: datetime | None
    message: str


def open_since(connection: Connection, kind: str) -> dict[str, datetime]:
    """Subject → when its problem began, of the open alerts of a kind that belong to the whole installation."""
    rows = connection.execute(
        "select subject, min(since) from operations.alerts"
        " where kind = %s and closed_at is null and is_of_installation group by subject",
        [kind],
    )
    return dict(rows.fetchall())


def list_alerts(connection: Connection, *, closed: bool = False) -> list[RecordedAlert]:
    """The open alerts, the worst first; or the last 100 closed ones, the newest first."""
    condition, order = (
        ("is not null", "a.closed_at desc, a.alert_id limit 100")
        if closed
        else ("is null", "a.severity desc, a.since, a.alert_id")
    )
    rows = connection.execute(
        "select a.alert_id, case when not a.is_of_installation then o.slug end, a.kind, a.subject, a.severity::text,"  # noqa: S608 - no value in it
        " a.since, a.opened_at, a.closed_at, a.message"
        " from operations.alerts as a join tenancy.organizations as o using (organization_id)"
        f" where a.closed_at {condition} order by {order}"
    ).fetchall()
    return [RecordedAlert(*row) for row in rows]
