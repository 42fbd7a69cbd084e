"""Rows that people have removed, and how they come back: the audit log has each of them as it was.

What was removed in one transaction comes back in one. Members, keys and limits have ways of their own.
"""

from datetime import datetime
from typing import Any, NamedTuple

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from syndication_assets.database.connection import Connection
from syndication_assets.errors import SyndicationError

RESTORABLE = (
    "approval.step_approvers",
    "approval.workflow_steps",
    "approval.workflows",
    "approval.working_hours",
    "brand.brand_profiles",
    "catalogue.vendors",
    "channels.social_accounts",
    "content.approval_rules",
    "content.content_templates",
    "content.events",
    "content.section_channels",
    "content.writing_rules",
    "curation.model_tagging",
    "curation.profile_tags",
    "curation.tags",
    "documents.feeds",
    "media.analyzers",
    "operations.alert_routes",
    "operations.budgets",
    "operations.retention_policies",
    "operations.webhooks",
    "publishing.publishing_schedules",
    "scraping.organization_snapshot_intervals",
)
"""What people maintain by entries that are removed as rows. Of tag rules, the log has no filters, which name people."""

_REMOVED = """
select a.audit_id, o.slug, a.occurred_at, tenancy.actor_name(a.actor), a.table_name, a.old_values
from tenancy.audit_log as a
inner join tenancy.organizations as o on a.organization_id = o.organization_id
where
    a.action = 'delete'
    and a.table_name = any(%(tables)s)
    and a.organization_id = %(organization_id)s
    and a.occurred_at >= %(since)s
order by a.occurred_at desc, a.audit_id desc
"""
# `occurred_at` is the time of the transaction.
_TOGETHER = """
select a.table_name, a.old_values
from tenancy.audit_log as a
inner join tenancy.audit_log as chosen
    on
        a.organization_id = chosen.organization_id
        and a.occurred_at = chosen.occurred_at
        and a.actor = chosen.actor
where
    chosen.organization_id = %(organization_id)s
    and chosen.audit_id = %(audit_id)s
    and chosen.action = 'delete'
    and chosen.table_name = any(%(tables)s)
    and a.action = 'delete'
    and a.table_name = any(%(tables)s)
"""
_COLUMNS = """
select a.attname from pg_attribute as a
where a.attrelid = %s::regclass and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
"""


class RemovedRow(NamedTuple):
    """One row that was removed, as it was."""

    audit_id: str
    organization: str
    removed_at: datetime
    removed_by: str
    table: str
    values: dict[str, Any]


def list_removed(connection: Connection, organization_id: str, since: datetime) -> list[RemovedRow]:
    """What was removed since then, the newest first. What came back since is in the list, too: it was removed."""
    parameters = {"tables": list(RESTORABLE), "organization_id": organization_id, "since": since}
    return [RemovedRow(*row) for row in connection.execute(_REMOVED, parameters)]


def restore_removed(connection: Connection, organization_id: str, audit_id: str) -> list[str]:
    """Brings back what was removed by the change of this id, with what was removed in the same transaction; returns
    the tables. SyndicationError, which says what is in the way, if one row cannot come back; then none does.
    """
    parameters = {"tables": list(RESTORABLE), "organization_id": organization_id, "audit_id": audit_id}
    waiting = connection.execute(_TOGETHER, parameters).fetchall()
    if not waiting:
        raise SyndicationError(f"Nothing was removed by {audit_id}: `syndication removed list` lists what was.")
    restored: list[str] = []
    while waiting:
        refused: list[tuple[str, dict[str, Any]]] = []
        reason = ""
        for table, values in waiting:
            try:
                with connection.transaction():
                    _insert(connection, table, values)
                restored.append(table)
            # What it refers to may be among the rows that follow.
            except psycopg.errors.ForeignKeyViolation:
                refused.append((table, values))
                reason = f"{table}: what it refers to is gone; restore or add that first"
            except psycopg.errors.UniqueViolation:
                raise SyndicationError(
                    f"Nothing comes back: {table} has such a row again. Remove or rename that one first."
                ) from None
            except psycopg.errors.IntegrityError:
                raise SyndicationError(
                    f"Nothing comes back: a row of {table} lacks what it needs today. Add it again; `syndication "
                    "removed list --json` shows what it was."
                ) from None
        if len(refused) == len(waiting):
            raise SyndicationError(f"Nothing comes back: {reason}.")
        waiting = refused
    return restored


def _insert(connection: Connection, table: str, values: dict[str, Any]) -> None:
    target = sql.Identifier(*table.split("."))
    known = [name for (name,) in connection.execute(_COLUMNS, [table]) if name in values]
    columns = sql.SQL(", ").join(map(sql.Identifier, known))
    connection.execute(
        sql.SQL(
            "insert into {target} ({columns}) select {columns} from jsonb_populate_record(null::{target}, %s)"
        ).format(target=target, columns=columns),
        [Jsonb(values)],
    )
