"""The one reader of amounts: every notation of a number, and what it counts."""

from dataclasses import replace
from decimal import Decimal

import pytest

from syndication_assets.content.compliance.amounts import amounts_in
from syndication_assets.content.compliance.price_claims import price_claims_rule, stated_amounts
from syndication_assets_tests.content.examples import FACTS, broken, text_with

CHEAP = replace(FACTS, price=Decimal("24.50"))


@pytest.mark.parametrize(
    "words",
    ["\u00a324.50", "24.50 pounds", "GBP 24.50", "24.50 gbp", "\uffe1\uff12\uff14.\uff15\uff10", "2450p", "2450 pence",
     "\u00a324.50 GBP", "24.50 pounds sterling"],
)  # fmt: skip
def test_the_price_is_read_in_every_notation(words: str):
    assert price_claims_rule(f"It is {words}.", CHEAP) is None
    assert price_claims_rule(f"It is {words.replace('2', '3').replace(chr(0xFF12), chr(0xFF13))}.", CHEAP) is not None


@pytest.mark.parametrize("space", [" ", "\u00a0", "\u2009", "\u202f", "'", "\u2019", "\u02bc"])
def test_thousands_may_be_grouped_by_spaces_and_apostrophes_of_any_kind(space: str):
    assert price_claims_rule(f"It is £1{space}252.00.", FACTS) is None
    assert price_claims_rule(f"It is £1{space}352.00.", FACTS) is not None


@pytest.mark.parametrize(
    "words",
    ["24.50 US dollars", "24.50 Canadian dollars", "US$24.50", "24.50 Swiss francs", "CA$ 24.50", "\u00a324.50 EUR",
     "24.50 Schweizer Franken", "24.50 dólares", "24,50 dollari", "2450 cents", "2450 céntimos"],
)  # fmt: skip
def test_the_right_number_in_another_currency_is_rejected(words: str):
    assert price_claims_rule(f"It is {words}.", CHEAP) is not None


def test_a_sign_with_letters_names_one_currency():
    canadian = replace(CHEAP, currency="CAD")
    assert price_claims_rule("It is CA$24.50, or $24.50.", canadian) is None
    assert price_claims_rule("It is US$24.50.", canadian) is not None


@pytest.mark.parametrize(
    ("text", "kind", "value", "unit"),
    [
        ("20 % wool", "percentage", "20", ""), ("fifty per cent", "percentage", "50", ""),
        ("fünfundzwanzig Prozent", "percentage", "25", ""), ("trentacinque per cento", "percentage", "35", ""),
        ("1.8 m", "measurement", "1800", "mm"), ("two and a half metres", "measurement", "2500", "mm"),
        ("180cm", "measurement", "1800", "mm"), ("1.2 kg", "measurement", "1200", "g"),
        ("forty hours", "time", "40", "h"), ("2-year", "time", "2", "year"),
        ("one hundred and fifty-two stitches", "number", "152", "stitches"), ("UK 10", "size", "10", "uk"),
    ],
)  # fmt: skip
def test_a_number_is_read_with_what_it_counts(text: str, kind: str, value: str, unit: str):
    (amount,) = amounts_in(text)
    assert (amount.kind, amount.value, amount.unit) == (kind, Decimal(value), unit)


def test_numbers_of_a_range_or_a_pair_share_their_unit():
    assert [(amount.kind, amount.value) for amount in amounts_in("10 x 15 cm")] == [
        ("measurement", Decimal(100)),
        ("measurement", Decimal(150)),
    ]
    assert [amount.kind for amount in amounts_in("\u00a310-20, 5 to 6 euros, 180 x 30")] == [
        *["money"] * 4,
        *["dimension"] * 2,
    ]


@pytest.mark.parametrize("text", ["B2B", "#Top10", "2XL", "1\ufe0f\u20e3 Wool", "mp3"])
def test_digits_of_a_name_a_size_or_a_keycap_are_no_number(text: str):
    assert amounts_in(text) == ()


@pytest.mark.parametrize(
    "words",
    ["Loved by 10,000 customers.", "Since 1897.", "Only 3 left!", "It burns for 40 days.", "A 5 year guarantee."],
)
def test_a_number_that_the_catalogue_does_not_state_is_rejected(words: str):
    assert "number_claims" in broken(text_with(words))
    assert "number_claims" not in broken(text_with(words), replace(FACTS, description=f"A scarf. {words}"))


def test_numbers_in_words_pass_unless_the_catalogue_counts_otherwise():
    facts = replace(FACTS, description="It has two pockets and lasts for 40 hours.")
    for words in ("It has two pockets.", "It has 2 pockets.", "One of a kind.", "Take three minutes.", "Forty hours."):
        assert "number_claims" not in broken(text_with(words), facts), words
    for words in ("It has three pockets.", "It has 3 pockets.", "It lasts for sixty hours."):
        assert "number_claims" in broken(text_with(words), facts), words


def test_a_tag_states_nothing():
    tagged = replace(FACTS, attributes={**FACTS.attributes, "tags": ("cashmere-care", "under-25", "mohair")})
    for words in ("Soft cashmere.", "Made of mohair.", "Under 25."):
        assert set(broken(text_with(words), tagged)) & {"material_claims", "number_claims"}, words


@pytest.mark.parametrize(
    ("description", "words", "rule"),
    [
        ("It is not made of cashmere.", "Made of cashmere.", "material_claims"),
        ("It contains no silk, cashmere or leather.", "Made of leather.", "material_claims"),
        ("Nickel-free buckles.", "Nickel buckles.", "material_claims"),
        ("Free from nickel.", "With nickel.", "material_claims"),
        ("Ohne Seide.", "Aus Seide.", "material_claims"),
        ("Leder ist das nicht.", "Aus Leder.", "material_claims"),
        ("Not available in XL.", "Also in XL.", "size_claims"),
        ("It is not 200 cm long.", "It is 200 cm long.", "size_claims"),
        ("Not for children under 3.", "For children from 3.", "number_claims"),
        ("It is never 50% wool.", "It is 50% wool.", "discount_claims"),
    ],
)  # fmt: skip
def test_what_the_catalogue_denies_backs_no_claim(description: str, words: str, rule: str):
    language = "de" if "Aus" in words else "en"
    facts = replace(FACTS, description=description, attributes={})
    from syndication_assets_tests.content.examples import GOOD  # noqa: PLC0415

    draft = replace(GOOD, text_content=text_with(words), language=language)
    assert rule in broken(draft, facts)
    assert rule not in broken(draft, replace(facts, description=words))
    denied = replace(draft, text_content=text_with(description))
    assert rule not in broken(denied, facts), "the text may deny what the catalogue denies"


def test_a_negation_ends_with_its_clause():
    facts = replace(
        FACTS, description="It is not cotton but linen. It does not itch, and is made of wool.", attributes={}
    )
    assert "material_claims" not in broken(text_with("Linen and wool."), facts)
    assert "material_claims" not in broken(text_with("You will not take this wool off."), facts)


@pytest.mark.parametrize(
    "words", ["A third off.", "Use code WARM.", "There is no delivery charge.", "Livraison offerte."]
)
def test_an_offer_follows_a_row_and_passes_only_if_the_shop_makes_it(words: str):
    assert "discount_claims" in broken(text_with(words))
    offer = replace(FACTS, attributes={**FACTS.attributes, "discounts": (words,)})
    assert "discount_claims" not in broken(text_with(words), offer)
    denied = replace(FACTS, attributes={**FACTS.attributes, "discounts": ("There is no discount.",)})
    assert "discount_claims" in broken(text_with("A discount for you."), denied)


@pytest.mark.parametrize("words", ["In UK 10.", "EU 41 is back.", "For any king size bed.", "In queen-size too."])
def test_a_size_of_a_system_or_a_bed_follows_a_row(words: str):
    assert "size_claims" in broken(text_with(words))
    assert "size_claims" not in broken(text_with(words), replace(FACTS, description=f"A scarf. {words}"))


def test_a_french_word_for_gold_is_no_material_in_english():
    assert "material_claims" not in broken(text_with("Wool or linen, lambswool or not."), replace(
        FACTS, description="Of wool, linen and lambswool."
    ))  # fmt: skip


def test_the_publisher_compares_the_amounts_that_the_checks_read():
    assert stated_amounts("It is £1\u202f252.00, or 99p, or 2450 pence.") == ["0.99", "1252.00", "24.5"]
    assert stated_amounts("Nur 1.252 €") == ["1.252", "1252"], "any reading may be a former price"
    assert stated_amounts("A scarf for a tenner, 180 cm long.") == []
