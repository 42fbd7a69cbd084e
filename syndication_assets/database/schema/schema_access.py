"""Who may do what with an object, as the line under it in `sql/<room>/schema.sql`."""

import re
from collections.abc import Iterable

from syndication_assets.database.schema.schema_catalogue import Acl, Column, Relation, Statement
from syndication_assets.database.schema.sql_layout import on_one_line

OWNER = "syndication_owner"
TENANT_POLICIES = (
    "create policy pipeline_all on {table} to syndication_pipeline using (true) with check (true)",
    (
        "create policy reader_own_organization on {table} for select to syndication_reader "
        "using (organization_id = nullif(current_setting('app.organization_id', true), ''))"
    ),
)
"""What tenancy.protect_tenant_table creates, shown as `row-level security by organization_id`."""

_RIGHTS = {
    "r": "select",
    "a": "insert",
    "w": "update",
    "d": "delete",
    "D": "truncate",
    "x": "references",
    "t": "trigger",
    "m": "maintain",
    "U": "usage",
    "X": "execute",
    "C": "create",
}


def rights(acl: Acl, owner: str) -> list[str]:
    """Rights of everybody but the owner, e.g. `reader: select`; and the owner, if it is not the usual one."""
    found = []
    for item in sorted(acl or []):
        grantee, _, letters = item.partition("/")[0].partition("=")
        if grantee != owner:
            # A star after a letter: the grantee may grant the right to others.
            granted = {letter: f"{_RIGHTS[letter]}{star}" for letter, star in re.findall(r"(\w)(\*?)", letters)}
            names = ", ".join(granted[letter] for letter in _RIGHTS if letter in granted)
            found.append(f"{grantee.removeprefix('syndication_') or 'public'}: {names}")
    return found if owner == OWNER else [*found, f"owner: {owner}"]


def default_rights(role: str, objects: str, acl: Acl) -> str:
    """Rights on objects that a role will create; `objects` as in pg_default_acl."""
    kind = {"r": "tables", "S": "sequences", "f": "functions", "T": "types", "n": "schemas"}[objects]
    others = [right for right in rights(acl, role) if not right.startswith("owner: ")]
    return f"default rights of new {kind} of {role}: {'; '.join(others) or 'only to the owner'}"


def rights_on_function(acl: Acl, owner: str) -> list[str]:
    """Without rights of its own, everybody may execute a function."""
    return ["public: execute"] if acl is None else rights(acl, owner) or ["execute: only its owner"]


def rights_on_table(table: Relation, columns: Iterable[Column]) -> list[str]:
    """Rights on the whole table, then those on some of its columns, e.g. `reader: select (change_id, action)`."""
    columns_by_rights: dict[str, list[str]] = {}
    for column in columns:
        for right in rights(column.acl, OWNER):
            columns_by_rights.setdefault(right, []).append(column.name)
    limited = [f"{right} ({', '.join(names)})" for right, names in columns_by_rights.items()]
    return [*rights(table.acl, table.owner), *limited]


def rights_on_type(acl: Acl) -> list[str]:
    """Without rights of its own, everybody may use a type: nothing to say."""
    return [] if acl is None else rights(acl, OWNER) or ["usage: only its owner"]


def row_security(table: Relation, policies: list[Statement]) -> tuple[str, list[Statement]]:
    """The row-level security of a table in words, and the policies that the words do not include."""
    if not table.has_row_security:
        return "no row-level security", policies
    usual = {policy.format(table=table.name) for policy in TENANT_POLICIES}
    if table.is_row_security_forced and usual <= {on_one_line(policy.sql) for policy in policies}:
        return "row-level security by organization_id", [
            each for each in policies if on_one_line(each.sql) not in usual
        ]
    return "row-level security" + ("" if table.is_row_security_forced else ", not forced on the owner"), policies
