"""Where lines of scripts without spaces may break: between phrases, not within words. Pure.

Japanese and Chinese are split into phrases by BudouX, whose models come with it; Korean breaks at its spaces.
"""

import unicodedata
from functools import cache
from itertools import pairwise

import budoux
import regex

_KANA = regex.compile(r"[\p{Hiragana}\p{Katakana}]")
_HAN = regex.compile(r"\p{Han}")
_TRADITIONAL = {"zh-hant", "zh-tw", "zh-hk", "zh-mo"}
_JOINER = "\N{WORD JOINER}"


def parts_of(line: str, language: str) -> list[str]:
    """What no line breaks within: words, or phrases where words have no spaces between them. Spaces are left out."""
    parts = []
    for word in line.split():
        if _HAN.search(word) is None and _KANA.search(word) is None:
            parts.append(word)
        else:
            parts += _parser(_model(line, language)).parse(word)
    return parts


def joined(line: str, language: str) -> str:
    """The line with joiners inside of its phrases, which lines do not break at."""
    pieces, place = [], 0
    for part in parts_of(line, language):
        start = line.index(part, place)
        pieces += [line[place:start], _with_joiners(part)]
        place = start + len(part)
    return "".join([*pieces, line[place:]])


def _with_joiners(part: str) -> str:
    text = part[0]
    for before, after in pairwise(part):
        text += (_JOINER if _is_wide(before) and _is_wide(after) else "") + after
    return text


def _is_wide(character: str) -> bool:
    """Whether it is an East Asian letter or mark, between which lines break anywhere unless they are joined."""
    return unicodedata.east_asian_width(character) in {"W", "F"} and unicodedata.category(character) != "So"


def _model(line: str, language: str) -> str:
    if _KANA.search(line) or not language.lower().startswith("zh"):
        return "ja"
    return "zh-hant" if language.lower() in _TRADITIONAL else "zh-hans"


@cache
def _parser(model: str) -> budoux.Parser:
    load = {
        "ja": budoux.load_default_japanese_parser,
        "zh-hans": budoux.load_default_simplified_chinese_parser,
        "zh-hant": budoux.load_default_traditional_chinese_parser,
    }
    return load[model]()
