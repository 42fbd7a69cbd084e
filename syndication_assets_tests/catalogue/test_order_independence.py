"""Any order and repetition of days and any late or withdrawn snapshots give the tables of a single load in sequence."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from syndication_assets.landing.loading.withdrawal import withdraw_files
from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets_tests.catalogue.shop import MONDAY, CatalogueRoom, add_vendor, cleared, facts, product
from syndication_assets_tests.random_histories import number_of_histories

DAYS = [MONDAY + timedelta(days=number) for number in range(4)]
EXAMPLES = settings(
    max_examples=number_of_histories(4),
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
# One product in one snapshot: absent, or a price, a name and categories.
_PRODUCT = st.none() | st.tuples(
    st.sampled_from(["10", "12", "29.99", "free", None]),
    st.sampled_from(["Kilt", "Kilt of wool"]),
    st.lists(st.integers(1, 4), max_size=2, unique=True),
)
_TREES = st.lists(
    st.tuples(st.integers(1, 4), st.sampled_from(["Kilts", "Gifts"]), st.integers(1, 5)), min_size=1, max_size=4
)
_SNAPSHOT = st.tuples(st.tuples(_PRODUCT, _PRODUCT, _PRODUCT), _TREES, st.booleans())
# Snapshots that equal the one before them are not parsed, so half of the examples repeat snapshots.
_SNAPSHOTS = st.lists(_SNAPSHOT, min_size=4, max_size=4) | st.lists(_SNAPSHOT, min_size=2, max_size=2).flatmap(
    lambda few: st.lists(st.sampled_from(few), min_size=4, max_size=4)
)


def land(room: CatalogueRoom, day: date, snapshot: Any) -> str:
    values, tree, is_complete = snapshot
    products = [
        product(f"S{number}", value[0], name=value[1], categories=value[2])
        for number, value in enumerate(values)
        if value is not None
    ]
    nodes = [{"id": own, "name": name, "parent_id": parent} for own, name, parent in tree]
    return room.land(day, product("S9"), *products, tree=nodes, is_complete=is_complete)


@EXAMPLES
@given(snapshots=_SNAPSHOTS, order=st.permutations(DAYS), repeats=st.lists(st.sampled_from(DAYS), max_size=3))
def test_loading_days_in_any_order_and_number_gives_the_same_tables(
    shared_database: str,
    tmp_path_factory: pytest.TempPathFactory,
    snapshots: Any,
    order: list[date],
    repeats: list[date],
):
    room = CatalogueRoom(shared_database, LandingZone(str(tmp_path_factory.mktemp("zone"))))
    for day, snapshot in zip(DAYS, snapshots, strict=True):
        land(room, day, snapshot)
    ends = []
    for days in (DAYS, [*repeats, *order]):
        with cleared(shared_database):
            add_vendor(shared_database)
            room.execute("update catalogue.vendors set maximum_shrinkage = 1")
            room.load(*days)
            ends.append(facts(shared_database))
    assert ends[0] == ends[1]


@EXAMPLES
@given(snapshots=_SNAPSHOTS, order=st.permutations(DAYS), withdrawn=st.sampled_from(DAYS))
def test_withdrawn_and_rejected_snapshots_leave_no_prices_or_changes(
    shared_database: str, tmp_path_factory: pytest.TempPathFactory, snapshots: Any, order: list[date], withdrawn: date
):
    """With the default shrinkage of 20 %, loading an older snapshot may reject one that was accepted before."""
    room = CatalogueRoom(shared_database, LandingZone(str(tmp_path_factory.mktemp("zone"))))
    paths = {day: land(room, day, snapshot) for day, snapshot in zip(DAYS, snapshots, strict=True)}
    with cleared(shared_database):
        add_vendor(shared_database)
        room.load(*order)
        withdraw_files(shared_database, room.zone, [paths[withdrawn]], "a trial")
        room.load(withdrawn)
        after_withdrawal = facts(shared_database)
        # A product that only such snapshots had stays as an inactive record.
        without_evidence = room.rows(
            "select sku from catalogue.products p where not is_active and not exists"
            " (select from catalogue.product_observations c where c.product_id = p.product_id)"
        )
    with cleared(shared_database):
        add_vendor(shared_database)
        room.load(*(day for day in DAYS if day != withdrawn))
        expected = facts(shared_database)
    for table in ("catalogue_snapshots", "product_observations", "product_prices"):
        assert after_withdrawal[table] == expected[table]
    gone = [sku for (sku,) in without_evidence]
    assert [row for row in after_withdrawal["products"] if not any(f",{sku}," in row for sku in gone)] == expected[
        "products"
    ]


@EXAMPLES
@given(
    snapshots=_SNAPSHOTS,
    order=st.permutations(DAYS),
    limits=st.permutations(["0.2", "1"]),
    loaded_last=st.sampled_from(DAYS),
)
def test_snapshots_may_be_accepted_or_rejected_late(
    shared_database: str,
    tmp_path_factory: pytest.TempPathFactory,
    snapshots: Any,
    order: list[date],
    limits: list[str],
    loaded_last: date,
):
    """A person changes the limit after all days were loaded, and loads any one of them again."""
    room = CatalogueRoom(shared_database, LandingZone(str(tmp_path_factory.mktemp("zone"))))
    for day, snapshot in zip(DAYS, snapshots, strict=True):
        land(room, day, snapshot)
    ends = []
    for first_limit, days in ((limits[0], order), (limits[1], DAYS)):
        with cleared(shared_database):
            add_vendor(shared_database)
            room.execute("update catalogue.vendors set maximum_shrinkage = %s", [first_limit])
            room.load(*days)
            room.execute("update catalogue.vendors set maximum_shrinkage = %s", [limits[1]])
            room.load(loaded_last)
            room.execute(
                "delete from catalogue.products where not is_active and price is null and not exists"
                " (select from catalogue.product_observations o where o.product_id = products.product_id)"
            )
            room.execute("delete from catalogue.categories where not is_active")
            ends.append(facts(shared_database))
    assert ends[0] == ends[1]


@pytest.fixture
def three_days(room: CatalogueRoom) -> CatalogueRoom:
    for number, price in enumerate(("10", "12", "10")):
        room.land(DAYS[number], product("K1", price))
    return room


def test_a_late_older_snapshot_inserts_its_price_in_order(three_days: CatalogueRoom):
    three_days.load(DAYS[0], DAYS[2])
    assert three_days.prices("K1") == [("Mon", "10.00")]
    three_days.load(DAYS[1])
    assert three_days.prices("K1") == [("Mon", "10.00"), ("Tue", "12.00"), ("Wed", "10.00")]


def test_an_older_snapshot_never_overwrites_a_newer_description(room: CatalogueRoom, tmp_path: Path):
    room.land(DAYS[0], product("K1", name="Old", product_id=1), product("K2"))
    room.land(DAYS[1], product("K1", name="New", product_id=2), tree=[{"id": 2, "name": "New"}])
    room.execute("update catalogue.vendors set maximum_shrinkage = 0.5")
    room.load(DAYS[1], DAYS[0])
    assert room.rows("select name, vendor_product_id, is_active from catalogue.products order by sku") == [
        ("New", "2", True),
        ("Kilt K2", "7", False),
    ]
    assert room.rows("select name, is_active from catalogue.categories order by 1") == [("Kilts", False), ("New", True)]


def test_loading_an_older_snapshot_may_reject_a_newer_one(room: CatalogueRoom):
    """Loaded alone, the newer snapshot is accepted; compared with the older one, it has shrunk too much."""
    many = [product(f"S{number}") for number in range(10)]
    room.land(DAYS[0], *many)
    room.land(DAYS[1], *many[:5], product("S5", name="Changed"))
    room.load(DAYS[1])
    assert len(room.active().split()) == 6
    room.load(DAYS[0])
    assert len(room.active().split()) == 10
    assert room.value("select name from catalogue.products where sku = 'S5'") == "Kilt S5"
    assert room.rows("select status::text from catalogue.catalogue_snapshots order by observed_at") == [
        ("accepted",),
        ("rejected",),
    ]
