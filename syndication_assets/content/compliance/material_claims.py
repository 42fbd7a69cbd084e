"""Checks materials in a text against those that the catalogue states about the product."""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from syndication_assets.content.compliance.claim_words import claim_words_of, folded_words
from syndication_assets.content.compliance.text_tokens import PhraseTable, Token, denied_positions, tokens_of
from syndication_assets.content.post_facts import Facts, normalized

_WORDS = folded_words()
_MODIFIERS = frozenset(_WORDS.material_modifiers)
_LIKENESSES = frozenset(_WORDS.material_likenesses)
_LONGEST_BEGINNING = 10
_SHORTEST_REST = 4


class Material(NamedTuple):
    """A material as a text names it."""

    material: str
    modifiers: frozenset[str]
    """Words that make it another material: faux."""
    likeness: str
    """A word that makes it none: look."""
    is_denied: bool

    def is_backed_by(self, other: "Material") -> bool:
        """Whether a catalogue that names the other material states this one."""
        return (
            (self.material, self.modifiers) == (other.material, other.modifiers)
            and other.likeness in {self.likeness, ""}
            and (self.is_denied or not other.is_denied)
        )


def material_claims_rule(text: str, facts: Facts, vocabulary: frozenset[str], language: str = "en") -> str | None:
    """Allows materials from the catalogue's words about the product, including modifiers such as faux or pure.

    `vocabulary` are further words for materials. A material that the catalogue denies backs no claim.
    """
    known = _materials_in(facts.statements(), vocabulary, language)
    for material in dict.fromkeys(_materials_in(normalized(text), vocabulary, language)):
        if not any(material.is_backed_by(other) for other in known):
            named = " ".join([*sorted(material.modifiers), material.material, material.likeness]).strip()
            return f"{named!r} is not a material from {facts.source}"
    return None


@lru_cache(maxsize=64)
def _table(vocabulary: frozenset[str], language: str) -> PhraseTable[str]:
    rows = {word: word for word in vocabulary if word.strip()}
    return PhraseTable({**rows, **claim_words_of("en").materials, **claim_words_of(language).materials})


@lru_cache(maxsize=512)
def _materials_in(text: str, vocabulary: frozenset[str], language: str) -> tuple[Material, ...]:
    return tuple(_read(text, vocabulary, language))


def _read(text: str, vocabulary: frozenset[str], language: str) -> Iterator[Material]:
    tokens, denied = tokens_of(text), denied_positions(text)
    table = _table(vocabulary, language)
    stems = claim_words_of(language).material_stems
    after = 0
    for position, token in enumerate(tokens):
        if position < after or (token.folded not in table.first_words and not stems):
            continue
        phrase = table.at(tokens, position)
        if phrase is not None:
            material, after = phrase
        else:
            material, after = _of_compound(token, stems), position + 1
        if material:
            before, behind = _beside(tokens, position - 1, -1), _beside(tokens, after, 1)
            modifiers = frozenset({word for word in (before, behind) if word in _MODIFIERS})
            yield Material(material, modifiers, behind if behind in _LIKENESSES else "", position in denied)


def _of_compound(token: Token, stems: dict[str, str]) -> str:
    """The material of a noun such as Lederstiefel; empty for other words."""
    if not stems or token.kind != "word" or not token.text[0].isupper():
        return ""
    for length in range(min(_LONGEST_BEGINNING, len(token.folded) - _SHORTEST_REST), 2, -1):
        material = stems.get(token.folded[:length])
        if material is not None:
            return material
    return ""


def _beside(tokens: tuple[Token, ...], position: int, step: int) -> str:
    """The word at a position, hyphens skipped; empty if another sign stands there."""
    if 0 <= position < len(tokens) and tokens[position].text == "-":
        position += step
    return tokens[position].folded if 0 <= position < len(tokens) else ""
