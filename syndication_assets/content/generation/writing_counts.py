"""Counts texts as they are written and checked, for the history of executions."""

from collections.abc import Iterable

from syndication_assets.content.generation.posts_to_write import PostToWrite
from syndication_assets.content.generation.writing import WrittenText
from syndication_assets.operations.executions.tally import Channel, Tally, content_process_of

STEPS = {"writing": "content/posts_content", "checking": "content/compliance_checks"}
"""A text is written and checked in one transaction: two rows of the history tell of both."""


def count_written(
    writing: Tally, checking: Tally, texts: Iterable[WrittenText], missing: Iterable[tuple[PostToWrite, str]]
) -> None:
    """Adds the texts of a day. A text that breaks a hard rule was written, and rejected by its checks."""
    for text in texts:
        channel = _channel_of(text.post)
        organization = text.post.organization_id
        writing.add(organization, channel, came_in=1, went_out=1, outcomes={f"written_by_{text.generator}": 1})
        checking.add(
            organization,
            channel,
            came_in=1,
            went_out=int(text.is_compliant),
            rejected=int(not text.is_compliant),
            outcomes=dict.fromkeys(text.broken_rules, 1),
            reason=None if text.is_compliant else "They break hard rules and wait for review.",
        )
    for post, reason in missing:
        writing.add(post.organization_id, _channel_of(post), came_in=1, rejected=1, reason=reason)


def _channel_of(post: PostToWrite) -> Channel:
    return Channel(post.channel.platform, post.channel.channel_type, content_process_of(post.post_kind))
