"""The sample shop resembles a real one, is deterministic, and its snapshots load with a single rejection."""

from collections import Counter
from datetime import timedelta

import pytest

from syndication_assets.demo.samples.catalogue import (
    CUT_OFF_DAY,
    NEW_IDS_DAY,
    ODD_ITEMS_DAY,
    VANISHED_DAYS,
    catalogue_files,
)
from syndication_assets.demo.samples.catalogue_shop import (
    MAXIMUM_CATEGORIES,
    PLACEHOLDER_PRICE,
    category_ids,
    category_tree,
    shop_products,
)
from syndication_assets_tests.catalogue.shop import MONDAY, CatalogueRoom


@pytest.fixture(scope="module")
def tree() -> list:
    return category_tree(7)


def _depth(node: dict) -> int:
    return 1 + max((_depth(child) for child in node["children"]), default=0)


def test_the_tree_has_six_levels_and_five_roots_whose_parents_are_absent(tree: list):
    ids = list(category_ids(tree))
    assert 230 <= len(ids) == len(set(ids)) <= 280
    assert max(_depth(root) for root in tree) == 6
    assert len({root["parent_id"] for root in tree} - set(ids)) == 5


def test_the_products_have_the_irregularities_of_a_real_shop(tree: list):
    products = shop_products(1_100, 28, list(category_ids(tree)), 7)
    names = Counter(product.title for product in products)
    assert len({product.sku for product in products}) == 1_100
    assert sum(count - 1 for count in names.values()) == 12
    assert max(len(product.category_ids) for product in products) == MAXIMUM_CATEGORIES
    assert 0.25 < sum(product.price(0) == PLACEHOLDER_PRICE for product in products) / 1_100 < 0.4
    assert 0.25 < sum("<p>" in product.description for product in products) / 1_100 < 0.45
    assert any("\u2011" in product.title for product in products)
    assert sum(len(product.prices) > 1 for product in products) > 100


def test_the_same_arguments_give_the_same_files_and_a_longer_range_only_adds_files():
    short = list(catalogue_files("default", first_day=MONDAY, days=3, products=50))
    assert short == list(catalogue_files("default", first_day=MONDAY, days=3, products=50))
    longer = list(catalogue_files("default", first_day=MONDAY, days=5, products=50))
    assert longer[: len(short)] == short


def test_the_sample_loads_with_one_rejected_day(room: CatalogueRoom):
    days = NEW_IDS_DAY + 1
    for file in catalogue_files("default", first_day=MONDAY, days=days, products=150):
        room.zone.land("default", file.source, file.landed_on, file.name, file.content)
    active = []
    for number in range(days):
        (load,) = room.load(MONDAY + timedelta(days=number))
        assert len(load.rejected) == (number == CUT_OFF_DAY)
        assert load.items_quarantined == {ODD_ITEMS_DAY: 1, CUT_OFF_DAY: 1}.get(number, 0)
        active.append(len(room.active().split()))
    assert [150 - count for count in active] == [5 if number in VANISHED_DAYS else 0 for number in range(days)]
    assert room.value("select count(*) from catalogue.product_prices") > 110
    assert room.value("select count(*) from catalogue.products where price = 29.99") == 0
    assert room.value("select max(level) from catalogue.categories") == 5
