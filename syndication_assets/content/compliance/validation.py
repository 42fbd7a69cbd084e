"""Checks a draft against the rules of its channel and the facts. The same draft always has the same findings."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from syndication_assets.content.compliance import form_rules
from syndication_assets.content.compliance.channel_rules import ChannelRules, Requirement, Severity
from syndication_assets.content.compliance.language_rule import language_rule
from syndication_assets.content.compliance.material_claims import material_claims_rule
from syndication_assets.content.compliance.near_duplicates import DEFAULT_THRESHOLD, EarlierText, nearest, same_words
from syndication_assets.content.compliance.number_claims import number_claims_rule
from syndication_assets.content.compliance.offer_claims import discount_claims_rule
from syndication_assets.content.compliance.price_claims import price_claims_rule
from syndication_assets.content.compliance.size_claims import size_claims_rule
from syndication_assets.content.draft import Draft
from syndication_assets.content.post_facts import Facts

_BY_REQUIREMENT: dict[str, Callable[[Draft, Requirement], str | None]] = {
    "text_length": form_rules.text_length_rule,
    "text_length_recommended": form_rules.text_length_rule,
    "text_bytes": form_rules.text_length_rule,
    "hashtag_count": form_rules.hashtag_count_rule,
    "hashtag_position": form_rules.hashtag_position_rule,
    "banned_words": form_rules.banned_words_rule,
    "call_to_action": lambda draft, _: form_rules.call_to_action_rule(draft),
    "emoji_count": form_rules.emoji_count_rule,
    "link_required": lambda draft, _: form_rules.link_rule(draft),
    "alt_text_required": lambda draft, _: form_rules.alt_text_rule(draft),
    "image_required": lambda draft, _: form_rules.image_rule(draft),
}
"""The requirement keys that are checked automatically. Other keys, such as the tone, appear only in the prompt."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of checking one text against one rule."""

    rule_name: str
    severity: Severity
    reason: str | None
    """What is wrong, as a sentence for the writer; None if the text complies."""

    @property
    def is_passed(self) -> bool:
        return self.reason is None


def validate(
    draft: Draft,
    facts: Facts,
    rules: ChannelRules,
    earlier: Sequence[EarlierText] = (),
    materials: Iterable[str] = (),
    variations: Sequence[EarlierText] | None = (),
) -> list[Finding]:
    """One finding per rule, including the rules that the text complies with; rule names are unique.

    `earlier` are the channel's texts of other posts. `materials` are additional words for materials, in lower case.
    `variations` are the other texts of the same post, or None if these differ only in time and may be identical.
    """
    return [
        *_channel_findings(draft, facts, rules),
        *_general_findings(draft, facts, frozenset(materials)),
        *([] if variations is None else [_variations_differ(draft, variations)]),
        _near_duplicate(draft, rules, earlier),
    ]


def claims_of(draft: Draft) -> str:
    """What a draft says to readers. Digits and words of its link are no claims."""
    text = draft.text_content.replace(draft.link_url, " ") if draft.link_url else draft.text_content
    return " \n ".join([text, draft.alt_text or ""])


def hard_reasons(findings: Iterable[Finding]) -> list[str]:
    """The reasons that keep a text from being published, each with the name of its rule."""
    return [
        f"{finding.rule_name}: {finding.reason}"
        for finding in findings
        if finding.severity == "hard" and finding.reason is not None
    ]


def _channel_findings(draft: Draft, facts: Facts, rules: ChannelRules) -> Iterator[Finding]:
    for requirement in rules:
        check = _BY_REQUIREMENT.get(requirement.key)
        if check is not None and requirement.is_enabled:
            yield Finding(rules.name_of(requirement), requirement.severity, check(draft, requirement))
        elif requirement.key == "language":
            names = (facts.name, *facts.categories)
            expected = requirement.words[0] if requirement.words else rules.language
            reason, is_certain = language_rule(draft, expected, names)
            yield Finding(rules.name_of(requirement), requirement.severity if is_certain else "soft", reason)


def _general_findings(draft: Draft, facts: Facts, materials: frozenset[str]) -> Iterator[Finding]:
    claims = claims_of(draft)
    language = draft.language
    yield Finding("wrapping", "hard", form_rules.wrapping_rule(draft))
    yield Finding("hashtag_form", "hard", form_rules.hashtag_form_rule(draft))
    yield Finding("other_links", "hard", form_rules.other_links_rule(draft))
    yield Finding("price_claims", "hard", price_claims_rule(claims, facts, language))
    yield Finding("discount_claims", "hard", discount_claims_rule(claims, facts, language))
    yield Finding("size_claims", "hard", size_claims_rule(claims, facts, language))
    yield Finding("material_claims", "hard", material_claims_rule(claims, facts, materials, language))
    yield Finding("number_claims", "hard", number_claims_rule(claims, facts, language))
    yield Finding(
        "is_available",
        "hard",
        None if facts.is_available else "the product or section is no longer available",
    )


def _near_duplicate(draft: Draft, rules: ChannelRules, earlier: Sequence[EarlierText]) -> Finding:
    limits = [
        (float(DEFAULT_THRESHOLD if rule.upper_limit is None else rule.upper_limit), rule.severity)
        for rule in rules.all("near_duplicate_threshold")
    ]
    threshold, severity = min(limits, default=(DEFAULT_THRESHOLD, "hard"))
    duplicate = nearest(draft.text_content, draft.link_url, earlier, threshold)
    reason = None
    if duplicate is not None:
        text, similarity = duplicate
        reason = f"{similarity:.0%} the same as {text.content_id}: say it in other words"
    return Finding("near_duplicate", severity, reason)


def _variations_differ(draft: Draft, variations: Sequence[EarlierText]) -> Finding:
    # Identical variations compare nothing and would appear twice on the same page.
    duplicate = same_words(draft.text_content, draft.link_url, variations)
    reason = None
    if duplicate is not None:
        reason = f"says the same as variation {duplicate.variation} ({duplicate.content_id}): say something else"
    return Finding("variations_differ", "hard", reason)
