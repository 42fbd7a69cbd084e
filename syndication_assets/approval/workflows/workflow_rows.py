"""Reads what decides about rounds: workflows, members who may decide, delegations, working hours."""

from decimal import Decimal
from typing import Any

from psycopg.rows import dict_row

from syndication_assets.approval.workflows.matching import Step, Workflow
from syndication_assets.approval.workflows.working_hours import WorkingHours
from syndication_assets.database.connection import Connection, load_sql

RIGHT_TO_DECIDE = "approvals.decide"


def active_workflows(connection: Connection, organization_id: str) -> list[Workflow]:
    """The active workflows of an organization with their steps."""
    cursor = connection.cursor(row_factory=dict_row).execute(
        load_sql("approval/active_workflows.sql"), {"organization_id": organization_id}
    )
    return [
        Workflow(**{**{name: _tuple(value) for name, value in row.items()}, "steps": tuple(map(_step, row["steps"]))})
        for row in cursor
    ]


def members_who_decide(connection: Connection, organization_id: str) -> dict[str, str]:
    """The role of each active member with the right to decide, by their id."""
    rows = connection.execute(
        "select m.user_id, m.role::text from tenancy.organization_members as m"
        " inner join tenancy.users as u using (user_id) inner join tenancy.role_permissions as p on m.role = p.role"
        " where m.organization_id = %s and m.status = 'active' and u.is_active and p.permission = %s",
        [organization_id, RIGHT_TO_DECIDE],
    )
    return dict(rows.fetchall())


def delegates_now(connection: Connection, organization_id: str) -> dict[str, str]:
    """To whom each user delegates now, by id."""
    rows = connection.execute(
        "select from_user_id, to_user_id from approval.delegations"
        " where organization_id = %s and starts_at <= now() and ends_at > now()",
        [organization_id],
    )
    return dict(rows.fetchall())


def working_hours_of(connection: Connection, organization_id: str) -> WorkingHours:
    """When the people of an organization work; the defaults if it does not say."""
    row = connection.execute(
        "select time_zone, working_days, begins_at, ends_at from approval.working_hours where organization_id = %s",
        [organization_id],
    ).fetchone()
    return WorkingHours() if row is None else WorkingHours(row[0], frozenset(row[1]), row[2], row[3])


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _step(values: dict[str, Any]) -> Step:
    hours = {
        name: None if values[name] is None else Decimal(values[name])
        for name in ("remind_after_hours", "escalate_after_hours")
    }
    return Step(**{**{name: _tuple(value) for name, value in values.items()}, **hours})
