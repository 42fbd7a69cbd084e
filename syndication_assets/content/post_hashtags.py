"""Hashtags: how they appear in a text, and which ones follow from the facts."""

import re
from collections.abc import Sequence
from importlib.resources import files

import msgspec

from syndication_assets.content.post_facts import Facts, normalized

HASHTAG = re.compile(r"(?<![\w&/#])[#\uff03](\w+)")
CLOSING_HASHTAGS = re.compile(r"(?<!\S)#\S+(?:\s+#\S+)*$")
"""The hashtags that end a text."""
# The rest of a word behind an apostrophe is part of the word: children's.
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
# Shorter words say nothing about a product on their own.
_SHORTEST_WORD = 4
_SHORTEST_PHRASE = 3
# A longer title is unreadable as one word.
_LONGEST_TITLE = 40


class _LanguageWords(msgspec.Struct, forbid_unknown_fields=True):
    """What a hashtag is never made of, in one language and in lower case."""

    stop_words: list[str]
    elided: list[str]
    """What an apostrophe joins to the following word, such as d'."""


_LANGUAGES = msgspec.json.decode(
    (files(__package__) / "hashtag_words.json").read_bytes(), type=dict[str, _LanguageWords]
)
_STOP_WORDS = frozenset(word for words in _LANGUAGES.values() for word in words.stop_words)
_ELIDED = frozenset(word for words in _LANGUAGES.values() for word in words.elided)


def found_hashtags(text: str, link_url: str | None = None) -> list[str]:
    """The hashtags of a text in order, without #. The fragment of its link does not count."""
    return HASHTAG.findall(text.replace(link_url, " ") if link_url else text)


def hashtags_of(facts: Facts, least: int, greatest: int) -> tuple[str, ...]:
    """Hashtags from the categories or the document's title; if these are too few, also from words of name and title."""
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
    words_of_title = _telling_words(facts.title) if facts.title is not None else []
    return [*_telling_words(facts.name), _joined(facts.name), *words_of_title]


def _telling_words(name: str) -> list[str]:
    return [
        word.capitalize()
        for word in _words_of(name)
        if len(word) >= _SHORTEST_WORD and word.casefold() not in _STOP_WORDS
    ]


def _joined(name: str) -> str:
    """The words of a name as one; empty if they are one or two stop words, which make no phrase."""
    words = _words_of(name)
    if len(words) < _SHORTEST_PHRASE and all(word.casefold() in _STOP_WORDS for word in words):
        return ""
    return "".join(word[:1].upper() + word[1:] for word in words)


def _words_of(name: str) -> list[str]:
    """The words of a name without apostrophes: Children's is Childrens, and d'argent is argent."""
    words = []
    for word in _WORD.findall(normalized(name)):
        elided, _, rest = word.partition("'")
        words.append((rest if rest and elided.casefold() in _ELIDED else word).replace("'", ""))
    return [word for word in words if word]
