"""From a post to a text with its findings, and into the tables."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from syndication_assets.content.draft import Draft
from syndication_assets.content.near_duplicates import EarlierText
from syndication_assets.content.posts import PostToWrite
from syndication_assets.content.template import TemplateError
from syndication_assets.content.template_generator import write
from syndication_assets.content.template_rows import UsableTemplate
from syndication_assets.content.validation import Finding, hard_reasons, validate
from syndication_assets.resources.database import Connection, load_sql


@dataclass(frozen=True, slots=True)
class WrittenText:
    """A draft that was held against every rule."""

    post: PostToWrite
    draft: Draft
    findings: list[Finding]
    generator: str
    model: str | None = None
    template: UsableTemplate | None = None
    attempts: int = 1
    version: int = 1
    created_by: str | None = None

    @property
    def is_in_order(self) -> bool:
        """Whether no hard rule is broken."""
        return not hard_reasons(self.findings)


def write_from_template(post: PostToWrite) -> WrittenText:
    """Fills the first of the post's templates whose text is in order; if none is, the first one's text is the draft.

    TemplateError if no template fits what is known of the thing, or each of them says what another variation says.
    """
    if not post.templates:
        raise TemplateError(
            f"No active template fits {post.facts.name!r} on {post.channel.platform}: each needs a fact that is not "
            "known. Add one that needs less."
        )
    drafted = []
    for template in post.templates:
        draft = write(template.template, post.facts, post.channel.rules, template.call_to_action)
        text = WrittenText(post, draft, findings_of(post, draft), "template", template=template)
        if text.is_in_order:
            return text
        if all(one.is_passed for one in text.findings if one.rule_name == "variations_differ"):
            drafted.append(text)
    if not drafted:
        raise TemplateError(
            f"Each template that fits {post.facts.name!r} on {post.channel.platform} says what another variation "
            "says. Add a template, or ask for fewer variations."
        )
    return drafted[0]


def findings_of(post: PostToWrite, draft: Draft) -> list[Finding]:
    """Holds a draft of a post against the rules of its channel, its facts, and the channel's other texts."""
    earlier = post.channel.earlier_of_others(post.post_core_id)
    variations = post.channel.other_variations(post.post_core_id, post.variation)
    return validate(draft, post.facts, post.channel.rules, earlier, post.materials, variations)


def remember(text: WrittenText) -> None:
    """From now on the channel has this text: the next one must not say it again."""
    text.post.channel.earlier[text.post.post_core_id].append(
        EarlierText(text.post.content_id, text.draft.text_content, text.draft.link_url, text.post.variation)
    )


def store(connection: Connection, texts: Iterable[WrittenText]) -> tuple[int, int]:
    """Writes texts with their findings; returns how many texts and findings are new."""
    rows = [
        {
            "organization_id": text.post.organization_id,
            "content_id": text.post.content_id,
            "post_core_id": text.post.post_core_id,
            "variation": text.post.variation,
            "version": text.version,
            "text_content": text.draft.text_content,
            "hashtags": list(text.draft.hashtags),
            "call_to_action": text.draft.call_to_action,
            "alt_text": text.draft.alt_text,
            "link_url": text.draft.link_url,
            "image_url": text.draft.image_url,
            "language": text.draft.language,
            "generator": text.generator,
            "model": text.model,
            "template_id": text.template.template_id if text.template else None,
            "template_version": text.template.version if text.template else None,
            "attempts": text.attempts,
            "content_hash": text.draft.content_hash().hex(),
            "created_by": text.created_by,
            "findings": [
                {"rule_name": one.rule_name, "severity": one.severity, "reason": one.reason} for one in text.findings
            ],
        }
        for text in texts
    ]
    if not rows:
        return 0, 0
    written, checks = connection.execute(load_sql("content/posts_content.sql"), {"texts": json.dumps(rows)}).fetchall()[
        0
    ]
    return int(written), int(checks)
