"""The SQL script that creates the roles of a backup: without them, a dump loses all owners and rights."""

from psycopg import sql

from syndication_assets.operations.backup.manifest import Role

_CREATE = """\
do $$
begin
    if not exists (select from pg_roles where rolname = {literal}) then
        create role {name} nologin;
    end if;
    if not pg_has_role(current_user, {literal}, 'usage') then
        grant {name} to current_user;
    end if;
end
$$;
"""


def roles_script(roles: list[Role]) -> str:
    """Creates the missing roles without logins and passwords, and makes them members again.

    Whoever runs it becomes a member too, because only a member may give a role what is to belong to it. A role that
    is there stays as it is.
    """
    known = {role.name for role in roles}
    parts = [_CREATE.format(name=_name(role.name), literal=sql.Literal(role.name).as_string(None)) for role in roles]
    parts += [
        f"grant {_name(group)} to {_name(role.name)};\n" for role in roles for group in role.member_of if group in known
    ]
    return "".join(parts)


def _name(role: str) -> str:
    return sql.Identifier(role).as_string(None)
