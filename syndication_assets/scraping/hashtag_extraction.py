"""Extracts the hashtags of a text, in any script."""

import re
import unicodedata

MAXIMUM_HASHTAG_LENGTH = 100
"""No platform links longer hashtags; longer runs of letters are text in a script without spaces."""

# Addresses are matched whole, including any `#`. The full-width number sign is typed on Japanese keyboards.
_ADDRESS_OR_NUMBER_SIGN = re.compile(r"(?:https?://|www\.)\S*|[#＃]", re.IGNORECASE)  # noqa: RUF001
_NUMBER_SIGN = re.compile(r"[#＃]")  # noqa: RUF001
# Most of a word, matched quickly by the regular expression engine; `\w` does not include combining marks.
_LETTERS = re.compile(r"\w*")
# Allowed inside a word, not at its end: zero-width joiners of Persian and Indic scripts, Catalan and Katakana dots.
_JOINERS = "\u200c\u200d\u00b7\u30fb"


def extract_hashtags(text: str) -> tuple[str, ...]:
    """The distinct hashtags without `#`, in the order of the text, NFKC-normalized and case-folded.

    A hashtag consists of letters, marks, digits and underscores, with at least one letter. A `#` inside a word (`C#`),
    an address (`https://…/#top`) or an HTML entity (`&#39;`) starts no hashtag, and digits alone (`#1`) are none. A `#`
    right after a hashtag starts the next hashtag.
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
    if start == 0 or text[start - 1] in " \n":
        return True
    return not (_is_word_character(text[start - 1]) or text[start - 1] in "&/=?")


def _is_word_character(character: str) -> bool:
    """Letters, marks and digits of any script, and the underscore; `isalnum` does not include combining marks.

    Variation selectors are marks by category, but belong to emoji.
    """
    if character.isalnum() or character == "_":
        return True
    return unicodedata.category(character)[0] == "M" and not "\ufe00" <= character <= "\ufe0f"


def _word_at(text: str, start: int) -> str:
    end = _letters_end(text, start)
    while end < len(text) and text[end] not in " \n#" and (_is_word_character(text[end]) or text[end] in _JOINERS):
        end = _letters_end(text, end + 1)
    return text[start:end].rstrip(_JOINERS)


def _letters_end(text: str, start: int) -> int:
    match = _LETTERS.match(text, start)
    return match.end() if match is not None else start


def _normalized(word: str) -> str:
    if word.isascii():
        return word.lower()
    # Case folding can break the normal form and normalization can produce capitals, so normalize before and after.
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", word).casefold())
