"""Checks every other number in a text: it must be a number of the catalogue."""

from decimal import Decimal

from syndication_assets.content.compliance.amounts import Amount, amounts_in
from syndication_assets.content.post_facts import Facts


def number_claims_rule(text: str, facts: Facts, language: str = "en") -> str | None:
    """Allows numbers in digits that the catalogue states, and numbers in words unless the catalogue contradicts them.

    The catalogue contradicts three pockets if it states two pockets, and sixty hours if it states other hours.
    """
    known = amounts_in(facts.statements(), language)
    for amount in amounts_in(text, language):
        if amount.kind not in {"number", "time"} or _is_known(amount, known, {facts.price, facts.highest_price}):
            continue
        counted = [other for other in known if other.unit and other.unit == amount.unit and not other.is_denied]
        if not amount.is_in_words or (counted and all(other.value != amount.value for other in counted)):
            return f"{amount.text!r} is not a number from {facts.source}"
    return None


def _is_known(amount: Amount, known: tuple[Amount, ...], prices: set[Decimal | None]) -> bool:
    if amount.kind == "number" and not amount.is_in_words and amount.value is not None and amount.value in prices:
        return True
    if amount.is_in_words and amount.kind == "number" and amount.value == 1:
        return True
    return any(
        other.raw == amount.raw and (amount.kind != "time" or other.unit == amount.unit)
        for other in known
        if amount.is_denied or not other.is_denied
        if not amount.is_in_words or other.unit == amount.unit
    )
