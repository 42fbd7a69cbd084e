"""What is stored about a user, and its erasure: the person goes, the logs keep an id that leads to nobody."""

from typing import Any

import psycopg
from psycopg import sql

from syndication_assets.database.connection import Connection
from syndication_assets.errors import SyndicationError
from syndication_assets.tenancy.people.members import OWNERS_ARE_KEPT

_OF_THE_PERSON = (
    "organization_members",
    "passwords",
    "password_resets",
    "web_sessions",
    "database_logins",
    "user_preferences",
)
_EVERYTHING = """
select jsonb_build_object(
    'user', (select to_jsonb(u) from tenancy.users as u where u.user_id = %(user_id)s),
    'database_login', (select l.login from tenancy.database_logins as l where l.user_id = %(user_id)s),
    'preferences', (select to_jsonb(p) - 'user_id' from tenancy.user_preferences as p where p.user_id = %(user_id)s),
    'password', (
        select jsonb_build_object('changed_at', p.changed_at, 'locked_until', p.locked_until)
        from tenancy.passwords as p where p.user_id = %(user_id)s
    ),
    'web_sessions', (
        select coalesce(jsonb_agg(to_jsonb(s) - 'token_hash' - 'user_id' - 'login' order by s.started_at), '[]')
        from tenancy.web_sessions as s where s.user_id = %(user_id)s
    ),
    'accounts_at_providers', (
        select coalesce(jsonb_agg(to_jsonb(i) - 'user_id'), '[]')
        from tenancy.user_identities as i where i.user_id = %(user_id)s
    ),
    'memberships', (
        select coalesce(jsonb_agg(to_jsonb(m) - 'user_id'), '[]')
        from tenancy.organization_members as m where m.user_id = %(user_id)s
    ),
    'api_keys', (
        select coalesce(jsonb_agg(to_jsonb(k) - 'key_hash'), '[]')
        from tenancy.api_keys as k where k.user_id = %(user_id)s
    ),
    'invitations', (
        select coalesce(jsonb_agg(to_jsonb(i) - 'token_hash'), '[]')
        from tenancy.invitations as i
        inner join tenancy.users as u on lower(i.email) = lower(u.email)
        where u.user_id = %(user_id)s
    ),
    'alert_routes', (
        select coalesce(jsonb_agg(to_jsonb(r)), '[]')
        from operations.alert_routes as r
        inner join tenancy.users as u on r.channel = 'mail' and lower(r.address) = lower(u.email)
        where u.user_id = %(user_id)s
    ),
    'changes', (
        select coalesce(jsonb_agg(c order by c.occurred_at), '[]')
        from (
            select a.occurred_at, a.organization_id, a.action, a.table_name, a.row_key
            from tenancy.audit_log as a where a.actor = %(user_id)s
            union all
            select a.occurred_at, null, a.action, a.table_name, a.row_key
            from tenancy.account_changes as a where a.actor = %(user_id)s
            union all
            select r.occurred_at, null, r.action, r.table_name, r.row_key
            from channels.rule_changes as r where r.actor = %(user_id)s
        ) as c
    )
)
"""


def export_person(connection: Connection, user_id: str) -> dict[str, Any]:
    """Everything that the database knows of a user, without hashes: the account, and each change that they made."""
    (everything,) = connection.execute(_EVERYTHING, {"user_id": user_id}).fetchall()[0]
    return dict(everything)


def erase_person(connection: Connection, user_id: str) -> None:
    """Removes name, address, login, memberships, keys, password, invitations and routes of alerts to their address.
    What they did keeps their id.

    Archived months of the audit log have the id too, and nothing else of the person. SyndicationError for the last
    owner of an organization, and for a member of one that a legal hold keeps.
    """
    parameters = {"user_id": user_id}
    held = connection.execute(
        "select o.slug, h.hold_id from operations.legal_holds as h"
        " inner join tenancy.organization_members as m on h.organization_id = m.organization_id"
        " inner join tenancy.organizations as o on h.organization_id = o.organization_id"
        " where m.user_id = %(user_id)s and h.released_at is null order by h.held_at limit 1",
        parameters,
    ).fetchall()
    if held:
        raise SyndicationError(
            f"The legal hold {held[0][1]} keeps {held[0][0]!r}, and with it what its members did: release it first "
            f"with `syndication retention release {held[0][1]}`."
        )
    try:
        connection.execute(
            "delete from tenancy.invitations as i using tenancy.users as u"
            " where u.user_id = %(user_id)s and lower(i.email) = lower(u.email)",
            parameters,
        )
        connection.execute(
            "delete from operations.alert_routes as r using tenancy.users as u"
            " where u.user_id = %(user_id)s and r.channel = 'mail' and lower(r.address) = lower(u.email)",
            parameters,
        )
        # API keys go with the memberships.
        for table in _OF_THE_PERSON:
            connection.execute(
                sql.SQL("delete from {} where user_id = %(user_id)s").format(sql.Identifier("tenancy", table)),
                parameters,
            )
        connection.execute(
            "update tenancy.users set email = null, service_name = null, display_name = null, is_active = false,"
            " anonymized_at = now() where user_id = %(user_id)s",
            parameters,
        )
        connection.execute(OWNERS_ARE_KEPT)
        connection.execute("select tenancy.forget_samples()")
    except psycopg.errors.RestrictViolation as error:
        raise SyndicationError(
            f"{error.diag.message_primary}: make somebody else owner first with `syndication member role`."
        ) from None
