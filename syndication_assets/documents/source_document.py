"""The common form that every blog is parsed into: a document with its sections, cleaned and checked against limits."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from datetime import datetime

import msgspec

from syndication_assets.landing.loading.rejections import ItemRejectedError, Rejected
from syndication_assets.text.html_text import UnreadableMarkupError, plain_text
from syndication_assets.text.urls import read_url

LONGEST_SECTION = 50_000
_LONGEST_ID = 1_000
_LONGEST_TITLE = 1_000
_MOST_SECTIONS = 500
_encode = msgspec.json.Encoder().encode


class Section(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One cleaned section of a document. `section_key` identifies it when the document changes."""

    section_key: str
    heading: str | None
    text_content: str
    section_url: str | None = None
    image_url: str | None = None


class Document(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One cleaned blog post, with its sections in order."""

    remote_document_id: str
    title: str
    summary: str | None = None
    url: str | None = None
    image_url: str | None = None
    published_at: datetime | None = None
    is_published: bool = True
    sections: tuple[Section, ...] = ()

    @property
    def content_hash(self) -> bytes:
        """BLAKE2b-128 of all fields."""
        return hashlib.blake2b(_encode(msgspec.structs.astuple(self)), digest_size=16).digest()


class DocumentItem(msgspec.Struct, frozen=True, gc=False):
    """A valid document and its position in the file."""

    position: int
    document: Document


class DocumentList(msgspec.Struct, gc=False):
    """The documents of one file."""

    items: list[DocumentItem] = []
    positions: dict[str, int] = {}
    """The position of the first document with each id."""
    rejected: list[Rejected] = []
    unknown_keys: Counter[str] = msgspec.field(default_factory=Counter)

    def add(self, position: int, document: Document, payload: bytes) -> None:
        """Adds a document, or rejects it if its id is in the file already."""
        first = self.positions.setdefault(document.remote_document_id, position)
        if first != position:
            reason = f"it has the same id as entry {first} of the file, which is loaded instead"
            self.rejected.append(Rejected(position, reason, payload))
            return
        self.items.append(DocumentItem(position, document))


def make_document(
    *,
    remote_document_id: str,
    title: str | None,
    summary: str | None,
    url: str | None,
    image_url: str | None,
    published_at: datetime | None,
    is_published: bool,
    sections: Iterable[Section],
) -> Document:
    """Cleans a document. ItemRejectedError without an id or a title, without text if published, or beyond a limit."""
    identifier = " ".join(remote_document_id.split())
    if not identifier or len(identifier) > _LONGEST_ID or not identifier.isprintable():
        raise ItemRejectedError(f"its id is empty, longer than {_LONGEST_ID:,} characters, or not printable")
    name = clean_line(title, "title")
    if name is None:
        raise ItemRejectedError("it has no title")
    if len(name) > _LONGEST_TITLE:
        raise ItemRejectedError(f"its title is longer than {_LONGEST_TITLE:,} characters")
    if "\N{REPLACEMENT CHARACTER}" in name:
        raise ItemRejectedError("its title has bytes that are invalid in the file's encoding")
    kept = tuple(sections)
    if is_published and not kept:
        raise ItemRejectedError("it has no text")
    if len(kept) > _MOST_SECTIONS:
        raise ItemRejectedError(f"it has more than {_MOST_SECTIONS} sections")
    for position, section in enumerate(kept):
        if len(section.text_content) > LONGEST_SECTION:
            raise ItemRejectedError(
                f"its section {position} has more than {LONGEST_SECTION:,} characters: give it headings"
            )
        if "\N{REPLACEMENT CHARACTER}" in f"{section.heading}{section.text_content}":
            raise ItemRejectedError(f"its section {position} has bytes that are invalid in the file's encoding")
    return Document(
        remote_document_id=identifier,
        title=name,
        summary=clean_text(summary, "summary"),
        url=read_url(url),
        image_url=read_url(image_url),
        published_at=published_at,
        is_published=is_published,
        sections=kept,
    )


def clean_line(text: str | None, what: str) -> str | None:
    """The text on a single line, without markup; None if it is empty. ItemRejectedError names `what` the text is."""
    plain = clean_text(text, what)
    return plain.replace("\n", " ") if plain is not None else None


def clean_text(text: str | None, what: str) -> str | None:
    """The text with a line per paragraph, without markup; None if it is empty. ItemRejectedError names `what` it is."""
    try:
        return plain_text(text) if text is not None else None
    except UnreadableMarkupError:
        raise ItemRejectedError(f"its {what} has markup that is nested too deeply") from None


def keyed(sections: Iterable[tuple[str | None, Section]]) -> tuple[Section, ...]:
    """The sections with their keys: the source's section id, else the heading, numbered if it repeats."""
    seen: Counter[str] = Counter()
    kept = []
    for identifier, section in sections:
        if identifier is not None:
            key = f"id:{identifier}"
        elif section.heading is not None:
            key = f"heading:{section.heading.casefold()[:200]}"
        else:
            key = "opening"
        seen[key] += 1
        if seen[key] > 1:
            if identifier is not None:
                raise ItemRejectedError("two of its sections have the same id")
            key = f"{key} ({seen[key]})"
        kept.append(msgspec.structs.replace(section, section_key=key))
    return tuple(kept)
