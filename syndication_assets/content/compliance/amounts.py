"""The one reader of amounts: prices, percentages, measurements, times and other numbers, in digits and in words.

Writers, checks and the publisher use the same amounts. A text is read once, from left to right.
"""

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from syndication_assets.content.compliance.claim_words import CURRENCY_SYMBOLS, folded_words
from syndication_assets.content.compliance.number_marks import is_no_amount, mark_by_neighbours, mark_price, share_marks
from syndication_assets.content.compliance.numbers_in_text import FIRST_WORDS, Kind, Number, number_at
from syndication_assets.content.compliance.text_tokens import Token, denied_positions, tokens_of
from syndication_assets.content.post_facts import normalized

_WORDS = folded_words()
_FROM = frozenset(_WORDS.from_words)


@dataclass(frozen=True, slots=True)
class Amount:
    """One number of a text with what it counts."""

    text: str
    kind: Kind
    value: Decimal | None
    """None if it cannot be read: £1.2k, -5, 1,25,00."""
    unit: str = ""
    """The unit of a measurement, reduced to a small one (mm, g, ml), and of a time; the next word of a number."""
    currencies: frozenset[str] | None = None
    """The currencies that it may be in; None if the text names none."""
    is_in_words: bool = False
    is_denied: bool = False
    raw: Decimal | None = None
    """The number as written: 180 of 180 cm."""
    is_lowest: bool = False
    """Whether it is only the lowest of several: from £20."""


def amounts_in(text: str, language: str = "en") -> tuple[Amount, ...]:
    """The amounts of a text in order."""
    return _read(normalized(text), language)


def unread_currency(text: str, language: str = "en") -> str | None:
    """A currency sign or code that belongs to no amount; None if there is none."""
    text = normalized(text)
    tokens = tokens_of(text)
    used = {position for number in _numbers(text, language) for position in range(number.first, number.after)}
    for position, token in enumerate(tokens):
        if position not in used and (token.text in CURRENCY_SYMBOLS or token.text in {"GBP", "EUR", "USD"}):
            return token.text
    return None


@lru_cache(maxsize=512)
def _read(text: str, language: str) -> tuple[Amount, ...]:
    tokens = tokens_of(text)
    denied = denied_positions(text)
    return tuple(_amount(number, tokens, text, denied) for number in _numbers(text, language))


def _amount(number: Number, tokens: tuple[Token, ...], text: str, denied: frozenset[int]) -> Amount:
    kind = number.kind or "number"
    value, unit = number.value, number.unit
    if kind == "money" and number.is_part and value is not None:
        value /= 100
    if kind == "measurement" and unit in _WORDS.unit_sizes and value is not None:
        unit, size = _WORDS.unit_sizes[unit]
        value *= size
    if kind == "number" and number.after < len(tokens) and tokens[number.after].kind == "word":
        unit = tokens[number.after].folded
    shown = text[tokens[number.first].start : tokens[number.after - 1].end]
    is_denied = number.first in denied
    before = tokens[max(0, number.first - 2) : number.first]
    is_lowest = any(token.folded in _FROM for token in before)
    return Amount(shown, kind, value, unit, number.currencies, number.is_in_words, is_denied, number.value, is_lowest)


@lru_cache(maxsize=8)
def _numbers(text: str, language: str) -> tuple[Number, ...]:
    tokens = tokens_of(text)
    found: list[Number] = []
    position = 0
    while position < len(tokens):
        token = tokens[position]
        may_begin = token.kind == "number" or token.folded in FIRST_WORDS
        number = number_at(tokens, position, language) if may_begin else None
        if number is None:
            position += 1
            continue
        if not number.is_marked:
            mark_by_neighbours(number, tokens)
        found.append(number)
        position = number.after
    share_marks(found, tokens)
    for number in found:
        mark_price(number, tokens)
    return tuple(number for number in found if not is_no_amount(number, tokens))
