"""The event that a person announces: what a text may claim of it, and until when it may be published."""

from datetime import UTC, datetime
from typing import NamedTuple

from syndication_assets.content.announcing.announcement import AnnouncementError
from syndication_assets.content.draft import Draft
from syndication_assets.content.page_facts import stated_facts
from syndication_assets.content.post_facts import Facts
from syndication_assets.database.connection import Connection

_LANGUAGE = "en"
"""In which the statements of an event write numbers."""


class AnnouncedEvent(NamedTuple):
    """An event of the organization."""

    event_name: str
    ends_at: datetime
    url: str | None
    state: str
    statements: list[str]
    """What a text may claim."""


def event_of(connection: Connection, organization_id: str, name: str) -> AnnouncedEvent:
    """AnnouncementError if the organization has no event of this name."""
    row = connection.execute(
        "select e.event_name, e.ends_at, e.url, e.state::text, content.event_statements(e) from content.events as e"
        " where e.organization_id = %s and e.event_name = %s",
        [organization_id, name],
    ).fetchone()
    if row is None:
        raise AnnouncementError(f"There is no event {name!r}: `syndication event list` lists them.")
    return AnnouncedEvent(*row)


def require_time_for(event: AnnouncedEvent, publish_at: datetime | None) -> None:
    """AnnouncementError if the event is cancelled or over, now or when it is to be announced."""
    if event.state == "cancelled":
        raise AnnouncementError(f"The event {event.event_name} is cancelled, so nothing about it is published.")
    if event.ends_at <= (publish_at or datetime.now(UTC)):
        raise AnnouncementError(
            f"The event {event.event_name} ends at {event.ends_at:%Y-%m-%d %H:%M} UTC: nothing about it is published "
            "from then on."
        )


def facts_about(event: AnnouncedEvent | None, draft: Draft) -> Facts:
    """What the text may claim: of an event what is known of it, else nothing."""
    if event is None:
        return Facts("", url=draft.link_url, image_url=draft.image_url)
    return stated_facts(event.statements, draft.link_url, _LANGUAGE)
