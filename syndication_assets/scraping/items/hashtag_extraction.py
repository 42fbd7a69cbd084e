"""Extracts the hashtags of a text, in any script."""

import re
import unicodedata

MAXIMUM_HASHTAG_LENGTH = 100
"""No platform links longer hashtags; longer runs of letters are text in a script without spaces."""

_MAXIMUM_WORD_LENGTH = 4 * MAXIMUM_HASHTAG_LENGTH
"""Normalization makes a word at most this much shorter, and takes quadratic time in a word of nothing but marks."""

# Addresses are matched whole, including any `#`. The full-width number sign is typed on Japanese keyboards.
_ADDRESS_OR_NUMBER_SIGN = re.compile(r"(?:https?://|www\.)\S*|[#＃]", re.IGNORECASE)  # noqa: RUF001
_NUMBER_SIGN = re.compile(r"[#＃]")  # noqa: RUF001
# Most of a word, matched quickly by the regular expression engine; `\w` does not include combining marks.
_LETTERS = re.compile(r"\w*")
# Allowed inside a word, not at its end: zero-width joiners of Persian and Indic scripts, Catalan and Katakana dots.
_JOINERS = "\u200c\u200d\u00b7\u30fb"
# Without a meaning in a word: the word joiner and the byte order mark, which editors and copying leave behind.
_INVISIBLE_JOINERS = "\u2060\ufeff"
# What may stand between the sign and its word: also zero-width spaces and marks of direction.
_INVISIBLE = re.compile("[\u200b\u200e\u200f\u2060-\u2064\u2066-\u2069\ufeff]*")
_REMOVED = {ord(character): None for character in _INVISIBLE_JOINERS}
_INSIDE_A_WORD = _JOINERS + _INVISIBLE_JOINERS
# LinkedIn writes this word for screen readers before the sign, and some programs copy it: `hashtag#Leadership`.
_SPOKEN_SIGN = "hashtag"
_KEYCAP = "\u20e3"


def extract_hashtags(text: str) -> tuple[str, ...]:
    """The distinct hashtags without `#`, in the order of the text, NFKC-normalized and case-folded.

    A hashtag consists of letters, marks, digits and underscores, with at least one letter. A `#` inside a word (`C#`),
    an address (`https://…/#top`) or an HTML entity (`&#39;`) starts no hashtag, and digits alone (`#1`) are none. A `#`
    right after a hashtag, a keycap (`1️⃣#Plan`) or the word `hashtag` starts one. Invisible joiners do not count.
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
        beginning = _end_of(_INVISIBLE, text, start + 1)
        word = _word_at(text, beginning)
        end_of_last = beginning + len(word)
        if len(word) > _MAXIMUM_WORD_LENGTH:
            continue
        hashtag = _normalized(word)
        if len(hashtag) <= MAXIMUM_HASHTAG_LENGTH and any(character.isalpha() for character in hashtag):
            found[hashtag] = None
    return tuple(found)


def _may_begin(text: str, start: int) -> bool:
    if start == 0 or text[start - 1] in " \n":
        return True
    if not (_is_word_character(text[start - 1]) or text[start - 1] in "&/=?"):
        return True
    before = start - len(_SPOKEN_SIGN)
    return (
        before >= 0
        and text[before:start].lower() == _SPOKEN_SIGN
        and not (before > 0 and (_is_word_character(text[before - 1]) or text[before - 1] in "&/=?"))
    )


def _is_word_character(character: str) -> bool:
    """Letters, marks and digits of any script, and the underscore; `isalnum` does not include combining marks.

    Variation selectors and the keycap are marks by category, but belong to emoji.
    """
    if character.isalnum() or character == "_":
        return True
    return unicodedata.category(character)[0] == "M" and character != _KEYCAP and not "\ufe00" <= character <= "\ufe0f"


def _word_at(text: str, start: int) -> str:
    end = _end_of(_LETTERS, text, start)
    while (
        end < len(text) and text[end] not in " \n#" and (_is_word_character(text[end]) or text[end] in _INSIDE_A_WORD)
    ):
        end = _end_of(_LETTERS, text, end + 1)
    return text[start:end].rstrip(_INSIDE_A_WORD)


def _end_of(pattern: re.Pattern[str], text: str, start: int) -> int:
    match = pattern.match(text, start)
    return match.end() if match is not None else start


def _normalized(word: str) -> str:
    if word.isascii():
        return word.lower()
    word = word.translate(_REMOVED)
    # Case folding can break the normal form and normalization can produce capitals, so normalize before and after.
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", word).casefold())
