"""From a post to a text with its findings, and into the tables."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from syndication_assets.content.compliance.near_duplicates import EarlierText
from syndication_assets.content.compliance.validation import Finding, validate
from syndication_assets.content.draft import Draft
from syndication_assets.content.generation.first_variations import FirstVariation, problem_of
from syndication_assets.content.generation.posts_to_write import PostToWrite
from syndication_assets.content.generation.template import TemplateError
from syndication_assets.content.generation.template_generator import write
from syndication_assets.content.generation.variations import with_other_hashtags
from syndication_assets.content.post_hashtags import found_hashtags
from syndication_assets.database.connection import Connection, load_sql
from syndication_assets.errors import SyndicationError

_MOST_SETS_OF_HASHTAGS = 100
"""How many are tried for one that breaks no rule: another one is another length."""


class VariationError(SyndicationError):
    """A variation that cannot be made of variation 1 now; the message says what to do."""


@dataclass(frozen=True, slots=True)
class WrittenText:
    """A draft that was held against every rule."""

    post: PostToWrite
    draft: Draft
    findings: list[Finding]
    generator: str
    model: str | None = None
    template_id: str | None = None
    template_version: int | None = None
    attempts: int = 1
    version: int = 1
    created_by: str | None = None

    @property
    def is_in_order(self) -> bool:
        """Whether no hard rule is broken."""
        return not self.broken_rules

    @property
    def broken_rules(self) -> list[str]:
        """The names of the hard rules that are broken."""
        return [one.rule_name for one in self.findings if one.severity == "hard" and not one.is_passed]


def write_without_model(post: PostToWrite) -> WrittenText:
    """Makes the text of variation 1's words where it shares them, else of a template. Errors as theirs."""
    return write_from_first(post) if post.shares_words else write_from_template(post)


def write_from_first(post: PostToWrite) -> WrittenText:
    """The text of variation 1 for another slot, or with the first other hashtags that break no rule.

    It says who wrote the words: nobody else did. Where all hashtags that are left break a rule, the first ones wait for
    a person. VariationError if variation 1 is not there or not in order, or if no hashtags are left.
    """
    first = post.channel.firsts.get(post.post_core_id)
    what = f"of {post.facts.name!r} on {post.channel.platform}"
    if first is None:
        raise VariationError(f"Variation 1 {what} is not written yet: the others share its words, and wait for it.")
    if first.problem is not None:
        raise VariationError(
            f"Variation 1 {what} {first.problem}, and the others share its words. Mend it with `syndication review "
            f"edit {first.content_id}`, then write its day again."
        )
    drafts: Iterator[Draft] = iter([first.draft])
    if post.variations_by == "hashtags":
        others = post.channel.other_variations(post.post_core_id, post.variation)
        taken = [found_hashtags(one.text_content, one.link_url) for one in others]
        drafts = islice(with_other_hashtags(first.draft, post.facts, taken), _MOST_SETS_OF_HASHTAGS)
    earliest = None
    for draft in drafts:
        text = _like(first, post, draft)
        if text.is_in_order:
            return text
        earliest = earliest or text
    if earliest is None:
        raise VariationError(
            f"The facts {what} give too few hashtags for another variation of {first.content_id}: those that close a "
            "line are exchanged for others. Add a category to it, or ask for fewer variations."
        )
    return earliest


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
        findings = findings_of(post, draft)
        text = WrittenText(post, draft, findings, "template", None, template.template_id, template.version)
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
    variations = None
    if post.variations_by != "timing":
        variations = post.channel.other_variations(post.post_core_id, post.variation)
    return validate(draft, post.facts, post.channel.rules, earlier, post.materials, variations)


def remember(text: WrittenText) -> None:
    """From now on the channel has this text: the next one must not say it again, or shares its words."""
    post, draft = text.post, text.draft
    post.channel.earlier[post.post_core_id].append(
        EarlierText(post.content_id, draft.text_content, draft.link_url, post.variation)
    )
    if post.variation == 1:
        post.channel.firsts[post.post_core_id] = FirstVariation(
            content_id=post.content_id,
            draft=draft,
            generator=text.generator,
            model=text.model,
            template_id=text.template_id,
            template_version=text.template_version,
            attempts=text.attempts,
            created_by=text.created_by,
            problem=problem_of("generated", text.broken_rules),
        )


def _like(first: FirstVariation, post: PostToWrite, draft: Draft) -> WrittenText:
    return WrittenText(
        post,
        draft,
        findings_of(post, draft),
        first.generator,
        first.model,
        first.template_id,
        first.template_version,
        first.attempts,
        created_by=first.created_by,
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
            "template_id": text.template_id,
            "template_version": text.template_version,
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
