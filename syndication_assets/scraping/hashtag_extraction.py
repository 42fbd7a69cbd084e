"""Finds the hashtags of a text, in any script."""

import re
import unicodedata

MAXIMUM_HASHTAG_LENGTH = 100
"""No platform links a longer one; a longer run of letters is a text without spaces."""

# An address is taken whole, and the `#` in it with it. The full-width number sign is what a Japanese keyboard types.
_ADDRESS_OR_NUMBER_SIGN = re.compile(r"(?:https?://|www\.)\S*|[#＃]", re.IGNORECASE)  # noqa: RUF001
_NUMBER_SIGN = re.compile(r"[#＃]")  # noqa: RUF001
# Most of a word, at the speed of the regular expression engine; it does not take combining marks for letters.
_LETTERS = re.compile(r"\w*")
# Inside a word, not at its end: the zero-width joiners of Persian and Indic scripts, the Catalan and Katakana dots.
_JOINERS = "\u200c\u200d\u00b7\u30fb"


def extract_hashtags(text: str) -> tuple[str, ...]:
    """The hashtags without `#`, each once, in the order of the text; NFKC and case-folded, so that spellings meet.

    A hashtag is letters, marks, digits and underscores with at least one letter. No hashtag is: a `#` inside a word
    (`C#`), inside an address (`https://…/#top`) or in an HTML entity (`&#39;`); digits only (`#1`). A `#` right behind
    a hashtag begins the next one.
    """
    if "#" not in text and "＃" not in text:  # noqa: RUF001
        return ()
    found: dict[str, None] = {}
    end_of_last = -1
    lowered = text.lower()
    has_addresses = "://" in lowered or "www." in lowered
    for match in (_ADDRESS_OR_NUMBER_SIGN if has_addresses else _NUMBER_SIGN).finditer(text):
        start = match.start()
        if match.end() != start + 1 or not (start == end_of_last or _may_begin(text, start)):
            continue
        word = _word_at(text, start + 1)
        end_of_last = start + 1 + len(word)
        hashtag = _normalized(word)
        if len(hashtag) <= MAXIMUM_HASHTAG_LENGTH and any(character.isalpha() for character in hashtag):
            found[hashtag] = None
    return tuple(found)


def _may_begin(text: str, start: int) -> bool:
    return start == 0 or not (_is_word_character(text[start - 1]) or text[start - 1] in "&/=?")


def _is_word_character(character: str) -> bool:
    """Letters, marks and digits of any script, and the underscore; `isalnum` knows no combining marks.

    The variation selectors, marks by category, belong to emoji.
    """
    if character.isalnum() or character == "_":
        return True
    return unicodedata.category(character)[0] == "M" and not "\ufe00" <= character <= "\ufe0f"


def _word_at(text: str, start: int) -> str:
    end = _letters_end(text, start)
    while end < len(text) and (_is_word_character(text[end]) or text[end] in _JOINERS):
        end = _letters_end(text, end + 1)
    return text[start:end].rstrip(_JOINERS)


def _letters_end(text: str, start: int) -> int:
    match = _LETTERS.match(text, start)
    return match.end() if match is not None else start


def _normalized(word: str) -> str:
    # Case folding can undo the normal form, and the normal form can bring capitals: hence both sides.
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", word).casefold())
