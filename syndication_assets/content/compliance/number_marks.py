"""What a number of a text counts, from its neighbours, from the number that it is joined to, or from a price word."""

from collections.abc import Mapping
from itertools import pairwise

from syndication_assets.content.compliance.claim_words import CURRENCY_SYMBOLS, folded_words
from syndication_assets.content.compliance.numbers_in_text import ANDS, ARTICLES, NUMBER_WORDS, Number
from syndication_assets.content.compliance.text_tokens import PhraseTable, Token
from syndication_assets.content.post_facts import CURRENCIES_OF_SYMBOL

_WORDS = folded_words()
_CODES = frozenset(
    {
        *("GBP", "EUR", "USD", "CHF", "JPY", "CNY", "CAD", "AUD", "NZD", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF"),
        *("INR", "ZAR", "BRL", "MXN", "SGD", "HKD", "KRW", "AED", "ILS", "RUB", "UAH", "RON"),
    }
)
_CODES_IN_ANY_CASE = frozenset({"GBP", "EUR", "USD", "CHF"})
_SHORTEST_UNIT = 3
"""Behind a number in words, units of fewer letters are no units: six feet, but not six g."""


def _codes(names: list[str]) -> frozenset[str]:
    return frozenset(code for name in names for code in CURRENCIES_OF_SYMBOL.get(name, {name}))


_CURRENCIES = PhraseTable({word: _codes(names) for word, names in _WORDS.currencies.items()})
_PARTS: Mapping[str, frozenset[str]] = {
    "\u00a2": CURRENCIES_OF_SYMBOL["$"],
    **{word: _codes(names) for word, names in _WORDS.currency_parts.items()},
}
_PERCENT = PhraseTable({"%": True, **dict.fromkeys(_WORDS.percent_words, True)})
_RANGES = frozenset({"-", "/", *_WORDS.range_words})
_BY = frozenset({"x", "\u00d7", "*", "by"})
_EXCLUSIVES = frozenset(_WORDS.exclusives)
_LINKS = frozenset({*_WORDS.price_links, ":", *ARTICLES, *_EXCLUSIVES})
_PRICE_WORDS = frozenset(_WORDS.price_words)
_SCALES = frozenset(_WORDS.scales)
_SYSTEMS = frozenset(_WORDS.size_systems)
_SIZE_LETTERS = frozenset({"xs", "xl", "s", "l", "xxl", "xxs"})
_KEYCAPS = frozenset({"\ufe0f", "\u20e3"})


def mark_by_neighbours(number: Number, tokens: tuple[Token, ...]) -> None:
    """What the neighbours of a number say about it, and the tokens that thereby belong to it."""
    if not number.is_in_words:
        _mark_before(number, tokens)
    after = number.after
    if after < len(tokens) and tokens[after].text == "-" and tokens[after].is_glued:
        after += 1
    if after >= len(tokens):
        return
    token = tokens[after]
    is_scaled = token.folded in _SCALES
    if is_scaled and number.is_money:
        number.value, number.after = None, after + 1
        return
    money = _currency_at(tokens, after + is_scaled, number) if number.is_money or not number.is_marked else None
    if money is not None:
        currencies, number.is_part, number.after = money
        if number.is_money and number.currencies is not None:
            currencies &= number.currencies
        number.kind, number.currencies = "money", currencies
        number.value = None if is_scaled and not number.is_in_words else number.value
        return
    if number.is_marked:
        return
    if (percent := _PERCENT.at(tokens, after)) is not None:
        number.kind, number.after = "percentage", percent.after
        return
    _mark_unit(number, tokens, after)


def _mark_before(number: Number, tokens: tuple[Token, ...]) -> None:
    first = number.first - 1
    if first < 0:
        return
    is_signed = tokens[first].text in {"-", "+"} and first > 0
    place = first - 1 if is_signed else first
    symbol = tokens[place]
    currencies: frozenset[str] | None = None
    if symbol.text in CURRENCY_SYMBOLS:
        currencies = CURRENCIES_OF_SYMBOL.get(symbol.text, frozenset({symbol.text}))
        prefix = tokens[place - 1] if place > 0 else None
        if symbol.text == "$" and symbol.is_glued and prefix is not None and prefix.folded in _WORDS.symbol_prefixes:
            currencies = frozenset({_WORDS.symbol_prefixes[prefix.folded]})
            place -= 1
    elif symbol.kind == "word" and _is_code(symbol):
        currencies = frozenset({symbol.text.upper()})
    if currencies is not None:
        number.kind, number.currencies = "money", currencies
        if is_signed:
            number.value = None
        number.first = place
    elif tokens[first].kind == "word" and tokens[first].folded in _SYSTEMS and tokens[first].text.isupper():
        number.kind, number.unit = "size", tokens[first].folded


def _is_code(token: Token) -> bool:
    return token.text in _CODES or token.text.upper() in _CODES_IN_ANY_CASE


def _currency_at(tokens: tuple[Token, ...], position: int, number: Number) -> tuple[frozenset[str], bool, int] | None:
    """The currencies of a sign or word behind a number, whether it means a hundredth, and the token after it."""
    if position >= len(tokens):
        return None
    token = tokens[position]
    follower = tokens[position + 1] if position + 1 < len(tokens) else None
    if token.text in CURRENCY_SYMBOLS:
        if number.is_money and follower is not None and follower.kind == "number":
            # £10 £20: the second sign belongs to the number behind it.
            return None
        currencies = _PARTS.get(token.text) or CURRENCIES_OF_SYMBOL.get(token.text, frozenset({token.text}))
        return currencies, token.text in _PARTS, position + 1
    if token.kind == "word" and token.folded in _PARTS:
        is_hour = [other.text for other in tokens[position + 1 : position + 3]] == [".", "m"]
        is_part = len(token.folded) > 1 or (token.is_glued and not is_hour)
        return (_PARTS[token.folded], True, position + 1) if is_part else None
    if token.kind == "word" and (phrase := _CURRENCIES.at(tokens, position)) is not None:
        return phrase.meaning, False, phrase.after
    return (frozenset({token.text.upper()}), False, position + 1) if _is_code(token) else None


def _mark_unit(number: Number, tokens: tuple[Token, ...], after: int) -> None:
    token = tokens[after]
    unit = "in" if token.text == '"' and token.is_glued else _WORDS.units.get(token.folded)
    if token.folded == "in" and token.is_glued:
        unit = "in"
    if unit is not None and (not number.is_in_words or len(token.folded) >= _SHORTEST_UNIT):
        number.kind, number.unit, number.after = "measurement", unit, after + 1
        follower = [token.folded for token in tokens[after + 1 : after + 3]]
        is_continued = number.is_in_words and len(follower) == 2 and follower[0] in ANDS and unit == "m"
        if is_continued and number.value is not None and (rest := NUMBER_WORDS.get(follower[1])) is not None:
            # Two metres and fifty.
            number.value += rest / 100
            number.after = after + 3
        return
    if token.folded in _WORDS.durations:
        number.kind, number.unit, number.after = "time", _WORDS.durations[token.folded], after + 1


def share_marks(numbers: list[Number], tokens: tuple[Token, ...]) -> None:
    """10 to 20 cm is two measurements, £10-20 two prices, 180 x 30 two dimensions."""

    def joined(left: Number, right: Number) -> str | None:
        between = tokens[left.after : right.first]
        return between[0].folded if len(between) == 1 and between[0].folded in _RANGES | _BY else None

    for left, right in reversed(list(pairwise(numbers))):
        link = joined(left, right)
        if link in _BY - {"by"} and not left.is_in_words and not right.is_in_words:
            left.is_by = right.is_by = True
        if (
            link is not None
            and left.kind is None
            and right.kind not in (None, "size")
            and not (left.is_in_words and right.kind == "time")
        ):
            left.kind, left.unit, left.currencies, left.is_part = (
                right.kind, right.unit, right.currencies, right.is_part
            )  # fmt: skip
    for left, right in pairwise(numbers):
        if right.kind is None and left.kind == "money" and joined(left, right) in _RANGES:
            right.kind, right.currencies, right.is_part = left.kind, left.currencies, left.is_part
    for number in numbers:
        if number.is_by and number.kind is None:
            number.kind = "dimension"


def mark_price(number: Number, tokens: tuple[Token, ...]) -> None:
    """A number without a mark is a price after a price word, after "only", or with two decimals."""
    if number.kind is not None or is_no_amount(number, tokens):
        return
    follower = tokens[number.after] if number.after < len(tokens) else None
    position = number.first - 1
    is_only = position >= 0 and tokens[position].folded in _EXCLUSIVES
    steps = 0
    while position >= 0 and tokens[position].folded in _LINKS and steps < 4:
        position, steps = position - 1, steps + 1
    is_priced = position >= 0 and tokens[position].folded in _PRICE_WORDS
    is_last = follower is None or follower.kind == "stop" or follower.text in {",", ")", "!"}
    if number.is_in_words:
        is_whole = number.value is not None and number.value == number.value.to_integral_value()
        if is_priced and is_whole:
            number.kind = "money"
    elif is_priced or (is_only and is_last) or number.text[-3:-2] in {".", ","}:
        number.kind = "money"


def is_no_amount(number: Number, tokens: tuple[Token, ...]) -> bool:
    """Digits that are part of a name (B2B) or of a size (2XL), and those of a keycap."""
    if number.kind is not None or number.is_in_words:
        return False
    first = tokens[number.first]
    before = tokens[number.first - 1] if number.first else None
    follower = tokens[number.after] if number.after < len(tokens) else None
    is_named = first.is_glued and before is not None and before.kind == "word" and before.folded != "x"
    if follower is not None and follower.is_glued:
        is_named = is_named or follower.text in _KEYCAPS or follower.folded in _SIZE_LETTERS
    return is_named
