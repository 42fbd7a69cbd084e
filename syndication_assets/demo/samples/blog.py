"""The journal of the invented shop as landed files: a weekly export of its posts, and its feed every few days.

The same arguments give the same bytes, and a day's files do not depend on the number of days. Events: a post is a draft
in one export and published in the next; one post is taken down; the feed has an entry without an id, repeats a post of
the export, and is an HTML page on one day.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime
from functools import cache
from importlib.resources import files
from typing import Any
from xml.sax.saxutils import escape

import msgspec

from syndication_assets.demo.samples.sample_file import SampleFile, encode_json

SITE = "https://journal.example"
EXPORTS, FEED = "blog_posts", "blog_feed"
# Days of the range, counted from 0.
EXPORT_DAYS = range(0, 365, 7)
FEED_DAYS = range(1, 365, 4)
MAINTENANCE_DAY = 9
TAKEN_DOWN_DAY = 14
TAKEN_DOWN = 3
"""Number of the essay that is deleted from that day on."""
DAYS_BETWEEN = 5


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One section of an essay."""

    heading: str
    paragraphs: tuple[str, ...]


class Essay(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One post of the journal."""

    slug: str
    title: str
    sections: tuple[Section, ...]


class Texts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The content of blog_texts.json: essays, which are exported, and notes, which are only in the feed."""

    essays: tuple[Essay, ...]
    notes: tuple[Essay, ...]


@dataclass(frozen=True, slots=True)
class _Published:
    """An essay or note with its publication time."""

    number: int
    essay: Essay
    published_at: datetime


def blog_files(*, first_day: date = date(2025, 11, 3), days: int = 28) -> Iterator[SampleFile]:
    """The files of the range, by landing day."""
    for number in range(days):
        day = first_day + timedelta(days=number)
        if number in EXPORT_DAYS:
            observed_at = datetime.combine(day, time(3, 15), UTC)
            posts = [
                _post(entry, number, observed_at)
                for entry in _published(_texts().essays, first_day, 6)
                if _is_written(entry, day)
            ]
            yield SampleFile(EXPORTS, day, f"posts_journal_{_stamp(observed_at)}.json", encode_json({"posts": posts}))
        if number in FEED_DAYS:
            observed_at = datetime.combine(day, time(4), UTC)
            yield SampleFile(
                FEED, day, f"feed_journal_{_stamp(observed_at)}.xml", _feed(first_day, number, observed_at)
            )


def broken_feed_files(*, first_day: date, days: int) -> Iterator[str]:
    """The feeds, as `<source>/<day>/<file>`: each has one entry without an id, or is a page of HTML."""
    for file in blog_files(first_day=first_day, days=days):
        if file.source == FEED:
            yield f"{file.source}/{file.landed_on}/{file.name}"


def _published(essays: tuple[Essay, ...], first_day: date, hour: int) -> list[_Published]:
    """Publication times of the essays; two thirds of them are published before the range begins."""
    begin = first_day - timedelta(days=DAYS_BETWEEN * (len(essays) * 2 // 3))
    return [
        _Published(number, essay, datetime.combine(begin + timedelta(days=DAYS_BETWEEN * number), time(hour), UTC))
        for number, essay in enumerate(essays, start=1)
    ]


def _is_written(entry: _Published, day: date) -> bool:
    return entry.published_at.date() <= day + timedelta(days=DAYS_BETWEEN)


def _post(entry: _Published, day_number: int, observed_at: datetime) -> dict[str, Any]:
    status = "published" if entry.published_at <= observed_at else "draft"
    if entry.number == TAKEN_DOWN and day_number >= TAKEN_DOWN_DAY:
        status = "deleted"
    return {
        "id": entry.number,
        "title": entry.essay.title,
        "slug": entry.essay.slug,
        "status": status,
        "url": f"{SITE}/{entry.essay.slug}",
        "summary": f"<p>{escape(entry.essay.sections[0].paragraphs[0])}</p>",
        "image_url": f"https://img.journal.example/{entry.essay.slug}.jpg",
        "published_at": f"{entry.published_at:%Y-%m-%dT%H:%M:%SZ}",
        "sections": [
            {
                "id": entry.number * 100 + place,
                "order": place,
                "heading": section.heading,
                "text": "".join(f"<p>{escape(paragraph)}</p>" for paragraph in section.paragraphs),
                "image_url": f"https://img.journal.example/{entry.essay.slug}-{place}.jpg",
            }
            for place, section in enumerate(entry.essay.sections, start=1)
        ],
    }


def _feed(first_day: date, day_number: int, observed_at: datetime) -> bytes:
    if day_number == MAINTENANCE_DAY:
        return b"<!DOCTYPE html><html><head><title>Back soon</title></head><body>We are painting.</body></html>"
    notes = [entry for entry in _published(_texts().notes, first_day, 9) if entry.published_at <= observed_at]
    # The feed also contains the newest essay.
    essays = [entry for entry in _published(_texts().essays, first_day, 6) if entry.published_at <= observed_at][-1:]
    entries = [_entry(entry) for entry in sorted([*notes, *essays], key=lambda entry: entry.published_at, reverse=True)]
    entries.insert(
        1, "<item><title>A note that lost its address</title><description>Nobody knows.</description></item>"
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel><title>The journal</title>'
        f"<link>{SITE}/</link><description>Notes of an invented shop.</description>{''.join(entries)}</channel></rss>\n"
    ).encode()


def _entry(entry: _Published) -> str:
    html = "".join(
        f'<h2 id="part-{place}">{escape(section.heading)}</h2>'
        + "".join(f"<p>{escape(text)}</p>" for text in section.paragraphs)
        for place, section in enumerate(entry.essay.sections, start=1)
    )
    return (
        f"<item><title>{escape(entry.essay.title)}</title><guid>{SITE}/{entry.essay.slug}</guid>"
        f"<link>{SITE}/{entry.essay.slug}</link><pubDate>{format_datetime(entry.published_at)}</pubDate>"
        f"<description>{escape(html)}</description></item>"
    )


@cache
def _texts() -> Texts:
    return msgspec.json.decode((files(__package__) / "blog_texts.json").read_bytes(), type=Texts)


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d_%H-%M-%S}-000"
