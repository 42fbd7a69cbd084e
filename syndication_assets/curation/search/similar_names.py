"""Finds authors by a name that somebody remembers roughly. Pure."""

import unicodedata
from collections.abc import Callable, Iterable
from typing import NamedTuple

from rapidfuzz import fuzz

LEAST_SIMILARITY = 80
"""Of rapidfuzz's weighted ratio, from 0 to 100: one wrong letter in five is found."""


class Author(NamedTuple):
    """An author of posts; the name is None until it was observed."""

    handle: str
    name: str | None


def authors_like(typed: str, authors: Iterable[Author]) -> list[str]:
    """The handles that match best: the same name; else one that begins so; else one whose words begin so; else one that
    contains it; else one that resembles it. Case, accents and punctuation do not count. Empty if none resembles it.
    """
    wanted = _plain(typed)
    if not wanted:
        return []
    known = [(author.handle, [_plain(word) for word in author if word]) for author in authors]
    for matches in _WAYS:
        if found := sorted({handle for handle, names in known if any(matches(wanted, name) for name in names)}):
            return found
    return []


def _words_begin_so(wanted: str, name: str) -> bool:
    return all(any(word.startswith(part) for word in name.split()) for part in wanted.split())


_WAYS: tuple[Callable[[str, str], bool], ...] = (
    lambda wanted, name: wanted == name,
    lambda wanted, name: name.startswith(wanted),
    _words_begin_so,
    lambda wanted, name: wanted.replace(" ", "") in name.replace(" ", ""),
    lambda wanted, name: fuzz.WRatio(wanted, name) >= LEAST_SIMILARITY,
)


def _plain(name: str) -> str:
    """Words of letters and digits, without case and accents."""
    decomposed = unicodedata.normalize("NFKD", name).casefold()
    letters = "".join(character for character in decomposed if not unicodedata.combining(character))
    return " ".join("".join(character if character.isalnum() else " " for character in letters).split())
