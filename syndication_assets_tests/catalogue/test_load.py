"""Loading catalogue snapshots: what they change in products, prices and categories, and when they are rejected."""

import json

import pytest

from syndication_assets.demo.samples.catalogue import catalogue_files
from syndication_assets.landing.landing_zone import LandedFilesMissingError
from syndication_assets.landing.withdrawal import withdraw_files
from syndication_assets_tests.catalogue.shop import (
    MONDAY,
    THURSDAY,
    TREE,
    TUESDAY,
    WEDNESDAY,
    CatalogueRoom,
    add_vendor,
    facts,
    product,
    versions,
)

pytestmark = pytest.mark.both_servers

MANY = [product(f"S{number}") for number in range(10)]
QUARANTINE = "select source_file_path, position, reason, replayed_at is not null from landing.quarantine order by 1, 2"


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


@pytest.mark.parametrize(
    ("snapshot", "reason"),
    [
        ({"is_complete": False}, "page 2 was cut off"),
        ({"tree": None}, "it has no category tree"),
        ({"tree": []}, "it has no category tree"),
    ],
)
def test_an_incomplete_snapshot_is_rejected_and_changes_nothing(room: CatalogueRoom, snapshot: dict, reason: str):
    room.land(MONDAY, *MANY)
    room.load(MONDAY)
    before = facts(room.url)
    room.land(TUESDAY, *MANY, product("NEW"), product("S0", "99"), **snapshot)
    (load,) = room.load(TUESDAY)
    assert [snapshot.reason for _, snapshot in load.rejected] == [reason]
    after = facts(room.url)
    del before["catalogue_snapshots"], after["catalogue_snapshots"]
    assert after == before
    assert room.rows("select status::text, reason from catalogue.catalogue_snapshots order by observed_at") == [
        ("accepted", None),
        ("rejected", reason),
    ]


@pytest.mark.parametrize("content", [b"", b"<html>maintenance</html>", b'[{"sku": "K1"', b'{"success": false}', b'"a"'])
def test_an_unreadable_page_is_quarantined_and_its_snapshot_rejected(room: CatalogueRoom, content: bytes):
    room.land(MONDAY, *MANY)
    page = room.land(TUESDAY, *MANY).replace("manifest_", "products_page_0001_")
    (room.root / page).write_bytes(content)
    room.load(MONDAY, TUESDAY)
    assert len(room.active().split()) == 10
    assert (
        room.value("select status::text from catalogue.catalogue_snapshots where landed_on = %s", [TUESDAY])
        == "rejected"
    )
    ((path, position, _, _),) = room.rows(QUARANTINE)
    assert (path, position) == (page, None)


def test_a_repeated_page_rejects_the_snapshot(room: CatalogueRoom):
    path = room.land(MONDAY, *MANY)
    page = path.replace("manifest_", "products_page_0001_")
    again = page.replace("0001", "0002")
    (room.root / again).write_bytes((room.root / page).read_bytes())
    manifest = json.loads((room.root / path).read_bytes())
    (room.root / path).write_text(json.dumps(manifest | {"product_lists": [page, again]}))
    (load,) = room.load(MONDAY)
    assert [snapshot.reason for _, snapshot in load.rejected] == [
        f"{again} only repeats products of the files before it"
    ]


def test_a_shrunk_snapshot_is_rejected_until_the_limit_is_raised(room: CatalogueRoom):
    room.land(MONDAY, *MANY)
    room.land(TUESDAY, *MANY[:8])
    room.land(WEDNESDAY, *MANY[:6])
    room.load(MONDAY, TUESDAY)
    assert len(room.active().split()) == 8, "20 % is allowed"
    (load,) = room.load(WEDNESDAY)
    ((_, rejected),) = load.rejected
    assert rejected.reason.startswith("it shrank from 8 products (2025-11-04 09:00 UTC) to 6, which is more than 20.0%")
    assert len(room.active().split()) == 8
    room.execute("update catalogue.vendors set maximum_shrinkage = 0.5")
    room.load(WEDNESDAY)
    assert len(room.active().split()) == 6


def test_a_missing_file_of_an_accepted_snapshot_fails_the_load(room: CatalogueRoom):
    path = room.land(MONDAY, *MANY)
    room.load(MONDAY)
    before = facts(room.url)
    (room.root / path.replace("manifest_", "category_tree_")).unlink()
    with pytest.raises(LandedFilesMissingError, match="category_tree_"):
        room.load(MONDAY)
    (room.root / path).unlink()
    with pytest.raises(LandedFilesMissingError, match="2 loaded file"):
        room.load(MONDAY)
    assert facts(room.url) == before


def test_a_withdrawn_snapshot_leaves_no_trace(room: CatalogueRoom):
    from syndication_assets.landing.withdrawal import withdraw_files  # noqa: PLC0415

    room.land(MONDAY, product("K1", 10), product("K2", 20))
    room.land(WEDNESDAY, product("K1", 12), product("K2", 20))
    room.load(MONDAY, WEDNESDAY)
    before = facts(room.url)
    path = room.land(TUESDAY, product("K1", 11, name="Another"), product("K2", 20), tree=[{"id": 2, "name": "Other"}])
    room.load(TUESDAY)
    last = room.land(THURSDAY, product("K1", 99, name="Wrong"), product("K2", 20), tree=[{"id": 2, "name": "Wrong"}])
    room.load(THURSDAY)
    assert facts(room.url) != before
    withdraw_files(room.url, room.zone, [path, last], "another shop's")
    room.load(THURSDAY, TUESDAY)
    assert facts(room.url) == before


def test_a_product_that_only_a_withdrawn_snapshot_had_is_inactive_and_has_no_price(room: CatalogueRoom):
    from syndication_assets.landing.withdrawal import withdraw_files  # noqa: PLC0415

    room.land(MONDAY, product("K1"))
    path = room.land(TUESDAY, product("K1"), product("K2", 20))
    room.load(MONDAY, TUESDAY)
    withdraw_files(room.url, room.zone, [path], "another shop's")
    room.load(TUESDAY)
    assert room.rows("select sku, is_active, price, currency from catalogue.products where sku = 'K2'") == [
        ("K2", False, None, None)
    ]
    assert room.prices("K2") == []


def test_a_single_file_may_hold_a_whole_catalogue(room: CatalogueRoom):
    content = json.dumps({"success": True, "data": {"products": MANY, "category_tree": TREE}}).encode()
    room.put(MONDAY, "export.json", content)
    room.load(MONDAY)
    assert len(room.active().split()) == 10
    assert room.rows("select to_char(observed_at, 'HH24:MI'), categories from catalogue.catalogue_snapshots") == [
        ("12:00", 2)
    ]


def test_a_product_list_alone_is_not_a_catalogue(room: CatalogueRoom):
    path = room.put(MONDAY, "getProducts.json", json.dumps(MANY).encode())
    room.load(MONDAY)
    assert room.active() == ""
    assert [(file, position) for file, position, *_ in room.rows(QUARANTINE)] == [(path, None)]


def test_files_without_a_manifest_are_not_read(room: CatalogueRoom):
    path = room.land(MONDAY, *MANY)
    (room.root / path).unlink()
    (load,) = room.load(MONDAY)
    assert (len(load.unlisted), load.items_quarantined, room.active()) == (2, 0, "")


def test_files_without_a_vendor_wait_in_quarantine_until_it_is_added(room: CatalogueRoom):
    room.execute("delete from catalogue.vendors")
    path = room.land(MONDAY, *MANY)
    room.load(MONDAY)
    ((waiting, _, reason, _),) = room.rows(QUARANTINE)
    assert waiting == path
    assert reason == (
        "default has no vendor 'heritage' of clan_catalogue: add it with `syndication vendor add`, and load the day "
        "again"
    )
    add_vendor(room.url)
    room.load(MONDAY)
    assert [replayed for *_, replayed in room.rows(QUARANTINE)] == [True]
    assert len(room.active().split()) == 10


def test_several_vendors_of_a_source_are_told_apart_by_name(room: CatalogueRoom):
    add_vendor(room.url, "outlet")
    room.land(MONDAY, product("K1", 10))
    room.land(MONDAY, product("K1", 5), vendor="outlet")
    path = room.put(MONDAY, "export.json", json.dumps({"products": MANY, "category_tree": TREE}).encode())
    room.load(MONDAY)
    assert room.rows("select vendor, price::int from catalogue.products order by 1") == [
        ("heritage", 10),
        ("outlet", 5),
    ]
    ((waiting, _, reason, _),) = room.rows(QUARANTINE)
    assert waiting == path
    assert """name the vendor in the file's .meta.json, {"vendor": "…"}""" in reason


@pytest.mark.parametrize(
    "change",
    [
        {"product_lists": ["acme/clan_catalogue/2025-11-03/x.json"]},
        {"product_lists": ["default/clan_catalogue/../../etc/passwd"]},
        {"observed_at": "2025-11-04T09:00:00Z"},
        {"observed_at": "2025-11-03T09:00:00"},
        {"product_lists": 5},
    ],
)
def test_a_manifest_of_another_day_or_folder_is_quarantined(room: CatalogueRoom, change: dict):
    path = room.land(MONDAY, *MANY)
    manifest = json.loads((room.root / path).read_bytes())
    (room.root / path).write_text(json.dumps(manifest | change))
    room.load(MONDAY)
    assert [(file, position) for file, position, *_ in room.rows(QUARANTINE)] == [(path, None)]
    assert room.rows("select * from catalogue.catalogue_snapshots") == []


def test_shopify_exports_can_be_loaded(room: CatalogueRoom):
    add_vendor(room.url, "tartan_shop", source="shopify_products")
    variants = [
        {"sku": "K-S", "price": "80.00", "title": "S", "option1": "S"},
        {"sku": "K-M", "price": "85.00", "title": "M"},
    ]
    content = {
        "products": [
            {
                "id": 1, "title": "Kilt", "body_html": "<p>Warm</p>", "product_type": "Kilts", "tags": ["wool"],
                "handle": "kilt", "variants": variants, "images": [{"src": "https://cdn.shop.example/k.jpg"}],
                "options": [{"name": "Size"}],
            },
            {"id": 2, "title": "Tie", "product_type": "Ties", "variants": [{"price": "5.00"}]},
        ]
    }  # fmt: skip
    path = room.put(MONDAY, "products.json", json.dumps(content).encode(), source="shopify_products")
    room.load(MONDAY)
    assert room.rows("select sku, name, price::text, attributes from catalogue.products order by 1") == [
        ("K-M", "Kilt, M", "85.00", {"tags": ["wool"]}),
        ("K-S", "Kilt, S", "80.00", {"tags": ["wool"], "sizes": ["S"]}),
    ]
    assert room.rows(
        "select c.name, count(*) from catalogue.categories c join catalogue.product_categories using (category_id)"
        " group by 1"
    ) == [("Kilts", 2)]
    assert room.rows(QUARANTINE) == [(path, 1, "it has no sku", False)]
