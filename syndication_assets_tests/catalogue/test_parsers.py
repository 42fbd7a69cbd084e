"""The shapes of shops, read: no database, no files."""

import json
import time
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndication_assets.catalogue.clan import clan_parser
from syndication_assets.catalogue.products.category_tree import Place, place_categories
from syndication_assets.catalogue.products.product_facts import (
    Category,
    ProductFacts,
    ShopRules,
    make_product,
    read_price,
)
from syndication_assets.catalogue.shopify import shopify_parser
from syndication_assets.landing.loading.rejections import FileRejectedError, ItemRejectedError

FILES = settings(max_examples=200, deadline=None, derandomize=True, database=None)


def encoded(value: Any) -> bytes:
    return json.dumps(value).encode()


# A parser that looks ahead for the end of each tag takes the square of their number.
@pytest.mark.parametrize("tag", ["<a href='", "<!--", "<![CDATA[", "<", "<p x='y'", "</p>", "<br>", "&amp"])
def test_a_description_costs_what_its_length_costs(tag: str):
    """Eight times the length is about eight times the work; a quadratic reader needs 64 times as much."""

    def seconds(tags: int) -> float:
        facts = ProductFacts(sku="K1", name="Kilt", description=tag * tags)
        begin = time.thread_time()
        make_product(facts)
        return time.thread_time() - begin

    short, long = (min(seconds(tags) for _ in range(5)) for tags in (1_000, 8_000))
    assert long / short < 24


@pytest.mark.parametrize(
    ("value", "price"),
    [
        ("45.50", "45.50"), (" 7 ", "7.00"), (12, "12.00"), (Decimal("9.990"), "9.99"), ("1252.00", "1252.00"),
        ("free", None), ("", None), (None, None), ("12,50", None), ("£5", None), ("0", None), (-1, None), (True, None),
        ("1.005", None), (Decimal("1e400"), None), (Decimal("NaN"), None), ("99999999999", None), ({}, None),
        ("٣", None),
    ],
)  # fmt: skip
def test_a_price_is_a_positive_number_or_none(value: object, price: str | None):
    found = read_price(value)
    assert (str(found) if found is not None else None) == price


def test_both_shapes_of_the_list_give_the_same_facts():
    content = encoded(
        [
            ["Kilt", "K1", "https://shop.example/k1", "Warm", "", 7],
            {"sku": "K1", "id": 7, "name": "Kilt", "url": "https://shop.example/k1", "description": "Warm"},
        ]
    )
    first, second = clan_parser.parse_products(content).items
    assert first.facts == second.facts


@pytest.mark.parametrize(
    "wrapped", [lambda x: x, lambda x: {"success": True, "data": x}, lambda x: {"data": {"products": x}}]
)
def test_the_envelope_is_optional(wrapped: Any):
    (item,) = clan_parser.parse_products(encoded(wrapped([{"sku": 5, "title": "Kilt"}]))).items
    assert (item.facts.sku, item.position) == ("5", 0)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "it is empty"),
        (b" \n", "it is empty"),
        (b"<!DOCTYPE html><p>", "it is a page of HTML or XML, not JSON"),
        (b'{"success": false, "message": "SECRET"}', "the shop reported a failure"),
        (b'{"success": true, "data": {"a": 1}}', "it holds one object where a list was expected"),
        (b'[{"sku": "K1"}, {"sk', "it is not the JSON of a catalogue: "),
        (b"[" * 100_000, "it is not the JSON of a catalogue: "),
        (b'[{"sku": "\\ud800"}]', "it is not the JSON of a catalogue: "),
        (b"\xff\xfe", "it is not the JSON of a catalogue: "),
        (b"null", "it is not the JSON of a catalogue: "),
    ],
)
def test_a_file_that_is_not_a_list_is_rejected_without_quoting_it(content: bytes, reason: str):
    with pytest.raises(FileRejectedError) as raised:
        clan_parser.parse_products(content)
    assert str(raised.value).startswith(reason)
    assert "SECRET" not in str(raised.value)


def test_an_invalid_item_does_not_affect_the_others():
    content = b'[{"sku": "A"}, {"sku": 1.5}, 5, null, {"sku": ["B"]}, {"sku": "C", "surprise": 1}]'
    read = clan_parser.parse_products(content)
    assert [item.facts.sku for item in read.items] == ["A", "C"]
    assert [(rejected.position, rejected.reason) for rejected in read.rejected] == [
        (1, "sku is neither text nor a whole number"),
        (2, "it is neither an object nor a list"),
        (3, "it is neither an object nor a list"),
        (4, "sku is neither text nor a whole number"),
    ]
    assert read.rejected[0].payload == b'{"sku": 1.5}'
    assert read.unknown_keys == {"surprise": 1}


def test_details_complete_the_list_entry_and_override_it():
    listed = ProductFacts(sku="K1", name="Kilt", price="5", image_url="https://a", vendor_category_ids=("1",))
    detail = clan_parser.parse_detail(
        encoded(
            {"success": True, "data": {"sku": "K1", "price": 6.5, "images": [{"url": "https://b"}], "categories": []}}
        )
    )
    product = make_product(listed.completed_by(detail))
    assert (product.name, product.price, product.image_url) == ("Kilt", Decimal("6.50"), "https://b")
    assert product.vendor_category_ids == ()


def test_a_price_keeps_its_digits():
    (item,) = clan_parser.parse_products(b'[{"sku": "K1", "title": "Kilt", "price": 1252.10}]').items
    assert str(make_product(item.facts).price) == "1252.10"


@pytest.mark.parametrize("name", [None, "<p> </p>", "\u200b"])
def test_a_product_without_a_name_is_rejected(name: str | None):
    with pytest.raises(ItemRejectedError, match="it has no name"):
        make_product(ProductFacts(sku="K1", name=name))


def test_the_content_hash_ignores_differences_in_spelling():
    spelled = [ProductFacts(sku="K1", name="Kilt", price=price, vendor_category_ids=ids) for price, ids in (
        ("5", ("2", "1")), (Decimal("5.00"), ("1", "2", "1")), ("5.01", ("1", "2")),
    )]  # fmt: skip
    first, second, other = (make_product(facts).content_hash for facts in spelled)
    assert first == second != other


def test_nested_categories_have_the_node_around_them_as_parent():
    tree = clan_parser.parse_categories(
        encoded(
            {
                "data": [
                    {
                        "id": 1,
                        "name": "A",
                        "parent_id": 0,
                        "children": [{"id": "2", "name": "B"}, {"name": "?"}, {"id": 1, "name": "A2"}],
                    }
                ]
            }
        )
    )
    assert [(c.vendor_category_id, c.parent_vendor_category_id) for c in tree.categories] == [("1", None), ("2", "1")]
    assert [(rejected.position, rejected.reason) for rejected in tree.rejected] == [
        (2, "the category has no id"),
        (3, "its category is in the tree already, with other content"),
    ]


def categories(parents: dict[str, str | None]) -> list[Category]:
    return [
        Category(vendor_category_id=own, name=own, parent_vendor_category_id=parent) for own, parent in parents.items()
    ]


def test_a_cycle_is_cut_at_its_smallest_id_in_any_order():
    parents = {"9": "10", "10": "2", "2": "9", "7": "10", "8": "77", "6": "6"}
    expected = {
        "2": Place(None, 0),
        "10": Place("2", 1),
        "9": Place("10", 2),
        "7": Place("10", 2),
        "8": Place(None, 0),
        "6": Place(None, 0),
    }
    assert place_categories(categories(parents)) == expected
    assert place_categories(categories(dict(reversed(parents.items())))) == expected


@FILES
@given(st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from("abcdefghxy") | st.none(), max_size=8))
def test_every_category_leads_to_a_root(parents: dict[str, str | None]):
    places = place_categories(categories(parents))
    assert places.keys() == parents.keys()
    for own, place in places.items():
        way = [own]
        while (parent := places[way[-1]].parent) is not None:
            way.append(parent)
            assert len(way) <= len(places)
        assert len(way) - 1 == place.level


@FILES
@given(st.binary(max_size=60) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(
        st.sampled_from(["data", "products", "sku", "title", "variants", "categories", "id", "children", "tags"]), inner
    ),
    max_leaves=12,
).map(lambda value: json.dumps(value).encode()))  # fmt: skip
def test_no_file_crashes_a_parser(content: bytes):
    """Any bytes give products, or a rejection with a reason."""
    for parse in (
        clan_parser.parse_products,
        clan_parser.parse_categories,
        clan_parser.parse_whole,
        clan_parser.parse_detail,
        shopify_parser.parse_products,
        shopify_parser.parse_whole,
    ):
        with suppress(FileRejectedError):
            parse(content)


def test_each_shopify_variant_is_a_product():
    variant = {"sku": "T-1", "price": "5.00", "title": "Default Title"}
    content = encoded(
        {"products": [{"id": 9, "title": "Tie", "tags": "silk, red ,", "variants": [variant, {"sku": ""}, variant]}]}
    )
    read = shopify_parser.parse_products(content)
    item, again = read.items
    assert again.facts == item.facts, "a repeated sku is judged over the whole catalogue"
    assert (item.facts.name, item.facts.vendor_product_id, item.facts.price) == ("Tie", "9", "5.00")
    assert item.facts.attributes == {"tags": ("red", "silk")}
    assert [rejected.reason for rejected in read.rejected] == ["1 of its 3 variants have no sku"]


@pytest.mark.parametrize(
    ("shop_url", "facts", "page"),
    [
        ("https://shop.example", {"handle": "tie"}, "https://shop.example/products/tie"),
        ("https://shop.example/en/", {"handle": "a b?c#d"}, "https://shop.example/en/products/a%20b%3Fc%23d"),
        ("https://shop.example", {"handle": "tie", "product_url": "https://a/tie"}, "https://a/tie"),
        ("https://shop.example", {}, None),
        (None, {"handle": "tie"}, None),
    ],
)
def test_a_handle_gives_a_page_below_the_shops_url(shop_url: str | None, facts: dict[str, str], page: str | None):
    assert make_product(ProductFacts(sku="T-1", name="Tie", **facts), ShopRules(shop_url=shop_url)).product_url == page
