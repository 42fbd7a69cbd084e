"""Numbers of a text, in digits and in words, before it is known what they count."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Literal

from syndication_assets.content.compliance.claim_words import folded_words
from syndication_assets.content.compliance.text_tokens import PhraseTable, Token

Kind = Literal["money", "percentage", "measurement", "dimension", "time", "size", "number"]

_WORDS = folded_words()
NUMBER_WORDS = {**_WORDS.number_words, **_WORDS.part_words}
ANDS = frozenset(_WORDS.ands)
ARTICLES = frozenset(_WORDS.articles)
_HALVES = frozenset(word for word, value in _WORDS.part_words.items() if value == Decimal("0.5"))
_DIMENSIONS = PhraseTable(dict.fromkeys(_WORDS.dimensions, True))
FIRST_WORDS = frozenset({*NUMBER_WORDS, *_WORDS.banknotes, *_WORDS.units})
"""The words that a number may begin with."""
_MOST_WORDS = 8
_SHORTEST_UNIT = 3
"""Units of fewer letters are no words of prose: a metre wide, but not a cm wide."""


@dataclass(slots=True)
class Number:
    """A number between its first and its last token, before it is known what it counts."""

    first: int
    after: int
    text: str
    value: Decimal | None
    is_in_words: bool = False
    kind: Kind | None = None
    """None as long as nothing is known."""
    unit: str = ""
    currencies: frozenset[str] | None = None
    is_part: bool = False
    is_by: bool = False
    """Whether it is one of a pair such as 180 x 30."""

    @property
    def is_marked(self) -> bool:
        """Whether it is known what it counts."""
        return self.kind is not None

    @property
    def is_money(self) -> bool:
        return self.kind == "money"


def read_amount(token: str, language: str = "en") -> Decimal | None:
    """Reads a number as people write it: 1,252.00 or 1.252,00 or 1 252. None if it is not a number.

    A single separator before exactly three digits groups thousands: a comma in English, a point in other languages.
    """
    digits = token.replace(" ", "").replace("'", "")
    separators = [character for character in digits if character in ".,"]
    grouping = ""
    is_thousands = (
        separators
        and len(digits.rpartition(separators[0])[2]) == 3
        and separators[0] == ("," if language == "en" else ".")
    )
    if len(separators) > 1 or is_thousands:
        grouping = separators[0]
    if grouping:
        groups = digits.replace(",", ".").split(".")
        whole = groups[:-1] if separators[-1] != grouping else groups
        if any(len(group) != 3 for group in whole[1:]):
            return None
        digits = digits.replace(grouping, "")
    try:
        return Decimal(digits.replace(",", "."))
    except InvalidOperation:
        return None


def number_at(tokens: tuple[Token, ...], position: int, language: str) -> Number | None:
    token = tokens[position]
    if token.kind == "number":
        after, shown = position + 1, token.text
        # 1 252.00: groups of three digits behind single spaces.
        while (
            after < len(tokens)
            and len(shown) <= 15  # no price is longer
            and tokens[after].kind == "number"
            and tokens[after].start == tokens[after - 1].end + 1
            and len(token.text) <= 3
            and shown.replace(" ", "").isdigit()
            and _is_group(tokens[after].text)
        ):
            shown += f" {tokens[after].text}"
            after += 1
        return Number(position, after, shown, read_amount(shown, language))
    if token.kind != "word":
        return None
    if token.folded in NUMBER_WORDS:
        return _number_in_words(tokens, position)
    if token.folded in _WORDS.banknotes:
        return Number(position, position + 1, token.text, None, is_in_words=True, kind="money")
    return _article_of_measure(tokens, position)


def _is_group(text: str) -> bool:
    return text[:3].isdigit() and (len(text) == 3 or (len(text) > 4 and text[3] in ".," and text[4:].isdigit()))


def _number_in_words(tokens: tuple[Token, ...], position: int) -> Number:
    total = current = Decimal(0)
    after = position
    while after < len(tokens) and after < position + 2 * _MOST_WORDS:
        word = tokens[after].folded
        if word in NUMBER_WORDS:
            value = NUMBER_WORDS[word]
            if value == 100:
                current = max(current, Decimal(1)) * value
            elif value >= 1000:
                total, current = total + max(current, Decimal(1)) * value, Decimal(0)
            else:
                current += value
            last = after + 1
        elif not (tokens[after].text == "-" or word in ANDS or word in ARTICLES):
            break
        after += 1
    return Number(position, last, "", total + current, is_in_words=True)


def _article_of_measure(tokens: tuple[Token, ...], position: int) -> Number | None:
    """A unit without a number, as in a metre wide or metre-long."""
    unit = _WORDS.units.get(tokens[position].folded)
    if unit is None or len(tokens[position].folded) < _SHORTEST_UNIT or (position and tokens[position - 1].text == "-"):
        return None
    before = tokens[position - 1] if position else None
    if before is not None and before.kind == "number":
        return None
    after = position + 1
    is_and_a_half = [token.folded for token in tokens[after : after + 3]] == ["and", "a", "half"]
    after += 3 * is_and_a_half
    if after < len(tokens) and tokens[after].text == "-":
        after += 1
    phrase = _DIMENSIONS.at(tokens, after)
    if phrase is None:
        return None
    is_half = any(token.folded in _HALVES for token in tokens[max(0, position - 2) : position])
    value = Decimal("0.5") if is_half else Decimal("1.5") if is_and_a_half else Decimal(1)
    return Number(position, phrase.after, "", value, is_in_words=True, kind="measurement", unit=unit)
