"""Fetching a catalogue: the requests, the landed files, and the effect of the shop's faults."""

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from syndication_assets.catalogue.clan import clan_details, clan_fetch
from syndication_assets_tests.catalogue.fake_shop import EMPTY, HTML, SERVER_ERROR, TRUNCATED, FakeShop, too_many
from syndication_assets_tests.catalogue.fetching import fetch, load_today, manifest_of
from syndication_assets_tests.catalogue.shop import CatalogueRoom, product
from syndication_assets_tests.scraping.fake_apis import (
    Answer,
    Request,
    landed,
)

pytestmark = pytest.mark.one_server


def test_a_catalogue_lands_response_by_response_and_can_be_loaded(room: CatalogueRoom, shop: FakeShop):
    report = fetch(room, shop, page_size=2)
    manifest = manifest_of(room, report)
    assert manifest.is_complete
    assert (len(manifest.product_lists), len(manifest.product_details)) == (2, 3)
    assert set(manifest.paths) | {report.manifest_path} == set(landed(room.zone))
    assert room.zone.read(manifest.product_details[0], 1000).startswith(b'{"success": true, "data": {"sku": "S1"')
    # The first page once more: a product may have moved there in the meantime.
    assert shop.queries("/getProducts") == [{"limit": "2", "offset": offset} for offset in ("0", "2", "3", "0")]
    assert shop.queries("/getProductData")[1] == {"sku": "S2", "all_images": "0", "include_categories": "1"}
    load_today(room)
    assert room.rows("select sku, price::text from catalogue.products order by 1") == [
        ("S1", "12.50"),
        ("S2", "12.50"),
        ("S3", "12.50"),
    ]


def test_only_details_of_new_and_changed_products_are_requested_again(room: CatalogueRoom, shop: FakeShop):
    first = fetch(room, shop)
    shop.requests.clear()
    shop.products = [product("S1"), product("S3", "99"), product("S4")]
    second = fetch(room, shop)
    assert [query["sku"] for query in shop.queries("/getProductData")] == ["S3", "S4"]
    assert (second.details_known, second.details_fetched) == (1, 2)
    assert manifest_of(room, second).product_details[0] == manifest_of(room, first).product_details[0]


def test_product_details_are_requested_again_after_a_week(
    room: CatalogueRoom, shop: FakeShop, monkeypatch: pytest.MonkeyPatch
):
    fetch(room, shop)
    shop.requests.clear()
    monkeypatch.setattr(clan_details, "DETAIL_MAXIMUM_AGE", timedelta(0))
    fetch(room, shop)
    assert len(shop.queries("/getProductData")) == 3


def test_an_interrupted_fetch_is_resumed(room: CatalogueRoom, shop: FakeShop, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(shop, "tree", None)
    with monkeypatch.context() as patched:
        patched.setattr(clan_fetch._Fetch, "_fetch_tree", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            fetch(room, shop)
    assert not any("manifest_" in path for path in landed(room.zone))
    shop.requests.clear()
    assert fetch(room, shop).details_known == 3
    assert shop.queries("/getProductData") == []


@pytest.mark.parametrize("fault", [HTML, TRUNCATED, EMPTY, SERVER_ERROR, too_many("0")])
def test_a_temporary_fault_of_the_list_is_retried(room: CatalogueRoom, shop: FakeShop, fault: Answer):
    shop.fail_next("/getProducts", fault, fault)
    assert fetch(room, shop).reasons == []


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (HTML, "page 2 of the list of products: it is a page of HTML or XML, not JSON"),
        (TRUNCATED, "page 2 of the list of products: it is not the JSON of a catalogue"),
        (EMPTY, "page 2 of the list of products: it is empty"),
        (SERVER_ERROR, "page 2 of the list of products: /getProducts: the shop answered 500, 3 times"),
        (Answer(200, {"success": False}), "page 2 of the list of products: the shop reported a failure"),
    ],
)
def test_an_interrupted_list_is_incomplete(room: CatalogueRoom, shop: FakeShop, fault: Answer, reason: str):
    fetch(room, shop)
    load_today(room)
    answers = [shop.respond]
    shop.respond = lambda request: fault if request.query.get("offset") == "2" else answers[0](request)  # type: ignore[method-assign]
    report = fetch(room, shop, page_size=2)
    (actual,) = report.reasons
    assert actual.startswith(reason)
    assert not manifest_of(room, report).is_complete
    load_today(room)
    assert room.active() == "S1 S2 S3", "nothing is deactivated"
    assert room.rows("select status::text from catalogue.catalogue_snapshots order by observed_at") == [
        ("accepted",),
        ("rejected",),
    ]


def test_a_list_with_a_repeated_page_is_incomplete(room: CatalogueRoom, shop: FakeShop):
    shop.knows_offset = False
    report = fetch(room, shop, page_size=2)
    (reason,) = report.reasons
    assert reason.startswith("page 2 of the list of products repeats earlier pages")
    assert len(shop.queries("/getProducts")) == 2


def test_pages_smaller_than_requested_do_not_end_the_list(room: CatalogueRoom, shop: FakeShop):
    shop.products = [product(f"S{number}") for number in range(7)]
    shop.most_at_once = 3
    report = fetch(room, shop, page_size=100)
    assert (report.products, report.reasons) == (7, [])
    assert [query["offset"] for query in shop.queries("/getProducts")] == ["0", "3", "6", "7", "0", "3"]
    assert len(manifest_of(room, report).product_lists) == 3, "the empty last page is not part of the snapshot"


def test_a_product_that_moves_to_an_earlier_page_during_the_fetch_is_not_deactivated(
    room: CatalogueRoom, shop: FakeShop
):
    shop.products = [product(f"S{number}") for number in range(1, 7)]
    fetch(room, shop, page_size=2)
    load_today(room)
    change_during_the_fetch(shop, 2, lambda products: products.pop(0))
    report = fetch(room, shop, page_size=2)
    assert (report.reasons, report.products) == ([], 6)
    load_today(room)
    assert room.active() == "S1 S2 S3 S4 S5 S6", "S1 was there when the fetch began; S3 moved to the first page"


def test_a_product_that_moves_to_a_later_page_during_the_fetch_is_one_product(room: CatalogueRoom, shop: FakeShop):
    shop.products = [product(f"S{number}") for number in range(1, 5)]
    change_during_the_fetch(shop, 2, lambda products: products.insert(0, product("S0")))
    report = fetch(room, shop, page_size=2)
    assert report.reasons == []
    load_today(room)
    assert room.active() == "S0 S1 S2 S3 S4"
    assert room.value("select count(*) from landing.quarantine") == 0


def test_a_list_that_keeps_changing_is_incomplete(room: CatalogueRoom, shop: FakeShop):
    shop.products = [product(f"S{number}") for number in range(1, 5)]
    numbers = itertools.count(5)
    respond = shop.respond

    def respond_with_news(request: Request) -> Answer:
        if request.path.endswith("/getProducts") and request.query.get("offset") == "0":
            shop.products.insert(0, product(f"S{next(numbers)}"))
        return respond(request)

    shop.respond = respond_with_news  # type: ignore[method-assign]
    assert fetch(room, shop, page_size=2).reasons == [
        "the list of products kept changing while it was fetched: fetch again later"
    ]


def test_a_page_that_cannot_be_requested_again_leaves_the_list_incomplete(room: CatalogueRoom, shop: FakeShop):
    shop.products = [product(f"S{number}") for number in range(1, 5)]
    respond = shop.respond
    shop.respond = lambda request: (  # type: ignore[method-assign]
        SERVER_ERROR if len(shop.queries("/getProducts")) > 3 and "offset" in request.query else respond(request)
    )
    (reason,) = fetch(room, shop, page_size=2).reasons
    assert reason.startswith("page 1 of the list of products, requested again: /getProducts: the shop answered 500")


def change_during_the_fetch(shop: FakeShop, request_number: int, change: Callable[[list[Any]], object]) -> None:
    """Changes the products just before the shop answers the list request of this number, from 1."""
    respond = shop.respond
    numbers = itertools.count(1)

    def respond_and_change(request: Request) -> Answer:
        if request.path.endswith("/getProducts") and next(numbers) == request_number:
            change(shop.products)
        return respond(request)

    shop.respond = respond_and_change  # type: ignore[method-assign]


def test_a_shop_that_does_not_page_returns_everything_at_once(room: CatalogueRoom, shop: FakeShop):
    shop.knows_offset = False
    report = fetch(room, shop, page_size=100)
    assert (report.products, report.reasons) == (3, [])
    assert len(manifest_of(room, report).product_lists) == 1


def test_an_empty_list_is_incomplete(room: CatalogueRoom, shop: FakeShop):
    shop.products = []
    assert fetch(room, shop).reasons == ["the list of products is empty"]
