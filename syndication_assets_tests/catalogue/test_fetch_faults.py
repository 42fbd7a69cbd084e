"""The effect of a shop's faults: what is missing makes a catalogue incomplete, and nothing wrong lands."""

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from syndication_assets.catalogue.clan.clan_api import ShopApi, ShopError
from syndication_assets.catalogue.clan.clan_fetch import fetch_catalogue
from syndication_assets_tests.catalogue.fake_shop import HTML, SERVER_ERROR, FakeShop, too_many
from syndication_assets_tests.catalogue.fetching import api, fetch, load_today, vendor
from syndication_assets_tests.catalogue.shop import CatalogueRoom, product
from syndication_assets_tests.scraping.fake_apis import (
    Answer,
    landed,
    serve,
)

pytestmark = pytest.mark.one_server


@pytest.mark.parametrize("fault", [SERVER_ERROR, HTML])
def test_a_catalogue_without_a_category_tree_is_incomplete(room: CatalogueRoom, shop: FakeShop, fault: Answer):
    shop.fail_next("/getCategoryTree", *[fault] * 3)
    report = fetch(room, shop)
    assert len(report.reasons) == 1
    load_today(room)
    assert room.active() == ""


def test_a_product_without_details_does_not_make_the_catalogue_incomplete(room: CatalogueRoom, shop: FakeShop):
    shop.data["S2"] = Answer(404, b"")
    report = fetch(room, shop)
    assert (report.reasons, report.details_missing) == ([], ["S2"])
    load_today(room)
    assert room.rows("select sku, price::text from catalogue.products order by 1") == [
        ("S1", "12.50"),
        ("S2", None),
        ("S3", "12.50"),
    ]


def test_many_products_without_details_do_not_end_the_fetch(room: CatalogueRoom, shop: FakeShop):
    shop.products = [product(f"S{number}") for number in range(12)]
    shop.data = {f"S{number}": Answer(404, b"") for number in range(2, 8)}
    report = fetch(room, shop)
    assert (report.reasons, report.details_fetched, len(report.details_missing)) == ([], 6, 6)


def test_a_shop_that_denies_access_makes_the_catalogue_incomplete(room: CatalogueRoom, shop: FakeShop):
    shop.data = {sku: Answer(403, b"") for sku in ("S1", "S2", "S3")}
    assert fetch(room, shop).reasons == ["the shop stopped returning product details at 3 of 3 products"]


def test_details_of_another_product_are_not_used(room: CatalogueRoom, shop: FakeShop):
    shop.data["S2"] = Answer(200, {"success": True, "data": {"sku": "S1", "price": 1}})
    assert fetch(room, shop).details_missing == ["S2"]


def test_the_fetch_gives_up_on_details_when_the_shop_stops_answering(room: CatalogueRoom, shop: FakeShop):
    shop.products = [product(f"S{number}") for number in range(20)]
    shop.data = {f"S{number}": SERVER_ERROR for number in range(5, 20)}
    report = fetch(room, shop)
    assert report.reasons == ["the shop stopped returning product details at 8 of 20 products"]
    assert len({query["sku"] for query in shop.queries("/getProductData")}) == 8
    assert len(report.details_missing) == 15


def test_retry_after_sets_the_wait_up_to_a_limit(room: CatalogueRoom, shop: FakeShop, monkeypatch: pytest.MonkeyPatch):
    waits: list[float] = []
    monkeypatch.setattr("syndication_assets.http.retries.time.sleep", waits.append)
    in_a_minute = format_datetime(datetime.now(UTC) + timedelta(seconds=60))
    shop.fail_next("/getProducts", too_many("7"), too_many(in_a_minute))
    fetch(room, shop)
    shop.fail_next("/getProducts", too_many("86400"), too_many("tomorrow"))
    fetch(room, shop)
    # The pace between requests is 0 here.
    requested, until_date, longest, default = [wait for wait in waits if wait]
    assert (requested, longest) == (7.0, 120.0)
    assert 55 <= until_date <= 60
    assert default == 0.002


def test_a_silent_server_times_out_and_nothing_lands(room: CatalogueRoom, shop: FakeShop):
    shop.fail_next("/getProducts", *[Answer(200, [], delay=0.5)] * 3)
    with pytest.raises(ShopError, match=r"/getProducts: no answer within 0\.1 s, 3 times"):
        fetch(room, shop, request_timeout=timedelta(seconds=0.1))
    assert landed(room.zone) == {}


def test_the_fallback_provides_the_whole_catalogue_when_the_shop_does_not_answer(room: CatalogueRoom, shop: FakeShop):
    shop.fail_next("/getProducts", *[HTML] * 3)
    other = FakeShop(products=[product("S7")])
    with serve(other):
        report = fetch(room, shop, fallback=other)
    assert (report.products, report.reasons) == (1, [])
    assert {request.path for request in shop.requests} == {"/getProducts"}


def test_a_response_that_is_too_large_is_not_read(room: CatalogueRoom, shop: FakeShop):
    shop.fail_next("/getProducts", Answer(200, b"[" + b" " * 2_000_000 + b"]"))
    with pytest.raises(ShopError, match="SYNDICATION_CLAN_PAGE_SIZE"):
        fetch(room, shop)


def test_a_redirect_is_not_followed(room: CatalogueRoom, shop: FakeShop):
    shop.fail_next("/getProducts", Answer(302, b"", {"Location": "http://169.254.169.254/"}))
    with pytest.raises(ShopError, match="redirects"):
        fetch(room, shop)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://shop.example", "shop.example/api", "http://"])
def test_only_http_urls_are_accepted(url: str):
    with pytest.raises(ShopError, match="api_url"):
        ShopApi(url, 1000)


def test_requests_for_details_keep_the_pace(room: CatalogueRoom, shop: FakeShop):
    began = time.monotonic()
    fetch_catalogue(api(shop), None, room.zone, vendor(room), page_size=100, pace=timedelta(seconds=0.1))
    assert time.monotonic() - began >= 0.2
