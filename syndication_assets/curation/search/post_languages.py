"""The language of a text, where it is long enough to tell."""

import re

from syndication_assets.text.languages import most_likely_language

# Shorter texts look like any language.
FEWEST_LETTERS = 20
LEAST_PROBABILITY = 0.8
# More of a text does not change the result.
_MOST_CHARACTERS = 1_000

_NO_WORDS = re.compile(r"(?:https?://|www\.)\S*|[#@\uff03]\w+")


def language_of(text: str) -> str:
    """The ISO 639-1 code; empty if the text is too short, or its language is not certain."""
    words = " ".join(_NO_WORDS.sub(" ", text[:_MOST_CHARACTERS]).split())
    if sum(character.isalpha() for character in words) < FEWEST_LETTERS:
        return ""
    language, probability = most_likely_language(words)
    return language if probability >= LEAST_PROBABILITY else ""
