"""Only snapshots that may change something are parsed, and the tables are the same as if every snapshot were."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from syndication_assets.catalogue.catalogue_sources import SOURCES
from syndication_assets.catalogue.clan import clan_parser
from syndication_assets.catalogue.loading import snapshot_files, snapshot_parsing
from syndication_assets.errors import SyndicationError
from syndication_assets.landing.loading.withdrawal import withdraw_files
from syndication_assets.landing.zone.landing_zone import LandedFilesMissingError
from syndication_assets_tests.catalogue.shop import (
    MONDAY,
    SOURCE,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    CatalogueRoom,
    add_vendor,
    cleared,
    facts,
    product,
    versions,
)

MANY = [product(f"S{number}", description="<p>Of <b>wool</b></p>") for number in range(10)]
QUARANTINE = "select source_file_path, position, reason, payload from landing.quarantine order by 1, 2"


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The skus of the products that were parsed and cleaned, in order."""
    skus: list[str] = []
    make_product = snapshot_parsing.make_product

    def watched(facts: Any, rules: Any) -> Any:
        skus.append(facts.sku)
        return make_product(facts, rules)

    monkeypatch.setattr(snapshot_parsing, "make_product", watched)
    return skus


@pytest.fixture
def loaded(room: CatalogueRoom, parsed: list[str]) -> CatalogueRoom:
    """Monday's snapshot of ten products is loaded, and `parsed` is empty again."""
    room.land(MONDAY, *MANY)
    room.load(MONDAY)
    assert len(parsed) == 10
    parsed.clear()
    return room


def loaded_anew(room: CatalogueRoom, *days: Any) -> dict[str, list[str]]:
    """The tables after loading these days with every snapshot parsed."""
    with cleared(room.url):
        pass
    with cleared(room.url):
        add_vendor(room.url)
        for day in days:
            room.load(day)
            room.execute("update catalogue.catalogue_snapshots set content_hash = ''")
        return facts(room.url)


def use_source(monkeypatch: pytest.MonkeyPatch, **changes: Any) -> None:
    monkeypatch.setitem(SOURCES, SOURCE, replace(SOURCES[SOURCE], **changes))


def test_an_unchanged_snapshot_is_not_parsed(loaded: CatalogueRoom, parsed: list[str]):
    loaded.land(TUESDAY, *MANY)
    loaded.load(TUESDAY)
    assert parsed == []
    assert len(loaded.active().split()) == 10
    assert facts(loaded.url) == loaded_anew(loaded, MONDAY, TUESDAY)


def test_loading_a_day_again_parses_nothing_and_writes_no_row(loaded: CatalogueRoom, parsed: list[str]):
    before = versions(loaded.url)
    loaded.load(MONDAY)
    assert parsed == []
    assert versions(loaded.url) == before


@pytest.mark.parametrize(
    "change", [{"price": "11.00"}, {"title": "Another"}, {"category_ids": [1]}, {"image": "https://i.example/1.jpg"}]
)
def test_a_changed_item_writes_rows_of_its_product_only(loaded: CatalogueRoom, change: dict[str, Any]):
    before = versions(loaded.url)
    loaded.land(TUESDAY, *MANY[:4], MANY[4] | change, *MANY[5:])
    (load,) = loaded.load(TUESDAY)
    after = versions(loaded.url)
    assert (load.counts["changes"], load.counts["products_updated"]) == (1, 1)
    assert len(set(after["products"]) - set(before["products"])) == 1
    assert len(set(after["product_observations"]) - set(before["product_observations"])) == 1
    assert facts(loaded.url) == loaded_anew(loaded, MONDAY, TUESDAY)


def test_items_in_another_order_are_parsed_and_write_nothing(loaded: CatalogueRoom, parsed: list[str]):
    loaded.land(TUESDAY, *reversed(MANY))
    (load,) = loaded.load(TUESDAY)
    assert len(parsed) == 10
    assert load.counts["changes"] == load.counts["products_updated"] == 0


def test_an_item_may_move_to_another_page(loaded: CatalogueRoom):
    path = loaded.land(TUESDAY, product("NEW"), *reversed(MANY[3:]))
    page = path.replace("manifest_", "products_page_0001_")
    second = page.replace("0001", "0002")
    (loaded.root / second).write_text(json.dumps([product(""), *MANY[:3]]))
    manifest = json.loads((loaded.root / path).read_bytes())
    (loaded.root / path).write_text(json.dumps(manifest | {"product_lists": [page, second]}))
    (load,) = loaded.load(TUESDAY)
    assert (load.counts["products_new"], load.counts["products_updated"]) == (1, 0)
    assert len(loaded.active().split()) == 11
    assert [(path, position) for path, position, *_ in loaded.rows(QUARANTINE)] == [(second, 0)]
    assert facts(loaded.url) == loaded_anew(loaded, MONDAY, TUESDAY)


def test_quarantined_items_have_their_positions_in_the_file(loaded: CatalogueRoom):
    path = loaded.land(TUESDAY, MANY[0], {"sku": "K2"}, *MANY[1:], "text", product("K3", name=5))
    loaded.load(TUESDAY)
    waiting = loaded.rows(QUARANTINE)
    assert [(position, reason) for _, position, reason, _ in waiting] == [
        (1, "it has no name"),
        (11, "it is neither an object nor a list"),
        (12, "title is not a text"),
    ]
    assert waiting[0][3] == b'{"sku": "K2"}'
    assert {file for file, *_ in waiting} == {path.replace("manifest_", "products_page_0001_")}


def test_a_snapshot_with_rejected_items_is_parsed_again_for_its_quarantine(room: CatalogueRoom):
    for day in (MONDAY, TUESDAY):
        room.land(day, product("K1"), {"sku": "K2"}, product("K1", name="Duplicate"))
    room.load(MONDAY, TUESDAY)
    assert [(path.split("/")[2], position) for path, position, *_ in room.rows(QUARANTINE)] == [
        (str(MONDAY), 1),
        (str(MONDAY), 2),
        (str(TUESDAY), 1),
        (str(TUESDAY), 2),
    ]
    assert room.value("select name from catalogue.products") == "Kilt K1", "the first of equal rank counts"


def test_an_equal_snapshot_after_another_one_is_parsed(loaded: CatalogueRoom, parsed: list[str]):
    loaded.land(TUESDAY, *MANY[1:])
    loaded.land(WEDNESDAY, *MANY)
    loaded.load(TUESDAY)
    assert "S0" not in loaded.active().split()
    parsed.clear()
    loaded.load(WEDNESDAY)
    assert len(parsed) == 10, "it equals Monday's, but the one before is Tuesday's"
    assert "S0" in loaded.active().split()
    assert facts(loaded.url) == loaded_anew(loaded, MONDAY, TUESDAY, WEDNESDAY)


def test_an_unparsed_snapshot_is_compared_with_the_last_accepted_one(loaded: CatalogueRoom, parsed: list[str]):
    few = MANY[:5]
    for day in (TUESDAY, WEDNESDAY):
        loaded.land(day, *few)
    first, following = loaded.load(TUESDAY, WEDNESDAY)
    assert len(first.rejected) == len(following.rejected) == 1
    assert len(parsed) == 5, "Wednesday's snapshot equals Tuesday's"
    assert len(loaded.active().split()) == 10


def test_changed_rules_of_the_vendor_apply_to_an_unchanged_snapshot(loaded: CatalogueRoom):
    loaded.execute("update catalogue.vendors set placeholder_prices = '{10}'")
    loaded.land(TUESDAY, *MANY)
    loaded.load(TUESDAY)
    assert loaded.rows("select distinct price, currency from catalogue.products") == [(None, None)]
    assert loaded.value(
        "select prices_placeholder from catalogue.catalogue_snapshots where landed_on = %s", [TUESDAY]
    ) == len(MANY)
    assert loaded.prices("S0") == [("Mon", "10.00"), ("Tue", None)]
    loaded.execute("update catalogue.vendors set placeholder_prices = '{}', currency = 'EUR'")
    loaded.load(TUESDAY)
    assert loaded.rows("select distinct price::text, currency from catalogue.products") == [("10.00", "EUR")]


def test_another_version_of_the_parser_parses_the_day_again(
    loaded: CatalogueRoom, parsed: list[str], monkeypatch: pytest.MonkeyPatch
):
    use_source(monkeypatch, version=SOURCES[SOURCE].version + 1)
    monkeypatch.setattr(clan_parser, "_attributes", lambda _: {"sizes": ("one",)})
    loaded.load(MONDAY)
    assert len(parsed) == 10
    assert loaded.rows("select distinct attributes from catalogue.products") == [({"sizes": ["one"]},)]


def test_another_version_of_the_parser_writes_what_it_reads_differently(
    loaded: CatalogueRoom, parsed: list[str], monkeypatch: pytest.MonkeyPatch
):
    before = versions(loaded.url)
    monkeypatch.setattr(snapshot_files, "CLEANING_VERSION", 99)
    for day in (TUESDAY, WEDNESDAY):
        loaded.land(day, *MANY)
    loaded.load(TUESDAY)
    assert len(parsed) == 10
    assert versions(loaded.url)["product_observations"] == before["product_observations"]
    loaded.load(WEDNESDAY)
    assert len(parsed) == 10, "the version is that of the snapshot before"


def test_a_withdrawn_snapshot_between_equal_ones_leaves_their_products(loaded: CatalogueRoom):
    changed = [item | {"title": f"Other {item['sku']}"} for item in MANY]
    path = loaded.land(WEDNESDAY, *changed)
    loaded.land(TUESDAY, *MANY)
    loaded.land(THURSDAY, *MANY)
    loaded.load(WEDNESDAY)
    assert loaded.value("select name from catalogue.products where sku = 'S3'") == "Other S3"
    loaded.load(TUESDAY)
    withdraw_files(loaded.url, loaded.zone, [path], "another shop's")
    loaded.load(WEDNESDAY, THURSDAY)
    assert loaded.value("select name from catalogue.products where sku = 'S3'") == "Kilt S3"
    assert facts(loaded.url) == loaded_anew(loaded, MONDAY, TUESDAY, THURSDAY)


def test_an_unparsed_snapshot_keeps_its_products_when_the_one_before_is_withdrawn(loaded: CatalogueRoom):
    """Tuesday's snapshot equals Monday's, so it has no observations of its own until Monday's is withdrawn."""
    loaded.land(TUESDAY, *MANY)
    loaded.load(TUESDAY)
    (path,) = loaded.rows("select manifest_path from catalogue.catalogue_snapshots where landed_on = %s", [MONDAY])[0]
    withdraw_files(loaded.url, loaded.zone, [path], "another shop's")
    loaded.load(MONDAY)
    assert loaded.prices("S0") == [("Tue", "10.00")]
    assert facts(loaded.url) == loaded_anew(loaded, TUESDAY)


def test_a_snapshot_is_accepted_late_with_its_files_or_not_at_all(loaded: CatalogueRoom):
    """Without Monday's snapshot, which it has shrunk from, Tuesday's is accepted; its files are read again for that."""
    (monday,) = loaded.rows("select manifest_path from catalogue.catalogue_snapshots")[0]
    tuesday = loaded.land(TUESDAY, *MANY[:5])
    loaded.load(TUESDAY)
    page = loaded.root / tuesday.replace("manifest_", "products_page_0001_")
    content = page.read_bytes()
    page.unlink()
    withdraw_files(loaded.url, loaded.zone, [monday], "another shop's")
    before = facts(loaded.url)
    with pytest.raises(LandedFilesMissingError, match="1 file"):
        loaded.load(MONDAY)
    assert facts(loaded.url) == before
    page.write_bytes(content)
    loaded.load(MONDAY)
    assert loaded.active() == "S0 S1 S2 S3 S4"


def test_product_details_complete_an_unchanged_item(loaded: CatalogueRoom):
    loaded.land(TUESDAY, *MANY, details=[{"sku": "S1", "price": 12.5}])
    loaded.land(WEDNESDAY, *MANY)
    loaded.load(TUESDAY)
    assert loaded.value("select price::text from catalogue.products where sku = 'S1'") == "12.50"
    loaded.load(WEDNESDAY)
    assert loaded.value("select price::text from catalogue.products where sku = 'S1'") == "10.00"


def test_unknown_keys_and_unread_prices_of_an_unparsed_snapshot_are_counted(room: CatalogueRoom, parsed: list[str]):
    odd = [product("K1", "free", colour="red", weight=1), product("K2", colour="blue"), product("K3")]
    room.land(MONDAY, *odd)
    room.land(TUESDAY, *odd)
    first, following = room.load(MONDAY, TUESDAY)
    assert len(parsed) == 3, "Tuesday's snapshot was not parsed"
    for load in (first, following):
        assert load.unknown_keys == {"colour": 2, "weight": 1}
        (snapshot,) = load.snapshots
        assert snapshot.prices_unread == 1


def test_a_snapshot_with_an_unreadable_detail_is_parsed_at_each_load_of_its_day(
    loaded: CatalogueRoom, parsed: list[str]
):
    """Nobody knows what the file would say, so the snapshot equals no other one."""
    for day in (TUESDAY, WEDNESDAY):
        manifest = loaded.land(day, *MANY, details=[{"sku": "S1", "price": 12.5}])
        detail = manifest.replace("manifest_", f"product_data_{0:024}_")
        (loaded.root / detail).rename(loaded.root / detail.replace(".json", ".json.gz"))
        text = (loaded.root / manifest).read_text()
        (loaded.root / manifest).write_text(text.replace(Path(detail).name, f"{Path(detail).name}.gz"))
    loaded.load(TUESDAY, WEDNESDAY)
    assert len(parsed) == 20
    assert loaded.value("select count(*) from catalogue.catalogue_snapshots where content_hash = ''") == 2


def test_a_damaged_history_can_be_rebuilt(loaded: CatalogueRoom):
    loaded.land(TUESDAY, *MANY[:9], product("NEW", 12))
    loaded.load(TUESDAY)
    before = facts(loaded.url)
    loaded.execute("update catalogue.products set price = 1 where sku = 'S1'")
    loaded.load(MONDAY, TUESDAY)
    assert facts(loaded.url) != before, "nothing has changed at the shop"
    loaded.execute("delete from catalogue.product_observations")
    loaded.execute("update catalogue.catalogue_snapshots set content_hash = ''")
    loaded.load(MONDAY, TUESDAY)
    assert facts(loaded.url) == before


def test_vendors_that_change_on_the_same_day_keep_their_own_prices(room: CatalogueRoom):
    add_vendor(room.url, "outlet")
    for day, price in ((MONDAY, 10), (TUESDAY, 12)):
        room.land(day, product("K1", price))
        room.land(day, product("K2", price), vendor="outlet")
    room.load(MONDAY, TUESDAY)
    assert room.prices("K1") == room.prices("K2") == [("Mon", "10.00"), ("Tue", "12.00")]
    assert room.value("select count(*) from catalogue.product_categories") == 2


def test_a_store_that_cannot_deliver_a_file_fails_the_load(loaded: CatalogueRoom, monkeypatch: pytest.MonkeyPatch):
    read = loaded.zone.read

    def interrupted(path: str, maximum_bytes: int) -> bytes:
        if "products_page" in path:
            raise SyndicationError("the store is away")
        return read(path, maximum_bytes)

    monkeypatch.setattr(loaded.zone, "read", interrupted)
    with pytest.raises(SyndicationError, match="the store is away"):
        loaded.load(MONDAY)
