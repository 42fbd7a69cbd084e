"""`members`: the people of the organization and their roles. Service accounts are members by command only."""

from collections.abc import Iterable
from typing import Annotated, Literal

import psycopg
from pydantic import AfterValidator, Field

from syndication_assets.configuration.entry import Entry, Text
from syndication_assets.configuration.rows import reader, upsert
from syndication_assets.configuration.section import Context, Finding, Section
from syndication_assets.tenancy.people.members import OWNERS_ARE_KEPT

_EMAIL = r"^[^\s@,;<>]+@[^\s@,;<>]+\.[^\s@,;<>]+$"


class Member(Entry):
    """A person, and what the person may do in the organization."""

    email: Annotated[str, Field(pattern=_EMAIL, max_length=254), AfterValidator(str.lower)] = Field(
        description="E-mail address; upper and lower case are the same."
    )
    name: Text | None = Field(
        default=None,
        description="Display name of a person who is new here. A person who belongs to other organizations, too, keeps "
        "the own name.",
    )
    role: Literal["viewer", "member", "editor", "manager", "admin", "owner"] = Field(
        default="member",
        description="From the least to the most powerful: viewer, member, editor, manager, admin, owner.",
    )
    status: Literal["pending", "active", "inactive", "suspended"] = Field(
        default="active", description="State of the membership."
    )


def _write(context: Context, member: Member) -> None:
    context.connection.execute(
        "insert into tenancy.users (email, display_name) values (%s, %s) on conflict (lower(email)) do nothing",
        [member.email, member.name],
    )
    (user_id,) = context.connection.execute(
        "select user_id from tenancy.users where lower(email) = %s", [member.email]
    ).fetchall()[0]
    values = {
        "organization_id": context.organization_id,
        "user_id": user_id,
        "role": member.role,
        "status": member.status,
    }
    upsert(context.connection, "tenancy.organization_members", ("organization_id", "user_id"), values)


def _remove(context: Context, member: Member) -> None:
    """Ends the membership; the person's account stays."""
    context.connection.execute(
        "delete from tenancy.organization_members where organization_id = %s"
        " and user_id = (select user_id from tenancy.users where lower(email) = %s)",
        [context.organization_id, member.email],
    )


def _check_written(context: Context) -> Iterable[Finding]:
    """What `syndication member` refuses, too: the end of the last owner, and first members without an owner."""
    try:
        with context.connection.transaction():
            context.connection.execute(OWNERS_ARE_KEPT)
    except psycopg.errors.RestrictViolation as error:
        yield Finding("role", f"{error.diag.message_primary}: make somebody else an active owner")
    (are_first, has_owner) = context.connection.execute(
        # now() is when this transaction began.
        "select coalesce(bool_and(created_at = now()), false),"
        " coalesce(bool_or(role = 'owner' and status = 'active'), false)"
        " from tenancy.organization_members where organization_id = %s",
        [context.organization_id],
    ).fetchall()[0]
    if are_first and not has_owner:
        yield Finding(
            "role",
            "the first members need an active owner among them, because afterwards a right is needed to add others",
        )


MEMBERS = Section(
    name="members",
    noun="member",
    removed="What the person did stays recorded.",
    entry=Member,
    permission="members.edit",
    key=("email",),
    read=reader(
        Member,
        "select lower(u.email) as email, u.display_name as name, m.role::text as role, m.status::text as status"
        " from tenancy.organization_members as m inner join tenancy.users as u on m.user_id = u.user_id"
        " where m.organization_id = %(organization_id)s and u.email is not null order by lower(u.email)",
    ),
    write=_write,
    remove=_remove,
    check_written=_check_written,
    only_when_added=frozenset({"name"}),
)
