"""Snapshots, files and manifests that are rejected, withdrawn or wait, and what then remains."""

import json

import pytest

from syndication_assets.landing.loading.withdrawal import withdraw_files
from syndication_assets.landing.zone.landing_zone import LandedFilesMissingError
from syndication_assets_tests.catalogue.many_products import MANY, QUARANTINE
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
)


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


@pytest.mark.both_servers
def test_a_product_that_only_a_withdrawn_snapshot_had_is_inactive_and_has_no_price(room: CatalogueRoom):

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
