"""Checks offers and percentages in a text against the offers and percentages that the catalogue states."""

from syndication_assets.content.compliance.amounts import amounts_in
from syndication_assets.content.compliance.claim_words import Phrases, claim_words
from syndication_assets.content.compliance.text_tokens import without_denied
from syndication_assets.content.post_facts import Facts, normalized

_OFFER, _LOOKALIKE_OFFER = Phrases(claim_words().offers), Phrases(claim_words().lookalike_offers)


def discount_claims_rule(text: str, facts: Facts, language: str = "en") -> str | None:
    """Allows offers from the product's `discounts`, and percentages that the catalogue states."""
    text = normalized(text)
    known = [_folded(offer) for offer in facts.attributes.get("discounts", ())]
    for match in _OFFER.finditer(_LOOKALIKE_OFFER.without(text)):
        offer = match.group().casefold()
        # An offer such as "no delivery charge" begins with a negation itself.
        if not any(offer in (whole if without_denied(offer) == "" else positive) for whole, positive in known):
            return f"{match.group()!r}: {facts.source} has no such offer"
    percentages = [amount for amount in amounts_in(facts.statements(), language) if amount.kind == "percentage"]
    stated = {amount.value for amount in percentages if not amount.is_denied}
    mentioned = {amount.value for amount in percentages}
    for amount in amounts_in(text, language):
        if amount.kind == "percentage" and amount.value not in (mentioned if amount.is_denied else stated):
            return f"{amount.text!r} is not in {facts.source}"
    return None


def _folded(offer: str) -> tuple[str, str]:
    """An offer of the catalogue, and the part of it that it does not deny."""
    whole = normalized(offer)
    return whole.casefold(), without_denied(whole).casefold()
