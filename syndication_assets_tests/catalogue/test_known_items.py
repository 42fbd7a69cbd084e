"""Repeated items are not parsed again, and the tables are the same as if every item were parsed."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from syndication_assets.catalogue import known_items, snapshot_reading
from syndication_assets.catalogue.catalogue_sources import SOURCES
from syndication_assets.catalogue.clan import clan_parser
from syndication_assets.catalogue.known_items import KnownItem, KnownProduct, mark_of, parse_page, reader_of
from syndication_assets.landing.withdrawal import withdraw_files
from syndication_assets.text import html_text, lines, urls
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
)

MANY = [product(f"S{number}", description="<p>Of <b>wool</b></p>") for number in range(10)]
KNOWN = "select reader, items from catalogue.known_items"
QUARANTINE = "select source_file_path, position, reason, payload from landing.quarantine order by 1, 2"


@pytest.fixture
def cleaned(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The skus of the products that were parsed and cleaned, in order."""
    skus: list[str] = []
    make_product = snapshot_reading.make_product

    def watched(facts: Any, shop_url: str | None) -> Any:
        skus.append(facts.sku)
        return make_product(facts, shop_url)

    monkeypatch.setattr(snapshot_reading, "make_product", watched)
    reader_of.cache_clear()
    yield skus
    reader_of.cache_clear()


@pytest.fixture
def loaded(room: CatalogueRoom, cleaned: list[str]) -> CatalogueRoom:
    """Monday's snapshot of ten products is loaded, and `cleaned` is empty again."""
    room.land(MONDAY, *MANY)
    room.load(MONDAY)
    assert len(cleaned) == 10
    cleaned.clear()
    return room


def parsed_in_full(room: CatalogueRoom, *days: Any) -> dict[str, list[str]]:
    """The tables after loading these days with every item parsed."""
    with cleared(room.url):
        pass
    with cleared(room.url):
        add_vendor(room.url)
        for day in days:
            room.load(day)
            room.execute("delete from catalogue.known_items")
        return facts(room.url)


def use_source(monkeypatch: pytest.MonkeyPatch, **changes: Any) -> None:
    monkeypatch.setitem(SOURCES, SOURCE, replace(SOURCES[SOURCE], **changes))


def test_a_repeated_item_is_not_parsed_again(loaded: CatalogueRoom, cleaned: list[str]):
    loaded.land(TUESDAY, *MANY)
    loaded.load(TUESDAY)
    assert cleaned == []
    assert len(loaded.active().split()) == 10


def test_loading_a_day_again_parses_nothing_and_keeps_the_known_items(loaded: CatalogueRoom, cleaned: list[str]):
    before = loaded.rows("select ctid, xmin::text from catalogue.known_items")
    loaded.load(MONDAY)
    assert cleaned == []
    assert loaded.rows("select ctid, xmin::text from catalogue.known_items") == before


@pytest.mark.parametrize(
    "change", [{"price": "11.00"}, {"title": "Another"}, {"category_ids": [1]}, {"image": "https://i.example/1.jpg"}]
)
def test_a_changed_item_is_parsed(loaded: CatalogueRoom, cleaned: list[str], change: dict[str, Any]):
    loaded.land(TUESDAY, *MANY[:4], MANY[4] | change, *MANY[5:])
    loaded.load(TUESDAY)
    assert cleaned == ["S4"]
    assert facts(loaded.url) == parsed_in_full(loaded, MONDAY, TUESDAY)


def test_an_item_may_move_to_another_position_or_page(loaded: CatalogueRoom, cleaned: list[str]):
    path = loaded.land(TUESDAY, product("NEW"), *reversed(MANY[3:]))
    page = path.replace("manifest_", "products_page_0001_")
    second = page.replace("0001", "0002")
    (loaded.root / second).write_text(json.dumps([product(""), *MANY[:3]]))
    manifest = json.loads((loaded.root / path).read_bytes())
    (loaded.root / path).write_text(json.dumps(manifest | {"product_lists": [page, second]}))
    loaded.load(TUESDAY)
    assert cleaned == ["NEW"]
    assert len(loaded.active().split()) == 11
    assert [(path, position) for path, position, *_ in loaded.rows(QUARANTINE)] == [(second, 0)]
    assert facts(loaded.url) == parsed_in_full(loaded, MONDAY, TUESDAY)


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


def test_a_rejected_item_never_becomes_known(room: CatalogueRoom):
    for day in (MONDAY, TUESDAY):
        room.land(day, product("K1"), {"sku": "K2"}, product("K1", name="Duplicate"))
    room.load(MONDAY, TUESDAY)
    assert [(path.split("/")[2], position) for path, position, *_ in room.rows(QUARANTINE)] == [
        (str(MONDAY), 1),
        (str(TUESDAY), 1),
    ]
    assert room.value("select name from catalogue.products") == "Kilt K1", "the first product with a sku counts"


def test_a_missing_product_is_deactivated_although_all_others_are_known(loaded: CatalogueRoom, cleaned: list[str]):
    loaded.land(TUESDAY, *MANY[1:])
    loaded.land(WEDNESDAY, *MANY)
    loaded.load(TUESDAY)
    assert "S0" not in loaded.active().split()
    loaded.load(WEDNESDAY)
    assert "S0" in loaded.active().split()
    assert cleaned == ["S0"], "Tuesday's snapshot did not have it"
    assert facts(loaded.url) == parsed_in_full(loaded, MONDAY, TUESDAY, WEDNESDAY)


def test_a_shrunk_snapshot_of_known_items_is_rejected(loaded: CatalogueRoom):
    loaded.land(TUESDAY, *MANY[:5])
    (load,) = loaded.load(TUESDAY)
    assert len(load.rejected) == 1
    assert len(loaded.active().split()) == 10


def test_a_changed_placeholder_price_applies_to_known_items(loaded: CatalogueRoom, cleaned: list[str]):
    loaded.execute("update catalogue.vendors set placeholder_prices = '{10}'")
    loaded.land(TUESDAY, *MANY)
    loaded.load(TUESDAY)
    assert cleaned == []
    assert loaded.rows("select distinct price, currency from catalogue.products") == [(None, None)]
    assert loaded.value(
        "select prices_placeholder from catalogue.catalogue_snapshots where landed_on = %s", [TUESDAY]
    ) == len(MANY)
    assert loaded.prices("S0") == [("Mon", "10.00"), ("Tue", None)]
    loaded.execute("update catalogue.vendors set placeholder_prices = '{}', currency = 'EUR'")
    loaded.load(TUESDAY)
    assert loaded.rows("select distinct price::text, currency from catalogue.products") == [("10.00", "EUR")]


def test_another_version_of_the_parser_parses_every_item(
    loaded: CatalogueRoom, cleaned: list[str], monkeypatch: pytest.MonkeyPatch
):
    use_source(monkeypatch, version=SOURCES[SOURCE].version + 1)
    monkeypatch.setattr(clan_parser, "_attributes", lambda _: {"sizes": ("one",)})
    loaded.load(MONDAY)
    assert len(cleaned) == 10
    assert loaded.rows("select distinct attributes from catalogue.products") == [({"sizes": ["one"]},)]


def test_known_items_belong_to_one_version_of_the_parser(loaded: CatalogueRoom, monkeypatch: pytest.MonkeyPatch):
    ((before, _),) = loaded.rows(KNOWN)
    use_source(monkeypatch, version=99)
    loaded.load(MONDAY)
    ((after, _),) = loaded.rows(KNOWN)
    assert before != after
    assert f"{SOURCE} 99" in after


@pytest.mark.parametrize("module", [html_text, lines, urls, clan_parser, known_items])
def test_changed_code_is_another_reader_without_a_new_version_number(
    module: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    reader_of.cache_clear()
    before = reader_of(SOURCES[SOURCE])
    reader_of.cache_clear()
    assert reader_of(SOURCES[SOURCE]) == before
    changed = tmp_path / "changed.py"
    changed.write_bytes(Path(str(module.__file__)).read_bytes() + b"# changed\n")
    monkeypatch.setattr(module, "__file__", str(changed))
    reader_of.cache_clear()
    assert reader_of(SOURCES[SOURCE]) != before
    reader_of.cache_clear()


def test_a_known_item_is_parsed_again_if_its_row_has_other_content(loaded: CatalogueRoom, cleaned: list[str]):
    """The snapshot in between, whose texts the row has, is withdrawn."""
    changed = [item | {"title": f"Other {item['sku']}"} for item in MANY]
    path = loaded.land(WEDNESDAY, *changed)
    loaded.land(TUESDAY, *MANY)
    loaded.land(THURSDAY, *MANY)
    loaded.load(WEDNESDAY)
    assert loaded.value("select name from catalogue.products where sku = 'S3'") == "Other S3"
    loaded.load(TUESDAY)
    withdraw_files(loaded.url, loaded.zone, [path], "another shop's")
    cleaned.clear()
    loaded.load(WEDNESDAY, THURSDAY)
    assert loaded.value("select name from catalogue.products where sku = 'S3'") == "Kilt S3"
    assert facts(loaded.url) == parsed_in_full(loaded, MONDAY, TUESDAY, THURSDAY)


def test_product_details_complete_a_known_item(loaded: CatalogueRoom, cleaned: list[str]):
    loaded.land(TUESDAY, *MANY, details=[{"sku": "S1", "price": 12.5}])
    loaded.land(WEDNESDAY, *MANY)
    loaded.load(TUESDAY)
    assert cleaned == ["S1"]
    assert loaded.value("select price::text from catalogue.products where sku = 'S1'") == "12.50"
    loaded.load(WEDNESDAY)
    assert loaded.value("select price::text from catalogue.products where sku = 'S1'") == "10.00"


def test_unknown_keys_and_unread_prices_of_known_items_are_counted(room: CatalogueRoom, cleaned: list[str]):
    odd = [product("K1", "free", colour="red", weight=1), product("K2", colour="blue"), product("K3")]
    room.land(MONDAY, *odd)
    room.land(TUESDAY, *odd)
    first, following = room.load(MONDAY, TUESDAY)
    assert len(cleaned) == 3, "Tuesday's items were known"
    for load in (first, following):
        assert load.vendors[0].unknown_keys == {"colour": 2, "weight": 1}
        assert load.snapshots[0].prices_unread == 1


def test_only_items_of_the_newest_accepted_snapshot_are_kept(loaded: CatalogueRoom):
    before = loaded.rows(KNOWN)
    loaded.land(TUESDAY, *MANY, product("NEW"), is_complete=False)
    loaded.land(MONDAY, *MANY[:9], hour=3)
    loaded.load(TUESDAY)
    assert loaded.rows(KNOWN) == before
    loaded.land(WEDNESDAY, *MANY, product("NEW"))
    loaded.load(WEDNESDAY, MONDAY)
    assert loaded.rows(KNOWN) != before


def test_a_page_with_known_items_keeps_its_order():
    payloads = [json.dumps(product(f"K{number}")).encode() for number in range(4)]
    known = {mark_of(payloads[number]): KnownProduct(f"K{number}", b"hash", None, False) for number in (1, 3)}
    page = parse_page(b'{"data": [' + b" , ".join(payloads) + b"]}", clan_parser.parse_products, known)
    assert [(item.position, item.payload, isinstance(item, KnownItem)) for item in page.items] == [
        (number, payload, number in (1, 3)) for number, payload in enumerate(payloads)
    ]


def test_vendors_that_change_on_the_same_day_keep_their_own_prices(room: CatalogueRoom):
    add_vendor(room.url, "outlet")
    for day, price in ((MONDAY, 10), (TUESDAY, 12)):
        room.land(day, product("K1", price))
        room.land(day, product("K2", price), vendor="outlet")
    room.load(MONDAY, TUESDAY)
    assert room.prices("K1") == room.prices("K2") == [("Mon", "10.00"), ("Tue", "12.00")]
    assert room.value("select count(*) from catalogue.product_categories") == 2
