"""Items that come again are not read again, and the tables say what they would say if everything were read."""

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
from syndication_assets.text import plain_markup
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
    """The skus of the products that were cleaned, in order."""
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
    """Monday's look at ten products is loaded, and forgotten by `cleaned`."""
    room.land(MONDAY, *MANY)
    room.load(MONDAY)
    assert len(cleaned) == 10
    cleaned.clear()
    return room


def read_anew(room: CatalogueRoom, *days: Any) -> dict[str, list[str]]:
    """What the tables say when these days are loaded and every item is read."""
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


def test_an_item_that_comes_again_is_not_read_again(loaded: CatalogueRoom, cleaned: list[str]):
    loaded.land(TUESDAY, *MANY)
    loaded.load(TUESDAY)
    assert cleaned == []
    assert len(loaded.active().split()) == 10


def test_the_same_day_again_reads_nothing_and_keeps_what_is_known(loaded: CatalogueRoom, cleaned: list[str]):
    before = loaded.rows("select ctid, xmin::text from catalogue.known_items")
    loaded.load(MONDAY)
    assert cleaned == []
    assert loaded.rows("select ctid, xmin::text from catalogue.known_items") == before


@pytest.mark.parametrize(
    "change", [{"price": "11.00"}, {"title": "Another"}, {"category_ids": [1]}, {"image": "https://i.example/1.jpg"}]
)
def test_an_item_that_says_something_else_is_read(loaded: CatalogueRoom, cleaned: list[str], change: dict[str, Any]):
    loaded.land(TUESDAY, *MANY[:4], MANY[4] | change, *MANY[5:])
    loaded.load(TUESDAY)
    assert cleaned == ["S4"]
    assert facts(loaded.url) == read_anew(loaded, MONDAY, TUESDAY)


def test_an_item_may_move_to_another_place_or_page(loaded: CatalogueRoom, cleaned: list[str]):
    path = loaded.land(TUESDAY, product("NEW"), *reversed(MANY[3:]))
    page = path.replace("manifest_", "products_page_0001_")
    second = page.replace("0001", "0002")
    (loaded.root / second).write_text(json.dumps([product(""), *MANY[:3]]))
    manifest = json.loads((loaded.root / path).read_bytes())
    (loaded.root / path).write_text(json.dumps(manifest | {"product_lists": [page, second]}))
    loaded.load(TUESDAY)
    assert cleaned == ["NEW"]
    assert len(loaded.active().split()) == 11
    assert [(one, position) for one, position, *_ in loaded.rows(QUARANTINE)] == [(second, 0)]
    assert facts(loaded.url) == read_anew(loaded, MONDAY, TUESDAY)


def test_places_in_quarantine_are_those_of_the_file(loaded: CatalogueRoom):
    path = loaded.land(TUESDAY, MANY[0], {"sku": "K2"}, *MANY[1:], "text", product("K3", name=5))
    loaded.load(TUESDAY)
    waiting = loaded.rows(QUARANTINE)
    assert [(position, reason) for _, position, reason, _ in waiting] == [
        (1, "it has no name"),
        (11, "it is neither an object nor a list"),
        (12, "title is not a text"),
    ]
    assert waiting[0][3] == b'{"sku": "K2"}'
    assert {one for one, *_ in waiting} == {path.replace("manifest_", "products_page_0001_")}


def test_an_item_that_was_rejected_is_never_known(room: CatalogueRoom):
    for day in (MONDAY, TUESDAY):
        room.land(day, product("K1"), {"sku": "K2"}, product("K1", name="Twin"))
    room.load(MONDAY, TUESDAY)
    assert [(one.split("/")[2], position) for one, position, *_ in room.rows(QUARANTINE)] == [
        (str(MONDAY), 1),
        (str(TUESDAY), 1),
    ]
    assert room.value("select name from catalogue.products") == "Kilt K1", "the first of two with one sku counts"


def test_a_product_that_is_missing_goes_though_all_others_are_known(loaded: CatalogueRoom, cleaned: list[str]):
    loaded.land(TUESDAY, *MANY[1:])
    loaded.land(WEDNESDAY, *MANY)
    loaded.load(TUESDAY)
    assert "S0" not in loaded.active().split()
    loaded.load(WEDNESDAY)
    assert "S0" in loaded.active().split()
    assert cleaned == ["S0"], "Tuesday's look forgot it"
    assert facts(loaded.url) == read_anew(loaded, MONDAY, TUESDAY, WEDNESDAY)


def test_a_catalogue_of_known_items_that_shrank_too_much_is_refused(loaded: CatalogueRoom):
    loaded.land(TUESDAY, *MANY[:5])
    (load,) = loaded.load(TUESDAY)
    assert len(load.rejected) == 1
    assert len(loaded.active().split()) == 10


def test_a_changed_placeholder_price_counts_for_known_items(loaded: CatalogueRoom, cleaned: list[str]):
    loaded.execute("update catalogue.vendors set placeholder_prices = '{10}'")
    loaded.land(TUESDAY, *MANY)
    loaded.load(TUESDAY)
    assert cleaned == []
    assert loaded.rows("select distinct price, currency from catalogue.products") == [(None, None)]
    assert loaded.value(
        "select prices_placeholder from catalogue.catalogue_snapshots where landed_on = %s", TUESDAY
    ) == len(MANY)
    assert loaded.prices("S0") == [("Mon", "10.00"), ("Tue", None)]
    loaded.execute("update catalogue.vendors set placeholder_prices = '{}', currency = 'EUR'")
    loaded.load(TUESDAY)
    assert loaded.rows("select distinct price::text, currency from catalogue.products") == [("10.00", "EUR")]


def test_another_version_of_the_parser_reads_everything(
    loaded: CatalogueRoom, cleaned: list[str], monkeypatch: pytest.MonkeyPatch
):
    use_source(monkeypatch, version=SOURCES[SOURCE].version + 1)
    monkeypatch.setattr(clan_parser, "_attributes", lambda _: {"sizes": ("one",)})
    loaded.load(MONDAY)
    assert len(cleaned) == 10
    assert loaded.rows("select distinct attributes from catalogue.products") == [({"sizes": ["one"]},)]


def test_what_one_version_knows_another_one_does_not(loaded: CatalogueRoom, monkeypatch: pytest.MonkeyPatch):
    ((before, _),) = loaded.rows(KNOWN)
    use_source(monkeypatch, version=99)
    loaded.load(MONDAY)
    ((after, _),) = loaded.rows(KNOWN)
    assert before != after
    assert f"{SOURCE} 99" in after


@pytest.mark.parametrize("module", [plain_markup, clan_parser, known_items])
def test_mended_code_is_another_reader_even_if_nobody_raised_the_version(
    module: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    reader_of.cache_clear()
    before = reader_of(SOURCES[SOURCE])
    reader_of.cache_clear()
    assert reader_of(SOURCES[SOURCE]) == before
    mended = tmp_path / "mended.py"
    mended.write_bytes(Path(str(module.__file__)).read_bytes() + b"# mended\n")
    monkeypatch.setattr(module, "__file__", str(mended))
    reader_of.cache_clear()
    assert reader_of(SOURCES[SOURCE]) != before
    reader_of.cache_clear()


def test_a_known_item_is_read_again_where_its_row_says_something_else(loaded: CatalogueRoom, cleaned: list[str]):
    """A look between was withdrawn: the texts of the row are that look's."""
    changed = [one | {"title": f"Other {one['sku']}"} for one in MANY]
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
    assert facts(loaded.url) == read_anew(loaded, MONDAY, TUESDAY, THURSDAY)


def test_data_of_a_product_completes_a_known_item(loaded: CatalogueRoom, cleaned: list[str]):
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
    assert len(cleaned) == 3, "Tuesday's were known"
    for load in (first, following):
        assert load.vendors[0].unknown_keys == {"colour": 2, "weight": 1}
        assert load.snapshots[0].prices_unread == 1


def test_only_a_look_that_is_believed_and_the_newest_is_kept(loaded: CatalogueRoom):
    before = loaded.rows(KNOWN)
    loaded.land(TUESDAY, *MANY, product("NEW"), is_complete=False)
    loaded.land(MONDAY, *MANY[:9], hour=3)
    loaded.load(TUESDAY)
    assert loaded.rows(KNOWN) == before
    loaded.land(WEDNESDAY, *MANY, product("NEW"))
    loaded.load(WEDNESDAY, MONDAY)
    assert loaded.rows(KNOWN) != before


def test_a_page_of_which_some_is_known_keeps_its_order():
    payloads = [json.dumps(product(f"K{number}")).encode() for number in range(4)]
    known = {mark_of(payloads[number]): KnownProduct(f"K{number}", b"hash", None, False) for number in (1, 3)}
    page = parse_page(b'{"data": [' + b" , ".join(payloads) + b"]}", clan_parser.parse_products, known)
    assert [(item.position, item.payload, isinstance(item, KnownItem)) for item in page.items] == [
        (number, payload, number in (1, 3)) for number, payload in enumerate(payloads)
    ]


def test_two_vendors_that_change_on_one_day_keep_their_own_prices(room: CatalogueRoom):
    add_vendor(room.url, "outlet")
    for day, price in ((MONDAY, 10), (TUESDAY, 12)):
        room.land(day, product("K1", price))
        room.land(day, product("K2", price), vendor="outlet")
    room.load(MONDAY, TUESDAY)
    assert room.prices("K1") == room.prices("K2") == [("Mon", "10.00"), ("Tue", "12.00")]
    assert room.value("select count(*) from catalogue.product_categories") == 2
