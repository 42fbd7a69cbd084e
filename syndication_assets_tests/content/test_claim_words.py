"""The words that reveal a claim: which texts they reject, which facts back a claim, and which prose passes."""

from dataclasses import replace

import pytest

from syndication_assets.content.compliance.claim_words import Phrases, claim_words
from syndication_assets_tests.content.examples import FACTS, broken, text_with

PLAIN = replace(FACTS, description="A warm scarf of lambswool.", attributes={})
CLAIMS = {"price_claims", "discount_claims", "size_claims", "material_claims"}


def claims_broken(words: str, facts=PLAIN) -> set[str]:
    return set(broken(text_with(words), facts)) & CLAIMS


@pytest.mark.parametrize(
    "words",
    ["Yours for fifteen.", "It is priced at fifteen.", "Only 15,-", "15,- today", "Nur 15,--.", "15.- in the shop",
     "It costs twenty.", "The price: a hundred.", "Yours free!", "Free! Take it.", "Ganz umsonst.",
     "Livraison, gratuit."],
)  # fmt: skip
def test_a_price_in_other_words_is_rejected(words: str):
    assert "price_claims" in claims_broken(words)


@pytest.mark.parametrize("words", ["It is 1252,- in the shop.", "1.252,- EUR"])
def test_a_dash_for_the_cents_is_understood(words: str):
    facts = replace(PLAIN, currency="EUR")
    assert claims_broken(words, facts) == set()
    assert "price_claims" in claims_broken(words.replace("2,-", "3,-"), facts)


@pytest.mark.parametrize(
    "words",
    ["Sale!", "Great SALE!", "Great sale.", "Summer-sale time.", "On offer this week.", "On offer.", "Reduced!",
     "Now reduced.", "Huge reductions!", "Half the price.", "Half the usual price.", "Two for the price of one.",
     "3 for 2.", "Two for one.", "Buy two, get one free.", "Delivered free.", "Delivery is free.", "Free UK delivery.",
     "£5 off.", "Money off.", "Prices slashed!", "Everything must go.", "Special offers inside.", "Twenty percent off.",
     "Deal of the day.", "Pay less.", "Save £10.", "Big savings.", "Complimentary wrapping.", "Nur heute im Angebot.",
     "20 Prozent günstiger.", "En promotion.", "A mitad de precio.", "Scontato!"],
)  # fmt: skip
def test_an_offer_is_rejected_unless_the_catalogue_has_it(words: str):
    assert "discount_claims" in claims_broken(words)
    backed = replace(PLAIN, attributes={"discounts": (words,)}, description=f"A warm scarf of lambswool. {words}")
    assert "discount_claims" not in claims_broken(words, backed)


@pytest.mark.parametrize(
    "words",
    ["One size.", "One-size scarf.", "It comes in large.", "Comes in small, medium and large.", "In extra large too.",
     "It is 180 x 30.", "180x30 of warmth.", "180 \u00d7 30", "180 * 30", "A metre wide.", "It is a metre wide.",
     "A metre-wide scarf.", "Half a metre long.", "An inch thick.", "Ein Meter lang.", "Größe L.", "Taille unique."],
)  # fmt: skip
def test_a_size_in_other_words_is_rejected_unless_the_catalogue_has_it(words: str):
    assert "size_claims" in claims_broken(words)
    assert "size_claims" not in claims_broken(words, replace(PLAIN, description=f"A warm scarf of lambswool. {words}"))


def test_a_size_from_the_catalogue_backs_its_word():
    assert claims_broken("It comes in large.", replace(PLAIN, attributes={"sizes": ("L",)})) == set()


def test_a_measurement_from_the_catalogue_backs_bare_dimensions():
    facts = replace(PLAIN, description="A scarf of 180 cm by 30 cm.")
    assert claims_broken("180 x 30 of warmth.", facts) == set()
    assert "size_claims" in claims_broken("180 x 40 of warmth.", facts)


@pytest.mark.parametrize(
    "words",
    ["A large selection of reads.", "It offers warmth and comfort.", "This offers a new look.", "Now for sale.",
     "Reduced noise, more calm.", "Reduced waste is the idea.", "A small gift with a big heart.", "It reduces glare.",
     "For rooms large and small.", "Feel free to ask.", "Cruelty-free and gentle.", "Free from fuss.",
     "Free spirits wear it.", "A hands-free walk.", "A one-off piece.", "A great deal of care went into it.",
     "It saves time and space.", "Save it for winter.", "Wide and long enough to wrap twice.", "Priceless.",
     "The price of fame is high.", "One of a kind.", "Yours for life.", "It comes in small batches.",
     "Packed in large boxes.", "Put a foot outside.", "A garden, a yard and a view.", "A pint with friends.",
     "Less is more.", "The medium is the message.", "Plus, it keeps you warm.", "Go the extra mile.", "Since 1707.",
     "Halfway up the hill.", "Half the fun is wrapping it.", "Sales of it go to charity.", "Made by two brothers.",
     "Three generations, one workshop.", "A quarter of an hour from the sea.", "A long way from home.",
     "Ask away.", "The costs of fast fashion are known.",
     "Dressed for the occasion.", "As warm as it is light.", "Worn by one and all.", "A dozen reasons to smile.",
     "Deep colour and a high collar.", "In the long run.", "Woven a metre at a time.", "The best of both worlds.",
     "Best in the rain.", "Open 10 to 5.", "A medium for stories.", "Off to the hills!", "Only the wind is missing.",
     "Ein Angebot an Farben gibt es nicht.", "Le grand air, en ville."],
)  # fmt: skip
def test_prose_without_a_claim_passes(words: str):
    assert claims_broken(words) == set()


def test_every_phrase_of_every_language_is_found_as_written():
    words = claim_words()
    examples = {
        "{number}": "2",
        "{money}": "£5",
        "{percentage}": "20%",
        "{word}": "fast",
        "{part}": "half",
        "{start}": "",
        "{end}": "",
    }
    for rows in (words.offers, words.free, words.any_size, words.lookalike_offers):
        pattern = Phrases(rows)
        for row in rows:
            text = " ".join(examples.get(word, word) for word in row.split()).strip()
            assert pattern.first(f"{text.capitalize()}."), row
            assert not pattern.first(f"x{text}x"), row


def test_entries_are_lower_case_and_unique():
    words = claim_words()
    for rows in (words.offers, words.free, words.any_size, words.price_words, words.number_words):
        assert all(row == row.lower() for row in rows)
    assert len(words.offers) == len(set(words.offers))
    assert words.units["metre"] == words.units["meter"] == "m"
