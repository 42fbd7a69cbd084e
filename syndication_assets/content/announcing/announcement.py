"""What a person announces, and what each channel would get of it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from syndication_assets.content.compliance.channel_rules import ChannelRules
from syndication_assets.content.draft import Draft
from syndication_assets.content.post_hashtags import CLOSING_HASHTAGS, found_hashtags
from syndication_assets.errors import SyndicationError
from syndication_assets.text.outside import clean


class AnnouncementError(SyndicationError):
    """The announcement cannot be made; the message says what to change."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """What a person wrote."""

    text: str
    channels: Sequence[tuple[str, str]]
    """Platform and channel, each once."""
    link_url: str | None = None
    image_url: str | None = None
    alt_text: str | None = None
    call_to_action: str | None = None
    publish_at: datetime | None = None
    """None for the next free slot of each account."""
    event: str | None = None
    """Name of the event that it is about; None for other announcements."""
    is_again: bool = False
    """Whether a text that was announced already is meant to be announced again."""


def draft_for(announcement: Announcement, rules: ChannelRules) -> Draft:
    """The draft for a channel with these rules: the text, with the link below it where the channel needs it there.

    The link comes before hashtags that end the text. A link that the text holds already is not added a second time.
    """
    text = clean(announcement.text).strip()
    link = announcement.link_url
    requirement = rules.get("link_required")
    if link is not None and link not in text and requirement is not None and requirement.is_enabled:
        hashtags = CLOSING_HASHTAGS.search(text)
        body, closing = (text[: hashtags.start()].rstrip(), hashtags.group()) if hashtags else (text, "")
        text = "\n\n".join(filter(None, [body, link, closing]))
    return Draft(
        text_content=text,
        hashtags=tuple(found_hashtags(text, link)),
        call_to_action=announcement.call_to_action,
        alt_text=announcement.alt_text,
        link_url=link,
        image_url=announcement.image_url,
        language=rules.language,
    )
