"""A text before it is set: its lines, which of its characters are emoji, its direction, and its longest words. Pure."""

import unicodedata
from dataclasses import dataclass

import regex

from syndication_assets.rendering.lettering.phrases import joined, parts_of

_EMOJI = regex.compile(r"\p{Emoji_Presentation}|\N{VARIATION SELECTOR-16}")
_TEXT_STYLE = "\N{VARIATION SELECTOR-15}"
_JOINED_SCRIPTS = regex.compile(r"[\p{Arabic}\p{Syriac}\p{Devanagari}\p{Bengali}\p{Mongolian}]")
_BREAKS_ANYWHERE = regex.compile(r"[\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]")
_LONGEST_WORDS = 6


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring characters that are set with the same fonts."""

    text: str
    is_emoji: bool


def clean(text: str) -> str:
    """The text in composed characters, without spaces at the ends of lines."""
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(" ".join(line.split(" ")).strip() for line in lines).strip("\n")


def lines_of_runs(text: str, language: str) -> list[list[Run]]:
    """Each line as its runs; phrases of scripts without spaces hold together."""
    return [_runs(joined(line, language)) for line in text.split("\n")]


def _runs(line: str) -> list[Run]:
    runs: list[Run] = []
    for grapheme in regex.findall(r"\X", line):
        is_emoji = _EMOJI.search(grapheme) is not None and _TEXT_STYLE not in grapheme
        if runs and runs[-1].is_emoji == is_emoji:
            runs[-1] = Run(runs[-1].text + grapheme, is_emoji)
        else:
            runs.append(Run(grapheme, is_emoji))
    return runs


def is_right_to_left(text: str, language: str) -> bool:
    """Whether its first strong character is of a script that is read from right to left; the language decides for a
    text without letters.
    """
    for character in text:
        kind = unicodedata.bidirectional(character)
        if kind in {"L", "R", "AL"}:
            return kind != "L"
    return is_right_to_left_language(language)


def is_right_to_left_language(language: str) -> bool:
    return language.lower().split("-")[0] in {"ar", "fa", "he", "ur", "ps", "sd", "ug", "yi", "ckb", "dv"}


def has_joined_letters(text: str) -> bool:
    """Whether space between its letters would break them apart."""
    return _JOINED_SCRIPTS.search(text) is not None


def longest_words(text: str, language: str) -> list[str]:
    """The words and phrases that may be too long for a line, as no line breaks within them."""
    parts = {part for line in text.split("\n") for part in parts_of(line, language)}
    unbroken = [part for part in parts if _BREAKS_ANYWHERE.search(part) is None]
    return sorted(unbroken, key=lambda part: (-_width(part), part))[:_LONGEST_WORDS]


def _width(part: str) -> int:
    """In halves of a square: East Asian letters are as wide as two others."""
    return sum(2 if unicodedata.east_asian_width(each) in {"W", "F"} else 1 for each in part)


def drawn_characters(text: str) -> list[str]:
    """The characters that need a glyph: no spaces, joiners, selectors or marks of direction."""
    return sorted({each for each in text if each not in " \n" and not _is_invisible(each)})


def _is_invisible(character: str) -> bool:
    return unicodedata.category(character) == "Cf" or "\ufe00" <= character <= "\ufe0f"
