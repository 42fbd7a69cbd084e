"""Whether a text says again what was said before."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from rapidfuzz import fuzz, process

from syndication_assets.content.post_facts import normalized
from syndication_assets.content.post_hashtags import HASHTAG

DEFAULT_THRESHOLD = 0.92
"""Where the channel has no rule `near_duplicate_threshold`."""
DEFAULT_DAYS = 90
"""How far back texts are compared, where the channel has no rule `near_duplicate_days`."""
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class EarlierText:
    """A text of the same channel."""

    content_id: str
    text_content: str
    link_url: str | None
    variation: int = 1
    compared: str = field(init=False, repr=False)
    """The sorted words that its likeness is measured by, made once: each new text is compared with all of them."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "compared", _sorted_words(self.text_content, self.link_url))


def nearest(
    text: str, link_url: str | None, earlier: Iterable[EarlierText], threshold: float = 0
) -> tuple[EarlierText, float] | None:
    """The earlier text that is most alike, with its likeness from 0 to 1; None if none reaches the threshold.

    Likeness is that of the sorted words (rapidfuzz's ratio), without links and hashtags: the same sentences in another
    order, or with another link, are the same text.
    """
    texts = list(earlier)
    found = process.extractOne(
        _sorted_words(text, link_url),
        [one.compared for one in texts],
        scorer=fuzz.ratio,
        score_cutoff=threshold * 100,
    )
    return None if found is None else (texts[found[2]], found[1] / 100)


def same_words(text: str, link_url: str | None, others: Iterable[EarlierText]) -> EarlierText | None:
    """The first other text that has the same words, hashtags included; case, order, punctuation and link aside."""
    words = _bare_words(text, link_url)
    return next((other for other in others if _bare_words(other.text_content, other.link_url) == words), None)


def _bare_words(text: str, link_url: str | None) -> list[str]:
    without_link = text.replace(link_url, " ") if link_url else text
    return sorted(_WORD.findall(normalized(without_link).casefold()))


def _sorted_words(text: str, link_url: str | None) -> str:
    without_link = text.replace(link_url, " ") if link_url else text
    return " ".join(sorted(normalized(HASHTAG.sub(" ", without_link)).casefold().split()))
