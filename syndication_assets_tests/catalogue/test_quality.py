"""The quality of the catalogue: what each number counts, and that nothing is said where nothing is known."""

from typing import Any

import pytest

from syndication_assets.catalogue.quality import quality_metadata
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
    """A product of which everything is known."""
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


def test_a_catalogue_of_which_everything_is_known_has_ones(room: CatalogueRoom):
    room.land(MONDAY, whole("A"), whole("B"))
    room.load(MONDAY)
    assert quality(room)["products_active"] == 2
    assert shares(room) == all_but()


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
def test_what_one_product_lacks_lowers_its_share_alone(lacking: dict[str, Any], share: str, room: CatalogueRoom):
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


def test_a_product_that_is_gone_does_not_count(room: CatalogueRoom):
    many = [whole(f"S{number}") for number in range(9)]
    room.land(MONDAY, *many, product("BARE", None, categories=[]))
    room.land(TUESDAY, *many)
    room.load(MONDAY)
    assert shares(room) == dict.fromkeys(SHARES, 0.9)
    room.load(TUESDAY)
    assert quality(room)["products_active"] == 9
    assert shares(room) == all_but()


@pytest.mark.parametrize("is_root", [True, False])
def test_a_category_that_the_newest_tree_has_no_more_leads_nowhere(is_root: bool, room: CatalogueRoom):
    going = {"id": 3, "name": "Sashes", "children": []}
    tree = [*TREE, going] if is_root else [{**TREE[0], "children": [*TREE[0]["children"], going]}]
    room.land(MONDAY, whole("A"), whole("B", categories=[3]), tree=tree)
    room.land(TUESDAY, whole("A"), whole("B", categories=[3]))
    room.load(MONDAY)
    assert shares(room) == all_but()
    room.load(TUESDAY)
    assert shares(room) == all_but(category=0.5)


def test_a_category_that_hangs_below_itself_leads_nowhere(room: CatalogueRoom):
    tree = [*TREE, {"id": 3, "name": "Sashes", "children": [{"id": 4, "name": "Silk sashes", "children": []}]}]
    room.land(MONDAY, whole("A"), whole("B", categories=[4]), tree=tree)
    room.load(MONDAY)
    assert shares(room) == all_but(), "both are below a root"
    room.execute(
        "update catalogue.categories set parent_category_id = (select category_id from catalogue.categories"
        " where vendor_category_id = '4') where vendor_category_id = '3'"
    )
    assert shares(room) == all_but(category=0.5)


def test_without_active_products_no_share_is_said_and_none_is_0(room: CatalogueRoom):
    assert quality(room) == {"products_active": 0}
    room.land(MONDAY, whole("A"))
    room.load(MONDAY)
    room.execute("update catalogue.products set is_active = false, deactivated_at = observed_at")
    assert quality(room) == {"products_active": 0}


def test_a_share_of_nothing_among_products_is_0(room: CatalogueRoom):
    room.land(MONDAY, product("BARE", None, categories=[]))
    room.load(MONDAY)
    assert shares(room) == dict.fromkeys(SHARES, 0.0)


def test_the_table_has_each_shop_of_each_organization_and_the_numbers_are_of_all(room: CatalogueRoom):
    add_vendor(room.url, "tweed")
    room.execute("insert into tenancy.organizations (slug, name) values ('acme', 'Acme') on conflict do nothing")
    add_vendor(room.url, "heritage", slug="acme")
    room.land(MONDAY, whole("A"), whole("B", None))
    room.land(MONDAY, whole("C", image=None), vendor="tweed", hour=10)
    room.load(MONDAY)
    # The same ids in another organization: its categories and products are its own.
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


def test_looking_changes_nothing(room: CatalogueRoom):
    room.land(MONDAY, whole("A"), product("B"))
    room.load(MONDAY)
    before = facts(room.url), versions(room.url)
    assert quality(room) == quality(room)
    assert (facts(room.url), versions(room.url)) == before
