"""`role_permissions`: which roles have each right."""

from collections.abc import Iterable
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, Field

from syndication_assets.configuration.entry import Entry
from syndication_assets.configuration.section import Context, Finding, Section
from syndication_assets.database.connection import Connection
from syndication_assets.tenancy.people.rights_of_roles import KEPT_RIGHT, list_rights

Role = Literal["viewer", "member", "editor", "manager", "admin", "owner"]
_ROLES: tuple[Role, ...] = get_args(Role)


def _in_order(roles: list[Role]) -> list[Role]:
    return [role for role in _ROLES if role in roles]


class RolePermission(Entry):
    """The roles that have a right, in every organization."""

    permission: Annotated[str, Field(pattern=r"^[a-z]+\.[a-z]+$")] = Field(
        description="The right, as `syndication role list` names it, such as vendors.edit."
    )
    roles: Annotated[list[Role], AfterValidator(_in_order)] = Field(
        description="All roles that have it; an empty list takes it from everybody."
    )


def _check(context: Context, entry: RolePermission) -> Iterable[Finding]:
    known = [right.permission for right in list_rights(context.connection)]
    if entry.permission not in known:
        yield Finding("permission", f"there is no right {entry.permission!r}: choose from {', '.join(known)}")
    if entry.permission == KEPT_RIGHT and "owner" not in entry.roles:
        yield Finding("roles", "owners keep this right, because without it nobody could give a right back")


def _read(connection: Connection, _: str) -> list[RolePermission]:
    return [
        RolePermission.model_construct(permission=right.permission, roles=right.roles)
        for right in list_rights(connection)
    ]


def _write(context: Context, entry: RolePermission) -> None:
    context.connection.execute(
        "delete from tenancy.role_permissions where permission = %s and role::text <> all(%s)",
        [entry.permission, entry.roles],
    )
    context.connection.execute(
        "insert into tenancy.role_permissions (role, permission)"
        " select unnest(%s::tenancy.member_role[]), %s on conflict do nothing",
        [entry.roles, entry.permission],
    )


def _remove(_: Context, entry: RolePermission) -> None:
    raise ValueError(f"commands ask for {entry.permission}: take it from its roles")


ROLE_PERMISSIONS = Section(
    name="role_permissions",
    noun="right",
    entry=RolePermission,
    permission=KEPT_RIGHT,
    key=("permission",),
    read=_read,
    write=_write,
    remove=_remove,
    check=_check,
    is_removable=False,
)
