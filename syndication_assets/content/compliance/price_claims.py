"""Checks prices in a text against the catalogue's price. A price that cannot be read is rejected."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from syndication_assets.content.compliance.claim_words import (
    CURRENCY_SYMBOLS,
    NUMBER_WORD,
    NUMBER_WORDS,
    Phrases,
    any_of,
    claim_words,
    words_of,
)
from syndication_assets.content.post_facts import CURRENCIES_OF_SYMBOL, Facts, normalized

_WORDS = claim_words()
_CODES = "GBP|EUR|USD|CHF|JPY|CNY|CAD|AUD|NZD|SEK|NOK|DKK|PLN|CZK|HUF|INR|ZAR|BRL|MXN|SGD|HKD|KRW|AED|ILS|RUB|UAH|RON"


def _codes(names: list[str]) -> frozenset[str]:
    return frozenset(code for name in names for code in CURRENCIES_OF_SYMBOL.get(name, {name}))


_CURRENCIES_OF_WORD = {word: _codes(names) for word, names in _WORDS.currencies.items()}
_CURRENCIES_OF_PART = {
    "¢": CURRENCIES_OF_SYMBOL["$"],
    **{word: _codes(names) for word, names in _WORDS.currency_parts.items()},
}
_AMOUNT = r"\d{1,3}(?:[ ']\d{3})+(?:[.,]\d+)?(?!\d)|\d+(?:[.,]\d+)*"
_SCALES = any_of(_WORDS.scales)
_SCALE = rf"(?:\s?(?:{_SCALES})(?!\w))?"
_CURRENCY = any_of([*_CURRENCIES_OF_WORD, *(word for word in _CURRENCIES_OF_PART if word != "p")])
_BEFORE_PRICE = (
    rf"\b(?:{any_of(_WORDS.price_words)})(?: (?:{any_of(_WORDS.price_links)}))*:? (?:(?:{any_of(_WORDS.articles)}) )?"
)
_CLAIM = re.compile(
    # £20, GBP 20, £10-20
    rf"(?P<before>[{re.escape(CURRENCY_SYMBOLS)}]|\b(?:{_CODES})(?=\W|\d))\s?(?P<first>[-+]?(?:{_AMOUNT})){_SCALE}"
    rf"(?:\s*(?:-|to)\s*(?:[{re.escape(CURRENCY_SYMBOLS)}]\s?)?(?P<first_tail>{_AMOUNT}))?"
    # 20 €, 20 pounds, 99p, 10 to 20 euros
    rf"|(?<![\w.,])(?P<second>{_AMOUNT}){_SCALE}(?:\s*(?:-|to)\s*(?P<second_tail>{_AMOUNT}){_SCALE})?"
    rf"\s?-?(?P<after>[{re.escape(CURRENCY_SYMBOLS)}]|(?:{_CODES}|{_CURRENCY})(?!\w)|(?<=\d)p(?!\w|\.m))"
    # costs 20, only 20!
    rf"|{_BEFORE_PRICE}(?P<third>{_AMOUNT})"
    rf"|\b(?:only|just) (?P<fourth>{_AMOUNT})(?![\w%\"'-]| ?[a-z])"
    # 19.99
    rf"|(?<![\w.,])(?P<bare>\d+(?:[.,' ]\d{{3}})*[.,]\d{{2}})(?![\w%\"]|[.,-]\d| ?-?(?:{any_of(_WORDS.units)})\b)",
    re.IGNORECASE,
)
_WRITTEN_OUT = re.compile(
    rf"\b(?:{NUMBER_WORD})[\w -]{{0,30}}?[ -](?:{_CURRENCY}|{_CODES})\b|\b(?:{any_of(_WORDS.banknotes)})\b"
    # Yours for fifteen
    rf"|{_BEFORE_PRICE}(?:{any_of(_WORDS.number_words)})\b",
    re.IGNORECASE,
)
_NUMBERS = NUMBER_WORDS | frozenset(_WORDS.banknotes)
_FREE = Phrases(_WORDS.free)
# 15,- and 15.-- are whole amounts.
_DIGIT = re.compile(r"\d")
_DASHED = re.compile(r"(?<=\d)([.,])-{1,2}(?![\w-])")
_STRAY_SYMBOL = re.compile(rf"[{re.escape(CURRENCY_SYMBOLS)}]|\b(?:GBP|EUR|USD)\b")


@dataclass(frozen=True, slots=True)
class _Claim:
    text: str
    amount: Decimal | None
    """None if the amount cannot be read."""
    currencies: frozenset[str] | None
    """None if the text names no currency."""


def price_claims_rule(text: str, facts: Facts, language: str = "en") -> str | None:
    """Allows only the catalogue's price in its currency. Any other amount of money is rejected.

    Pounds may be a weight: they pass where the catalogue uses the same words for the product.
    """
    text, words = _DASHED.sub(r"\g<1>00", normalized(text)), facts.words()
    rest = text
    # Without a digit there is no price in digits to search for.
    for match in reversed(list(_CLAIM.finditer(text)) if _DIGIT.search(text) else []):
        rest = f"{rest[: match.start()]} {rest[match.end() :]}"
        if (match["after"] or "").casefold().startswith("pound") and match.group().casefold() in words:
            continue
        for claim in _claims(match, language):
            problem = _problem(claim, facts)
            if problem is not None:
                return problem
    may_match = not _NUMBERS.isdisjoint(words_of(rest))
    written = (_WRITTEN_OUT.search(rest) if may_match else None) or _FREE.first(rest)
    if written is not None and not ("pound" in written.group() and written.group().casefold() in words):
        return f"{written.group()!r}: state the catalogue's price in digits, or no price"
    stray = _STRAY_SYMBOL.search(rest)
    if stray is not None:
        return f"{stray.group()!r} has no readable amount"
    return None


def _claims(match: re.Match[str], language: str) -> Iterator[_Claim]:
    symbol = match["before"] or match["after"]
    currencies, is_part = _currencies(symbol)
    # With a symbol on both sides, as in £40 EUR, the first one counts and the second one is reported as stray.
    is_scaled = re.search(rf"\d\s?(?:{_SCALES})(?!\w)", match.group(), re.IGNORECASE) is not None
    for name in ("first", "first_tail", "second", "second_tail", "third", "fourth", "bare"):
        token = match[name]
        if token is not None:
            amount = None if is_scaled and match["bare"] is None else read_amount(token, language)
            yield _Claim(match.group().strip(), amount / 100 if is_part and amount is not None else amount, currencies)


def _problem(claim: _Claim, facts: Facts) -> str | None:
    if facts.price is None or facts.currency is None:
        return f"the text states a price ({claim.text!r}), but the catalogue has none"
    if claim.amount is None or claim.amount != facts.price:
        return f"the text states the price {claim.text!r}; the catalogue says {facts.price_text}"
    if claim.currencies is not None and facts.currency not in claim.currencies:
        return f"the text states a price in another currency ({claim.text!r}); the catalogue says {facts.price_text}"
    return None


def _currencies(symbol: str | None) -> tuple[frozenset[str] | None, bool]:
    """The currencies that a symbol, code or word may mean, and whether it means a hundredth of the unit."""
    if symbol is None:
        return None, False
    folded = symbol.casefold()
    if folded in _CURRENCIES_OF_PART:
        return _CURRENCIES_OF_PART[folded], True
    if folded in _CURRENCIES_OF_WORD:
        return _CURRENCIES_OF_WORD[folded], False
    return CURRENCIES_OF_SYMBOL.get(symbol, frozenset({symbol.upper()})), False


def read_amount(token: str, language: str = "en") -> Decimal | None:
    """Reads a number as people write it: 1,252.00 or 1.252,00 or 1 252. None if it is not a number.

    A single separator before exactly three digits groups thousands: a comma in English, a point in other languages.
    """
    digits = re.sub(r"[ ']", "", token)
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
        groups = re.split(r"[.,]", digits)
        whole = groups[:-1] if separators[-1] != grouping else groups
        if any(len(group) != 3 for group in whole[1:]):
            return None
        digits = digits.replace(grouping, "")
    try:
        return Decimal(digits.replace(",", "."))
    except InvalidOperation:
        return None
