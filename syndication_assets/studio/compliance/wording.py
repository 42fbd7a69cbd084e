"""What brief and visual say: words of the brand, how easily they are read, and the alternative text. Pure."""

import re
from collections.abc import Iterable

from syndication_assets.studio.compliance.rules import Measured
from syndication_assets.studio.compliance.subject import Wording

_WORD = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")
_SENTENCE_END = re.compile(r"[.!?\u2026]+(?:\s|$)")
_VOWELS = re.compile(r"[aeiouy]+")
_FEWEST_WORDS = 30


def banned_words(wording: Wording) -> Measured:
    if not wording.banned_words:
        return Measured(None, "The brand bans no words.")
    found = _found(wording.banned_words, f"{wording.words}\n{wording.alt_text}")
    return Measured(
        float(sum(found.values())),
        f"It says {', '.join(map(repr, found))}, which the brand does not: cancel the brief, and say it otherwise.",
        {"words": found},
    )


def vocabulary(wording: Wording) -> Measured:
    if not wording.vocabulary:
        return Measured(None, "The brand has no vocabulary.")
    otherwise = {}
    for word in wording.vocabulary:
        spellings = re.findall(rf"(?<!\w){re.escape(word)}(?!\w)", wording.words, re.IGNORECASE)
        if others := sorted({each for each in spellings if each != word}):
            otherwise[word] = others
    return Measured(
        float(sum(map(len, otherwise.values()))),
        f"The brand spells {', '.join(map(repr, otherwise))} so: cancel the brief, and spell it like this.",
        {"words": otherwise},
    )


def reading_grade(wording: Wording) -> Measured:
    """0.39 words a sentence + 11.8 syllables a word - 15.59 (Kincaid et al., 1975). Syllables are groups of vowels."""
    if wording.language != "en":
        return Measured(None, "The formula is for English.")
    words = _WORD.findall(wording.message)
    if len(words) < _FEWEST_WORDS:
        return Measured(None, "The brief is too short for it.")
    sentences = max(len(_SENTENCE_END.findall(wording.message)), 1)
    syllables = sum(_syllables(word.casefold()) for word in words)
    grade = 0.39 * len(words) / sentences + 11.8 * syllables / len(words) - 15.59
    evidence = {"words": len(words), "sentences": sentences}
    return Measured(max(grade, 0.0), "The brief is hard to read: write shorter sentences.", evidence)


def alt_text(wording: Wording) -> Measured:
    words = len(wording.alt_text.split())
    return Measured(float(words), "The alternative text says too little: give one with the brief.", {"words": words})


def _found(wanted: Iterable[str], text: str) -> dict[str, int]:
    """How often each of the words is said, in any case and as whole words."""
    folded = text.casefold()
    counts = {word: len(re.findall(rf"(?<!\w){re.escape(word.casefold())}(?!\w)", folded)) for word in wanted}
    return {word: count for word, count in counts.items() if count}


def _syllables(word: str) -> int:
    groups = len(_VOWELS.findall(word))
    return max(groups - (word.endswith("e") and groups > 1), 1)
