"""A product of a Shopify shop, from the landed file to the text that links to its page."""

import json
from collections.abc import Mapping
from datetime import date, timedelta

import pytest

from syndication_assets.catalogue.loading.catalogue_load import load_day
from syndication_assets.catalogue.new_vendors import add_vendor
from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets_tests.content.shop_in_tables import FIRST_DAY, Shop

LANDED_ON = date(2025, 10, 1)
PRODUCT = {
    "id": 1,
    "title": "Tweed kilt",
    "body_html": "<p>A kilt from our own workshop. It was made with care.</p>",
    "product_type": "Kilts",
    "handle": "kilt-für-jeden/tag",
    "variants": [{"sku": "T-1", "title": "Default Title", "price": "80.00"}],
}


def load(shop: Shop, zone: LandingZone, product: Mapping[str, object] = PRODUCT) -> None:
    """Lands and loads the shop's file of October."""
    content = json.dumps({"products": [product]}).encode()
    zone.land("default", "shopify_products", LANDED_ON, "products_2025-10-01_06-00-00-000.json", content)
    load_day(shop.url, zone, LANDED_ON, maximum_file_bytes=10**6)


@pytest.mark.parametrize("shop_url", ["https://tweed.example", "https://tweed.example/"])
def test_a_shopify_product_is_selected_and_its_text_links_to_its_page(shop: Shop, zone: LandingZone, shop_url: str):
    shop.channel()
    add_vendor(shop.url, "default", "tweed", "shopify_products", "GBP", [], shop_url)
    load(shop, zone)
    assert shop.select() == ["T-1"]
    (text,) = shop.write()
    page = "https://tweed.example/products/kilt-f%C3%BCr-jeden%2Ftag"
    assert text["link_url"] == page
    assert page in text["text_content"].split()
    assert shop.broken_rules(text["content_id"]) == {}


def test_without_the_shops_url_a_product_has_no_page(shop: Shop, zone: LandingZone):
    shop.channel()
    add_vendor(shop.url, "default", "tweed", "shopify_products", "GBP", [])
    load(shop, zone)
    assert shop.value("select product_url from catalogue.products where sku = 'T-1'") is None
    assert shop.select() == []


def test_a_url_that_is_added_later_gives_pages_with_the_next_load(shop: Shop, zone: LandingZone):
    add_vendor(shop.url, "default", "tweed", "shopify_products", "GBP", [])
    load(shop, zone)
    shop.execute("update catalogue.vendors set shop_url = 'https://tweed.example' where vendor = 'tweed'")
    load_day(shop.url, zone, LANDED_ON, maximum_file_bytes=10**6)
    page = shop.value("select product_url from catalogue.products where sku = 'T-1'")
    assert page == "https://tweed.example/products/kilt-f%C3%BCr-jeden%2Ftag"
    assert shop.select(FIRST_DAY) == []


def test_variants_of_a_page_are_one_product_and_those_that_are_sold_out_are_left_out(shop: Shop, zone: LandingZone):
    shop.channel()
    variants = [
        {"sku": "T-1", "title": "Tweed kilt, Red", "price": "80.00", "available": False},
        {"sku": "T-2", "title": "Blue", "price": "90.00", "available": True},
        {"sku": "T-3", "title": "Green", "price": "95.00"},
    ]
    add_vendor(shop.url, "default", "tweed", "shopify_products", "GBP", [], "https://tweed.example")
    load(shop, zone, PRODUCT | {"variants": variants, "tags": "cashmere-care"})
    names = shop.execute("select name from catalogue.products order by sku")
    assert names == [("Tweed kilt, Red",), ("Tweed kilt, Blue",), ("Tweed kilt, Green",)], "no name stands twice"
    assert len(shop.select()) == 1
    assert shop.selected() != ["T-1"]
    (text,) = shop.write()
    assert text["text_content"].count("Tweed kilt") == 1
    assert not {"Red", "Blue", "Green"} & set(text["text_content"].split())
    assert shop.broken_rules(text["content_id"]) == {}
    assert shop.select(FIRST_DAY + timedelta(1))[1:] != ["T-1"]
    repeats = shop.execute(
        "select factors -> 'rest' ->> 'is_repeat' from content.product_selections order by selected_on"
    )
    assert repeats == [("false",), ("true",)], "another colour is a repeat"
