"""What an edit changed: the versions of a text, and the words of one beside those of the version before."""

import difflib
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from syndication_assets.content.review.reviewed_texts import ReviewedText
from syndication_assets.database.connection import Connection

_VERSIONS = """
select
    c.content_id, c.version, c.state::text, c.text_content, c.generator, tenancy.actor_name(c.created_by), c.created_at
from content.posts_content as c
where c.organization_id = %s and c.post_core_id = %s and c.variation = %s
order by c.version desc
"""


class TextVersion(NamedTuple):
    """One version of a text."""

    content_id: str
    version: int
    state: str
    words: str
    generator: str
    author: str | None
    """A name; None if no person wrote it."""
    created_at: datetime


class Difference(NamedTuple):
    """A part of a text beside its earlier version."""

    kind: str
    """equal, insert or delete."""
    words: str


def versions_of(connection: Connection, text: ReviewedText) -> list[TextVersion]:
    """The newest first, `text` among them."""
    rows = connection.execute(_VERSIONS, [text.organization_id, text.post_core_id, text.variation])
    return [TextVersion(*row) for row in rows]


def changes_in(text: ReviewedText, versions: Sequence[TextVersion]) -> list[Difference] | None:
    """What the version changed; None for the first one."""
    before = next((each.words for each in versions if each.version == text.version - 1), None)
    return None if before is None else list(difference(before, text.draft.text_content))


def difference(before: str, after: str) -> Iterator[Difference]:
    """The words of two versions: what both have, what was taken out and what came in, in the order of the text."""
    old, new = _words(before), _words(after)
    for operation, old_from, old_to, new_from, new_to in difflib.SequenceMatcher(
        None, old, new, autojunk=False
    ).get_opcodes():
        if operation == "equal":
            yield Difference("equal", "".join(old[old_from:old_to]))
            continue
        if old_from < old_to:
            yield Difference("delete", "".join(old[old_from:old_to]))
        if new_from < new_to:
            yield Difference("insert", "".join(new[new_from:new_to]))


def _words(text: str) -> list[str]:
    """The words, each with the space before it, so that joining them gives the text again."""
    words: list[str] = []
    for character in text:
        if not words or (character.isspace() and not words[-1][-1].isspace()):
            words.append(character)
        else:
            words[-1] += character
    return words
