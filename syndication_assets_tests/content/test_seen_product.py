"""A text stores what its author was told about the product: the version, and the prices that it may state."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import psycopg
import pytest

from syndication_assets.content.review.text_decisions import edit
from syndication_assets_tests.content.shop_in_tables import FIRST_DAY, SEEN_AT, Row, Shop

LATER = datetime.combine(FIRST_DAY + timedelta(1), datetime.min.time(), UTC) + timedelta(hours=6)


def observe(shop: Shop, product_id: str, version: bytes, price: str, observed_at: datetime) -> None:
    """An accepted catalogue with this version of the product, which is its newest."""
    shop.insert(
        "catalogue.product_observations",
        "product_id",
        product_id=product_id,
        observed_at=observed_at,
        is_listed=True,
        price=price,
        currency="GBP",
        content_hash=version,
        facts="{}",
    )
    shop.insert(
        "catalogue.product_prices",
        "product_id",
        product_id=product_id,
        observed_at=observed_at,
        price=price,
        currency="GBP",
    )
    shop.execute(
        "update catalogue.products set price = %s, content_hash = %s, observed_at = %s where product_id = %s",
        [price, version, observed_at, product_id],
    )


def seen(text: Row) -> tuple[bytes | None, list[Decimal], str | None]:
    version = text["product_version"]
    return (None if version is None else bytes(version)), text["seen_prices"], text["seen_currency"]


@pytest.fixture
def product_id(shop: Shop) -> str:
    shop.load_templates()
    shop.channel()
    product_id = shop.product("kilt", shop.category("Kilts"), shop.category("Highland Wear"), price="40.00")
    observe(shop, product_id, b"first", "40.00", SEEN_AT)
    shop.select()
    return product_id


def test_a_text_stores_the_version_and_the_price_of_its_day_whatever_was_loaded_since(shop: Shop, product_id: str):
    observe(shop, product_id, b"second", "55.00", LATER)
    (text,) = shop.write()
    assert seen(text) == (b"first", [Decimal("40.00")], "GBP")


def test_an_edit_stores_what_is_known_today(shop: Shop, product_id: str):
    (text,) = shop.write()
    observe(shop, product_id, b"second", "55.00", LATER)
    edit(shop.url, text["content_id"], "isla", text["text_content"] + " Now!")
    old, new = shop.texts()
    assert seen(old) == (b"first", [Decimal("40.00")], "GBP")
    assert seen(new) == (b"second", [Decimal("55.00")], "GBP")


def test_a_variation_that_reuses_a_text_stores_what_the_author_of_that_text_knew(shop: Shop, product_id: str):
    shop.execute("delete from content.product_selections")
    shop.rule("variations", value=2)
    shop.rule("variations_by", value="timing")
    shop.select()
    shop.write()
    shop.execute("delete from content.compliance_checks")
    shop.execute("delete from content.posts_content where variation = 2")
    observe(shop, product_id, b"second", "55.00", SEEN_AT + timedelta(hours=1))
    first, second = shop.write()
    assert seen(first) == seen(second) == (b"first", [Decimal("40.00")], "GBP")


def test_a_product_without_a_price_or_an_observation_stores_none(shop: Shop):
    shop.load_templates()
    shop.channel()
    shop.product("kilt", shop.category("Kilts"), shop.category("Highland Wear"), price=None, currency=None)
    shop.select()
    (text,) = shop.write()
    assert seen(text) == (None, [], None)


def test_what_the_author_knew_never_changes(shop: Shop, product_id: str):
    shop.write()
    for change in ("seen_prices = '{55}'", "seen_currency = 'EUR'", "product_version = ''"):
        with pytest.raises(psycopg.errors.IntegrityConstraintViolation):
            shop.execute(f"update content.posts_content set {change}")
