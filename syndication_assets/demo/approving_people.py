"""The people of `make demo`, and how its visuals are approved: in two steps, one of which somebody takes for another.

They are invented, and their organization stays open to whoever runs the demo.
"""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from syndication_assets.approval.workflows.delegations import delegate
from syndication_assets.content.briefs.whole_briefs import decide_on_whole_brief, hash_of_brief, texts_of_brief
from syndication_assets.database.acting import acting_as
from syndication_assets.database.connection import Connection, load_sql, transaction
from syndication_assets.tenancy.people.members import add_member
from syndication_assets.tenancy.people.users import add_user

CHECKS, SIGNS_IN_PLACE = "ada@demo.example", "olga@demo.example"
_SIGNS = "ben@demo.example"
_PEOPLE = ((SIGNS_IN_PLACE, "Olga", "owner"), (CHECKS, "Ada", "editor"), (_SIGNS, "Ben", "manager"))
_DAYS_AWAY = 14


class Approvers(NamedTuple):
    """Ids of users, in the order in which they decide."""

    checking: str
    signing: str


def set_up_approval(connection: Connection, organization_id: str) -> Approvers:
    """Adds the people, the workflow of visuals and a delegation; once."""
    ids = {}
    for email, name, role in _PEOPLE:
        # People stay when an organization is erased.
        known = connection.execute("select user_id from tenancy.users where lower(email) = %s", [email]).fetchone()
        ids[email] = str(known[0]) if known else add_user(connection, email=email, display_name=name)
        add_member(connection, organization_id, ids[email], role)
    parameters = {"organization_id": organization_id, "signing_user_id": ids[_SIGNS]}
    connection.execute(load_sql("demo/approval.sql"), parameters)
    now = datetime.now(UTC)
    until = now + timedelta(days=_DAYS_AWAY)
    delegate(connection, organization_id, ids[_SIGNS], ids[SIGNS_IN_PLACE], "on holiday", now, until)
    return Approvers(ids[CHECKS], ids[SIGNS_IN_PLACE])


def approve_in_steps(url: str, organization_id: str, request_id: str, approvers: Approvers) -> None:
    """Approves a brief as the page does: each decides on what they see."""
    for user_id in approvers:
        with transaction(url) as connection:
            seen = hash_of_brief(texts_of_brief(connection, organization_id, request_id))
        if seen is not None:
            with acting_as(user_id):
                decide_on_whole_brief(url, organization_id, request_id, user_id, "approved", seen=seen)
