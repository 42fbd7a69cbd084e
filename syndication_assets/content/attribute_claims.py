"""Discounts, sizes and materials that a text names: each must be in what the catalogue says of the product."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib.resources import files

import msgspec

from syndication_assets.content.facts import Facts, normalized
from syndication_assets.content.number_words import NUMBER_WORDS

_PERCENTAGE = rf"(?:\d+(?:[.,]\d+)?|(?:{NUMBER_WORDS})(?:[ -](?:{NUMBER_WORDS}))*) ?(?:%|percent|per cent|prozent)"
_DISCOUNT = re.compile(
    rf"{_PERCENTAGE} (?:off|discount|reduction|reduced|less|cheaper|saving|rabatt|günstiger)"
    r"|\b(?:half[- ](?:price|off)|discount(?:s|ed)?|(?:on|in the|our|summer|winter|spring|autumn|flash|big|mega) sale"
    r"|sale (?:price|ends|now|on|starts)|clearance|special offer|limited[- ]time offer|bargains?|best price"
    r"|lowest price"
    r"|reduced(?: price| to| from| by)|price (?:cut|drop)|marked down|markdown|money off|\d+ off"
    r"|buy one,? get one|bogo|bogof|(?:two|three|\d) for (?:one|two|\d)|vouchers?|coupons?|promo(?:tion)?(?:al)? codes?"
    r"|free (?:\w+ )?(?:shipping|delivery|postage|gift|gifts|returns)|rrp|cheap(?:er|est)"
    r"|save (?:\d+|up to|money|big|now|over|nearly|[$£€])|savings? of|was [$£€]?\d+|now (?:only|just) [$£€]?\d+"
    r"|rabatt|reduziert|ausverkauf|sonderangebot|soldes|remise|rebajas|descuento|sconto)(?!\w)",
    re.IGNORECASE,
)
_ANY_PERCENTAGE = re.compile(_PERCENTAGE, re.IGNORECASE)

_UNITS = {
    "mm": "mm",
    "cm": "cm",
    "m": "m",
    "km": "km",
    "metre": "m",
    "metres": "m",
    "meter": "m",
    "meters": "m",
    "centimetre": "cm",
    "centimetres": "cm",
    "centimeter": "cm",
    "centimeters": "cm",
    "millimetres": "mm",
    "millimeters": "mm",
    "inch": "in",
    "inches": "in",
    '"': "in",
    "ft": "ft",
    "foot": "ft",
    "feet": "ft",
    "yd": "yd",
    "yds": "yd",
    "yard": "yd",
    "yards": "yd",
    "oz": "oz",
    "ounce": "oz",
    "ounces": "oz",
    "g": "g",
    "gram": "g",
    "grams": "g",
    "gramme": "g",
    "grammes": "g",
    "kg": "kg",
    "kilo": "kg",
    "kilos": "kg",
    "lb": "lb",
    "lbs": "lb",
    "ml": "ml",
    "cl": "cl",
    "l": "l",
    "litre": "l",
    "litres": "l",
    "liter": "l",
    "liters": "l",
    "pint": "pt",
    "pints": "pt",
    "gsm": "gsm",
    "ct": "ct",
    "carat": "ct",
    "carats": "ct",
    "karat": "ct",
}
_UNIT = "|".join(sorted((re.escape(unit) for unit in _UNITS), key=len, reverse=True))
_MEASURE = re.compile(
    rf"(?<![\w.,])(?P<number>\d+(?:[.,]\d+)?(?:(?: ?[x\u00d7/-] ?| (?:by|to) )\d+(?:[.,]\d+)?)*)"
    rf"(?:[ -]?(?P<unit>{_UNIT})(?!\w)|-?(?P<joined>in)(?!\w))",
    re.IGNORECASE,
)
_LONG_UNITS = "|".join(unit for unit in _UNITS if len(unit) > 3)
_WRITTEN_MEASURE = re.compile(rf"\b(?:{NUMBER_WORDS})[- ](?:and a half )?(?:{_LONG_UNITS})\b", re.IGNORECASE)

_LETTERS = r"(?:X{1,4}S|X{1,5}L|\dX[SL]|[SML])"
_SURE_LETTERS = re.compile(r"(?<![\w'-])(?:x{1,4}s|x{1,5}l|\dx[sl])(?!\w)", re.IGNORECASE)
_LETTER_LIST = re.compile(
    rf"(?<![\w'])({_LETTERS}(?: ?(?:,|/|-|&|\bto\b|\band\b|\bor\b)(?: ?(?:and|or))? ?{_LETTERS})+)(?!\w)"
)
_SIZE_WORD = r"(?:extra[- ]small|extra[- ]large|small|medium|large|one size|plus)"
_SIZES = re.compile(
    rf"\bsizes? ?:? ?(?:from |range from )?((?:{_SIZE_WORD}|{_LETTERS}|\d+(?:\.\d)?)(?!\w)"
    rf"(?:(?: ?[,/&-] ?| (?:to|and|or) |, (?:and|or) )(?:{_SIZE_WORD}|{_LETTERS}|\d+(?:\.\d)?)(?!\w))*)",
    re.IGNORECASE,
)
_SIZES_AFTER = re.compile(rf"\b({_SIZE_WORD}(?:(?:, | and | or | to |/){_SIZE_WORD})*)[- ]sized?s?\b", re.IGNORECASE)
_ANY_SIZE = re.compile(
    r"\b(?:one size fits (?:all|most)|(?:all|every|any) sizes?|in every size|plus[- ]sizes?|custom sizes?)\b",
    re.IGNORECASE,
)
_SIZE_OF_WORD = {
    "extra small": "xs",
    "small": "s",
    "medium": "m",
    "large": "l",
    "extra large": "xl",
    "plus size": "plus",
}
_IN_LIST = re.compile(rf"{_SIZE_WORD}|{_LETTERS}|\d+(?:\.\d)?", re.IGNORECASE)

_MODIFIERS = (
    "faux|fake|vegan|imitation|artificial|mock|synthetic|pure|solid|genuine|real|recycled|organic|sterling|plated"
)
_SAME_MATERIAL = {
    "woollen": "wool",
    "woolen": "wool",
    "wooden": "wood",
    "golden": "gold",
    "silken": "silk",
    "leathern": "leather",
    "aluminum": "aluminium",
    "woolly": "wool",
    "oaken": "oak",
    "pearls": "pearl",
    "diamonds": "diamond",
}


def discount_claims_rule(text: str, facts: Facts) -> str | None:
    """No discount but one that is among the product's `discounts`; no percentage that the catalogue does not name."""
    text = normalized(text)
    known = [normalized(offer).casefold() for offer in facts.attributes.get("discounts", ())]
    for match in _DISCOUNT.finditer(text):
        if not any(match.group().casefold() in offer for offer in known):
            return f"{match.group()!r}: the catalogue knows of no such offer"
    words = facts.words()
    for match in _ANY_PERCENTAGE.finditer(text):
        if not re.search(rf"(?<![\w.,]){re.escape(match.group().casefold())}(?!\w)", words):
            return f"{match.group()!r} is nothing that the catalogue says"
    return None


def size_claims_rule(text: str, facts: Facts) -> str | None:
    """Measures and sizes of the text are in the catalogue's words on the product, or among its sizes."""
    text, words = normalized(text), facts.words()
    known_measures = {measure for _, measure in _measures(words)}
    for shown, measure in _measures(text):
        if measure not in known_measures:
            return f"{shown!r} is no measure that the catalogue names"
    for match in _WRITTEN_MEASURE.finditer(text):
        if match.group().casefold() not in words:
            return f"{match.group()!r} is no measure that the catalogue names"
    known_sizes = set(_named_sizes(" ".join(facts.words().split()), is_catalogue=True))
    known_sizes |= {_canonical_size(size) for size in facts.attributes.get("sizes", ())}
    for size in _named_sizes(text):
        if size not in known_sizes:
            return f"size {size!r} is none of the sizes that the catalogue names"
    for match in _ANY_SIZE.finditer(text):
        if match.group().casefold() not in words:
            return f"{match.group()!r}: the catalogue does not say so"
    return None


def material_claims_rule(text: str, facts: Facts, vocabulary: frozenset[str]) -> str | None:
    """Each material of the text, with words such as faux or pure before it, is in the catalogue's words."""
    known = set(_materials(facts.words(), vocabulary))
    for modifier, material in _materials(normalized(text).casefold(), vocabulary):
        if (modifier, material) not in known and (modifier or not any(m == material and not q for q, m in known)):
            named = f"{modifier} {material}".strip()
            return f"{named!r} is no material that the catalogue names"
    return None


@lru_cache(maxsize=1)
def material_words() -> frozenset[str]:
    """The materials that are looked for in every text, lower case."""
    return frozenset(msgspec.json.decode((files(__package__) / "material_words.json").read_bytes(), type=list[str]))


def _measures(text: str) -> Iterator[tuple[str, tuple[str, str]]]:
    """Each number with its unit, as written and in one form; 10 x 15 cm is two measures."""
    for match in _MEASURE.finditer(text):
        unit = _UNITS[match["unit"].casefold()] if match["unit"] else "in"
        for number in re.findall(r"\d+(?:[.,]\d+)?", match["number"]):
            plain = number.replace(",", ".")
            yield match.group(), (plain.rstrip("0").rstrip(".") if "." in plain else plain, unit)


def _named_sizes(text: str, *, is_catalogue: bool = False) -> Iterator[str]:
    for match in _SURE_LETTERS.finditer(text):
        yield _canonical_size(match.group())
    # The catalogue's words come in lower case.
    for match in _LETTER_LIST.finditer(text.upper() if is_catalogue else text):
        yield from (_canonical_size(size) for size in re.findall(_LETTERS, match[1]))
    for pattern in (_SIZES, _SIZES_AFTER):
        for match in pattern.finditer(text):
            yield from (_canonical_size(size) for size in _IN_LIST.findall(match[1]))


def _canonical_size(size: str) -> str:
    folded = " ".join(normalized(size).casefold().replace("-", " ").split())
    folded = re.sub(r"^sizes? ", "", folded)
    match = re.fullmatch(r"(x+)([sl])", folded)
    if match is not None and len(match[1]) > 1:
        folded = f"{len(match[1])}x{match[2]}"
    return _SIZE_OF_WORD.get(folded, folded)


def _materials(text: str, vocabulary: frozenset[str]) -> Iterator[tuple[str, str]]:
    for match in _pattern(vocabulary).finditer(text):
        material = " ".join(match["material"].split())
        yield (match["modifier"] or "").strip(" -"), _SAME_MATERIAL.get(material, material)


@lru_cache(maxsize=64)
def _pattern(vocabulary: Iterable[str]) -> re.Pattern[str]:
    words = sorted({*vocabulary, *_SAME_MATERIAL}, key=len, reverse=True)
    alternatives = "|".join(r"\s+".join(re.escape(part) for part in word.split()) for word in words if word)
    return re.compile(rf"(?<!\w)(?P<modifier>(?:{_MODIFIERS})[ -])?(?P<material>{alternatives})(?!\w)")
