"""Loading looks at a shop's catalogue: what they do to products, prices and categories, and what they may not do."""

import json

import pytest

from syndication_assets.demo.samples.catalogue import catalogue_files
from syndication_assets.landing.landing_zone import LandedFilesMissingError
from syndication_assets_tests.catalogue.shop import (
    MONDAY,
    THURSDAY,
    TREE,
    TUESDAY,
    WEDNESDAY,
    ShopDesk,
    add_vendor,
    facts,
    product,
    versions,
)

MANY = [product(f"S{number}") for number in range(10)]
QUARANTINE = "select source_file_path, position, reason, replayed_at is not null from landing.quarantine order by 1, 2"


def land_samples(desk: ShopDesk, days: int, products: int = 60) -> None:
    for file in catalogue_files("default", first_day=MONDAY, days=days, products=products):
        desk.zone.land("default", file.source, file.landed_on, file.name, file.content)


def test_a_product_is_what_the_shop_says_of_it(desk: ShopDesk):
    desk.land(
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
    desk.load(MONDAY)
    assert desk.rows(
        "select vendor, sku, vendor_product_id, name, description, price::text, currency, image_url, product_url,"
        " attributes, vendor_category_ids, is_active, observed_at = first_seen_at from catalogue.products"
    ) == [
        (
            "heritage", "K1", "7", "Hand-made Kilt & pin", "Of wool.\nWarm", "45.50", "GBP",
            "https://img.shop.example/k1.jpg", None, {"designs": ["tartan"]}, ["2"], True, True,
        )
    ]  # fmt: skip


def test_a_products_data_completes_its_row_of_the_list(desk: ShopDesk):
    old_row = ["Sash", "S1", "https://shop.example/s1.html", "<i>Silk</i>"]
    desk.land(
        MONDAY,
        old_row,
        ["Tie", "T1", "", "", "", 5],
        details=[{"sku": "S1", "price": 12.5, "categories": [{"id": "1"}]}],
    )
    desk.load(MONDAY)
    assert desk.rows(
        "select sku, name, description, price::text, vendor_category_ids from catalogue.products order by sku"
    ) == [("S1", "Sash", "Silk", "12.50", ["1"]), ("T1", "Tie", None, None, [])]


def test_an_unchanged_reload_writes_no_row(desk: ShopDesk):
    land_samples(desk, days=2)
    desk.load(MONDAY, TUESDAY)
    before = versions(desk.url)
    (again,) = desk.load(TUESDAY)
    desk.load(MONDAY)
    assert versions(desk.url) == before
    assert again.total("products_updated") == again.total("products_new") == again.total("changes") == 0


def test_versions_do_notice_a_row_that_is_written(desk: ShopDesk):
    desk.land(MONDAY, product("K1"))
    desk.load(MONDAY)
    before = versions(desk.url)
    desk.execute("update catalogue.products set name = name")
    assert versions(desk.url) != before


def test_a_new_day_without_news_writes_no_product(desk: ShopDesk):
    desk.land(MONDAY, *MANY)
    desk.land(TUESDAY, *MANY)
    desk.load(MONDAY)
    before = versions(desk.url)
    desk.load(TUESDAY)
    after = versions(desk.url)
    for table in ("products", "product_changes", "product_prices", "product_categories"):
        assert after[table] == before[table]


def test_the_shops_own_ids_may_change_and_the_product_stays_the_same(desk: ShopDesk):
    desk.land(MONDAY, product("K1", product_id=1))
    desk.land(TUESDAY, product("K1", product_id=2))
    desk.load(MONDAY)
    first = desk.value("select product_id from catalogue.products")
    desk.load(TUESDAY)
    assert desk.rows("select product_id, vendor_product_id from catalogue.products") == [(first, "2")]


def test_a_product_that_is_missing_is_deactivated_and_comes_back(desk: ShopDesk):
    desk.land(MONDAY, *MANY)
    desk.land(TUESDAY, *MANY[1:])
    desk.land(WEDNESDAY, *MANY)
    desk.load(MONDAY, TUESDAY)
    assert "S0" not in desk.active()
    assert desk.rows(
        "select is_active, deactivated_at::date, price::text from catalogue.products where sku = 'S0'"
    ) == [(False, TUESDAY, "10.00")]
    desk.load(WEDNESDAY)
    assert desk.rows("select is_active, deactivated_at from catalogue.products where sku = 'S0'") == [(True, None)]
    assert desk.prices("S0") == [("Mon", "10.00")], "its price did not change meanwhile"


def test_prices_have_one_row_a_change(desk: ShopDesk):
    for day, price in ((MONDAY, "10"), (TUESDAY, "10.00"), (WEDNESDAY, 12), (THURSDAY, "29.99")):
        desk.land(day, product("K1", price))
    desk.load(MONDAY, TUESDAY, WEDNESDAY, THURSDAY)
    assert desk.prices("K1") == [("Mon", "10.00"), ("Wed", "12.00"), ("Thu", None)]
    assert desk.rows("select price, currency from catalogue.products") == [(None, None)]


@pytest.mark.parametrize("price", ["free", "12,50", "£5", -3, 0, "1.005", True, {"amount": 5}, "1e3", 1e300])
def test_a_price_that_is_no_number_is_unknown_and_counted(desk: ShopDesk, price: object):
    desk.land(MONDAY, product("K1", price), product("K2", None), product("K3", 29.99))
    desk.load(MONDAY)
    assert desk.rows("select sku, price from catalogue.products order by 1") == [
        ("K1", None),
        ("K2", None),
        ("K3", None),
    ]
    assert desk.rows("select prices_unread, prices_placeholder from catalogue.catalogue_snapshots") == [(1, 1)]
    assert desk.prices("K1") == [], "a price that was never known is no change"


def test_a_changed_placeholder_rule_changes_the_next_load(desk: ShopDesk):
    desk.land(MONDAY, product("K1", 15))
    desk.load(MONDAY)
    desk.execute("update catalogue.vendors set placeholder_prices = '{15}'")
    desk.load(MONDAY)
    assert desk.value("select price from catalogue.products") is None
    assert desk.prices("K1") == []


def test_items_without_sku_or_name_wait_in_quarantine_and_the_others_load(desk: ShopDesk):
    path = desk.land(
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
    desk.load(MONDAY)
    assert desk.active() == "K1"
    assert desk.rows(QUARANTINE) == [
        (page, 0, "it has no sku", False),
        (page, 2, "it has no name", False),
        (page, 3, "it is a list of 1 values: a product of the old shape has at least 4", False),
        (page, 4, "title is not a text", False),
        (page, 5, "it is neither an object nor a list", False),
        (page, 6, "category_ids is not a list", False),
    ]
    assert desk.value("select payload from landing.quarantine where position = 3") == b'["short"]'
    (desk.root / page).write_bytes(json.dumps([product("K1"), product("K2")]).encode())
    desk.load(MONDAY)
    assert {replayed for *_, replayed in desk.rows(QUARANTINE)} == {True}


def test_a_product_may_have_300_categories(desk: ShopDesk):
    tree = [{"id": number, "name": f"C{number}"} for number in range(1, 301)]
    desk.land(MONDAY, product("K1", categories=[*range(1, 301), 999, 5]), tree=tree)
    desk.load(MONDAY)
    assert desk.value("select count(*) from catalogue.product_categories") == 300
    assert desk.value("select cardinality(vendor_category_ids) from catalogue.products") == 301, (
        "what the shop names stays"
    )


def test_an_absent_parent_makes_a_root_and_a_cycle_is_cut(desk: ShopDesk):
    tree = [
        {"id": 1, "name": "A", "parent_id": 77},
        {"id": 5, "name": "B", "parent_id": 4, "children": [{"id": 6, "name": "C"}]},
        {"id": 4, "name": "D", "parent_id": 3},
        {"id": 3, "name": "E", "parent_id": 5},
        {"id": 9, "name": "F", "parent_id": 9},
    ]
    desk.land(MONDAY, product("K1"), tree=tree)
    desk.load(MONDAY)
    placed = desk.rows(
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


def test_a_category_that_is_gone_stays_inactive(desk: ShopDesk):
    desk.land(MONDAY, product("K1", categories=[1, 2]))
    desk.land(TUESDAY, product("K1", categories=[1, 2]), tree=[{"id": 1, "name": "Kilts and more"}])
    desk.load(MONDAY, TUESDAY)
    assert desk.rows("select vendor_category_id, name, is_active from catalogue.categories order by 1") == [
        ("1", "Kilts and more", True),
        ("2", "Casual Kilts", False),
    ]


@pytest.mark.parametrize(
    ("look", "reason"),
    [
        ({"is_complete": False}, "page 2 was cut off"),
        ({"tree": None}, "it has no category tree"),
        ({"tree": []}, "it has no category tree"),
    ],
)
def test_a_catalogue_that_is_not_whole_is_refused_and_changes_nothing(desk: ShopDesk, look: dict, reason: str):
    desk.land(MONDAY, *MANY)
    desk.load(MONDAY)
    before = facts(desk.url)
    desk.land(TUESDAY, *MANY, product("NEW"), product("S0", "99"), **look)
    (load,) = desk.load(TUESDAY)
    assert [snapshot.reason for _, snapshot in load.refused] == [reason]
    after = facts(desk.url)
    del before["catalogue_snapshots"], after["catalogue_snapshots"]
    assert after == before
    assert desk.rows("select status::text, reason from catalogue.catalogue_snapshots order by observed_at") == [
        ("loaded", None),
        ("refused", reason),
    ]


@pytest.mark.parametrize("content", [b"", b"<html>maintenance</html>", b'[{"sku": "K1"', b'{"success": false}', b'"a"'])
def test_a_page_that_cannot_be_read_refuses_the_catalogue_and_waits_in_quarantine(desk: ShopDesk, content: bytes):
    desk.land(MONDAY, *MANY)
    page = desk.land(TUESDAY, *MANY).replace("manifest_", "products_page_0001_")
    (desk.root / page).write_bytes(content)
    desk.load(MONDAY, TUESDAY)
    assert len(desk.active().split()) == 10
    assert (
        desk.value("select status::text from catalogue.catalogue_snapshots where landed_on = %s", TUESDAY) == "refused"
    )
    ((path, position, _, _),) = desk.rows(QUARANTINE)
    assert (path, position) == (page, None)


def test_a_page_that_repeats_another_one_refuses_the_catalogue(desk: ShopDesk):
    path = desk.land(MONDAY, *MANY)
    page = path.replace("manifest_", "products_page_0001_")
    again = page.replace("0001", "0002")
    (desk.root / again).write_bytes((desk.root / page).read_bytes())
    manifest = json.loads((desk.root / path).read_bytes())
    (desk.root / path).write_text(json.dumps(manifest | {"product_lists": [page, again]}))
    (load,) = desk.load(MONDAY)
    assert [one.reason for _, one in load.refused] == [f"{again} repeats what stands before it"]


def test_a_catalogue_that_shrank_too_much_is_refused_until_somebody_says_that_it_is_right(desk: ShopDesk):
    desk.land(MONDAY, *MANY)
    desk.land(TUESDAY, *MANY[:8])
    desk.land(WEDNESDAY, *MANY[:6])
    desk.load(MONDAY, TUESDAY)
    assert len(desk.active().split()) == 8, "20 % is allowed"
    (load,) = desk.load(WEDNESDAY)
    ((_, refused),) = load.refused
    assert refused.reason.startswith("it shrank from 8 products (2025-11-04 09:00 UTC) to 6, which is more than 20.0%")
    assert len(desk.active().split()) == 8
    desk.execute("update catalogue.vendors set maximum_shrinkage = 0.5")
    desk.load(WEDNESDAY)
    assert len(desk.active().split()) == 6


def test_a_file_of_a_believed_catalogue_may_not_vanish(desk: ShopDesk):
    path = desk.land(MONDAY, *MANY)
    desk.load(MONDAY)
    before = facts(desk.url)
    (desk.root / path.replace("manifest_", "category_tree_")).unlink()
    with pytest.raises(LandedFilesMissingError, match="category_tree_"):
        desk.load(MONDAY)
    (desk.root / path).unlink()
    with pytest.raises(LandedFilesMissingError, match="2 landed file"):
        desk.load(MONDAY)
    assert facts(desk.url) == before


def test_a_withdrawn_catalogue_was_never_there(desk: ShopDesk):
    from syndication_assets.landing.withdrawal import withdraw_files  # noqa: PLC0415

    desk.land(MONDAY, product("K1", 10), product("K2", 20))
    desk.land(WEDNESDAY, product("K1", 12), product("K2", 20))
    desk.load(MONDAY, WEDNESDAY)
    before = facts(desk.url)
    path = desk.land(TUESDAY, product("K1", 11, name="Another"), product("K2", 20), tree=[{"id": 2, "name": "Other"}])
    desk.load(TUESDAY)
    last = desk.land(THURSDAY, product("K1", 99, name="Wrong"), product("K2", 20), tree=[{"id": 2, "name": "Wrong"}])
    desk.load(THURSDAY)
    assert facts(desk.url) != before
    withdraw_files(desk.url, desk.zone, [path, last], "another shop's")
    desk.load(THURSDAY, TUESDAY)
    assert facts(desk.url) == before


def test_a_single_file_may_hold_a_whole_catalogue(desk: ShopDesk):
    content = json.dumps({"success": True, "data": {"products": MANY, "category_tree": TREE}}).encode()
    desk.put(MONDAY, "export.json", content)
    desk.load(MONDAY)
    assert len(desk.active().split()) == 10
    assert desk.rows("select to_char(observed_at, 'HH24:MI'), categories from catalogue.catalogue_snapshots") == [
        ("12:00", 2)
    ]


def test_a_list_alone_is_no_whole_catalogue(desk: ShopDesk):
    path = desk.put(MONDAY, "getProducts.json", json.dumps(MANY).encode())
    desk.load(MONDAY)
    assert desk.active() == ""
    assert [(one, position) for one, position, *_ in desk.rows(QUARANTINE)] == [(path, None)]


def test_what_a_fetch_left_without_a_manifest_is_not_read(desk: ShopDesk):
    path = desk.land(MONDAY, *MANY)
    (desk.root / path).unlink()
    (load,) = desk.load(MONDAY)
    assert (len(load.unlisted), load.items_quarantined, desk.active()) == (2, 0, "")


def test_files_of_no_vendor_wait_until_there_is_one(desk: ShopDesk):
    desk.execute("delete from catalogue.vendors")
    path = desk.land(MONDAY, *MANY)
    desk.load(MONDAY)
    ((waiting, _, reason, _),) = desk.rows(QUARANTINE)
    assert waiting == path
    assert reason == (
        "default has no vendor 'heritage' of clan_catalogue: make it with `syndication vendor add`, and load the day "
        "again"
    )
    add_vendor(desk.url)
    desk.load(MONDAY)
    assert [replayed for *_, replayed in desk.rows(QUARANTINE)] == [True]
    assert len(desk.active().split()) == 10


def test_two_vendors_of_one_shape_are_told_apart(desk: ShopDesk):
    add_vendor(desk.url, "outlet")
    desk.land(MONDAY, product("K1", 10))
    desk.land(MONDAY, product("K1", 5), vendor="outlet")
    path = desk.put(MONDAY, "export.json", json.dumps({"products": MANY, "category_tree": TREE}).encode())
    desk.load(MONDAY)
    assert desk.rows("select vendor, price::int from catalogue.products order by 1") == [
        ("heritage", 10),
        ("outlet", 5),
    ]
    ((waiting, _, reason, _),) = desk.rows(QUARANTINE)
    assert waiting == path
    assert 'name one in its .meta.json, {"vendor": "…"}' in reason


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
def test_a_manifest_that_names_another_day_or_folder_is_not_followed(desk: ShopDesk, change: dict):
    path = desk.land(MONDAY, *MANY)
    manifest = json.loads((desk.root / path).read_bytes())
    (desk.root / path).write_text(json.dumps(manifest | change))
    desk.load(MONDAY)
    assert [(one, position) for one, position, *_ in desk.rows(QUARANTINE)] == [(path, None)]
    assert desk.rows("select * from catalogue.catalogue_snapshots") == []


def test_shopify_files_load_as_they_are(desk: ShopDesk):
    add_vendor(desk.url, "tartan_shop", source="shopify_products")
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
    path = desk.put(MONDAY, "products.json", json.dumps(content).encode(), source="shopify_products")
    desk.load(MONDAY)
    assert desk.rows("select sku, name, price::text, attributes from catalogue.products order by 1") == [
        ("K-M", "Kilt, M", "85.00", {"tags": ["wool"]}),
        ("K-S", "Kilt, S", "80.00", {"tags": ["wool"], "sizes": ["S"]}),
    ]
    assert desk.rows(
        "select c.name, count(*) from catalogue.categories c join catalogue.product_categories using (category_id)"
        " group by 1"
    ) == [("Kilts", 2)]
    assert desk.rows(QUARANTINE) == [(path, 1, "it has no sku", False)]
