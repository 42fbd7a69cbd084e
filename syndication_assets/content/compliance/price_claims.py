"""Checks prices in a text against the catalogue's price. A price that cannot be read is rejected."""

import re

from syndication_assets.content.compliance.amounts import Amount, amounts_in, unread_currency
from syndication_assets.content.compliance.claim_words import Phrases, claim_words
from syndication_assets.content.post_facts import Facts, normalized

_FREE = Phrases(claim_words().free)
# 15,- and 15.-- are whole amounts.
_DASHED = re.compile(r"(?<=\d)([.,])-{1,2}(?![\w-])")


def price_claims_rule(text: str, facts: Facts, language: str = "en") -> str | None:
    """Allows only the catalogue's price in its currency, in digits. Any other amount of money is rejected.

    Pounds may be a weight: they pass where the catalogue uses the same words for the product.
    """
    text = _DASHED.sub(r"\g<1>00", normalized(text))
    prices = [amount for amount in amounts_in(text, language) if amount.kind == "money"]
    prices = [price for price in prices if not _is_weight(price, facts)]
    for price in prices:
        problem = _problem(price, facts)
        if problem is not None:
            return problem
    if facts.highest_price is not None and not _shows_range(prices, facts):
        return f"the text states one price ({prices[0].text!r}); {facts.source} says {facts.price_text}"
    free = _FREE.first(text)
    if free is not None:
        return f"{free.group()!r}: state the price of {facts.source} in digits, or no price"
    stray = unread_currency(text, language)
    return None if stray is None else f"{stray!r} has no readable amount"


def stated_amounts(text: str, language: str = "en") -> list[str]:
    """The amounts in digits that a text mentions as prices or as plain numbers, as exact decimals in text.

    Read as the language writes numbers and as English and German do, because a missed price would be sent.
    """
    text = _DASHED.sub(r"\g<1>00", normalized(text))
    values = {
        amount.value
        for reading in {language, "en", "de"}
        for amount in amounts_in(text, reading)
        if amount.kind in {"money", "number"} and amount.value is not None and not amount.is_in_words
    }
    return sorted(f"{value:f}" for value in values)


def _is_weight(amount: Amount, facts: Facts) -> bool:
    shown = amount.text.casefold()
    return "pound" in shown and shown in facts.statements().casefold()


def _shows_range(prices: list[Amount], facts: Facts) -> bool:
    """Whether a text names the lowest and the highest price, the lowest as such, or none."""
    values = {price.value for price in prices}
    return len(values) != 1 or (values == {facts.price} and all(price.is_lowest for price in prices))


def _problem(amount: Amount, facts: Facts) -> str | None:
    if amount.is_in_words:
        return f"{amount.text!r}: state the price of {facts.source} in digits, or no price"
    if facts.price is None or facts.currency is None:
        return f"the text states a price ({amount.text!r}), but {facts.source} has none"
    if amount.value is None or amount.value not in {facts.price, facts.highest_price}:
        return f"the text states the price {amount.text!r}; {facts.source} says {facts.price_text}"
    if amount.currencies is not None and facts.currency not in amount.currencies:
        return f"the text states a price in another currency ({amount.text!r}); {facts.source} says {facts.price_text}"
    return None
