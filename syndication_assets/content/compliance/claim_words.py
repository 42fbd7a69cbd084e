"""The words that claims are made of: one file of rows for each language, looked for in every text of any language.

A row of `offers`, `free` and `any_size` is a phrase: its words follow each other, with a hyphen or comma or without.
Its marks stand for what varies: {number} in digits or words, {money}, {percentage}, {word} for any one word, {start}
and {end} for where a sentence begins and ends. `no_offers` are phrases that look like an offer and are none.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib.resources import files

import msgspec

SIGNS = "$¢£¤¥฿" + "".join(chr(point) for point in range(0x20A0, 0x20D0))
_NEVER = r"(?!)"
_MARK = re.compile(r"\{\w+\}")
_words = re.compile(r"\w+").findall


class ClaimWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The rows of one language, or those of all; lower case."""

    number_words: list[str] = []
    part_words: list[str] = []
    """Parts of a number, such as half."""
    percent_words: list[str] = []
    offers: list[str] = []
    no_offers: list[str] = []
    free: list[str] = []
    price_words: list[str] = []
    """Words that a price follows, `price_links` between them or not."""
    price_links: list[str] = []
    currencies: dict[str, list[str]] = {}
    """Word → the codes that it may mean; a sign stands for all of its own."""
    currency_parts: dict[str, list[str]] = {}
    """Words for a hundredth of them."""
    banknotes: list[str] = []
    """Words for an amount that need no number."""
    scales: list[str] = []
    units: dict[str, str] = {}
    """Word → the unit in one form."""
    articles: list[str] = []
    dimensions: list[str] = []
    """What follows a measure that has an article for a number: a metre wide."""
    size_words: list[str] = []
    sizes: dict[str, str] = {}
    worn_sizes: list[str] = []
    """Sizes that are meant where a sentence ends with them after one of `size_intros`: comes in large."""
    size_intros: list[str] = []
    any_size: list[str] = []
    material_modifiers: list[str] = []
    same_materials: dict[str, str] = {}
    """Word → the material that it means."""


@lru_cache(maxsize=1)
def claim_words() -> ClaimWords:
    """The rows of all languages together: a text may borrow words from another one."""
    rows: dict[str, list[str] | dict[str, object]] = {}
    for name in sorted(path.name for path in (files(__package__) / "claim_words").iterdir()):
        language = msgspec.json.decode((files(__package__) / "claim_words" / name).read_bytes(), type=ClaimWords)
        for key, value in msgspec.structs.asdict(language).items():
            if isinstance(value, dict):
                rows[key] = {**rows.get(key, {}), **value}  # type: ignore[dict-item] # the same kind in every file
            else:
                rows[key] = [*rows.get(key, []), *value]
    return msgspec.convert(rows, ClaimWords)


def _forms(rows: Iterable[str]) -> list[str]:
    """The longest first; also as they are where case was folded, which makes ss of ß."""
    return sorted({form for row in rows for form in (row, row.casefold())}, key=lambda form: (-len(form), form))


def any_of(words: Iterable[str]) -> str:
    """A pattern for one of the words or phrases, the longest first; spaces and hyphens between words are the same."""
    return _by_first_sign((form[0], r"[\s-]+".join(map(re.escape, form.split()))) for form in _forms(words)) or _NEVER


def _by_first_sign(alternatives: Iterable[tuple[str, str]]) -> str:
    """A pattern for one of (first sign, pattern). Those with one sign stand together behind a look at it, so that a
    search tries a few of hundreds at each place.
    """
    groups: dict[str, list[str]] = {}
    for sign, pattern in alternatives:
        groups.setdefault(sign, []).append(pattern)
    return "|".join(f"(?={re.escape(sign)})(?:{'|'.join(patterns)})" for sign, patterns in groups.items())


NUMBER_WORDS = frozenset([*claim_words().number_words, *claim_words().part_words])
NUMBER_WORD = any_of(NUMBER_WORDS)
PERCENTAGE = (
    rf"(?:\d+(?:[.,]\d+)?|(?:{NUMBER_WORD})(?:[ -](?:{NUMBER_WORD}))*) ?(?:%|{any_of(claim_words().percent_words)})"
)
_MARKS = {
    "{number}": rf"(?:\d+|{NUMBER_WORD})",
    "{money}": rf"[{re.escape(SIGNS)}]? ?\d[\d.,]*",
    "{percentage}": PERCENTAGE,
    "{word}": r"\w+",
}


class Phrases:
    """Finds any of some phrases as a whole, whatever their case.

    Most texts hold the words of none, and of hundreds: only those whose words are all there are looked for.
    """

    def __init__(self, rows: Iterable[str]) -> None:
        self._rows = [(frozenset(_words(_MARK.sub(" ", row).casefold())), row) for row in _forms(rows)]

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        said = words_of(text)
        possible = tuple(row for words, row in self._rows if words <= said)
        return _pattern_of(possible).finditer(text) if possible else iter(())

    def first(self, text: str) -> re.Match[str] | None:
        return next(self.finditer(text), None)

    def without(self, text: str) -> str:
        """The text with a space for each of them."""
        for match in reversed(list(self.finditer(text))):
            text = f"{text[: match.start()]} {text[match.end() :]}"
        return text


@lru_cache(maxsize=8)
def words_of(text: str) -> frozenset[str]:
    """The words of a text, their case folded: each rule asks first whether what it looks for can be there."""
    return frozenset(_words(text.casefold()))


@lru_cache(maxsize=1024)
def _pattern_of(rows: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(_phrase(row) for row in rows)})(?!\w)", re.IGNORECASE)


def _phrase(row: str) -> str:
    words = row.split()
    before = r"(?<![^\s.!?:;])(?<![\w,] )(?<![\w,])" if words[0] == "{start}" else ""
    after = r"(?=\s*(?:[.!?,;:)]|\n|$))" if words[-1] == "{end}" else ""
    inner = [word for word in words if word not in {"{start}", "{end}"}]
    return before + r",?[\s-]+".join(_MARKS.get(word, re.escape(word)) for word in inner) + after
