"""Measures a variant by every active rule."""

from collections.abc import Callable, Mapping, Sequence

from syndication_assets.database.connection import Connection
from syndication_assets.studio.compliance import colours, layout, lettering, wording
from syndication_assets.studio.compliance.rules import Measured, Result, Rule, judged
from syndication_assets.studio.compliance.subject import Subject, Wording

MEASURES: Mapping[str, Callable[[Subject], Measured]] = {
    "contrast": colours.contrast,
    "contrast_large": colours.contrast_large,
    "logo": layout.logo,
    "logo_size": layout.logo_size,
    "logo_clear_space": layout.logo_clear_space,
    "logo_proportions": layout.logo_proportions,
    "safe_zone": layout.safe_zone,
    "fonts": lettering.fonts,
    "text_fit": layout.text_fit,
    "palette": colours.palette,
    "file_size": layout.file_size,
    "dimensions": layout.dimensions,
    "mime_type": layout.mime_type,
    "drawn_colours": colours.drawn_colours,
    "template_kept": layout.template_kept,
}
"""What is measured of a picture, by the name of the rule. A rule that is nowhere here has no result."""
MEASURES_OF_WORDS: Mapping[str, Callable[[Wording], Measured]] = {
    "alt_text": wording.alt_text,
    "banned_words": wording.banned_words,
    "vocabulary": wording.vocabulary,
    "reading_grade": wording.reading_grade,
}
LIKENESS = "likeness"
"""The rule that compares a picture with those of other briefs, which the database finds."""


def active_rules(connection: Connection) -> list[Rule]:
    """The newest version of each rule that is active."""
    rows = connection.execute(
        "select rule_name, version, threshold, is_minimum from ("
        " select distinct on (rule_name) * from studio.compliance_rules order by rule_name, version desc"
        ") as newest where is_active order by rule_name"
    )
    return [Rule(name, version, float(threshold), is_minimum) for name, version, threshold, is_minimum in rows]


def measure(subject: Subject, rules: Sequence[Rule]) -> list[Result]:
    """The results of a picture, without its likeness to others."""
    of_picture = [judged(rule, MEASURES[rule.rule_name](subject)) for rule in rules if rule.rule_name in MEASURES]
    return [*of_picture, *measure_words(subject.wording, rules)]


def measure_words(wording: Wording, rules: Sequence[Rule]) -> list[Result]:
    return [
        judged(rule, MEASURES_OF_WORDS[rule.rule_name](wording))
        for rule in rules
        if rule.rule_name in MEASURES_OF_WORDS
    ]
