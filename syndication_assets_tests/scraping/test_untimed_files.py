"""Two files without a time never become one observation silently, and a time in a name is read wherever it stands."""

import json

import pytest

from syndication_assets.landing.zone.landing_zone import LandingError
from syndication_assets.landing.zone.observation_time import observation_time
from syndication_assets_tests.facts import differences, facts
from syndication_assets_tests.invariants import broken_invariants
from syndication_assets_tests.scraping.linkedin_dataset import MONDAY, TUESDAY, Desk, activity_id, clear, post

ONE, TWO = activity_id(1), activity_id(2)
QUARANTINE = (
    "select split_part(source_file_path, '/', 4), position, reason from landing.quarantine"
    " where replayed_at is null order by 1, 2"
)
SNAPSHOTS = "select urn, reactions from scraping.data_downloads join scraping.posts using (post_id) order by 1, 2"


def put(desk: Desk, file_name: str, *items: dict[str, object]) -> str:
    return desk.put(MONDAY, file_name, json.dumps(items).encode())


def test_the_second_observation_at_an_assumed_noon_is_quarantined_with_a_reason(desk: Desk):
    put(desk, "morning.json", post(ONE, reactions=5))
    put(desk, "night.json", post(ONE, reactions=50), post(TWO))
    desk.load(MONDAY)
    ((file_name, position, reason),) = desk.rows(QUARANTINE)
    assert (file_name, position) == ("night.json", 0)
    assert reason.startswith("neither this file nor morning.json has a time, and both observed this post: name them")
    assert desk.rows(SNAPSHOTS) == [(ONE, 5), (TWO, 10)]
    assert broken_invariants(desk.url, desk.root) == []


def test_the_order_of_landing_does_not_matter(desk: Desk):
    put(desk, "night.json", post(ONE, reactions=50))
    desk.load(MONDAY)
    assert desk.rows(SNAPSHOTS) == [(ONE, 50)]
    put(desk, "morning.json", post(ONE, reactions=5))
    desk.load(MONDAY)
    assert [row[:2] for row in desk.rows(QUARANTINE)] == [("night.json", 0)]
    late = facts(desk.url)
    clear(desk.url)
    desk.load(MONDAY)
    # The payload of an item that was loaded once is kept.
    assert {line.split(": ")[0] for line in differences(late, facts(desk.url))} == {"only first,  raw_payloads"}


def test_a_companion_with_a_time_loads_both(desk: Desk):
    put(desk, "morning.json", post(ONE, reactions=5))
    path = put(desk, "night.json", post(ONE, reactions=50))
    desk.load(MONDAY)
    (desk.root / f"{path}.meta.json").write_text('{"observed_at": "2025-11-03T21:00:00Z"}')
    desk.load(MONDAY)
    assert desk.rows(QUARANTINE) == []
    assert desk.rows(SNAPSHOTS) == [(ONE, 5), (ONE, 50)]


def test_identical_items_and_other_posts_are_no_conflict(desk: Desk):
    put(desk, "dataset_anna.json", post(ONE), repeated := post(TWO), repeated)
    put(desk, "dataset_anna-copy.json", post(ONE), post(TWO))
    put(desk, "dataset_bert.json", post(activity_id(3)))
    desk.load(MONDAY)
    assert desk.rows(QUARANTINE) == []
    assert desk.value("select count(*) from scraping.data_downloads") == 3


def test_organizations_have_their_own_noon(desk: Desk):
    desk.execute("insert into tenancy.organizations (slug, name) values ('second', 'Second') on conflict do nothing")
    put(desk, "morning.json", post(ONE, reactions=5))
    content = json.dumps([post(ONE, reactions=50)]).encode()
    desk.zone.land("second", "linkedin_apify", MONDAY, "night.json", content)
    desk.load(MONDAY)
    assert desk.rows(QUARANTINE) == []


@pytest.mark.parametrize(
    "file_name",
    [
        "2025-11-03_09-00-00-000.json",
        "dataset_anna_2025-11-03_09-00-00-000.json",
        "dataset-anna-2025-11-03_09-00-00-000.json",
        "Export of Anna 2025-11-03_09-00-00.json",
        "Anna 2025-11-03 09-00-00.json",
        "Anna_2025-11-03T09-00-00Z.json.gz",
        "dataset_anna_2025-11-03_09-00-00-000 (1).json",
        "2024-01-01_to_2025-01-01_2025-11-03_09-00-00.json",
    ],
)
def test_a_time_is_read_whatever_stands_before_it_and_compared_with_the_day(file_name: str):
    observed_at, source = observation_time(file_name, {}, MONDAY)
    assert (observed_at.isoformat(), source) == ("2025-11-03T09:00:00+00:00", "file_name")
    with pytest.raises(LandingError, match="land it under 2025-11-03"):
        observation_time(file_name, {}, TUESDAY)


@pytest.mark.parametrize(
    "file_name", ["dataset_anna.json", "dataset_anna_2025-11-03.json", "12025-11-03_09-00-00.json"]
)
def test_a_name_without_a_time_has_none(file_name: str):
    assert observation_time(file_name, {}, MONDAY)[1] == "noon"
