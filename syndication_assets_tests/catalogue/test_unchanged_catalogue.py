"""A snapshot that equals the one before writes no row of a product, and the tables stay correct."""

from datetime import UTC, datetime

import pytest

from benchmarks.catalogue import rows_of_products
from syndication_assets.catalogue.loading.catalogue_load import DayLoad, load_day
from syndication_assets.demo.samples.catalogue_bulk import bulk_catalogue_files
from syndication_assets_tests.catalogue.shop import CatalogueRoom

FIRST_SNAPSHOT = datetime(2025, 11, 3, 4, 30, tzinfo=UTC)
NEXT_SNAPSHOT = datetime(2025, 11, 4, 4, 30, tzinfo=UTC)


def load(room: CatalogueRoom, observed_at: datetime, price: bytes | None = None) -> DayLoad:
    """Lands a snapshot of 60 products and loads its day; `price` is the price of the first product."""
    for file in bulk_catalogue_files("default", products=60, observed_at=observed_at, seed=7):
        content = file.content
        if price is not None and file.name.startswith("products_page_0001"):
            start = content.index(b'"price":"') + len(b'"price":"')
            content = content[:start] + price + content[content.index(b'"', start) :]
        room.zone.land("default", file.source, file.landed_on, file.name, content)
    return load_day(room.url, room.zone, observed_at.date(), maximum_file_bytes=10**7)


@pytest.fixture
def loaded(room: CatalogueRoom) -> CatalogueRoom:
    assert load(room, FIRST_SNAPSHOT).counts["products_new"] == 60
    return room


def test_the_bulk_catalogue_has_the_same_products_at_any_time():
    first, following = (
        [file.content for file in bulk_catalogue_files("default", products=1_002, observed_at=at, seed=7)]
        for at in (FIRST_SNAPSHOT, NEXT_SNAPSHOT)
    )
    assert len(first) == 4, "two pages, the tree, the manifest"
    assert first[:3] == following[:3]
    assert first[3] != following[3]


def test_an_unchanged_catalogue_writes_no_row_of_a_product(loaded: CatalogueRoom):
    before = rows_of_products(loaded.url)
    load(loaded, NEXT_SNAPSHOT)
    assert rows_of_products(loaded.url) == before
    assert loaded.rows("select status::text, products from catalogue.catalogue_snapshots order by observed_at") == [
        ("accepted", 60),
        ("accepted", 60),
    ]


def test_a_first_load_counts_the_first_changes_and_prices(room: CatalogueRoom):
    report = load(room, FIRST_SNAPSHOT)
    changes, prices = room.rows(
        "select (select count(*) from catalogue.product_changes), (select count(*) from catalogue.product_prices)"
    )[0]
    assert (report.counts["changes"], report.counts["prices_changed"]) == (changes, prices)
    assert changes == 60 > prices > 0, "placeholder prices are NULL"


def test_one_changed_price_writes_the_rows_of_one_product(loaded: CatalogueRoom):
    before = rows_of_products(loaded.url)
    report = load(loaded, NEXT_SNAPSHOT, price=b"7.77")
    after = rows_of_products(loaded.url)
    assert sorted(table for table, _, _ in after - before) == ["product_observations", "product_prices", "products"]
    assert (report.counts["products_updated"], report.counts["prices_changed"]) == (1, 1)
    assert loaded.rows("select count(*) from catalogue.products where price = 7.77") == [(1,)]


def test_a_reverted_change_restores_the_description(loaded: CatalogueRoom):
    """Unchanged texts are not staged; the snapshot with the earlier texts is read again for them."""
    descriptions = "select sku, name, description, price, attributes from catalogue.products order by sku"
    unchanged = loaded.rows(descriptions)
    load(loaded, NEXT_SNAPSHOT, price=b"7.77")
    changed = loaded.rows(descriptions)
    load(loaded, NEXT_SNAPSHOT.replace(day=5))
    assert loaded.rows(descriptions) == unchanged
    load_day(loaded.url, loaded.zone, FIRST_SNAPSHOT.date(), maximum_file_bytes=10**7)
    assert loaded.rows(descriptions) == unchanged
    load(loaded, NEXT_SNAPSHOT.replace(day=6), price=b"7.77")
    assert loaded.rows(descriptions) == changed
