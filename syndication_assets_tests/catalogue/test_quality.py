"""Catalogue quality: what each number counts, and that unknown shares are left out."""

from typing import Any

import pytest

from syndication_assets.catalogue.loading.quality import quality_metadata
from syndication_assets.database.connection import transaction
from syndication_assets_tests.catalogue.shop import (
    MONDAY,
    TREE,
    TUESDAY,
    CatalogueRoom,
    add_vendor,
    facts,
    product,
    versions,
)

WHOLE = {
    "image": "https://img.shop.example/k.jpg",
    "description": "<p>Of wool</p>",
    "product_url": "https://shop.example/k.html",
}
SHARES = ("image", "price", "description", "category", "page")


def whole(sku: str, price: Any = "10.00", **more: Any) -> dict[str, Any]:
    """A product without gaps."""
    return product(sku, price, **(WHOLE | more))


def quality(room: CatalogueRoom) -> dict[str, Any]:
    with transaction(room.url) as connection:
        return dict(quality_metadata(connection))


def shares(room: CatalogueRoom) -> dict[str, Any]:
    found = quality(room)
    return {name: found[f"share_with_{name}"] for name in SHARES}


def all_but(**lower: float) -> dict[str, float]:
    return {**dict.fromkeys(SHARES, 1.0), **lower}


def table(room: CatalogueRoom) -> list[list[str]]:
    """The cells of the table below its head."""
    lines = quality(room)["quality"].md_str.replace("\\", "").splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_a_catalogue_without_gaps_has_shares_of_1(room: CatalogueRoom):
    room.land(MONDAY, whole("A"), whole("B"))
    room.load(MONDAY)
    assert quality(room)["products_active"] == 2
    assert shares(room) == all_but()


@pytest.mark.both_servers
@pytest.mark.parametrize(
    ("lacking", "share"),
    [
        ({"image": None}, "image"),
        ({"image": "javascript:alert(1)"}, "image"),
        ({"price": None}, "price"),
        ({"price": "29.99"}, "price"),
        ({"price": "free"}, "price"),
        ({"description": None}, "description"),
        ({"description": "<p> </p>"}, "description"),
        ({"categories": []}, "category"),
        ({"categories": [999]}, "category"),
        ({"product_url": None}, "page"),
    ],
)
def test_a_gap_in_a_product_lowers_only_its_own_share(lacking: dict[str, Any], share: str, room: CatalogueRoom):
    room.land(MONDAY, whole("A"), whole("B"), whole("C"), whole("D", **lacking))
    room.load(MONDAY)
    assert shares(room) == all_but(**{share: 0.75})


def test_a_product_with_several_categories_counts_once(room: CatalogueRoom):
    room.land(MONDAY, whole("A", categories=[1, 2]), whole("B", categories=[]))
    room.load(MONDAY)
    assert quality(room)["products_active"] == 2
    assert shares(room) == all_but(category=0.5)


def test_one_category_in_the_tree_is_enough(room: CatalogueRoom):
    room.land(MONDAY, whole("A", categories=[2, 999]))
    room.load(MONDAY)
    assert shares(room) == all_but()


def test_an_inactive_product_does_not_count(room: CatalogueRoom):
    many = [whole(f"S{number}") for number in range(9)]
    room.land(MONDAY, *many, product("BARE", None, categories=[]))
    room.land(TUESDAY, *many)
    room.load(MONDAY)
    assert shares(room) == dict.fromkeys(SHARES, 0.9)
    room.load(TUESDAY)
    assert quality(room)["products_active"] == 9
    assert shares(room) == all_but()


@pytest.mark.parametrize("is_root", [True, False])
def test_an_inactive_category_does_not_count(is_root: bool, room: CatalogueRoom):
    going = {"id": 3, "name": "Sashes", "children": []}
    tree = [*TREE, going] if is_root else [{**TREE[0], "children": [*TREE[0]["children"], going]}]
    room.land(MONDAY, whole("A"), whole("B", categories=[3]), tree=tree)
    room.land(TUESDAY, whole("A"), whole("B", categories=[3]))
    room.load(MONDAY)
    assert shares(room) == all_but()
    room.load(TUESDAY)
    assert shares(room) == all_but(category=0.5)


def test_a_category_in_a_cycle_does_not_count(room: CatalogueRoom):
    tree = [*TREE, {"id": 3, "name": "Sashes", "children": [{"id": 4, "name": "Silk sashes", "children": []}]}]
    room.land(MONDAY, whole("A"), whole("B", categories=[4]), tree=tree)
    room.load(MONDAY)
    assert shares(room) == all_but(), "both are below a root"
    room.execute(
        "update catalogue.categories set parent_category_id = (select category_id from catalogue.categories"
        " where vendor_category_id = '4') where vendor_category_id = '3'"
    )
    assert shares(room) == all_but(category=0.5)


def test_without_active_products_there_are_no_shares(room: CatalogueRoom):
    assert quality(room) == {"products_active": 0}
    room.land(MONDAY, whole("A"))
    room.load(MONDAY)
    room.execute("update catalogue.products set is_active = false, deactivated_at = observed_at")
    assert quality(room) == {"products_active": 0}


def test_a_fact_that_every_product_lacks_has_a_share_of_0(room: CatalogueRoom):
    room.land(MONDAY, product("BARE", None, categories=[]))
    room.load(MONDAY)
    assert shares(room) == dict.fromkeys(SHARES, 0.0)


def test_the_table_lists_each_shop_and_the_numbers_cover_all_shops(room: CatalogueRoom):
    add_vendor(room.url, "tweed")
    room.execute("insert into tenancy.organizations (slug, name) values ('acme', 'Acme') on conflict do nothing")
    add_vendor(room.url, "heritage", slug="acme")
    room.land(MONDAY, whole("A"), whole("B", None))
    room.land(MONDAY, whole("C", image=None), vendor="tweed", hour=10)
    room.load(MONDAY)
    # Another organization may have the same ids.
    room.execute(
        "insert into catalogue.products (organization_id, product_id, vendor, sku, name, content_hash, observed_at,"
        " first_seen_at) select o.organization_id, p.product_id, p.vendor, p.sku, p.name, p.content_hash,"
        " p.observed_at, p.first_seen_at from catalogue.products p, tenancy.organizations o"
        " where p.sku = 'A' and o.slug = 'acme'"
    )
    assert table(room) == [
        ["default", "heritage", "2", "1.0000", "0.5000", "1.0000", "1.0000", "1.0000"],
        ["acme", "heritage", "1", "0.0000", "0.0000", "0.0000", "0.0000", "0.0000"],
        ["default", "tweed", "1", "0.0000", "1.0000", "1.0000", "1.0000", "1.0000"],
    ]
    assert quality(room)["products_active"] == 4
    assert shares(room) == {"image": 0.5, "price": 0.5, "description": 0.75, "category": 0.75, "page": 0.75}


def test_reading_the_quality_changes_nothing(room: CatalogueRoom):
    room.land(MONDAY, whole("A"), product("B"))
    room.load(MONDAY)
    before = facts(room.url), versions(room.url)
    assert quality(room) == quality(room)
    assert (facts(room.url), versions(room.url)) == before
