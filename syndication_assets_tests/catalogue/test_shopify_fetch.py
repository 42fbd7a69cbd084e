"""Fetching a Shopify shop's public product list: the requests, the landed files, and the effect of its faults."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest

from syndication_assets.catalogue.fetching.fetch_report import FetchReport
from syndication_assets.catalogue.fetching.snapshot_manifest import decode_manifest
from syndication_assets.catalogue.loading.catalogue_load import load_day
from syndication_assets.catalogue.new_vendors import add_vendor
from syndication_assets.catalogue.shopify import assets, shopify_fetch
from syndication_assets.catalogue.shopify.assets import CHECK_NAME, shop_client, shopify_products_files
from syndication_assets.catalogue.shopify.shopify_fetch import fetch_open_list
from syndication_assets.catalogue.vendors import Vendor, list_vendors
from syndication_assets.database.connection import transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.http.clients.public_client import FetchError, PublicClient
from syndication_assets.http.clients.public_urls import PublicUrlError
from syndication_assets_tests.catalogue.fake_shop import EMPTY, HTML, SERVER_ERROR, TRUNCATED
from syndication_assets_tests.catalogue.shop import CatalogueRoom
from syndication_assets_tests.scraping.fake_apis import Answer, FakeApi, Request, failure_of, landed, materialize, serve
from syndication_assets_tests.today import today

pytestmark = pytest.mark.one_server

PAGE = "/products.json"


@dataclass
class FakeShopify(FakeApi):
    """A shop that gives its products two at a time, whatever limit is asked for."""

    products: list[Any] = field(default_factory=list)
    knows_pages: bool = True

    def respond(self, request: Request) -> Answer:
        first = 2 * (int(request.query["page"]) - 1) if self.knows_pages else 0
        return Answer(200, {"products": self.products[first : first + 2]})

    def fail_page(self, page: int, answer: Answer) -> None:
        """Answers every later request for the page with this."""
        respond = self.respond
        self.respond = lambda request: answer if request.query["page"] == str(page) else respond(request)  # type: ignore[method-assign]


def product(sku: str, price: str = "12.50") -> dict[str, Any]:
    return {
        "id": int(sku[1:]),
        "title": f"Kilt {sku}",
        "body_html": "<p>Of wool.</p>",
        "product_type": "Kilts",
        "handle": sku.lower(),
        "variants": [{"sku": sku, "title": "Default Title", "price": price}],
    }


@pytest.fixture
def shop() -> Iterator[FakeShopify]:
    fake = FakeShopify(products=[product("S1"), product("S2"), product("S3")])
    with serve(fake):
        yield fake


def client() -> PublicClient:
    """The client of the asset, but with loopback as a public address."""
    asset_client = shop_client(1024 * 1024)
    return PublicClient(
        asset_client.maximum_bytes,
        request_timeout=timedelta(seconds=5),
        retry_delay=timedelta(milliseconds=1),
        addresses_of=lambda _url: ["127.0.0.1"],
        what=asset_client.what,
        headers=asset_client.headers,
    )


def vendor(room: CatalogueRoom, shop: FakeShopify) -> Vendor:
    """A vendor of the shop with the fake's http URL; its row must have an https URL."""
    add_vendor(room.url, "default", "open_shop", "shopify_products", "GBP", [], "https://shop.example")
    with transaction(room.url) as connection:
        (added,) = (vendor for vendor in list_vendors(connection) if vendor.vendor == "open_shop")
    return added._replace(shop_url=shop.url)


def fetch(room: CatalogueRoom, vendor: Vendor) -> FetchReport:
    return fetch_open_list(client(), room.zone, vendor, pace=timedelta(0))


def load_today(room: CatalogueRoom) -> None:
    load_day(room.url, room.zone, today(), maximum_file_bytes=10**6)


def statuses(room: CatalogueRoom) -> list[str]:
    return [row[0] for row in room.rows("select status::text from catalogue.catalogue_snapshots order by observed_at")]


def test_pages_land_until_one_is_empty_and_the_catalogue_is_complete(room: CatalogueRoom, shop: FakeShopify):
    report = fetch(room, vendor(room, shop))
    manifest = decode_manifest(room.zone.read(report.manifest_path, 10**6), "default", "shopify_products", today())
    assert manifest.is_complete
    assert [request.query for request in shop.requests] == [
        # The first page once more: a product may have moved there in the meantime.
        {"limit": "250", "page": str(number)}
        for number in (1, 2, 3, 1)
    ]
    assert set(manifest.product_lists) | {report.manifest_path} == set(landed(room.zone))
    assert room.zone.read(manifest.product_lists[0], 10**4).startswith(b'{"products": [{"id": 1')
    load_today(room)
    assert room.rows("select sku, price::text, description from catalogue.products order by 1") == [
        (sku, "12.50", "Of wool.") for sku in ("S1", "S2", "S3")
    ]


def test_a_product_missing_from_a_complete_list_is_deactivated(room: CatalogueRoom, shop: FakeShopify):
    shop_vendor = vendor(room, shop)
    shop.products = [product(f"S{number}") for number in range(1, 7)]
    fetch(room, shop_vendor)
    load_today(room)
    del shop.products[5]
    fetch(room, shop_vendor)
    load_today(room)
    assert room.active() == "S1 S2 S3 S4 S5"


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (HTML, "page 2: it is a page of HTML or XML, not JSON"),
        (TRUNCATED, "page 2: it is not the JSON of a catalogue"),
        (Answer(200, {"products": {}}), "page 2: it holds one object where a list was expected"),
        (EMPTY, "page 2: 127.0.0.1: the answer was empty, 3 times"),
        (SERVER_ERROR, "page 2: 127.0.0.1: it answered 500, 3 times"),
        (Answer(429, b"", {"Retry-After": "0"}), "page 2: 127.0.0.1: it answered 429, 3 times"),
        (Answer(429, b"", {"Retry-After": "3600"}), "page 2: 127.0.0.1: it answered 429, and asks to wait 3,600 s"),
        (Answer(404, b""), "page 2: 127.0.0.1: it answered 404. Check the URL of the shop."),
        (
            Answer(430, b""),
            "page 2: 127.0.0.1: it answered 430, Shopify's rejection of requests that look automated. Fetch",
        ),
        (Answer(200, {"products": [product("S1"), product("S2")]}), "page 2 repeats earlier pages"),
    ],
)
def test_an_interrupted_list_is_incomplete_and_deactivates_nothing(
    room: CatalogueRoom, shop: FakeShopify, fault: Answer, reason: str
):
    shop_vendor = vendor(room, shop)
    fetch(room, shop_vendor)
    load_today(room)
    shop.fail_page(2, fault)
    report = fetch(room, shop_vendor)
    (actual,) = report.reasons
    assert actual.startswith(reason)
    load_today(room)
    assert room.active() == "S1 S2 S3"
    assert statuses(room) == ["accepted", "rejected"]


def change_before_page(shop: FakeShopify, page: int, change: Callable[[], object]) -> None:
    """Changes the shop just before its first answer to the request for a page."""
    respond = shop.respond
    waiting = [change]

    def respond_and_change(request: Request) -> Answer:
        if request.query["page"] == str(page) and waiting:
            waiting.pop()()
        return respond(request)

    shop.respond = respond_and_change  # type: ignore[method-assign]


def test_a_product_that_moves_to_an_earlier_page_during_the_fetch_is_not_deactivated(
    room: CatalogueRoom, shop: FakeShopify
):
    shop_vendor = vendor(room, shop)
    shop.products = [product(f"S{number}") for number in range(1, 7)]
    fetch(room, shop_vendor)
    load_today(room)
    change_before_page(shop, 2, lambda: shop.products.pop(0))
    report = fetch(room, shop_vendor)
    assert (report.reasons, report.products) == ([], 6)
    load_today(room)
    assert room.active() == "S1 S2 S3 S4 S5 S6", "S1 was there when the fetch began; S3 moved to the first page"


def test_a_product_alone_on_the_last_page_because_it_moved_there_is_no_repeated_page(
    room: CatalogueRoom, shop: FakeShopify
):
    shop.products = [product("S1"), product("S2")]
    change_before_page(shop, 2, lambda: shop.products.insert(0, product("S0")))
    assert fetch(room, vendor(room, shop)).reasons == []
    load_today(room)
    assert room.active() == "S0 S1 S2"


@pytest.mark.parametrize("prices", [("40.00", "55.00"), ("55.00", "40.00")])
def test_a_sku_of_two_products_keeps_its_price_whatever_their_order(
    prices: tuple[str, str], room: CatalogueRoom, shop: FakeShopify
):
    first, second = product("S1", prices[0]), product("S1", prices[1])
    second["id"] = 2
    shop_vendor = vendor(room, shop)
    for products in ([first, second, product("S3")], [product("S3"), second, first]):
        shop.products = products
        assert fetch(room, shop_vendor).reasons == []
        load_today(room)
        price = room.value("select price::text from catalogue.products where sku = 'S1'")
        assert price == prices[0], "the older product has the sku"
    assert statuses(room) == ["accepted", "accepted"]
    reasons = [reason for (reason,) in room.rows("select reason from landing.quarantine")]
    assert len(reasons) == 2
    assert all(reason.startswith("its sku 'S1' is also that of item ") for reason in reasons)


def test_of_two_variants_with_a_sku_the_one_with_the_higher_price_counts(room: CatalogueRoom, shop: FakeShopify):
    shop_vendor = vendor(room, shop)
    variants = [{"sku": "S1", "title": size, "price": price} for size, price in (("S", "12.50"), ("M", "14.00"))]
    for ordered in (variants, variants[::-1]):
        shop.products = [product("S1") | {"variants": ordered}, product("S2")]
        fetch(room, shop_vendor)
        load_today(room)
        assert room.value("select price::text from catalogue.products where sku = 'S1'") == "14.00"
    assert room.active() == "S1 S2"


@pytest.mark.parametrize("fault", [HTML, TRUNCATED, SERVER_ERROR, EMPTY, Answer(429, b"", {"Retry-After": "0"})])
def test_a_temporary_fault_is_retried(room: CatalogueRoom, shop: FakeShopify, fault: Answer):
    shop.fail_next(PAGE, fault, fault)
    assert fetch(room, vendor(room, shop)).reasons == []


@pytest.mark.parametrize("fault", [SERVER_ERROR, Answer(404, b"")])
def test_without_a_first_page_nothing_lands(room: CatalogueRoom, shop: FakeShopify, fault: Answer):
    shop.fail_page(1, fault)
    with pytest.raises(FetchError):
        fetch(room, vendor(room, shop))
    assert landed(room.zone) == {}


def test_the_list_of_a_shop_that_does_not_page_is_incomplete(room: CatalogueRoom, shop: FakeShopify):
    shop.knows_pages = False
    assert fetch(room, vendor(room, shop)).reasons == ["page 2 repeats earlier pages"]


def test_an_empty_list_is_incomplete(room: CatalogueRoom, shop: FakeShopify):
    shop.products = []
    assert fetch(room, vendor(room, shop)).reasons == ["the list of products is empty"]


def test_a_list_beyond_shopifys_page_limit_is_incomplete(
    room: CatalogueRoom, shop: FakeShopify, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(shopify_fetch, "MAXIMUM_PAGES", 2)
    (reason,) = fetch(room, vendor(room, shop)).reasons
    assert reason.startswith("the list has more than 2 pages")


def test_requests_for_pages_keep_the_pace(room: CatalogueRoom, shop: FakeShopify, monkeypatch: pytest.MonkeyPatch):
    waits: list[float] = []
    monkeypatch.setattr(shopify_fetch.time, "sleep", waits.append)
    fetch_open_list(client(), room.zone, vendor(room, shop), pace=timedelta(seconds=3))
    # The server's own waits are 0 here.
    assert [wait for wait in waits if wait] == [3.0] * 3, "before every page but the first"


@pytest.mark.parametrize("url", ["http://shop.example", "https://127.0.0.1", "https://[::1]", "https://10.0.0.7"])
def test_only_https_on_public_addresses_is_requested(room: CatalogueRoom, shop: FakeShopify, url: str):
    with pytest.raises(PublicUrlError):
        fetch_open_list(shop_client(10**6), room.zone, vendor(room, shop)._replace(shop_url=url), pace=timedelta(0))
    assert shop.requests == []


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example",
        "https://",
        "https://u:p@shop.example",
        "https://shop.example/?token=1",
        "shop",
        "https://[x",
    ],
)
def test_an_invalid_shop_url_is_rejected(room: CatalogueRoom, url: str):
    with pytest.raises(SyndicationError, match=r"The URL of a shop is https://") as rejected:
        add_vendor(room.url, "default", "open_shop", "shopify_products", "GBP", [], url)
    assert "token" not in str(rejected.value)
    with pytest.raises(SyndicationError, match="only vendors of shopify_products are fetched by their own URL"):
        add_vendor(room.url, "default", "other_shop", "clan_catalogue", "GBP", [], "https://shop.example")


def environment(room: CatalogueRoom) -> dict[str, str]:
    return {
        "SYNDICATION_DATABASE_URL": room.url,
        "SYNDICATION_LANDING_URL": room.zone.url,
        "SYNDICATION_SHOPIFY_PACE_SECONDS": "0",
    }


def test_the_asset_lands_the_catalogue_of_today(
    room: CatalogueRoom, shop: FakeShopify, monkeypatch: pytest.MonkeyPatch
):
    shop_vendor = vendor(room, shop)
    monkeypatch.setattr(assets, "vendors_to_fetch", lambda _url, _source: [shop_vendor])
    monkeypatch.setattr(assets, "shop_client", lambda _bytes: client())
    result = materialize(shopify_products_files, monkeypatch, today(), **environment(room))
    (event,) = result.get_asset_materialization_events()
    assert event.materialization.metadata["products"].value == 3
    (check,) = result.get_asset_check_evaluations()
    assert (check.check_name, check.passed) == (CHECK_NAME, True)
    rejected = materialize(shopify_products_files, monkeypatch, date(2025, 11, 3), **environment(room))
    assert "catalogue/shopify_products_files cannot fetch 2025-11-03: sources only return" in failure_of(rejected)
    shop.fail_page(2, HTML)
    (check,) = materialize(
        shopify_products_files, monkeypatch, today(), **environment(room)
    ).get_asset_check_evaluations()
    assert not check.passed
    assert check.description == "default/open_shop: page 2: it is a page of HTML or XML, not JSON"


def test_a_vendor_without_a_url_is_not_fetched(room: CatalogueRoom, monkeypatch: pytest.MonkeyPatch):
    add_vendor(room.url, "default", "by_hand", "shopify_products", "GBP", [])
    result = materialize(shopify_products_files, monkeypatch, today(), **environment(room))
    (event,) = result.get_asset_materialization_events()
    assert "syndication vendor add" in str(event.materialization.metadata["how_to_add_a_shop"].value)
