"""Months that a rollup leaves as they are, because an archive has them."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple

from syndication_assets.database.connection import Connection


class ClosedMonth(NamedTuple):
    """One month of one organization."""

    organization: str
    """Its slug."""
    organization_id: str
    month: date


def closed_months(connection: Connection, tables: Collection[str], first_day: date, end_day: date) -> list[ClosedMonth]:
    """The months with a day of the window that an archive has in one of the tables."""
    rows = connection.execute(
        "select distinct o.slug, o.organization_id, m.first_day from operations.closed_months as m"
        " inner join tenancy.organizations as o on m.organization_id = o.organization_id"
        " where m.table_name = any(%s) and m.first_day < %s and m.end_day > %s order by 3, 1",
        [list(tables), end_day, first_day],
    )
    return [ClosedMonth(*row) for row in rows]


def why_closed(closed: Sequence[ClosedMonth]) -> str:
    """A sentence for people: what stays as it is, and what to do to compute it again."""
    first = closed[0]
    months = sorted({f"{each.month:%Y-%m}" for each in closed})
    named = months[0] if len(months) == 1 else f"{months[0]} to {months[-1]}"
    organizations = ", ".join(sorted({each.organization for each in closed}))
    return (
        f"{named} of {organizations} is archived: its rows stay as they are. To compute a month again, run "
        f"`syndication archive restore {first.month:%Y-%m} --organization {first.organization}` first."
    )
