"""Which corrections may mend what a visual breaks. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

PROPOSALS: Mapping[str, Sequence[str]] = {
    "contrast": ("darker_overlay", "light_text", "dark_text"),
    "contrast_large": ("darker_overlay", "light_text", "dark_text"),
}
"""Rule → the corrections that may mend it."""


def proposals_of(findings: Iterable[Mapping[str, Any]]) -> list[str]:
    """The corrections that may mend what is broken among the findings (`rule`, `is_passed`), ordered by name."""
    return sorted(
        {
            proposal
            for finding in findings
            if finding["is_passed"] is False
            for proposal in PROPOSALS.get(finding["rule"], ())
        }
    )
