"""The asset of a fetch: which shops and days, and what its check says."""

from datetime import date
from types import SimpleNamespace

import pytest

from syndication_assets.catalogue.clan.assets import CHECK_NAME, clan_catalogue_files
from syndication_assets.database.connection import transaction
from syndication_assets_tests.catalogue.fake_shop import SERVER_ERROR, FakeShop
from syndication_assets_tests.catalogue.shop import CatalogueRoom, product
from syndication_assets_tests.scraping.fake_apis import (
    failure_of,
    materialize,
    serve,
)
from syndication_assets_tests.today import today

pytestmark = pytest.mark.one_server


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
    result = materialize(clan_catalogue_files, monkeypatch, date(2025, 11, 3), **environment(room))
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
        run = materialize(clan_catalogue_files, monkeypatch, today(), **environment(room, **_AT_ONCE))
    (event,) = run.get_asset_materialization_events()
    assert event.materialization.metadata["products"].value == 1
    (check,) = run.get_asset_check_evaluations()
    assert "default/heritage: /getProducts: the shop answered 500" in str(check.description)


_AT_ONCE = {"SYNDICATION_CLAN_PACE_SECONDS": "0"}
