"""What people, services and logins have changed, by day."""

from datetime import date, datetime
from typing import NamedTuple

from syndication_assets.database.connection import Connection


class DayOfActivity(NamedTuple):
    """What one of them did to one table of an organization on one UTC day."""

    organization: str
    day: date
    who: str
    kind: str
    """person, service or login."""
    action: str
    """insert, update or delete."""
    resource: str
    """Schema and name of the table."""
    changes: int
    last_at: datetime


def list_activity(
    connection: Connection, since: datetime, *, organization: str | None, user_id: str | None
) -> list[DayOfActivity]:
    """Changes since then, the newest day first; of one organization by its slug, of one user by id, or of all."""
    rows = connection.execute(
        "select o.slug, (a.occurred_at at time zone 'utc')::date, a.who, a.kind, a.action, a.resource, count(*),"
        " max(a.occurred_at) from tenancy.user_activity as a inner join tenancy.organizations as o"
        " using (organization_id) where a.occurred_at >= %(since)s"
        " and (%(organization)s::text is null or o.slug = %(organization)s)"
        " and (%(user_id)s::text is null or a.actor = %(user_id)s)"
        " group by 1, 2, a.actor, 3, 4, 5, 6 order by 2 desc, 1, 3, 6, 5",
        {"since": since, "organization": organization, "user_id": user_id},
    )
    return [DayOfActivity(*row) for row in rows.fetchall()]
