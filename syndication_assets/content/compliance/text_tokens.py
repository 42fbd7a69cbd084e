"""A text as words, numbers and symbols, with what is denied: the form in which all claims are read.

Splitting takes one pass, and rules look at the neighbours of a word, so checking costs what the text is long.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Generic, NamedTuple, TypeVar

from syndication_assets.content.compliance.claim_words import folded_words

T = TypeVar("T")
_WORDS = folded_words()
_TOKEN = re.compile(
    r"(?P<number>\d+(?:[.,']\d+)*)|(?P<word>[^\W\d_]+(?:'t(?!\w))?)|(?P<stop>[.!?\u2026;:\n])|(?P<sign>\S)"
)
_ORS = frozenset(_WORDS.ors)
_CONTRASTS = frozenset(_WORDS.contrasts)
_EXCLUSIVES = frozenset(_WORDS.exclusives)
_FREE = frozenset({"free", "frei"})


class Token(NamedTuple):
    """A word, a number, a stop or a sign of a normalized text."""

    kind: str
    text: str
    folded: str
    start: int
    is_glued: bool
    """Whether no space precedes it."""

    @property
    def end(self) -> int:
        return self.start + len(self.text)


class Phrase(NamedTuple, Generic[T]):
    """A phrase of a table that begins at a token: what it means, and the token after it."""

    meaning: T
    after: int


class PhraseTable(Generic[T]):
    """Finds the longest phrase at a position; hyphens between its words do not matter."""

    def __init__(self, meanings: Mapping[str, T]) -> None:
        self.first_words: frozenset[str]
        """The words that a phrase may begin with, for a quick look before a search."""
        self._by_first: dict[str, list[tuple[tuple[str, ...], T]]] = {}
        for phrase, meaning in meanings.items():
            words = tuple(token.folded for token in tokens_of(phrase.casefold()) if token.text != "-")
            self._by_first.setdefault(words[0], []).append((words[1:], meaning))
        for phrases in self._by_first.values():
            phrases.sort(key=lambda phrase: -len(phrase[0]))
        self.first_words = frozenset(self._by_first)

    def at(self, tokens: tuple[Token, ...], position: int) -> Phrase[T] | None:
        if position >= len(tokens):
            return None
        for rest, meaning in self._by_first.get(tokens[position].folded, ()):
            after = position + 1
            for word in rest:
                if after < len(tokens) and tokens[after].text == "-":
                    after += 1
                if after >= len(tokens) or tokens[after].folded != word:
                    break
                after += 1
            else:
                return Phrase(meaning, after)
        return None


@lru_cache(maxsize=512)
def tokens_of(text: str) -> tuple[Token, ...]:
    """The tokens of a normalized text, in order."""
    tokens = []
    end = 0
    for match in _TOKEN.finditer(text):
        start = match.start()
        shown = match.group()
        tokens.append(Token(match.lastgroup or "", shown, shown.casefold(), start, start == end and start > 0))
        end = match.end()
    return tuple(tokens)


@lru_cache(maxsize=512)
def denied_positions(text: str) -> frozenset[int]:
    """The positions of tokens that a negation denies: they state nothing about the product.

    A negation denies the rest of its clause, or all of it as the last word. A comma ends the clause unless the sentence
    goes on to list what is denied (no silk, cashmere or leather).
    """
    tokens = tokens_of(text)
    if not any(token.folded in _MAY_DENY for token in tokens):
        return frozenset()
    denied: set[int] = set()
    clause = 0
    is_denied = False
    position = 0
    while position < len(tokens):
        token = tokens[position]
        if token.kind == "stop":
            clause, is_denied = position + 1, False
        elif token.text == ",":
            clause, is_denied = position + 1, is_denied and _lists_on(tokens, position)
        elif token.folded in _CONTRASTS:
            clause, is_denied = position + 1, False
        elif token.folded in _FREE and token.is_glued and position > 1 and tokens[position - 1].text == "-":
            denied.add(position - 2)
        elif (phrase := _NEGATIONS.at(tokens, position)) is not None:
            follower = tokens[phrase.after] if phrase.after < len(tokens) else None
            if follower is None or follower.kind == "stop" or follower.text == ",":
                denied.update(range(clause, position))
            elif follower.folded not in _EXCLUSIVES:
                is_denied = True
                denied.update(range(position, phrase.after))
        if is_denied:
            denied.add(position)
        position += 1
    return frozenset(denied)


def _lists_on(tokens: tuple[Token, ...], comma: int) -> bool:
    """Whether an "or" follows the comma within a few words of the same sentence."""
    following = tokens[comma + 1 : comma + 7]
    for token in following:
        if token.kind == "stop":
            return False
        if token.folded in _ORS:
            return True
    return False


_NEGATIONS = PhraseTable(dict.fromkeys(_WORDS.negations, True))
_MAY_DENY = _NEGATIONS.first_words | _FREE


def without_denied(text: str) -> str:
    """A normalized text without what it denies."""
    denied = denied_positions(text)
    if not denied:
        return text
    tokens = tokens_of(text)
    pieces: list[str] = []
    end = 0
    for position, token in enumerate(tokens):
        if position in denied:
            pieces.append(text[end : token.start])
            end = token.end
    pieces.append(text[end:])
    return "".join(pieces).strip()
