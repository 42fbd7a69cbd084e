"""Loading catalogue snapshots: what they change in products, prices and categories, and when they are rejected."""

import json

import pytest

from syndication_assets.demo.samples.catalogue import catalogue_files
from syndication_assets.landing.loading.withdrawal import withdraw_files
from syndication_assets_tests.catalogue.many_products import MANY, QUARANTINE
from syndication_assets_tests.catalogue.shop import (
    MONDAY,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    CatalogueRoom,
    product,
    versions,
)


def land_samples(room: CatalogueRoom, days: int, products: int = 60) -> None:
    for file in catalogue_files("default", first_day=MONDAY, days=days, products=products):
        room.zone.land("default", file.source, file.landed_on, file.name, file.content)


def test_a_product_has_the_facts_of_its_list_entry(room: CatalogueRoom):
    room.land(
        MONDAY,
        product(
            "K1",
            "45.50",
            name="Hand\u2011made\u00a0Kilt &amp; pin",
            description="<p>Of <b>wool</b>.</p><p>Warm</p>",
            image="https://img.shop.example/k1.jpg",
            product_url="javascript:alert(1)",
            printable_design_type="tartan",
        ),
    )
    room.load(MONDAY)
    assert room.rows(
        "select vendor, sku, vendor_product_id, name, description, price::text, currency, image_url, product_url,"
        " attributes, vendor_category_ids, is_active, observed_at = first_seen_at from catalogue.products"
    ) == [
        (
            "heritage", "K1", "7", "Hand-made Kilt & pin", "Of wool.\nWarm", "45.50", "GBP",
            "https://img.shop.example/k1.jpg", None, {"designs": ["tartan"]}, ["2"], True, True,
        )
    ]  # fmt: skip


def test_product_details_complete_the_list_entry(room: CatalogueRoom):
    old_row = ["Sash", "S1", "https://shop.example/s1.html", "<i>Silk</i>"]
    room.land(
        MONDAY,
        old_row,
        ["Tie", "T1", "", "", "", 5],
        details=[{"sku": "S1", "price": 12.5, "categories": [{"id": "1"}]}],
    )
    room.load(MONDAY)
    assert room.rows(
        "select sku, name, description, price::text, vendor_category_ids from catalogue.products order by sku"
    ) == [("S1", "Sash", "Silk", "12.50", ["1"]), ("T1", "Tie", None, None, [])]


def test_reloading_unchanged_files_writes_no_row(room: CatalogueRoom):
    land_samples(room, days=2)
    room.load(MONDAY, TUESDAY)
    before = versions(room.url)
    (again,) = room.load(TUESDAY)
    room.load(MONDAY)
    assert versions(room.url) == before
    assert again.counts["products_updated"] == again.counts["products_new"] == again.counts["changes"] == 0


def test_row_versions_detect_a_rewritten_row(room: CatalogueRoom):
    room.land(MONDAY, product("K1"))
    room.load(MONDAY)
    before = versions(room.url)
    room.execute("update catalogue.products set name = name")
    assert versions(room.url) != before


def test_an_unchanged_catalogue_on_a_new_day_writes_no_product(room: CatalogueRoom):
    room.land(MONDAY, *MANY)
    room.land(TUESDAY, *MANY)
    room.load(MONDAY)
    before = versions(room.url)
    room.load(TUESDAY)
    after = versions(room.url)
    for table in ("products", "product_observations", "product_prices", "product_categories"):
        assert after[table] == before[table]


def test_a_product_keeps_its_id_when_the_shop_changes_its_own(room: CatalogueRoom):
    room.land(MONDAY, product("K1", product_id=1))
    room.land(TUESDAY, product("K1", product_id=2))
    room.load(MONDAY)
    first = room.value("select product_id from catalogue.products")
    room.load(TUESDAY)
    assert room.rows("select product_id, vendor_product_id from catalogue.products") == [(first, "2")]


def test_a_missing_product_is_deactivated_until_it_returns(room: CatalogueRoom):
    room.land(MONDAY, *MANY)
    room.land(TUESDAY, *MANY[1:])
    room.land(WEDNESDAY, *MANY)
    room.load(MONDAY, TUESDAY)
    assert "S0" not in room.active()
    assert room.rows(
        "select is_active, deactivated_at::date, price::text from catalogue.products where sku = 'S0'"
    ) == [(False, TUESDAY, "10.00")]
    room.load(WEDNESDAY)
    assert room.rows("select is_active, deactivated_at from catalogue.products where sku = 'S0'") == [(True, None)]
    assert room.prices("S0") == [("Mon", "10.00")], "its price is unchanged"


def test_prices_have_one_row_per_change(room: CatalogueRoom):
    for day, price in ((MONDAY, "10"), (TUESDAY, "10.00"), (WEDNESDAY, 12), (THURSDAY, "29.99")):
        room.land(day, product("K1", price))
    room.load(MONDAY, TUESDAY, WEDNESDAY, THURSDAY)
    assert room.prices("K1") == [("Mon", "10.00"), ("Wed", "12.00"), ("Thu", None)]
    assert room.rows("select price, currency from catalogue.products") == [(None, None)]


@pytest.mark.parametrize("price", ["free", "12,50", "£5", -3, 0, "1.005", True, {"amount": 5}, "1e3", 1e300])
def test_a_price_that_is_not_a_number_is_null_and_counted(room: CatalogueRoom, price: object):
    room.land(MONDAY, product("K1", price), product("K2", None), product("K3", 29.99))
    room.load(MONDAY)
    assert room.rows("select sku, price from catalogue.products order by 1") == [
        ("K1", None),
        ("K2", None),
        ("K3", None),
    ]
    assert room.rows("select prices_unread, prices_placeholder from catalogue.catalogue_snapshots") == [(1, 1)]
    assert room.prices("K1") == [], "an unknown first price is not a change"


def test_a_changed_placeholder_price_applies_to_the_next_load(room: CatalogueRoom):
    room.land(MONDAY, product("K1", 15))
    room.load(MONDAY)
    room.execute("update catalogue.vendors set placeholder_prices = '{15}'")
    room.load(MONDAY)
    assert room.value("select price from catalogue.products") is None
    assert room.prices("K1") == []


@pytest.mark.both_servers
def test_invalid_items_are_quarantined_and_the_others_load(room: CatalogueRoom):
    path = room.land(
        MONDAY,
        product(""),
        product("K1"),
        {"sku": "K2"},
        ["short"],
        product("K3", name=5),
        "text",
        product("K4", categories=5),
    )
    page = path.replace("manifest_", "products_page_0001_")
    room.load(MONDAY)
    assert room.active() == "K1"
    assert room.rows(QUARANTINE) == [
        (page, 0, "it has no sku", False),
        (page, 2, "it has no name", False),
        (page, 3, "it is a list of 1 values: a product of the old shape has at least 4", False),
        (page, 4, "title is not a text", False),
        (page, 5, "it is neither an object nor a list", False),
        (page, 6, "category_ids is not a list", False),
    ]
    assert room.value("select payload from landing.quarantine where position = 3") == b'["short"]'
    withdraw_files(room.url, room.zone, [page], "a bad export")
    (room.root / page).write_bytes(json.dumps([product("K1"), product("K2")]).encode())
    room.load(MONDAY)
    assert {replayed for *_, replayed in room.rows(QUARANTINE)} == {True}


def test_a_product_may_have_300_categories(room: CatalogueRoom):
    tree = [{"id": number, "name": f"C{number}"} for number in range(1, 301)]
    room.land(MONDAY, product("K1", categories=[*range(1, 301), 999, 5]), tree=tree)
    room.load(MONDAY)
    assert room.value("select count(*) from catalogue.product_categories") == 300
    assert room.value("select cardinality(vendor_category_ids) from catalogue.products") == 301, (
        "the ids that the shop names are kept"
    )


def test_a_category_with_an_absent_parent_is_a_root_and_a_cycle_is_cut(room: CatalogueRoom):
    tree = [
        {"id": 1, "name": "A", "parent_id": 77},
        {"id": 5, "name": "B", "parent_id": 4, "children": [{"id": 6, "name": "C"}]},
        {"id": 4, "name": "D", "parent_id": 3},
        {"id": 3, "name": "E", "parent_id": 5},
        {"id": 9, "name": "F", "parent_id": 9},
    ]
    room.land(MONDAY, product("K1"), tree=tree)
    room.load(MONDAY)
    placed = room.rows(
        "select c.name, c.parent_vendor_category_id, p.name, c.level from catalogue.categories c"
        " left join catalogue.categories p on p.category_id = c.parent_category_id order by c.name"
    )
    assert placed == [
        ("A", "77", None, 0),
        ("B", "4", "D", 2),
        ("C", "5", "B", 3),
        ("D", "3", "E", 1),
        ("E", "5", None, 0),
        ("F", "9", None, 0),
    ]


def test_a_removed_category_becomes_inactive(room: CatalogueRoom):
    room.land(MONDAY, product("K1", categories=[1, 2]))
    room.land(TUESDAY, product("K1", categories=[1, 2]), tree=[{"id": 1, "name": "Kilts and more"}])
    room.load(MONDAY, TUESDAY)
    assert room.rows("select vendor_category_id, name, is_active from catalogue.categories order by 1") == [
        ("1", "Kilts and more", True),
        ("2", "Casual Kilts", False),
    ]
