"""The words that reveal a claim: one file of entries per language, all searched for in every text of any language.

An entry of `offers`, `free` and `any_size` is a phrase: consecutive words, with or without hyphens or commas between
them. Its wildcards match what varies: {number} in digits or words, {money}, {percentage}, {word} for any single word,
{start} and {end} for the start and the end of a sentence. `lookalike_offers` look like an offer but are not.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib.resources import files

import msgspec

CURRENCY_SYMBOLS = "$¢£¤¥฿" + "".join(chr(point) for point in range(0x20A0, 0x20D0))
_MATCHES_NOTHING = r"(?!)"
_WILDCARD = re.compile(r"\{\w+\}")
_words = re.compile(r"\w+").findall


class ClaimWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The entries of one language or of all languages, in lower case."""

    number_words: list[str] = []
    part_words: list[str] = []
    """Parts of a number, such as half."""
    percent_words: list[str] = []
    offers: list[str] = []
    lookalike_offers: list[str] = []
    free: list[str] = []
    price_words: list[str] = []
    """Words that a price follows, directly or after `price_links`."""
    price_links: list[str] = []
    currencies: dict[str, list[str]] = {}
    """Word → the currency codes it may mean; a symbol such as $ stands for all of its codes."""
    currency_parts: dict[str, list[str]] = {}
    """Word for a hundredth, such as pence → the currencies it may belong to."""
    banknotes: list[str] = []
    """Words for an amount without a number, such as fiver."""
    scales: list[str] = []
    units: dict[str, str] = {}
    """Word → the canonical unit."""
    articles: list[str] = []
    dimensions: list[str] = []
    """Words that follow a measurement whose number is an article: a metre wide."""
    size_words: list[str] = []
    sizes: dict[str, str] = {}
    worn_sizes: list[str] = []
    """Sizes that count only at the end of a sentence, after one of `size_intros`: comes in large."""
    size_intros: list[str] = []
    any_size: list[str] = []
    material_modifiers: list[str] = []
    same_materials: dict[str, str] = {}
    """Word → the material it means."""


@lru_cache(maxsize=1)
def claim_words() -> ClaimWords:
    """The entries of all languages together, because a text may borrow words from another language."""
    rows: dict[str, list[str] | dict[str, object]] = {}
    for name in sorted(path.name for path in (files(__package__) / "claim_words").iterdir()):
        language = msgspec.json.decode((files(__package__) / "claim_words" / name).read_bytes(), type=ClaimWords)
        for key, value in msgspec.structs.asdict(language).items():
            if isinstance(value, dict):
                rows[key] = {**rows.get(key, {}), **value}  # type: ignore[dict-item] # every file has the same types
            else:
                rows[key] = [*rows.get(key, []), *value]
    return msgspec.convert(rows, ClaimWords)


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


NUMBER_WORDS = frozenset([*claim_words().number_words, *claim_words().part_words])
NUMBER_WORD = any_of(NUMBER_WORDS)
PERCENTAGE = (
    rf"(?:\d+(?:[.,]\d+)?|(?:{NUMBER_WORD})(?:[ -](?:{NUMBER_WORD}))*) ?(?:%|{any_of(claim_words().percent_words)})"
)
_WILDCARDS = {
    "{number}": rf"(?:\d+|{NUMBER_WORD})",
    "{money}": rf"[{re.escape(CURRENCY_SYMBOLS)}]? ?\d[\d.,]*",
    "{percentage}": PERCENTAGE,
    "{word}": r"\w+",
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
        for match in reversed(list(self.finditer(text))):
            text = f"{text[: match.start()]} {text[match.end() :]}"
        return text


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
