"""Fetching a catalogue: the requests, the landed files, and the effect of the shop's faults."""

import itertools
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from types import SimpleNamespace
from typing import Any

import pytest

from syndication_assets.catalogue.catalogue_load import load_day
from syndication_assets.catalogue.clan import clan_details, clan_fetch
from syndication_assets.catalogue.clan.assets import CHECK_NAME, clan_catalogue_files
from syndication_assets.catalogue.clan.clan_api import ShopApi, ShopError
from syndication_assets.catalogue.clan.clan_fetch import fetch_catalogue
from syndication_assets.catalogue.fetch_report import FetchReport
from syndication_assets.catalogue.manifest import Manifest, decode_manifest
from syndication_assets.catalogue.vendors import Vendor, list_vendors
from syndication_assets.database.connection import transaction
from syndication_assets_tests.catalogue.fake_shop import EMPTY, HTML, SERVER_ERROR, TRUNCATED, FakeShop, too_many
from syndication_assets_tests.catalogue.shop import CatalogueRoom, product
from syndication_assets_tests.scraping.fake_apis import (
    Answer,
    Request,
    failure_of,
    landed,
    materialize,
    serve,
    today,
)


@pytest.fixture
def shop() -> Iterator[FakeShop]:
    fake = FakeShop(
        products=[product("S1"), ["Tie", "S2", "https://shop.example/s2.html", "Silk", "", 3], product("S3")]
    )
    with serve(fake):
        yield fake


def api(shop: FakeShop, **settings: Any) -> ShopApi:
    quick = {"retry_delay": timedelta(milliseconds=1), "maximum_attempts": 3, "request_timeout": timedelta(seconds=5)}
    return ShopApi(shop.url, 1024 * 1024, **(quick | settings))


def vendor(room: CatalogueRoom) -> Vendor:
    with transaction(room.url) as connection:
        return list_vendors(connection)[0]


def fetch(
    room: CatalogueRoom, shop: FakeShop, *, fallback: FakeShop | None = None, page_size: int = 100, **settings: Any
) -> FetchReport:
    return fetch_catalogue(
        api(shop, **settings),
        api(fallback) if fallback is not None else None,
        room.zone,
        vendor(room),
        page_size=page_size,
        pace=timedelta(0),
    )


def manifest_of(room: CatalogueRoom, report: FetchReport) -> Manifest:
    content = room.zone.read(report.manifest_path, 10**6)
    return decode_manifest(content, "default", "clan_catalogue", datetime.now(UTC).date())


def load_today(room: CatalogueRoom) -> None:
    load_day(room.url, room.zone, datetime.now(UTC).date(), maximum_file_bytes=10**6)


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


def give_url(room: CatalogueRoom, shop: FakeShop, vendor: str = "heritage") -> None:
    with transaction(room.url) as connection:
        connection.execute("update catalogue.vendors set api_url = %s where vendor = %s", [shop.url, vendor])


def environment(room: CatalogueRoom, **more: str) -> dict[str, str]:
    return {"SYNDICATION_DATABASE_URL": room.url, "SYNDICATION_LANDING_URL": room.zone.url, **more}


def test_the_asset_lands_the_catalogue_of_today(room: CatalogueRoom, shop: FakeShop, monkeypatch: pytest.MonkeyPatch):
    settings = environment(room, SYNDICATION_CLAN_PACE_SECONDS="0")
    give_url(room, shop)
    result = materialize(clan_catalogue_files, monkeypatch, today(), **settings)
    assert result.success
    (event,) = result.get_asset_materialization_events()
    assert event.materialization.metadata["products"].value == 3
    (check,) = result.get_asset_check_evaluations()
    assert (check.check_name, check.passed) == (CHECK_NAME, True)


def test_the_asset_check_fails_for_an_incomplete_catalogue(
    room: CatalogueRoom, shop: FakeShop, monkeypatch: pytest.MonkeyPatch
):
    shop.tree = []
    settings = environment(room, SYNDICATION_CLAN_PACE_SECONDS="0")
    give_url(room, shop)
    monkeypatch.setattr("syndication_assets.http.retries.time", SimpleNamespace(sleep=lambda _: None))
    result = materialize(clan_catalogue_files, monkeypatch, today(), **settings)
    assert result.success
    (check,) = result.get_asset_check_evaluations()
    assert not check.passed
    assert check.description == "default/heritage: the response is not a category tree"


def test_the_asset_fetches_no_other_day(room: CatalogueRoom, monkeypatch: pytest.MonkeyPatch):
    result = materialize(clan_catalogue_files, monkeypatch, "2025-11-03", **environment(room))
    assert "catalogue/clan_catalogue_files cannot fetch 2025-11-03: sources only return" in failure_of(result)


def test_the_asset_names_a_vendor_without_a_url(room: CatalogueRoom, monkeypatch: pytest.MonkeyPatch):
    result = materialize(clan_catalogue_files, monkeypatch, today(), **environment(room))
    assert "default/heritage: it has no URL" in failure_of(result)
    assert "syndication vendor edit heritage" in failure_of(result)


def test_who_still_sets_the_old_variable_is_told_what_replaced_it(room: CatalogueRoom, monkeypatch: pytest.MonkeyPatch):
    settings = environment(room, SYNDICATION_CLAN_URL="https://shop.example/api")
    result = materialize(clan_catalogue_files, monkeypatch, today(), **settings)
    assert "SYNDICATION_CLAN_URL is not read any more: `api_url` of a vendor replaced it" in failure_of(result)


def test_each_vendor_is_fetched_from_its_own_shop_and_one_that_is_down_does_not_stop_the_others(
    room: CatalogueRoom, shop: FakeShop, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("syndication_assets.http.retries.time", SimpleNamespace(sleep=lambda _: None))
    other = FakeShop(products=[product("S7")])
    with transaction(room.url) as connection:
        connection.execute(
            "insert into catalogue.vendors (organization_id, vendor, source, currency)"
            " select organization_id, 'tartan', 'clan_catalogue', 'GBP' from tenancy.organizations"
        )
    give_url(room, shop)
    with serve(other):
        give_url(room, other, "tartan")
        both = materialize(clan_catalogue_files, monkeypatch, today(), **environment(room, **_AT_ONCE))
        (event,) = both.get_asset_materialization_events()
        assert event.materialization.metadata["products"].value == 4
        assert {request.path for request in other.requests} >= {"/getProducts"}
        shop.fail_next("/getProducts", *[SERVER_ERROR] * 4)
        one = materialize(clan_catalogue_files, monkeypatch, today(), **environment(room, **_AT_ONCE))
    (event,) = one.get_asset_materialization_events()
    assert event.materialization.metadata["products"].value == 1
    (check,) = one.get_asset_check_evaluations()
    assert "default/heritage: /getProducts: the shop answered 500" in str(check.description)


_AT_ONCE = {"SYNDICATION_CLAN_PACE_SECONDS": "0"}
