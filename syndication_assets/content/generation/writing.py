"""Writes texts without a model, checks them, and stores texts with their findings."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from syndication_assets.content.compliance.near_duplicates import EarlierText, same_words
from syndication_assets.content.compliance.price_claims import stated_amounts
from syndication_assets.content.compliance.validation import Finding, claims_of, validate
from syndication_assets.content.draft import Draft
from syndication_assets.content.generation.first_variations import FirstVariation, problem_of
from syndication_assets.content.generation.posts_to_write import PostToWrite
from syndication_assets.content.generation.template import TemplateError
from syndication_assets.content.generation.template_generator import write
from syndication_assets.content.generation.variations import with_other_hashtags
from syndication_assets.content.post_hashtags import found_hashtags
from syndication_assets.content.seen_product import SeenProduct
from syndication_assets.database.connection import Connection, load_sql
from syndication_assets.errors import SyndicationError

_MOST_SETS_OF_HASHTAGS = 100
"""How many sets are tried until a text is compliant; each set gives the text another length."""


class VariationError(SyndicationError):
    """A variation that cannot be derived from variation 1; the message says what to do."""


@dataclass(frozen=True, slots=True)
class WrittenText:
    """A draft that was checked against every rule."""

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
    reused: SeenProduct | None = None
    """What the author of the reused text was told about the product; None if the text was written for the post."""
    prompt_version: int | None = None
    """Version of the question that a language model answered with the text; None for other texts."""

    @property
    def seen(self) -> SeenProduct:
        """What the author was told about the product."""
        return self.reused or SeenProduct.of(self.post.facts, self.post.product_version)

    @property
    def is_compliant(self) -> bool:
        """Whether the text complies with all hard rules."""
        return not self.broken_rules

    @property
    def broken_rules(self) -> list[str]:
        """The names of the hard rules that the text breaks."""
        return [finding.rule_name for finding in self.findings if finding.severity == "hard" and not finding.is_passed]


def write_without_model(post: PostToWrite) -> WrittenText:
    """Derives the text from variation 1 if it reuses it, else fills a template. VariationError or TemplateError."""
    return write_from_first_variation(post) if post.reuses_first_variation else write_from_template(post)


def write_from_first_variation(post: PostToWrite) -> WrittenText:
    """The text of variation 1 for another time, or with the first other hashtags that comply with all hard rules.

    The author of variation 1 is the author of the text. If no set of hashtags complies, the text with the first set
    waits for review. VariationError if variation 1 is missing or not compliant, or if no hashtags are left.
    """
    first = post.channel.first_variations.get(post.post_core_id)
    subject = f"of {post.facts.name!r} on {post.channel.platform}"
    if first is None:
        raise VariationError(
            f"Variation 1 {subject} is not written yet: the other variations reuse it and wait for it."
        )
    if first.problem is not None:
        raise VariationError(
            f"Variation 1 {subject} {first.problem}, and the other variations reuse it. Fix it with "
            f"`syndication review edit {first.content_id}`, then materialize its day again."
        )
    drafts: Iterator[Draft] = iter([first.draft])
    if post.variations_by == "hashtags":
        others = post.channel.other_variations(post.post_core_id, post.variation)
        taken = [found_hashtags(other.text_content, other.link_url) for other in others]
        drafts = islice(with_other_hashtags(first.draft, post.facts, taken), _MOST_SETS_OF_HASHTAGS)
    first_text = None
    for draft in drafts:
        text = _with_author_of(first, post, draft)
        if text.is_compliant:
            return text
        first_text = first_text or text
    if first_text is None:
        raise VariationError(
            f"The facts {subject} give too few hashtags for another variation of {first.content_id}, whose hashtags at "
            "the end of a line are replaced. Add a category to the product, or configure fewer variations."
        )
    return first_text


def write_from_template(post: PostToWrite) -> WrittenText:
    """The first compliant text from the post's templates; if none is compliant, the text of the first template.

    TemplateError if no template fits the known facts, or each gives the text of another variation.
    """
    if not post.templates:
        raise TemplateError(
            f"No active template fits {post.facts.name!r} on {post.channel.platform}: each requires an "
            "unknown fact. Add a template that requires fewer facts."
        )
    drafted = []
    for template in post.templates:
        draft = write(template.template, post.facts, post.channel.rules, template.call_to_action)
        findings = findings_of(post, draft)
        text = WrittenText(post, draft, findings, "template", None, template.template_id, template.version)
        if text.is_compliant:
            return text
        if all(finding.is_passed for finding in text.findings if finding.rule_name == "variations_differ"):
            drafted.append(text)
    if not drafted:
        raise TemplateError(
            f"Each template that fits {post.facts.name!r} on {post.channel.platform} repeats another variation. Add a "
            "template, or configure fewer variations."
        )
    return drafted[0]


def findings_of(post: PostToWrite, draft: Draft) -> list[Finding]:
    """Checks a draft of a post against the rules of its channel, its facts and the channel's other texts."""
    earlier = post.channel.earlier_of_others(post.post_core_id)
    if post.post_kind in {"announcement", "event"}:
        # Whoever repeats an announcement word for word has said so: `syndication announce --again`.
        earlier = [text for text in earlier if same_words(draft.text_content, draft.link_url, [text]) is None]
    variations = None
    if post.variations_by != "timing":
        variations = post.channel.other_variations(post.post_core_id, post.variation)
    findings = validate(draft, post.facts, post.rules, earlier, post.materials, variations)
    return [*findings, *post.picture_findings(draft.text_content)]


def remember(text: WrittenText) -> None:
    """Adds the text to its channel, so that the next texts are compared with it and may reuse it."""
    post, draft = text.post, text.draft
    post.channel.earlier[post.post_core_id].append(
        EarlierText(post.content_id, draft.text_content, draft.link_url, post.variation)
    )
    if post.variation == 1:
        post.channel.first_variations[post.post_core_id] = FirstVariation(
            content_id=post.content_id,
            draft=draft,
            generator=text.generator,
            model=text.model,
            template_id=text.template_id,
            template_version=text.template_version,
            attempts=text.attempts,
            created_by=text.created_by,
            seen=text.seen,
            problem=problem_of("generated", text.broken_rules),
        )


def _with_author_of(first: FirstVariation, post: PostToWrite, draft: Draft) -> WrittenText:
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
        reused=first.seen,
    )


def store(connection: Connection, texts: Iterable[WrittenText]) -> tuple[int, int]:
    """Inserts texts with their findings; returns how many texts and how many findings were inserted."""
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
            "picture_file_id": text.draft.picture_file_id,
            "language": text.draft.language,
            "stated_amounts": stated_amounts(claims_of(text.draft), text.draft.language),
            "generator": text.generator,
            "model": text.model,
            "template_id": text.template_id,
            "template_version": text.template_version,
            "attempts": text.attempts,
            "product_version": text.seen.version,
            "seen_prices": [str(price) for price in text.seen.prices],
            "seen_currency": text.seen.currency,
            "content_hash": text.draft.content_hash().hex(),
            "created_by": text.created_by,
            "prompt_version": text.prompt_version,
            "findings": [
                {"rule_name": finding.rule_name, "severity": finding.severity, "reason": finding.reason}
                for finding in text.findings
            ],
        }
        for text in texts
    ]
    if not rows:
        return 0, 0
    written, checks = connection.execute(
        load_sql("content/posts_content/merge.sql"), {"texts": json.dumps(rows)}
    ).fetchall()[0]
    return int(written), int(checks)
