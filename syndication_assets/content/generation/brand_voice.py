"""How a brand speaks: what a language model is told of it, and the words that no text of it says. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from syndication_assets.content.compliance.validation import Finding


@dataclass(frozen=True, slots=True)
class BrandVoice:
    """What one version of a brand says of words."""

    brand_name: str
    voice: str | None = None
    messaging_guidelines: str | None = None
    usage_restrictions: str | None = None
    vocabulary: tuple[str, ...] = ()
    banned_words: tuple[str, ...] = ()

    @property
    def instructions(self) -> str:
        """What a language model is told of the brand, a line for each thing that the brand says."""
        lines = [f"You speak for the brand {self.brand_name}."]
        for name, value in (
            ("Its voice", self.voice),
            ("What it says, and what it does not", self.messaging_guidelines),
            ("What must be kept", self.usage_restrictions),
            ("Its own words, spelled exactly so where you use them", ", ".join(self.vocabulary)),
            ("Never use these words, in upper or lower case", ", ".join(self.banned_words)),
        ):
            if value:
                lines.append(f"{name}: {value}")
        return "\n".join(lines)

    def findings(self, text: str) -> list[Finding]:
        """A banned word stops a text; another spelling of the brand's own words only lowers it."""
        banned = [word for word in self.banned_words if _said(word, text)]
        otherwise = {
            word: others
            for word in self.vocabulary
            if (others := sorted({each for each in _said(word, text) if each != word}))
        }
        spelled = "; ".join(f"{word!r}, not {_quoted(others)}" for word, others in otherwise.items())
        return [
            Finding(
                "brand_banned_words", "hard", f"{self.brand_name} never says {_quoted(banned)}" if banned else None
            ),
            Finding("brand_vocabulary", "soft", f"{self.brand_name} spells {spelled}" if otherwise else None),
        ]


def _said(word: str, text: str) -> list[str]:
    """The places where the text says the word, as it spells it there, in any case and as a whole word."""
    return re.findall(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE)


def _quoted(words: Iterable[str]) -> str:
    return ", ".join(map(repr, words))
