"""Hashtags: how they appear in a text, and which ones follow from the facts."""

import re
from collections.abc import Sequence

from syndication_assets.content.post_facts import Facts

HASHTAG = re.compile(r"(?<![\w&/#])[#\uff03](\w+)")
_WORD = re.compile(r"[^\W_]+")
# Shorter words say nothing about a product on their own.
_SHORTEST_WORD = 4
# A longer title is unreadable as one word.
_LONGEST_TITLE = 40


def found_hashtags(text: str, link_url: str | None = None) -> list[str]:
    """The hashtags of a text in order, without #. The fragment of its link does not count."""
    return HASHTAG.findall(text.replace(link_url, " ") if link_url else text)


def hashtags_of(facts: Facts, least: int, greatest: int) -> tuple[str, ...]:
    """Hashtags from the category names or the document's title; if these are too few, also from words of the name."""
    chosen = distinct(_from_categories(facts))[:greatest]
    if len(chosen) < least:
        chosen = distinct([*chosen, *_from_name(facts)])[: max(least, len(chosen))]
    return tuple(chosen)


def candidates_of(facts: Facts) -> list[str]:
    """Every hashtag that follows from the facts, the most specific first."""
    return distinct([*_from_categories(facts), *_from_name(facts)])


def hashtags_as_text(hashtags: Sequence[str]) -> str:
    return " ".join(f"#{hashtag}" for hashtag in hashtags)


def distinct(hashtags: Sequence[str]) -> list[str]:
    """Each hashtag once, ignoring case."""
    # No platform accepts a hashtag of digits alone.
    by_word = {hashtag.casefold(): hashtag for hashtag in reversed(hashtags) if hashtag and not hashtag.isdigit()}
    return list(reversed(by_word.values()))


def _from_categories(facts: Facts) -> list[str]:
    candidates = [_joined(name) for name in facts.categories]
    if facts.title is not None and len(facts.title) <= _LONGEST_TITLE:
        candidates.append(_joined(facts.title))
    return candidates


def _from_name(facts: Facts) -> list[str]:
    words = [word.capitalize() for word in _WORD.findall(facts.name) if len(word) >= _SHORTEST_WORD]
    return [*words, _joined(facts.name)]


def _joined(name: str) -> str:
    return "".join(word[:1].upper() + word[1:] for word in _WORD.findall(name))
