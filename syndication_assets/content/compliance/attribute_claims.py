"""Checks discounts, sizes and materials in a text against the catalogue's words about the product."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib.resources import files

import msgspec

from syndication_assets.content.compliance.claim_words import (
    NUMBER_WORD,
    PERCENTAGE,
    Phrases,
    any_of,
    claim_words,
    words_of,
)
from syndication_assets.content.post_facts import Facts, normalized

_WORDS = claim_words()
_OFFER, _LOOKALIKE_OFFER = Phrases(_WORDS.offers), Phrases(_WORDS.lookalike_offers)
_PERCENT_WORDS = frozenset(row.split()[0] for row in _WORDS.percent_words)
_ANY_PERCENTAGE = re.compile(PERCENTAGE, re.IGNORECASE)

_UNITS = {'"': "in", **_WORDS.units}
_UNIT_WORDS = frozenset(_WORDS.units)
_UNIT = any_of(_UNITS)
_MEASURE = re.compile(
    rf"(?<![\w.,])(?P<number>\d+(?:[.,]\d+)?(?:(?: ?[x\u00d7/-] ?| (?:by|to) )\d+(?:[.,]\d+)?)*)"
    rf"(?:[ -]?(?P<unit>{_UNIT})(?!\w)|-?(?P<joined>in)(?!\w))",
    re.IGNORECASE,
)
# without a unit: 180 x 30
_DIMENSIONS = re.compile(r"(?<![\w.,])\d+(?:[.,]\d+)?(?: ?[x\u00d7*] ?\d+(?:[.,]\d+)?)+(?!\w)", re.IGNORECASE)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_SPOKEN_UNIT = any_of(unit for unit in _WORDS.units if len(unit) > 2)
_LONG_UNIT = any_of(unit for unit in _WORDS.units if len(unit) > 3)
_WRITTEN_MEASURE = re.compile(
    rf"\b(?:{NUMBER_WORD})[- ](?:and a half )?(?:{_LONG_UNIT})\b"
    # without a number: a metre wide, metre-long
    rf"|(?:\b(?:{any_of(_WORDS.articles)}) |(?<![\w-])(?<!\d ))(?:{_SPOKEN_UNIT})"
    rf"(?: and a half)?[- ](?:{any_of(_WORDS.dimensions)})\b",
    re.IGNORECASE,
)

_LETTERS = r"(?:X{1,4}S|X{1,5}L|\dX[SL]|[SML])"
_UNAMBIGUOUS_LETTERS = re.compile(r"(?<![\w'-])(?:x{1,4}s|x{1,5}l|\dx[sl])(?!\w)", re.IGNORECASE)
_LETTER_LIST = re.compile(
    rf"(?<![\w'])({_LETTERS}(?: ?(?:,|/|-|&|\bto\b|\band\b|\bor\b)(?: ?(?:and|or))? ?{_LETTERS})+)(?!\w)"
)
_SIZE_WORD = rf"(?:{any_of(_WORDS.sizes)})"
_SIZE_NAME = any_of(_WORDS.size_words)
_SIZES = re.compile(
    rf"\b(?:{_SIZE_NAME}) ?:? ?(?:from |range from )?((?:{_SIZE_WORD}|{_LETTERS}|\d+(?:\.\d)?)(?!\w)"
    rf"(?:(?: ?[,/&-] ?| (?:to|and|or) |, (?:and|or) )(?:{_SIZE_WORD}|{_LETTERS}|\d+(?:\.\d)?)(?!\w))*)",
    re.IGNORECASE,
)
_SIZES_AFTER = re.compile(
    rf"\b({_SIZE_WORD}(?:(?:, | and | or | to |/){_SIZE_WORD})*)[- ](?:{_SIZE_NAME}|sized)\b", re.IGNORECASE
)
_WORN_SIZE = rf"(?:{any_of(_WORDS.worn_sizes)})"
_SIZES_AT_END = re.compile(
    rf"\b(?:{any_of(_WORDS.size_intros)}) ({_WORN_SIZE}(?:(?:, | and | or | to |/|, and |, or ){_WORN_SIZE})*)"
    r"(?=\s*(?:[.!?,;:)]|\n|$)| (?:too|now|only|again)\b)",
    re.IGNORECASE,
)
_ANY_SIZE = Phrases(_WORDS.any_size)
_SIZE_OF_WORD = {**_WORDS.sizes, "plus size": "plus"}
_LIST_ITEM = re.compile(rf"{_SIZE_WORD}|{_LETTERS}|\d+(?:\.\d)?", re.IGNORECASE)
_MODIFIERS = any_of(_WORDS.material_modifiers)


def discount_claims_rule(text: str, facts: Facts) -> str | None:
    """Allows discounts from the product's `discounts`, and percentages that the catalogue states."""
    text = normalized(text)
    without_lookalikes = _LOOKALIKE_OFFER.without(text)
    known = [normalized(offer).casefold() for offer in facts.attributes.get("discounts", ())]
    for match in _OFFER.finditer(without_lookalikes):
        if not any(match.group().casefold() in offer for offer in known):
            return f"{match.group()!r}: the catalogue has no such offer"
    words = facts.words()
    may_match = "%" in text or not _PERCENT_WORDS.isdisjoint(words_of(text))
    for match in _ANY_PERCENTAGE.finditer(text) if may_match else ():
        if not re.search(rf"(?<![\w.,]){re.escape(match.group().casefold())}(?!\w)", words):
            return f"{match.group()!r} is not in the catalogue"
    return None


def size_claims_rule(text: str, facts: Facts) -> str | None:
    """Allows measurements and sizes from the catalogue's words about the product or from its `sizes`."""
    text, words = normalized(text), facts.words()
    known_measurements = {measurement for _, measurement in _measurements(words)}
    known_numbers = {number for number, _ in known_measurements} | {number for _, number in _bare_dimensions(words)}
    for shown, measurement in _measurements(text):
        if measurement not in known_measurements:
            return f"{shown!r} is not a measurement from the catalogue"
    for shown, number in _bare_dimensions(text):
        if number not in known_numbers:
            return f"{shown!r} is not a measurement from the catalogue"
    for match in _WRITTEN_MEASURE.finditer(text) if not _UNIT_WORDS.isdisjoint(words_of(text)) else ():
        if match.group().casefold() not in words:
            return f"{match.group()!r} is not a measurement from the catalogue"
    known_sizes = set(_named_sizes(" ".join(facts.words().split()), is_catalogue=True))
    known_sizes |= {_canonical_size(size) for size in facts.attributes.get("sizes", ())}
    for size in _named_sizes(text):
        if size not in known_sizes:
            return f"size {size!r} is not among the catalogue's sizes"
    for match in _ANY_SIZE.finditer(text):
        if match.group().casefold() not in words:
            return f"{match.group()!r}: the catalogue does not say this"
    return None


def material_claims_rule(text: str, facts: Facts, vocabulary: frozenset[str]) -> str | None:
    """Allows materials from the catalogue's words about the product, including modifiers such as faux or pure."""
    known = set(_materials(facts.words(), vocabulary))
    for modifier, material in _materials(normalized(text).casefold(), vocabulary):
        if (modifier, material) not in known:
            named = f"{modifier} {material}".strip()
            return f"{named!r} is not a material from the catalogue"
    return None


@lru_cache(maxsize=1)
def material_words() -> frozenset[str]:
    """The materials that every text is searched for, in lower case."""
    return frozenset(msgspec.json.decode((files(__package__) / "material_words.json").read_bytes(), type=list[str]))


def _measurements(text: str) -> Iterator[tuple[str, tuple[str, str]]]:
    """Each number with its unit: the text as written, and the canonical pair. 10 x 15 cm is two measurements."""
    for match in _MEASURE.finditer(text):
        unit = _UNITS[match["unit"].casefold()] if match["unit"] else "in"
        for number in _NUMBER.findall(match["number"]):
            yield match.group(), (_plain(number), unit)


def _bare_dimensions(text: str) -> Iterator[tuple[str, str]]:
    """Each number of dimensions without a unit: the text as written, and the plain number. 180 x 30 is two."""
    for match in _DIMENSIONS.finditer(_MEASURE.sub(" ", text)):
        yield from ((match.group(), _plain(number)) for number in _NUMBER.findall(match.group()))


def _plain(number: str) -> str:
    plain = number.replace(",", ".")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _named_sizes(text: str, *, is_catalogue: bool = False) -> Iterator[str]:
    for match in _UNAMBIGUOUS_LETTERS.finditer(text):
        yield _canonical_size(match.group())
    # Facts.words() is case folded, and size letters are matched in upper case.
    for match in _LETTER_LIST.finditer(text.upper() if is_catalogue else text):
        yield from (_canonical_size(size) for size in re.findall(_LETTERS, match[1]))
    for pattern in (_SIZES, _SIZES_AFTER, _SIZES_AT_END):
        for match in pattern.finditer(text):
            yield from (_canonical_size(size) for size in _LIST_ITEM.findall(match[1]))


def _canonical_size(size: str) -> str:
    folded = " ".join(normalized(size).casefold().replace("-", " ").split())
    folded = re.sub(rf"^(?:{_SIZE_NAME}) ", "", folded)
    match = re.fullmatch(r"(x+)([sl])", folded)
    if match is not None and len(match[1]) > 1:
        folded = f"{len(match[1])}x{match[2]}"
    return _SIZE_OF_WORD.get(folded, folded)


def _materials(text: str, vocabulary: frozenset[str]) -> Iterator[tuple[str, str]]:
    for match in _materials_pattern(vocabulary).finditer(text):
        material = " ".join(match["material"].split())
        yield (match["modifier"] or "").strip(" -"), _WORDS.same_materials.get(material, material)


@lru_cache(maxsize=64)
def _materials_pattern(vocabulary: Iterable[str]) -> re.Pattern[str]:
    words = sorted({*vocabulary, *_WORDS.same_materials}, key=len, reverse=True)
    alternatives = "|".join(r"\s+".join(re.escape(part) for part in word.split()) for word in words if word)
    return re.compile(rf"(?<!\w)(?P<modifier>(?:{_MODIFIERS})[ -])?(?P<material>{alternatives})(?!\w)")
