"""What one version of a brand says. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

COMMON_COLOURS = ("primary", "secondary", "accent", "dark", "light")
"""Every brand has these: a template for all brands may use them."""


@dataclass(frozen=True, kw_only=True)
class BrandContent:
    """The columns of brand.brand_profile_versions that people write."""

    colours: Mapping[str, str]
    heading_family: str
    text_family: str
    voice: str | None = None
    messaging_guidelines: str | None = None
    visual_guidelines: str | None = None
    usage_restrictions: str | None = None
    vocabulary: Sequence[str] = ()
    banned_words: Sequence[str] = ()
    languages: Sequence[str] = ("en",)
    enforcement_level: str = "moderate"
    minimum_score: Decimal | None = None

    def differences(self, other: "BrandContent") -> dict[str, tuple[Any, Any]]:
        """The fields that differ: (here, there)."""
        mine, theirs = self.as_values(), other.as_values()
        return {name: (value, theirs[name]) for name, value in mine.items() if value != theirs[name]}

    def as_values(self) -> dict[str, Any]:
        """The columns with values that compare by content."""
        return {
            "colours": dict(self.colours),
            "heading_family": self.heading_family,
            "text_family": self.text_family,
            "voice": self.voice,
            "messaging_guidelines": self.messaging_guidelines,
            "visual_guidelines": self.visual_guidelines,
            "usage_restrictions": self.usage_restrictions,
            "vocabulary": list(self.vocabulary),
            "banned_words": list(self.banned_words),
            "languages": list(self.languages),
            "enforcement_level": self.enforcement_level,
            "minimum_score": self.minimum_score,
        }
