"""The language of a text, where it is long enough to tell."""

import re
from functools import cache
from typing import Any

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
    language, probability = _identifier().classify(words)
    return str(language) if probability >= LEAST_PROBABILITY else ""


@cache
def _identifier() -> Any:
    from py3langid.langid import (  # type: ignore[import-untyped]  # noqa: PLC0415 - loads a large model
        MODEL_FILE,
        LanguageIdentifier,
    )

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
