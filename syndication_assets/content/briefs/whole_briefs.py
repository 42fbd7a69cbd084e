"""Decisions on a brief as a whole: on the texts of all its channels, with their pictures, in one transaction or none.

A decision names what the person saw by its hash. A text that was edited since then, or got another picture, is not
decided on unseen.
"""

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

from syndication_assets.approval.rounds.deciding import Decision
from syndication_assets.content.review.reviewed_texts import ReviewError
from syndication_assets.content.review.text_decisions import decide_text, decided_by
from syndication_assets.database.connection import Connection

_TEXTS = """
select content_id, platform || '/' || channel_type, state::text, version, content_hash
from content.brief_posts
where organization_id = %s and request_id = %s
order by 2, 1
"""
_LOCK = """
select from content.posts_content
where organization_id = %s and content_id = any(%s)
order by content_id
for update
"""


class TextOfBrief(NamedTuple):
    """The newest text of one channel of a brief."""

    content_id: str
    channel: str
    """As in facebook/feed_post."""
    state: str
    version: int
    content_hash: bytes
    """Of text, link, picture and alternative text."""

    @property
    def is_open(self) -> bool:
        return self.state in {"generated", "needs_review"}


def texts_of_brief(connection: Connection, organization_id: str, request_id: str) -> list[TextOfBrief]:
    """By channel; empty if none is written yet, and for a brief that the connection does not see."""
    return [TextOfBrief(*row) for row in connection.execute(_TEXTS, [organization_id, request_id])]


def hash_of_brief(texts: Sequence[TextOfBrief]) -> str | None:
    """64 hexadecimal digits for what readers would get; None without a text."""
    if not texts:
        return None
    seen = "\n".join(f"{text.content_id} {text.content_hash.hex()}" for text in texts)
    return hashlib.sha256(seen.encode()).hexdigest()


def decide_on_whole_brief(
    url: str,
    organization_id: str,
    request_id: str,
    person: str,
    decision: Decision,
    *,
    seen: str,
    reason: str | None = None,
) -> bool:
    """Approves or rejects every text of a brief that is not decided so already; returns whether there was one.

    `seen` is the hash of what the person saw (`hash_of_brief`). Where a workflow has several steps, texts may wait for
    others afterwards. ReviewError, and nothing is decided, if something else is to be decided on by now, if a text
    breaks a hard rule or was rejected, or published; ApprovalError if others have to decide on one of them.
    """
    with decided_by(url, person) as connection:
        before = texts_of_brief(connection, organization_id, request_id)
        # Lock first: after waiting for an edit, the next statement reads the version that it wrote.
        connection.execute(_LOCK, [organization_id, [text.content_id for text in before]])
        texts = texts_of_brief(connection, organization_id, request_id)
        if not texts:
            raise ReviewError(f"{request_id} has no texts yet: decide when they are written.")
        if hash_of_brief(texts) != seen:
            raise ReviewError(f"{request_id} has changed since you saw it: look at it again, then decide.")
        undecided = [text for text in texts if text.state != decision]
        broken = [
            f"  {text.channel}: {rule}"
            for text in undecided
            for rule in decide_text(connection, text.content_id, person, decision, reason)
        ]
        if broken:
            raise ReviewError("\n".join([f"Texts of {request_id} break hard rules:", *broken, "Edit them first."]))
    return bool(undecided)
