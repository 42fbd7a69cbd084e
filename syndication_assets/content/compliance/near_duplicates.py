"""Compares a text with the other texts of its channel: near duplicates and identical words."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from rapidfuzz import fuzz, process

from syndication_assets.content.post_facts import normalized
from syndication_assets.content.post_hashtags import HASHTAG

DEFAULT_THRESHOLD = 0.92
"""Similarity from 0 to 1; applies where the channel has no rule `near_duplicate_threshold`."""
DEFAULT_DAYS = 90
"""How many days around a text are compared; applies where the channel has no rule `near_duplicate_days`."""
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class EarlierText:
    """An existing text of the same channel."""

    content_id: str
    text_content: str
    link_url: str | None
    variation: int = 1
    sorted_words: str = field(init=False, repr=False)
    """What similarity is measured on, computed once because every new text is compared with all earlier texts."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "sorted_words", _sorted_words(self.text_content, self.link_url))


def nearest(
    text: str, link_url: str | None, earlier: Iterable[EarlierText], threshold: float = 0
) -> tuple[EarlierText, float] | None:
    """The most similar earlier text with its similarity from 0 to 1; None if none reaches the threshold.

    Similarity is rapidfuzz's ratio of the sorted words without link and hashtags: the same sentences in another order,
    or with another link, are the same text.
    """
    texts = list(earlier)
    found = process.extractOne(
        _sorted_words(text, link_url),
        [earlier_text.sorted_words for earlier_text in texts],
        scorer=fuzz.ratio,
        score_cutoff=threshold * 100,
    )
    return None if found is None else (texts[found[2]], found[1] / 100)


def same_words(text: str, link_url: str | None, others: Iterable[EarlierText]) -> EarlierText | None:
    """The first other text with the same words and hashtags, ignoring case, order, punctuation and link."""
    words = _words_and_hashtags(text, link_url)
    return next((other for other in others if _words_and_hashtags(other.text_content, other.link_url) == words), None)


def _words_and_hashtags(text: str, link_url: str | None) -> list[str]:
    without_link = text.replace(link_url, " ") if link_url else text
    return sorted(_WORD.findall(normalized(without_link).casefold()))


def _sorted_words(text: str, link_url: str | None) -> str:
    without_link = text.replace(link_url, " ") if link_url else text
    return " ".join(sorted(normalized(HASHTAG.sub(" ", without_link)).casefold().split()))
