"""Checks sizes and measurements in a text against those of the catalogue."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from syndication_assets.content.compliance.amounts import Amount, amounts_in
from syndication_assets.content.compliance.claim_words import Phrases, claim_words, folded_words
from syndication_assets.content.compliance.text_tokens import (
    PhraseTable,
    Token,
    denied_positions,
    tokens_of,
    without_denied,
)
from syndication_assets.content.post_facts import Facts, normalized

_WORDS = folded_words()
_ANY_SIZE = Phrases(claim_words().any_size)
_SIZE_OF_WORD = PhraseTable(_WORDS.sizes)
_CANONICAL = {**_WORDS.sizes, "plus size": "plus"}
_WORN = PhraseTable(dict.fromkeys(_WORDS.worn_sizes, True))
_INTROS = PhraseTable(dict.fromkeys(_WORDS.size_intros, True))
_NAMES = frozenset(_WORDS.size_words)
_SYSTEMS = frozenset(_WORDS.size_systems)
_AFTER_NAME = frozenset({":", "from", "range", *_WORDS.price_links}) - {"a"}
_BETWEEN = frozenset({",", "/", "-", "&", *_WORDS.ands, *_WORDS.ors, *_WORDS.range_words})
_AT_END = frozenset({"too", "now", "only", "again"})
_MOST_SIZES = 30
"""No list of sizes is longer; each size system of a text is followed this far."""
_LETTERS = re.compile(r"x{0,4}s|x{0,5}l|m|\dx[sl]")
_FIRST_WORDS = frozenset(
    {
        *("m", *(f"{'x' * count}s" for count in range(5)), *(f"{'x' * count}l" for count in range(6))),
        *_NAMES,
        *_SYSTEMS,
        *_INTROS.first_words,
    }
)


class _Size(NamedTuple):
    size: str
    is_denied: bool


def size_claims_rule(text: str, facts: Facts, language: str = "en") -> str | None:
    """Allows measurements and sizes from the catalogue's words about the product or from its `sizes`."""
    text, statements = normalized(text), facts.statements()
    measured = [amount for amount in amounts_in(statements, language) if amount.kind in {"measurement", "dimension"}]
    for amount in amounts_in(text, language):
        if amount.kind in {"measurement", "dimension"} and not _is_measured(amount, measured):
            return f"{amount.text!r} is not a measurement from {facts.source}"
    known = list(_sizes_in(statements))
    known += [_Size(size, False) for value in facts.attributes.get("sizes", ()) for size in _sizes_of_value(value)]
    for size, is_denied in _sizes_in(text):
        if not any(size == other and (is_denied or not other_is_denied) for other, other_is_denied in known):
            return f"size {size!r} is not among the sizes of {facts.source}"
    stated = without_denied(statements).casefold()
    for match in _ANY_SIZE.finditer(text):
        if match.group().casefold() not in stated:
            return f"{match.group()!r}: {facts.source} does not say this"
    return None


def _is_measured(amount: Amount, measured: list[Amount]) -> bool:
    candidates = [other for other in measured if amount.is_denied or not other.is_denied]
    if amount.kind == "dimension":
        return any(other.raw == amount.raw for other in candidates)
    return any((other.value, other.unit) == (amount.value, amount.unit) for other in candidates)


def _sizes_of_value(value: str) -> Iterator[str]:
    """The sizes of one value of the catalogue's list: UK 6 is also size 6."""
    size = normalized(value)
    yield _canonical(size)
    yield from (found.size for found in _sizes_in(f"size {size}"))


def _sizes_in(text: str) -> Iterator[_Size]:
    tokens, denied = tokens_of(text), denied_positions(text)
    for position, token in enumerate(tokens):
        if token.kind != "number" and token.folded not in _FIRST_WORDS:
            continue
        is_denied = position in denied
        if token.kind == "word":
            letters = _letters_at(tokens, position)
            if letters is not None and (len(letters) > 1 or _is_in_list(tokens, position)):
                yield _Size(letters, is_denied)
            if token.folded in _NAMES:
                yield from (_Size(size, is_denied) for size in _list_after(tokens, position + 1))
                yield from (_Size(size, is_denied) for size in _list_before(tokens, position))
            elif token.folded in _SYSTEMS and token.text.isupper():
                yield from (_Size(size, is_denied) for size in _items(tokens, position))
            if (intro := _INTROS.at(tokens, position)) is not None:
                yield from (_Size(size, is_denied) for size in _worn(tokens, intro.after))
        elif token.kind == "number" and position + 1 < len(tokens) and tokens[position + 1].is_glued:
            joined = f"{token.text}{tokens[position + 1].folded}"
            if _LETTERS.fullmatch(joined) and not token.is_glued:
                yield _Size(_canonical(joined), is_denied)


def _letters_at(tokens: tuple[Token, ...], position: int) -> str | None:
    """The size that a word such as XL is, also m; None for other words, and behind a hyphen or an apostrophe."""
    token = tokens[position]
    if len(token.folded) > 6 or _LETTERS.fullmatch(token.folded) is None:
        return None
    if token.is_glued and tokens[position - 1].text in {"-", "'", "_"}:
        return None
    if token.is_glued and tokens[position - 1].kind == "number":
        return None
    if len(token.text) == 1 and not token.text.isupper():
        return None
    return _canonical(token.folded)


def _is_in_list(tokens: tuple[Token, ...], position: int) -> bool:
    """Whether another size of letters stands next to a single letter: S to L."""
    for step in (1, -1):
        other = position + step
        steps = 0
        while 0 <= other < len(tokens) and tokens[other].folded in _BETWEEN and steps < 2:
            other, steps = other + step, steps + 1
        if (
            steps
            and 0 <= other < len(tokens)
            and tokens[other].text.isupper()
            and _LETTERS.fullmatch(tokens[other].folded)
        ):
            return True
    return False


def _items(tokens: tuple[Token, ...], position: int) -> Iterator[str]:
    """The sizes of a list: UK 6, 7 and 8, or small to large. A number stands for the sizes of its system."""
    system = ""
    for _ in range(_MOST_SIZES):
        if position >= len(tokens):
            return
        token = tokens[position]
        if token.folded in _SYSTEMS and position + 1 < len(tokens) and tokens[position + 1].kind == "number":
            system, position = token.folded, position + 1
            token = tokens[position]
        if token.kind == "number":
            number = token.text
            if system:
                yield f"{system} {number}"
            else:
                yield number
            position += 1
        elif (word := _SIZE_OF_WORD.at(tokens, position)) is not None:
            yield word.meaning
            position = word.after
        elif token.kind == "word" and len(token.folded) <= 6 and _LETTERS.fullmatch(token.folded):
            yield _canonical(token.folded)
            position += 1
        else:
            return
        steps = 0
        while position < len(tokens) and tokens[position].folded in _BETWEEN and steps < 2:
            position, steps = position + 1, steps + 1
        if not steps:
            return


def _list_after(tokens: tuple[Token, ...], position: int) -> Iterator[str]:
    steps = 0
    while position < len(tokens) and tokens[position].folded in _AFTER_NAME and steps < 3:
        position, steps = position + 1, steps + 1
    for size in _items(tokens, position):
        yield size
        _, _, number = size.rpartition(" ")
        if number != size and number.replace(".", "").isdigit():
            yield number


def _list_before(tokens: tuple[Token, ...], position: int) -> Iterator[str]:
    """The words before "size": small and medium sizes."""
    position -= position > 0 and tokens[position - 1].text == "-"
    while position > 0:
        start = position - 1
        two = _SIZE_OF_WORD.at(tokens, position - 2) if position > 1 else None
        single = _SIZE_OF_WORD.at(tokens, start)
        word = two if two is not None and two.after == position else single
        if word is None or word.after != position:
            return
        yield word.meaning
        position -= 2 if word is two else 1
        if position > 0 and tokens[position - 1].folded in _BETWEEN:
            position -= 1
        else:
            return


def _worn(tokens: tuple[Token, ...], position: int) -> Iterator[str]:
    """The sizes at the end of a sentence: in small, medium and large."""
    found = []
    while (worn := _WORN.at(tokens, position)) is not None:
        word = _SIZE_OF_WORD.at(tokens, position)
        found.append(word.meaning if word is not None else tokens[position].folded)
        position = worn.after
        steps = 0
        while position < len(tokens) and tokens[position].folded in _BETWEEN and steps < 2:
            position, steps = position + 1, steps + 1
    follower = tokens[position] if position < len(tokens) else None
    if follower is None or follower.kind == "stop" or follower.text in {",", ")"} or follower.folded in _AT_END:
        yield from found


def _canonical(size: str) -> str:
    folded = " ".join(normalized(size).casefold().replace("-", " ").split())
    match = re.fullmatch(r"(x+)([sl])", folded)
    if match is not None and len(match[1]) > 1:
        folded = f"{len(match[1])}x{match[2]}"
    return _CANONICAL.get(folded, folded)
