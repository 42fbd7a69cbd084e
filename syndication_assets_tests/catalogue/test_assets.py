"""The room's assets in Dagster runs, and next to the scraping room, which reads the same landing zone."""

import dagster as dg
import pytest

from syndication_assets.catalogue.assets import load_catalogues
from syndication_assets.catalogue.checks import catalogue_checks
from syndication_assets.database.postgres_resource import PostgresResource
from syndication_assets.scraping.fetching.download_runs import run_session
from syndication_assets.scraping.loading.post_load import load_day as load_scraped_day
from syndication_assets_tests.catalogue.shop import MONDAY, TUESDAY, WEDNESDAY, CatalogueRoom, product

pytestmark = pytest.mark.one_server

MANY = [product(f"S{number}") for number in range(10)]


@dg.asset(deps=[dg.AssetKey(["catalogue", "products"])])
def selection() -> None:
    """An asset downstream of the products."""


def materialize(room: CatalogueRoom, monkeypatch: pytest.MonkeyPatch, first: object, last: object):
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", room.url)
    monkeypatch.setenv("SYNDICATION_LANDING_URL", room.zone.url)
    with dg.DagsterInstance.ephemeral() as instance:
        return dg.materialize(
            [load_catalogues, catalogue_checks, selection],
            resources={"postgres": PostgresResource()},
            tags={"dagster/asset_partition_range_start": str(first), "dagster/asset_partition_range_end": str(last)},
            instance=instance,
            raise_on_error=False,
        )


def failed_checks(result: dg.ExecuteInProcessResult) -> list[str]:
    return sorted(check.check_name for check in result.get_asset_check_evaluations() if not check.passed)


def test_a_rejected_snapshot_stops_downstream_assets(room: CatalogueRoom, monkeypatch: pytest.MonkeyPatch):
    room.land(MONDAY, *MANY)
    room.land(TUESDAY, *MANY, is_complete=False)
    result = materialize(room, monkeypatch, MONDAY, TUESDAY)
    assert failed_checks(result) == ["newest_catalogue_is_accepted", "none_was_rejected"]
    assert not any(event.asset_key == dg.AssetKey("selection") for event in result.get_asset_materialization_events())
    assert len(room.active().split()) == 10


def test_a_range_is_one_run_that_reports_each_day(room: CatalogueRoom, monkeypatch: pytest.MonkeyPatch):
    room.land(MONDAY, *MANY)
    room.land(TUESDAY, *MANY, is_complete=False)
    room.land(WEDNESDAY, *MANY, product("NEW"))
    result = materialize(room, monkeypatch, MONDAY, WEDNESDAY)
    assert result.success
    assert failed_checks(result) == ["none_was_rejected"]
    materializations = result.get_asset_materialization_events()
    new_by_day = {
        event.partition: event.materialization.metadata["products_new"].value
        for event in materializations
        if event.asset_key == dg.AssetKey(["catalogue", "products"])
    }
    assert new_by_day == {str(MONDAY): 10, str(TUESDAY): 0, str(WEDNESDAY): 1}
    snapshots = {
        event.partition: event.materialization.metadata
        for event in materializations
        if event.asset_key == dg.AssetKey(["catalogue", "catalogue_snapshots"])
    }
    assert snapshots[str(WEDNESDAY)]["rejected"].value == 1
    assert "page 2 was cut off" in snapshots[str(WEDNESDAY)]["snapshots"].value
    assert "snapshots" not in snapshots[str(TUESDAY)]


def test_each_materialization_of_products_reports_the_catalogue_quality(
    room: CatalogueRoom, monkeypatch: pytest.MonkeyPatch
):
    room.land(MONDAY, *MANY[1:], product("S0", None))
    result = materialize(room, monkeypatch, MONDAY, MONDAY)
    found = {
        event.asset_key.path[-1]: {
            name: value.value
            for name, value in event.materialization.metadata.items()
            if name.startswith(("share_with_", "products_active"))
        }
        for event in result.get_asset_materialization_events()
        if event.asset_key is not None
    }
    # Dagster plots these keys over time.
    assert found["products"] == {
        "products_active": 10,
        "share_with_image": 0.0,
        "share_with_price": 0.9,
        "share_with_description": 0.0,
        "share_with_category": 1.0,
        "share_with_page": 0.0,
    }
    assert found["product_prices"] == {}


def test_the_scraping_room_ignores_catalogues(room: CatalogueRoom):
    room.land(MONDAY, *MANY)
    with run_session(room.url, "test") as session:
        load = load_scraped_day(room.url, room.zone, MONDAY, maximum_file_bytes=10**6, session=session)
    assert load.runs == {}
    assert room.rows("select * from landing.quarantine") == []
