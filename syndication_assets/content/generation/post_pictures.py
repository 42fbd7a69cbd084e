"""The picture of ours that a text is published with, and what keeps it from being published. Pure."""

from dataclasses import dataclass

from syndication_assets.content.compliance.validation import Finding
from syndication_assets.content.generation.brand_voice import BrandVoice
from syndication_assets.content.post_hashtags import CLOSING_HASHTAGS


@dataclass(frozen=True, slots=True)
class PostPicture:
    """One stored picture. What is None is not known, or there is none."""

    picture_file_id: str
    alt_text: str | None
    attribution: str | None
    """The words that name the author of its photo, where the licence wants them in the text."""
    licence_problem: str | None
    """Why it may not be published, whatever the text says."""
    broken_rules: tuple[str, ...]
    """The hard rules of the brand that the picture breaks, each as a sentence."""
    brand: BrandVoice | None = None
    """The brand that it was made for."""

    def with_attribution(self, text: str) -> str:
        """The text with the words that the licence of the photo wants in it, before hashtags that end the text."""
        if self.attribution is None or self.attribution in text:
            return text
        hashtags = CLOSING_HASHTAGS.search(text)
        body, closing = (text[: hashtags.start()].rstrip(), hashtags.group()) if hashtags else (text, "")
        return "\n\n".join(filter(None, [body, self.attribution, closing]))

    def findings(self, text: str) -> list[Finding]:
        problem = self.licence_problem
        if problem is None and self.attribution is not None and self.attribution not in text:
            problem = f'the licence of the photo wants its author named: add "{self.attribution}"'
        broken = "; ".join(self.broken_rules)
        return [
            Finding("picture_licence", "hard", problem),
            Finding("picture_compliance", "hard", broken or None),
            *([] if self.brand is None else self.brand.findings(text)),
        ]
