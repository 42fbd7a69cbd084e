"""The words that reveal a claim: one file of entries per language, all searched for in every text of any language.

An entry of `offers`, `free` and `any_size` is a phrase: consecutive words, with or without hyphens or commas between
them. Its wildcards match what varies: {number} in digits or words, {money}, {percentage}, {part} for a half or a third,
{word} for any single word, {start} and {end} for the start and the end of a sentence. `lookalike_offers` look like an
offer but are not.
"""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import msgspec

CURRENCY_SYMBOLS = "$¢£¤¥฿" + "".join(chr(point) for point in range(0x20A0, 0x20D0))
_MATCHES_NOTHING = r"(?!)"
_WILDCARD = re.compile(r"\{\w+\}")
_words = re.compile(r"\w+").findall
_TEN = 10


class ClaimWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The entries of one language or of all languages, in lower case."""

    number_words: dict[str, Decimal] = {}
    compound_numbers: str = ""
    """How two number words become one word, such as {unit}und{ten}."""
    part_words: dict[str, Decimal] = {}
    """Parts of a number, such as half."""
    range_words: list[str] = []
    """Words between two numbers of one kind: 10 to 20 cm."""
    ands: list[str] = []
    ors: list[str] = []
    percent_words: list[str] = []
    offers: list[str] = []
    lookalike_offers: list[str] = []
    free: list[str] = []
    price_words: list[str] = []
    """Words that a price follows, directly or after `price_links`."""
    price_links: list[str] = []
    from_words: list[str] = []
    """Words before the lowest of several prices; one more word may stand between."""
    exclusives: list[str] = []
    """Words such as only: a price may follow, and no negation is meant before them."""
    currencies: dict[str, list[str]] = {}
    """Word → the currency codes it may mean; a symbol such as $ stands for all of its codes."""
    currency_parts: dict[str, list[str]] = {}
    """Word for a hundredth, such as pence → the currencies it may belong to."""
    symbol_prefixes: dict[str, str] = {}
    """Letters before $ → the currency code."""
    banknotes: list[str] = []
    """Words for an amount without a number, such as fiver."""
    scales: list[str] = []
    units: dict[str, str] = {}
    """Word → the canonical unit."""
    unit_sizes: dict[str, tuple[str, int]] = {}
    """Unit → a smaller unit, and how many of it make one."""
    durations: dict[str, str] = {}
    """Word → the canonical unit of time."""
    articles: list[str] = []
    dimensions: list[str] = []
    """Words that follow a measurement whose number is an article: a metre wide."""
    size_words: list[str] = []
    sizes: dict[str, str] = {}
    """Word → the letters of the size."""
    size_systems: list[str] = []
    """Letters before the number of a size: UK 10."""
    worn_sizes: list[str] = []
    """Sizes that may end a sentence after `size_intros`."""
    size_intros: list[str] = []
    any_size: list[str] = []
    negations: list[str] = []
    """Words after which the rest of a clause is denied."""
    contrasts: list[str] = []
    """Words that end what is denied: not wool but linen."""
    materials: dict[str, str] = {}
    """Word → the material it means. Only the text's own language and English count: French or is gold."""
    material_stems: dict[str, str] = {}
    """Beginning of a compound noun → the material."""
    material_modifiers: list[str] = []
    """Words next to a material that make it another one, such as faux."""
    material_likenesses: list[str] = []
    """Words after a material that make it none, such as look or care."""


_LANGUAGES = tuple(sorted(path.name.removesuffix(".json") for path in (files(__package__) / "claim_words").iterdir()))


@cache
def claim_words_of(language: str) -> ClaimWords:
    """The entries of one language; none for a language without a file."""
    if language not in _LANGUAGES:
        return ClaimWords()
    content = (files(__package__) / "claim_words" / f"{language}.json").read_bytes()
    words = msgspec.json.decode(content, type=ClaimWords)
    if not words.compound_numbers:
        return words
    tens = {word: value for word, value in words.number_words.items() if value in range(20, 100, 10)}
    units = {word: value for word, value in words.number_words.items() if value < _TEN}
    if language == "de":
        units |= {"ein": Decimal(1)}
    compounds = {
        words.compound_numbers.format(unit=unit, ten=ten): value + tens[ten]
        for ten in tens
        for unit, value in units.items()
    }
    return msgspec.structs.replace(words, number_words={**words.number_words, **compounds})


@cache
def claim_words() -> ClaimWords:
    """The entries of all languages together, because a text may borrow words from another language."""
    rows: dict[str, list[str] | dict[str, object]] = {}
    for name in _LANGUAGES:
        for key, value in msgspec.structs.asdict(claim_words_of(name)).items():
            if isinstance(value, dict):
                rows[key] = {**rows.get(key, {}), **value}  # type: ignore[dict-item] # every file has the same types
            elif isinstance(value, list):
                rows[key] = [*rows.get(key, []), *value]
    return msgspec.convert(rows, ClaimWords)


@cache
def folded_words() -> ClaimWords:
    """The entries of all languages, case folded as the tokens of a text are (ß becomes ss)."""
    rows: dict[str, Any] = {}
    for key, value in msgspec.structs.asdict(claim_words()).items():
        if isinstance(value, dict):
            rows[key] = {word.casefold(): meaning for word, meaning in value.items()}
        elif isinstance(value, list):
            rows[key] = [word.casefold() for word in value]
    return ClaimWords(**rows)


def _forms(rows: Iterable[str]) -> list[str]:
    """The entries, the longest first, as written and case folded (case folding turns ß into ss)."""
    return sorted({form for row in rows for form in (row, row.casefold())}, key=lambda form: (-len(form), form))


def any_of(words: Iterable[str]) -> str:
    """A pattern that matches any of the words or phrases, the longest first, with spaces or hyphens between words."""
    return (
        _by_first_character((form[0], r"[\s-]+".join(map(re.escape, form.split()))) for form in _forms(words))
        or _MATCHES_NOTHING
    )


def _by_first_character(alternatives: Iterable[tuple[str, str]]) -> str:
    """A pattern that matches any of the (first character, pattern) pairs.

    Patterns are grouped behind a lookahead for their first character, so a search tries a few of hundreds per position.
    """
    groups: dict[str, list[str]] = {}
    for character, pattern in alternatives:
        groups.setdefault(character, []).append(pattern)
    return "|".join(f"(?={re.escape(character)})(?:{'|'.join(patterns)})" for character, patterns in groups.items())


_NUMBER_WORD = any_of([*claim_words().number_words, *claim_words().part_words])
# Every repetition has a limit, so that a search costs what the text is long.
_WILDCARDS = {
    "{number}": rf"(?:\d+|{_NUMBER_WORD})",
    "{part}": f"(?:{any_of(claim_words().part_words)})",
    "{money}": rf"[{re.escape(CURRENCY_SYMBOLS)}]? ?\d[\d.,]{{0,15}}",
    "{percentage}": (
        rf"(?:\d{{1,9}}(?:[.,]\d{{1,9}})?|(?:{_NUMBER_WORD})(?:[ -](?:{_NUMBER_WORD})){{0,3}}) ?"
        rf"(?:%|{any_of(claim_words().percent_words)})"
    ),
    "{word}": r"\w{1,30}",
}


class Phrases:
    """Finds whole phrases in a text, ignoring case.

    There are hundreds of phrases and most texts contain none, so only phrases whose words all occur are searched for.
    """

    def __init__(self, rows: Iterable[str]) -> None:
        self._rows = [(frozenset(_words(_WILDCARD.sub(" ", row).casefold())), row) for row in _forms(rows)]

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        text_words = words_of(text)
        possible = tuple(row for words, row in self._rows if words <= text_words)
        return _pattern_of(possible).finditer(text) if possible else iter(())

    def first(self, text: str) -> re.Match[str] | None:
        return next(self.finditer(text), None)

    def without(self, text: str) -> str:
        """The text with each phrase replaced by a space."""
        edges = [0, *(edge for match in self.finditer(text) for edge in match.span()), len(text)]
        return " ".join(text[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True))


@lru_cache(maxsize=8)
def words_of(text: str) -> frozenset[str]:
    """The words of a text, case folded: rules use them to skip searches that cannot match."""
    return frozenset(_words(text.casefold()))


@lru_cache(maxsize=1024)
def _pattern_of(rows: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(_phrase(row) for row in rows)})(?!\w)", re.IGNORECASE)


def _phrase(row: str) -> str:
    words = row.split()
    before = r"(?<![^\s.!?:;])(?<![\w,] )(?<![\w,])" if words[0] == "{start}" else ""
    after = r"(?=\s*(?:[.!?,;:)]|\n|$))" if words[-1] == "{end}" else ""
    inner = [word for word in words if word not in {"{start}", "{end}"}]
    return before + r",?[\s-]+".join(_WILDCARDS.get(word, re.escape(word)) for word in inner) + after
