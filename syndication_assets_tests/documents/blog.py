"""A blog whose files the tests of documents land and load."""

from datetime import date, datetime
from typing import Any
from xml.sax.saxutils import escape

import msgspec

from syndication_assets.content.selection.section_selection import select_sections
from syndication_assets.database.connection import transaction
from syndication_assets.documents.document_load import DayLoad, load_day
from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets_tests.content.shop_in_tables import Shop

SITE = "https://blog.example"


def entry(
    number: int | str, text: str = "<p>Wool keeps you warm.</p>", *, title: str | None = None, date: str = ""
) -> str:
    """One entry of an RSS feed."""
    published = f"<pubDate>{date}</pubDate>" if date else ""
    return (
        f"<item><title>{escape(title or f'Post {number}')}</title><guid>{SITE}/{number}</guid>"
        f"<link>{SITE}/{number}</link>{published}<description>{escape(text)}</description></item>"
    )


def rss(*entries: str, head: str = '<?xml version="1.0" encoding="UTF-8"?>') -> bytes:
    """An RSS feed with these entries."""
    inner = "".join(entries)
    return f'{head}<rss version="2.0"><channel><title>B</title><link>{SITE}/</link>{inner}</channel></rss>'.encode()


def post(number: int, *texts: str, **more: Any) -> dict[str, Any]:
    """One post of an export, with a section for each text."""
    return {
        "id": number,
        "title": f"Post {number}",
        "url": f"{SITE}/post-{number}",
        "published_at": f"2025-10-{number:02}T09:00:00Z",
        "sections": [
            {"id": number * 10 + place, "order": place, "heading": f"Heading {number}.{place}", "text": text}
            for place, text in enumerate(texts or (f"What post {number} says of wool.",))
        ],
        **more,
    }


class Blog:
    """Lands files of the default organization's blog, and loads days."""

    def __init__(self, shop: Shop, zone: LandingZone) -> None:
        self.shop = shop
        self.zone = zone
        self._numbers: dict[date, int] = {}

    def land(self, day: date, *posts: dict[str, Any], observed_at: datetime | None = None) -> str:
        """Lands a file of posts, observed after the files that landed on the day before it; returns its path."""
        return self.land_bytes(day, msgspec.json.encode({"posts": posts}), "blog_posts", ".json", observed_at)

    def land_feed(self, day: date, *entries: str) -> str:
        return self.land_bytes(day, rss(*entries), "blog_feed", ".xml")

    def land_bytes(
        self, day: date, content: bytes, source: str, suffix: str, observed_at: datetime | None = None
    ) -> str:
        number = self._numbers[day] = self._numbers.get(day, -1) + 1
        stamp = f"{observed_at:%Y-%m-%d_%H-%M-%S}" if observed_at else f"{day}_06-{number:02}-00"
        kind = "posts" if source == "blog_posts" else "feed"
        return self.zone.land("default", source, day, f"{kind}_{number}_{stamp}-000{suffix}", content)[0]

    def load(self, *days: date) -> list[DayLoad]:
        return [load_day(self.shop.url, self.zone, day, maximum_file_bytes=10**8) for day in days]

    def documents(self) -> list[tuple[Any, ...]]:
        """The documents without the ids and times that the database generates."""
        return self.shop.execute(
            "select source, remote_document_id, title, summary, url, image_url, published_at, is_published,"
            " content_hash, observed_at, first_seen_at from documents.source_documents order by 1, 2"
        )

    def sections(self) -> list[tuple[Any, ...]]:
        """The sections without the ids and times that the database generates."""
        return self.shop.execute(
            "select d.remote_document_id, s.is_active, s.position, s.section_key, s.heading, s.text_content,"
            " s.section_url, s.image_url from documents.source_sections as s join documents.source_documents as d"
            " using (organization_id, document_id) order by d.source, 1, 2 desc, 3, 4"
        )

    def texts(self) -> list[str]:
        """The texts of the active sections."""
        return [row[5] for row in self.sections() if row[1]]

    def quarantine(self) -> list[tuple[str, int | None, str]]:
        """Source, position and reason of the items and files that wait."""
        return self.shop.execute(
            "select source, position, reason from landing.quarantine where replayed_at is null"
            " order by source_file_path, position nulls first"
        )

    def show(
        self, *, platform: str = "facebook", channel_type: str = "feed_post", starts_on: date, **more: Any
    ) -> None:
        """Schedules a section each day for a channel."""
        values = {"platform": platform, "channel_type": channel_type, "starts_on": starts_on, **more}
        self.shop.insert("content.section_channels", "platform", **values)

    def select(self, *days: date) -> list[dict[str, int]]:
        counts = []
        for day in days:
            with transaction(self.shop.url, lock="content.section_selections") as connection:
                counts.append(select_sections(connection, day)._asdict())
        return counts

    def selected(self) -> list[tuple[str, str]]:
        """The day of the month and the heading of each selection, by day and channel."""
        return [
            (f"{day:%d}", heading)
            for day, heading in self.shop.execute(
                "select s.selected_on, t.heading from content.section_selections as s"
                " join documents.source_sections as t using (organization_id, section_id)"
                " order by s.selected_on, s.platform, s.channel_type"
            )
        ]
