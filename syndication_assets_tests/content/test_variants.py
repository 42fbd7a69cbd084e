"""The variants of a product are one product: for the selection, for the facts of a post, and for its price."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from syndication_assets.content.compliance.price_claims import price_claims_rule
from syndication_assets.content.generation.post_prompt import fenced_facts
from syndication_assets.content.generation.posts_to_write import facts_of
from syndication_assets.content.page_facts import facts_of_page
from syndication_assets.content.post_facts import Facts
from syndication_assets.database.connection import transaction
from syndication_assets_tests.content.examples import FACTS
from syndication_assets_tests.content.shop_in_tables import FIRST_DAY, Shop

KILT = "https://shop.example/kilt"
SOLD_OUT = {"availability": ["sold out"]}


def variant(shop: Shop, name: str, *, price: str | None = "24.50", **values: Any) -> str:
    """A variant of the kilt."""
    values = {"name": f"Kilt, {name}", "product_url": f"{KILT}#{name}"} | values
    currency = None if price is None else "GBP"
    return shop.product(f"kilt-{name}", price=None if price is None else Decimal(price), currency=currency, **values)


def facts_of_the_post(shop: Shop) -> Facts:
    """The facts of the only post."""
    shop.write()
    with transaction(shop.url) as connection:
        (post,) = connection.execute("select post_core_id from content.posts_core").fetchall()[0]
        return facts_of(connection, [post], FIRST_DAY)[post]


def test_a_page_is_selected_once_whatever_its_sizes(shop: Shop):
    shop.channel()
    for size in ("S", "M", "L", "XL"):
        variant(shop, size)
    shop.product("tin")
    skus = shop.select(days=3)
    assert {sku.partition("-")[0] for sku in skus[:2]} == {"kilt", "tin"}
    assert skus[2].partition("-")[0] == skus[0].partition("-")[0]
    factors = shop.value("select factors from content.product_selections order by selected_on limit 1")
    assert factors["choice"]["products"] == 2, "the kilt counts once"
    repeats = shop.execute("select factors -> 'rest' ->> 'is_repeat' from content.product_selections order by 1")
    assert repeats == [("false",), ("false",), ("true",)]


def test_the_check_of_repeats_counts_pages(shop: Shop):
    from syndication_assets.content.checks import CHECKS  # noqa: PLC0415
    from syndication_assets.sql_assets.checks import find_offenders, read_only_transaction  # noqa: PLC0415

    shop.channel()
    variant(shop, "S")
    other = variant(shop, "M", is_active=False, deactivated_at=datetime(2025, 10, 2, tzinfo=UTC))
    shop.select()
    shop.execute(
        "insert into content.product_selections (organization_id, platform, channel_type, selected_on, product_id,"
        " template_id, template_version, score, factors) select organization_id, platform, channel_type,"
        " selected_on + 1, %s, template_id, template_version, score, factors from content.product_selections",
        [other],
    )
    (check,) = [check for check in CHECKS if check.name == "no_product_repeats_too_soon"]
    with read_only_transaction(shop.url) as connection:
        assert find_offenders(connection, "content", check, (FIRST_DAY, FIRST_DAY + timedelta(9))).count == 1


def test_a_sold_out_variant_is_not_selected(shop: Shop):
    shop.channel()
    variant(shop, "S", attributes=SOLD_OUT)
    assert shop.select() == []
    variant(shop, "M")
    assert shop.select() == ["kilt-M"]


def test_what_was_in_stock_on_the_day_decides(shop: Shop):
    from psycopg.types.json import Jsonb  # noqa: PLC0415

    shop.channel()
    kilt = variant(shop, "S", attributes=SOLD_OUT)
    for days, attributes in ((-3, {}), (1, SOLD_OUT)):
        shop.insert("catalogue.product_observations", "product_id", product_id=kilt, is_listed=True,
                    observed_at=datetime.combine(FIRST_DAY + timedelta(days), datetime.min.time(), UTC),
                    content_hash=b"", facts=Jsonb({"attributes": attributes}))  # fmt: skip
    assert shop.select(FIRST_DAY) == ["kilt-S"]
    assert shop.select(FIRST_DAY + timedelta(1), no_repeat_days=1) == ["kilt-S"], "it was sold out on the second day"


def test_a_post_is_about_the_page_with_all_sizes_in_stock(shop: Shop):
    shop.channel()
    variant(shop, "S", price="20.00", attributes={"sizes": ["S"], "tags": ["kilts"]})
    variant(shop, "M", price="30.00", attributes={"sizes": ["M"]})
    variant(shop, "L", price="50.00", attributes={"sizes": ["L"], **SOLD_OUT})
    shop.select()
    facts = facts_of_the_post(shop)
    assert (facts.name, facts.price, facts.highest_price) == ("Kilt", Decimal(20), Decimal(30))
    assert facts.stated_attributes == {"sizes": ("M", "S")}
    assert "\u00a320.00\u2013\u00a330.00" in facts.price_text
    assert facts.is_available


def test_a_page_whose_variants_are_all_sold_out_is_not_available(shop: Shop):
    shop.channel()
    variant(shop, "S")
    shop.select()
    assert facts_of_the_post(shop).name == "Kilt, S", "the only variant is itself"
    shop.execute('update catalogue.products set attributes = \'{"availability": ["sold out"]}\'')
    assert not facts_of_the_post(shop).is_available
    variant(shop, "M")
    assert facts_of_the_post(shop).is_available


def test_a_price_that_one_variant_does_not_state_is_unknown(shop: Shop):
    shop.channel()
    variant(shop, "S")
    variant(shop, "M", price=None)
    shop.select()
    assert facts_of_the_post(shop).price_text is None


def test_variants_in_several_currencies_have_no_price():
    row = {"url": "", "description": None, "categories": [], "image_url": None, "name": "Kilt"}
    variants = [
        {"name": "Kilt, S", "price": "20", "currency": currency, "attributes": {}, "is_available": True}
        for currency in ("GBP", "EUR")
    ]
    assert facts_of_page({**row, "variants": variants}).price is None
    assert facts_of_page({**row, "variants": variants[:1]}).price == 20


@pytest.mark.parametrize(
    ("words", "passes"),
    [
        ("\u00a320 to \u00a330", True), ("\u00a320.00\u2013\u00a330.00", True), ("from \u00a320", True),
        ("ab 20 £", True),
        ("starting at \u00a320", True), ("\u00a320", False), ("only \u00a320", False), ("from \u00a330", False),
        ("\u00a330", False), ("\u00a325", False), ("\u00a320 to \u00a340", False), ("a fair price", True),
    ],
)  # fmt: skip
def test_a_text_states_the_range_or_its_beginning(words: str, *, passes: bool):
    from dataclasses import replace  # noqa: PLC0415

    facts = replace(FACTS, price=Decimal(20), highest_price=Decimal(30))
    assert (price_claims_rule(f"It is yours: {words}.", facts) is None) == passes


def test_the_question_for_a_writer_lists_no_tags(shop: Shop):
    shop.channel()
    variant(shop, "S", attributes={"sizes": ["S"], "tags": ["cashmere-care"]})
    shop.select()
    question = fenced_facts(facts_of_the_post(shop))
    assert '"sizes"' in question
    assert "cashmere" not in question
