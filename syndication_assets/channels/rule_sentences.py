"""Whether the sentence of a rule says what its row says. The row decides; a sentence that contradicts it is not shown.

Pure: the columns of a rule in, a sentence for people out.
"""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

_NUMBER = re.compile(
    r"(?<![\w.])\d+(?:\.\d+)?(?![\w%])|(?<![\w-])(?:no|one|two|three|four|five)(?![\w-])", re.IGNORECASE
)
_IN_WORDS = {"no": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
_LANGUAGES = {
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "fr": "French",
    "it": "Italian",
    "nl": "Dutch",
    "pl": "Polish",
    "pt": "Portuguese",
}


def contradiction_of(
    key: str, description: str | None, value: Any, minimum: Decimal | None, maximum: Decimal | None
) -> str | None:
    """What the sentence of a rule says otherwise than the rule; None if it agrees, or names no number and no language.

    A sentence that names numbers must name those of the row, and no others; 0 may go without saying.
    """
    if not description:
        return None
    if key == "language":
        return _other_language(description, value)
    stated = [value] if isinstance(value, int | float | Decimal) and not isinstance(value, bool) else []
    numbers = {Decimal(str(number)) for number in (*stated, minimum, maximum) if number is not None}
    mentioned = {_value(match.group()) for match in _NUMBER.finditer(description)}
    zero = {Decimal(0)}
    if not numbers or not mentioned or numbers - zero == mentioned - zero:
        return None
    return f"its sentence says {_listed(sorted(mentioned))}, the rule {_listed(sorted(numbers))}"


def _other_language(description: str, value: Any) -> str | None:
    named = [language for language in _LANGUAGES.values() if re.search(rf"\b{language}\b", description)]
    expected = _LANGUAGES.get(str(value), str(value))
    if not named or named == [expected]:
        return None
    return f"its sentence says {' and '.join(named)}, the rule {expected}"


def _value(text: str) -> Decimal:
    return Decimal(_IN_WORDS.get(text.casefold(), text))


def _listed(numbers: Sequence[Decimal]) -> str:
    return " and ".join(f"{number.normalize():f}" for number in numbers)
