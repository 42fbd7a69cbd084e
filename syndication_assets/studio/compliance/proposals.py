"""Which corrections mend what a visual breaks: what each of them does, and what it would reach. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

OVERLAY_OPACITY = 0.55
"""Of the black layer over the photo."""
PROPOSALS: Mapping[str, Sequence[str]] = {
    "contrast": ("darker_overlay", "light_text", "dark_text"),
    "contrast_large": ("darker_overlay", "light_text", "dark_text"),
}
"""Rule → the corrections that may mend it."""


def corrected_colour(correction: str, brand_colours: Iterable[str]) -> str:
    """The colour that texts get: the lightest or the darkest of the brand, black or white."""
    by_lightness = sorted([*brand_colours, "#ffffff", "#000000"], key=_lightness)
    return by_lightness[-1] if correction == "light_text" else by_lightness[0]


def proposals_of(findings: Iterable[Mapping[str, Any]]) -> list[str]:
    """The corrections that would mend what is broken among the findings (`rule`, `is_passed`, `threshold`,
    `evidence`), the ones that reach most first. One whose effect was not foreseen is proposed, too.
    """
    reached: dict[str, float] = {}
    for finding in findings:
        if finding["is_passed"] is not False:
            continue
        foreseen = (finding.get("evidence") or {}).get("would_reach", {})
        for proposal in PROPOSALS.get(finding["rule"], ()):
            value = foreseen.get(proposal)
            share = 1.0 if value is None else float(value) / float(finding["threshold"])
            # What mends one picture and not another one mends not all.
            reached[proposal] = min(share, reached.get(proposal, share))
    return sorted((each for each in reached if reached[each] >= 1), key=lambda each: (-reached[each], each))


def _lightness(colour: str) -> float:
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
