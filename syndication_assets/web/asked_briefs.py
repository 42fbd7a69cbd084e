"""What a requester has asked for, for those who look at the visual and decide on its texts."""

from typing import NamedTuple

from syndication_assets.database.connection import Connection

_ASKED = """
select
    brief, facts, keywords, call_to_action, link_url, audience, search_terms, tenancy.actor_name(requested_by) as person
from studio.content_requests
where request_id = %s
"""


class AskedBrief(NamedTuple):
    """The words of a brief beside its headline. None where the requester said nothing."""

    message: str
    facts: list[str]
    keywords: list[str]
    call_to_action: str | None
    link_url: str | None
    audience: str | None
    search_terms: str | None
    person: str


def asked_brief(connection: Connection, request_id: str) -> AskedBrief:
    """Needs the id of a brief that exists."""
    (row,) = connection.execute(_ASKED, [request_id]).fetchall()
    return AskedBrief(*row)
