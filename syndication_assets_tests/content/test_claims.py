"""Claims against facts: every price, discount, size, measurement and material must be in the catalogue."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndication_assets.content.compliance.numbers_in_text import read_amount
from syndication_assets.content.compliance.price_claims import price_claims_rule
from syndication_assets_tests.content.examples import FACTS, GOOD_TEXT, broken, text_with

NO_PRICE = replace(FACTS, price=None, currency=None)
CLAIMS = {"price_claims", "discount_claims", "size_claims", "material_claims"}


def claims_broken(words: str, facts=FACTS) -> set[str]:
    return set(broken(text_with(words), facts)) & CLAIMS


@pytest.mark.parametrize(
    "words",
    ["It is £1,252.", "It is £1,252.00.", "For 1252 GBP.", "GBP 1252.00 it is.", "It costs 1,252 pounds.",
     "£ 1 252.00, no less.", "Just £1252!", "It is 1252.00."],
)  # fmt: skip
def test_the_catalogues_price_passes_in_any_form(words: str):
    assert claims_broken(words) == set()


@pytest.mark.parametrize(
    "words",
    [
        "It is £1,251.99.", "It is £1.252.", "It is £12.52.", "Only 1251.", "It costs 99.", "For 12,52 GBP.",
        "It is $1,252.", "It is €1252.00.", "1252 dollars.", "1252 USD.", "£1252 to £1300.", "£1000-1252.",
        "Between £900 and £1252.", "Under £2000.", "£1.2k.", "£1252 million.", "One thousand pounds.",
        "Twelve hundred and fifty-two pounds.", "A tenner.", "99p.", "125200 cents.", "It is free of charge.",
        "£\u2060999.", "\uffe1999.", "£9\u200b99.", "£999\u00a0", "¥1252.", "1252 kr", "£ lots.", "-£5", "£-1252",
        "GBP nine.", "priced at 20", "1252.01", "£1252.001", "yours for 20", "a price of 20",
    ],
)  # fmt: skip
def test_any_other_amount_of_money_is_rejected(words: str):
    assert "price_claims" in claims_broken(words)


def test_without_a_price_in_the_catalogue_no_price_passes():
    assert "but the catalogue has none" in broken(text_with("It is £1,252."), NO_PRICE)["price_claims"]
    assert claims_broken("It is warm.", NO_PRICE) == set()


def test_the_reason_states_the_catalogues_price():
    assert broken(text_with("It is £9.99."))["price_claims"] == (
        "the text states the price '£9.99'; the catalogue says £1,252.00"
    )


@pytest.mark.parametrize(
    "words", ["Since 1707.", "One of 2 favourites.", "Open 10 to 5.", "Made at 10 a.m.", "7 days."]
)
def test_numbers_that_are_not_money_pass(words: str):
    assert claims_broken(words) == set()


def test_pounds_of_weight_pass_if_the_catalogue_states_them():
    heavy = replace(FACTS, description="It weighs 5 pounds, or half a pound less when dry.")
    assert "price_claims" not in claims_broken("It weighs 5 pounds.", heavy)
    assert "price_claims" in claims_broken("It weighs 6 pounds.", heavy)


@st.composite
def wrong_prices(draw: st.DrawFn) -> str:
    """An amount that differs from the catalogue's, or another currency, in a form that a writer may choose."""
    price = draw(st.decimals("0.01", "99999.99", places=2).filter(lambda amount: amount != FACTS.price))
    grouped = f"{price:,.2f}"
    amount = draw(st.sampled_from([grouped, f"{price:.2f}", grouped.replace(",", " "), grouped.replace(",", "'")]))
    if price == price.to_integral_value():
        amount = draw(st.sampled_from([amount, f"{price:,.0f}", f"{price:.0f}"]))
    form = draw(
        st.sampled_from(
            ["£{}", "£ {}", "{} £", "{}£", "GBP {}", "GBP{}", "{} GBP", "{} gbp", "{} pounds", "€{}", "{} €", "${}",
             "US${}", "{} EUR", "{}-pound", "£\u00a0{}", "£\u200b{}", "\uff1a£{}", "(£{})", "£{}!",
             "*£{}*", "£{}p", "£{}/each"]
        )
    )  # fmt: skip
    before = draw(st.sampled_from(["", "Only ", "Now ", "from ", "It is ", "was "]))
    return before + form.format(amount)


@given(
    wrong_prices(),
    st.sampled_from(["{}", "{} and worth it", "Yes, {}.", "\n{}\n", "£1,252.00, not {}", "{} or £1,252"]),
)
def test_a_text_with_a_wrong_price_never_passes(price: str, sentence: str):
    assert price_claims_rule(sentence.format(price), FACTS) is not None
    assert "price_claims" in claims_broken(sentence.format(price))


@given(st.decimals("0.01", "99999.99", places=2))
def test_the_price_that_the_catalogue_shows_always_passes(price: Decimal):
    for currency in ("GBP", "EUR", "USD", "SEK"):
        facts = replace(FACTS, price=price, currency=currency)
        assert price_claims_rule(f"It is {facts.price_text}.", facts) is None


@pytest.mark.parametrize(
    ("token", "language", "amount"),
    [("1,252.00", "en", "1252"), ("1.252,00", "de", "1252"), ("1.252", "de", "1252"), ("1.252", "en", "1.252"),
     ("49,99", "de", "49.99"), ("1 252", "en", "1252"), ("1'252.50", "de", "1252.50"), ("1,25,00", "en", None)],
)  # fmt: skip
def test_amounts_are_read_as_the_language_writes_them(token: str, language: str, amount: str | None):
    assert read_amount(token, language) == (None if amount is None else Decimal(amount))


@pytest.mark.parametrize(
    "words",
    ["20% off today.", "Now at half price.", "Save 10 on it.", "In our sale.", "Use the voucher.", "Free shipping!",
     "Buy one get one.", "A real bargain.", "Reduced to clear.", "Fifty percent off.", "3 for 2.", "Jetzt mit Rabatt."],
)  # fmt: skip
def test_a_discount_is_rejected_unless_the_catalogue_has_it(words: str):
    assert "discount_claims" in claims_broken(words)


def test_a_discount_from_the_catalogue_passes():
    facts = replace(FACTS, attributes={**FACTS.attributes, "discounts": ("20% off until Sunday",)})
    assert "discount_claims" not in broken(text_with("It is 20% off."), replace(facts, description="20% off."))
    assert "discount_claims" in broken(text_with("It is 30% off."), facts)


def test_a_percentage_passes_if_the_catalogue_states_it():
    assert claims_broken("It is 100% lambswool.") == set()
    assert "discount_claims" in claims_broken("It is 90% soft.")
    assert "discount_claims" in claims_broken("It is 00% new.")


@pytest.mark.parametrize(
    "words",
    ["It comes in size XL.", "Sizes S to XXL.", "In XL too.", "S, M, L, 3XL.", "Available in size 12.",
     "Plus sizes too.", "One size fits all.", "It is 200 cm long.", "It is 70 inches long.", "180 x 30 cm.",
     "18cm wide.", "six feet long",
     "In extra large size."],
)  # fmt: skip
def test_a_size_or_measurement_that_is_not_in_the_catalogue_is_rejected(words: str):
    assert "size_claims" in claims_broken(words)


@pytest.mark.parametrize(
    "words", ["Sizes S to L.", "In size M.", "In S, M and L.", "It is 180cm long.", "180 centimetres of it."]
)
def test_sizes_and_measurements_from_the_catalogue_pass(words: str):
    assert claims_broken(words) == set()


@pytest.mark.parametrize(
    "words", ["Made of silk.", "Pure lambswool.", "A cashmere feel.", "In faux linen.", "Woollen and warm."]
)
def test_a_material_that_is_not_in_the_catalogue_is_rejected(words: str):
    assert "material_claims" in claims_broken(words)


def test_materials_from_the_catalogue_pass():
    assert claims_broken("Lambswool, with a linen pouch.") == set()


def test_an_imitation_does_not_pass_as_the_real_material():
    facts = replace(FACTS, description="A bag of faux leather.", attributes={})
    assert "material_claims" in claims_broken("A leather bag.", facts)
    assert "material_claims" not in claims_broken("A faux leather bag.", facts)


def test_claims_in_the_alternative_text_are_checked_too():
    from syndication_assets_tests.content.examples import GOOD  # noqa: PLC0415

    assert "material_claims" in broken(replace(GOOD, alt_text="A scarf of silk"))


def test_words_and_digits_of_the_link_are_not_claims():
    url = "https://shop.example/£20/20-off/silk/9.99"
    facts = replace(FACTS, url=url)
    from syndication_assets_tests.content.examples import GOOD, URL  # noqa: PLC0415

    draft = replace(GOOD, text_content=GOOD_TEXT.replace(URL, url), link_url=url)
    assert set(broken(draft, facts)) & CLAIMS == set()
