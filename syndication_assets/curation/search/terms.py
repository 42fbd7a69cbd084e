"""Turns texts and searches into words that PostgreSQL's parser splits as they are meant. Pure.

Its parser takes a run of Japanese, Chinese or Thai for one word, and drops the sign of a hashtag. So both become terms
of plain letters and digits: `u6771u4eac` for two neighboring characters, `h` and hexadecimal digits for a hashtag.
`curation.search_query` does the same to what readers in SQL look for.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

import regex

VERSION = 2
"""Raise it when the same text gives other terms: texts are then read again."""

LONGEST_SEARCH = 1_000
"""Characters. PostgreSQL reads tens of thousands of words for seconds, and then refuses them."""

LONGEST_TEXT = 50_000
"""Characters of a text that are read; a tsvector holds a megabyte at most."""

_UNSPLIT = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\u30fc々]+")
# Vowel signs of Arabic, which most people leave out, and the line that stretches a word.
_OPTIONAL = regex.compile(r"[\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed]")
_HASHTAG = regex.compile(r"(?<![\w&/#])[#\uff03]([\w\p{M}\u30fb]+)")
# A phrase in quotes, or anything up to the next space or quote.
_PIECE = regex.compile(r'"[^"]*"?|[^\s"]+|\s+')


class SearchTerms(NamedTuple):
    """What a text is found by: its words, and terms that no language changes."""

    words: str
    terms: str


def search_terms(text: str, hashtags: Iterable[str]) -> SearchTerms:
    """The words of a text without unsplit scripts; and pairs, characters and hashtags as terms.

    `hashtags` come without `#`, normalized and case-folded, as scraping stores them.
    """
    text = _plain(text[:LONGEST_TEXT])
    runs = _UNSPLIT.findall(text)
    pairs = [term for run in runs for term in _pairs(run)]
    # After all pairs, so that these stay neighbors and a phrase of pairs finds a longer run.
    characters = {_term(character) for run in runs for character in run}
    terms = [*pairs, *sorted(characters), *map(_hashtag_term, hashtags)]
    return SearchTerms(_UNSPLIT.sub(" ", text), " ".join(terms))


def search_query(typed: str) -> str:
    """A web search (words, "phrases", or, -without) in which unsplit scripts and hashtags are the terms of a text."""
    return "".join(map(_piece, _PIECE.findall(_plain(typed))))


def _plain(text: str) -> str:
    return str(_OPTIONAL.sub("", unicodedata.normalize("NFKC", text)))


def _piece(piece: str) -> str:
    if piece.startswith('"'):
        inner = _with_terms(piece.strip('"'), in_quotes=True)
        return f'"{" ".join(inner.split())}"'
    return _with_terms(piece, in_quotes=False)


def _with_terms(text: str, *, in_quotes: bool) -> str:
    text = _HASHTAG.sub(lambda found: f"{_hashtag_term(_folded(found[1]))} ", text) if "#" in text else text
    return str(_UNSPLIT.sub(lambda found: _run(found[0], in_quotes=in_quotes), text))


def _run(run: str, *, in_quotes: bool) -> str:
    terms = _pairs(run) or [_term(run)]
    joined = " ".join(terms)
    return f" {joined} " if in_quotes else f'"{joined}" '


def _pairs(run: str) -> Sequence[str]:
    return [_term(first) + _term(second) for first, second in pairwise(run)]


def _term(character: str) -> str:
    return f"u{ord(character):x}"


def _hashtag_term(hashtag: str) -> str:
    return f"h{hashtag.encode().hex()}"


def _folded(hashtag: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", hashtag).casefold())
