"""What a requester has asked for, for those who look at the visual and decide on its texts."""

from typing import NamedTuple

from syndication_assets.database.connection import Connection

_ASKED = """
select
    r.title,
    r.template_name,
    r.language,
    studio.channels_of_request(r.organization_id, r.request_id) as channels,
    r.brief,
    r.facts,
    r.keywords,
    r.call_to_action,
    r.link_url,
    r.audience,
    r.search_terms,
    tenancy.actor_name(r.requested_by) as person
from studio.content_requests as r
where r.request_id = %s
"""


class AskedBrief(NamedTuple):
    """The words of a brief. None where the requester said nothing."""

    title: str
    template: str
    language: str
    channels: list[str]

    message: str
    facts: list[str]
    keywords: list[str]
    call_to_action: str | None
    link_url: str | None
    audience: str | None
    search_terms: str | None
    person: str

    def form_values(self) -> dict[str, str]:
        """What the form of a new request is filled with, to ask for the same in other words."""
        said = {
            "title": self.title,
            "brief": self.message,
            "template": self.template,
            "language": self.language,
            "facts": "\n".join(self.facts),
            "keywords": "\n".join(self.keywords),
            "call_to_action": self.call_to_action,
            "link_url": self.link_url,
            "audience": self.audience,
            "search_terms": self.search_terms,
        }
        channels = {f"channel {channel}": "on" for channel in self.channels}
        return {name: value for name, value in said.items() if value} | channels


def asked_brief(connection: Connection, request_id: str) -> AskedBrief:
    """Needs the id of a brief that exists."""
    (row,) = connection.execute(_ASKED, [request_id]).fetchall()
    return AskedBrief(*row)
