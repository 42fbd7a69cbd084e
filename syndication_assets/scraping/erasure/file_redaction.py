"""The content of a landed file without a person: items that are theirs are cut out, names are replaced. Pure.

Everything else stays byte for byte: other items, the envelope of the source, what is damaged.
"""

import re
from collections.abc import Iterator

from syndication_assets.landing.loading.rejections import ItemRejectedError
from syndication_assets.scraping.erasure.erased_people import Treatment
from syndication_assets.scraping.erasure.item_redaction import redacted_payload, without_names
from syndication_assets.scraping.erasure.person_to_erase import Person
from syndication_assets.scraping.post_sources import Source
from syndication_assets.scraping.reading.splitting import Defect, RawItem, split_items

_COMMA_AFTER = re.compile(rb"[ \t\r\n]*,")
_COMMA_BEFORE = re.compile(rb",[ \t\r\n]*\Z")

Edit = tuple[int, int, bytes | None]
"""Begin and end of a piece in the content, and what stands there instead; None if it is cut out."""


def redacted_content(
    content: bytes, source: Source, tracked_username: str | None, person: Person, treatment: Treatment
) -> bytes | None:
    """The uncompressed content without the person; None if no item is left, and the same object if nothing changes.

    `tracked_username` is the profile that the file was scraped for. An item that cannot be parsed goes if it has a name
    or a post id of the person.
    """
    is_of_person = tracked_username == person.username
    if not (is_of_person or person.may_be_in(content)):
        return content
    edits, pieces_left = [], 0
    for start, end, piece in _places(content, source):
        kept = _kept(piece, source, tracked_username, person, treatment, is_of_person=is_of_person)
        pieces_left += kept is not None
        if kept is not piece.payload:
            edits.append((start, end, kept))
    if edits and not pieces_left:
        return None
    edited = _edited(content, edits) if edits else content
    text = edited.decode(errors="surrogateescape")
    named = person.without_name(text, treatment.erasure_id)
    return edited if named == text else named.encode(errors="surrogateescape")


def _places(content: bytes, source: Source) -> Iterator[tuple[int, int, RawItem | Defect]]:
    """The pieces of a file with their places. What the splitting says of the file as a whole has none."""
    offset = 0
    for piece in split_items(content, source.list_paths, one_object_is_an_item=source.one_object_is_an_item):
        if piece.position is None or not piece.payload:
            continue
        start = content.find(piece.payload, offset)
        if start >= 0:
            offset = start + len(piece.payload)
            yield start, offset, piece


def _kept(
    piece: RawItem | Defect,
    source: Source,
    tracked_username: str | None,
    person: Person,
    treatment: Treatment,
    *,
    is_of_person: bool,
) -> bytes | None:
    payload = piece.payload
    if isinstance(piece, Defect):
        return None if is_of_person or person.may_be_in(payload) else payload
    try:
        parsed = source.parse_item(payload, tracked_username)
    except ItemRejectedError:
        return None if is_of_person or person.may_be_in(payload) else payload
    kept = redacted_payload(
        source,
        payload,
        tracked_username,
        parsed,
        lambda observation: treatment if person.wrote(observation) else None,
    )
    if kept is None or (
        is_of_person and kept is payload and parsed.observations[0].author is None and not treatment.is_anonymised
    ):
        # What was scraped for the person and names no author is theirs.
        return None
    return without_names(kept, person, treatment.erasure_id) if person.may_be_in(kept) else kept


def _edited(content: bytes, edits: list[Edit]) -> bytes:
    """The content with the edits, which are in the order of their places. A piece that is cut takes its comma along."""
    for start, end, new in reversed(edits):
        if new is None:
            after = _COMMA_AFTER.match(content, end)
            if after is not None:
                end = after.end()  # noqa: PLW2901 - the comma belongs to what is cut
            else:
                before = _COMMA_BEFORE.search(content, max(0, start - 1000), start)
                start = before.start() if before is not None else start  # noqa: PLW2901 - see above
        content = content[:start] + (new or b"") + content[end:]
    return content
