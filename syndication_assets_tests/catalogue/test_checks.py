"""The checks of the catalogue room pass after a load, and each detects its own kind of damage."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from syndication_assets.catalogue.checks import CHECKS
from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets.sql_assets.checks import Window, read_only_transaction
from syndication_assets_tests.catalogue.shop import MONDAY, TREE, TUESDAY, WEDNESDAY, CatalogueRoom, add_vendor, product
from syndication_assets_tests.conftest import new_database
from syndication_assets_tests.sample_database import Damage, broken_checks, check_files, damaged, names_of
from syndication_assets_tests.servers import Server

pytestmark = pytest.mark.both_servers

WINDOW: Window = (MONDAY, WEDNESDAY)
SNAPSHOT = (
    "insert into catalogue.catalogue_snapshots (organization_id, vendor, observed_at, landed_on, manifest_path, status,"
    " is_complete, content_hash, has_category_tree, products, products_rejected, categories, reason)"
    " select organization_id, vendor,"
)
REJECTED = (
    "update catalogue.catalogue_snapshots set status = 'rejected', reason = 'a trial' where landed_on = '2025-11-03'"
)
PRODUCT = "(select min(product_id) from catalogue.products where is_active)"

DAMAGES = [
    Damage(
        "catalogue_snapshots__key_is_unique",
        f"{SNAPSHOT} observed_at - interval '1 minute', landed_on, manifest_path, status, true, '', true, 9, 0, 0,"
        " reason from catalogue.catalogue_snapshots limit 1",
    ),
    Damage(
        "catalogue_snapshots__none_was_rejected",
        REJECTED,
        frozenset({"product_observations__each_is_a_change"}),
    ),
    Damage(
        "products__newest_catalogue_is_accepted",
        f"{SNAPSHOT} observed_at + interval '1 minute', landed_on, 'x', 'rejected', false, '', true, 9, 0, 0, 'cut off'"
        " from catalogue.catalogue_snapshots order by observed_at desc limit 1",
        frozenset({"catalogue_snapshots__none_was_rejected"}),
    ),
    Damage(
        "products__sku_is_unique",
        "alter table catalogue.products drop constraint products_organization_id_vendor_sku_key;"
        f"update catalogue.products set sku = (select sku from catalogue.products where product_id = {PRODUCT})",
    ),
    Damage(
        "products__active_products_are_in_the_newest_catalogue",
        f"update catalogue.products set is_active = false, deactivated_at = now() where product_id = {PRODUCT}",
    ),
    Damage(
        "products__price_agrees_with_its_history",
        f"update catalogue.products set price = 1 where product_id = {PRODUCT}",
    ),
    Damage(
        "product_observations__each_is_a_change",
        "insert into catalogue.product_observations (organization_id, product_id, observed_at, is_listed, price,"
        " currency, content_hash, facts) select organization_id, product_id, observed_at + interval '1 day', is_listed,"
        " price, currency, content_hash, facts from catalogue.product_observations"
        f" where product_id = {PRODUCT} order by observed_at desc limit 1",
    ),
    Damage(
        "product_prices__each_is_a_change",
        "insert into catalogue.product_prices (organization_id, product_id, observed_at, price, currency) select"
        " organization_id, product_id, observed_at + interval '1 day', price, currency from catalogue.product_prices"
        f" where product_id = {PRODUCT} order by observed_at desc limit 1",
    ),
    Damage("category_trees__every_snapshot_has_its_tree", "delete from catalogue.category_trees"),
    Damage(
        "categories__are_acyclic",
        "update catalogue.categories set parent_category_id = (select category_id from catalogue.categories"
        " where vendor_category_id = '2'), level = 2 where vendor_category_id = '1'",
        frozenset({"categories__level_counts_the_steps_from_the_root"}),
    ),
    Damage(
        "categories__parents_have_the_same_vendor",
        "insert into catalogue.vendors (organization_id, vendor, source, currency) select organization_id, 'other',"
        " source, currency from catalogue.vendors limit 1;"
        "update catalogue.categories set vendor = 'other' where vendor_category_id = '1'",
    ),
    Damage(
        "categories__level_counts_the_steps_from_the_root",
        "update catalogue.categories set level = 5 where vendor_category_id = '2'",
    ),
    Damage(
        "categories__no_cycle_was_cut",
        "update catalogue.categories set parent_vendor_category_id = '2' where vendor_category_id = '1'",
    ),
    Damage(
        "product_categories__are_those_that_the_shop_names",
        f"delete from catalogue.product_categories where product_id = {PRODUCT}",
    ),
    Damage(
        "product_categories__no_orphans",
        f"update catalogue.product_categories set category_id = 'cat-ffffffff' where product_id = {PRODUCT}",
    ),
]


@pytest.fixture(scope="module")
def loaded(server: Server, template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A database with two snapshots: a changed price, a removed product, a category below another."""
    with new_database(server, template_database) as url:
        add_vendor(url)
        room = CatalogueRoom(url, LandingZone(str(tmp_path_factory.mktemp("landing"))))
        many = [product(f"S{number}", 10 + number) for number in range(9)]
        room.land(MONDAY, *many, product("GONE"), tree=TREE)
        room.land(TUESDAY, *many[1:], product("S0", 99), tree=TREE)
        room.load(MONDAY, TUESDAY)
        yield url


def test_every_check_passes_after_a_load(loaded: str):
    with read_only_transaction(loaded) as connection:
        assert broken_checks(connection, "catalogue", CHECKS, WINDOW) == {}


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.check)
def test_each_check_detects_its_damage(loaded: str, damage: Damage):
    with damaged(loaded, damage.statement) as connection:
        broken = broken_checks(connection, "catalogue", CHECKS, WINDOW)
    assert damage.check in broken
    assert broken.keys() - {damage.check} <= damage.also


def test_every_check_has_a_negative_control_and_a_file():
    names = names_of(CHECKS)
    assert names == {damage.check for damage in DAMAGES}
    assert names == check_files("catalogue")


def test_a_rejected_snapshot_does_not_count_once_a_newer_one_is_accepted(loaded: str):
    with damaged(loaded, REJECTED) as connection:
        whole = broken_checks(connection, "catalogue", CHECKS, WINDOW)
        that_day = broken_checks(connection, "catalogue", CHECKS, (MONDAY, MONDAY + timedelta(days=1)))
    assert "products__newest_catalogue_is_accepted" not in whole
    assert "products__newest_catalogue_is_accepted" in that_day
