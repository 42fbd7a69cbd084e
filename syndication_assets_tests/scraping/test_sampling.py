"""Posts are looked at again by their age, the youngest first, and a gap between two fetches is seen and closed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from syndication_assets.database.connection import transaction
from syndication_assets.operations.conditions import conditions_of
from syndication_assets.scraping.fetching.fetch import FetchReport, active_organizations, fetch_organization
from syndication_assets.scraping.fetching.sampling import sampled_posts
from syndication_assets.scraping.linkedin.assets import linkedin_source
from syndication_assets_tests.scraping.fake_apis import Answer, FakeApify, track
from syndication_assets_tests.scraping.linkedin_dataset import Desk, post
from syndication_assets_tests.scraping.linkedin_fetching import scraper


@pytest.fixture
def now() -> datetime:
    """What ages are counted from: a post that is listed again is the same one."""
    return datetime.now(UTC)


def aged(now: datetime, author: str, *hours: float) -> list[dict[str, Any]]:
    """Posts of these ages, the newest first."""
    times = [now - timedelta(hours=age) for age in hours]
    return [post(str(int(time.timestamp() * 1000) << 22), author=author) for time in times]


def fetch(desk: Desk, apify: FakeApify, *, hours_ago: float) -> FetchReport:
    """A scheduled fetch that ended so long ago, as the actor says; its files are loaded."""
    ended = datetime.now(UTC) - timedelta(hours=hours_ago)
    apify.finished_at = dict.fromkeys(apify.lists, ended)
    apify.inputs_before = len(apify.inputs)
    (organization,) = active_organizations(desk.url)
    report = fetch_organization(desk.url, desk.zone, organization, linkedin_source(scraper(apify)), only_due=True)
    desk.load(ended.date())
    return report


def limits(apify: FakeApify) -> list[tuple[str, int]]:
    """What the newest fetch asked for."""
    return [(asked["username"], asked["limit"]) for asked in apify.inputs[apify.inputs_before :]]


def hours_since(moment: datetime) -> int:
    return round((datetime.now(UTC) - moment) / timedelta(hours=1))


def ages(desk: Desk, *, only_due: bool) -> list[tuple[str, int, int]]:
    """(profile, age in hours, interval in hours), in the order in which fetches take them."""
    ((organization_id,),) = desk.rows("select organization_id from tenancy.organizations where slug = 'default'")
    with transaction(desk.url) as connection:
        found = sampled_posts(connection, organization_id, 50, only_due=only_due)
    return [(row.username, hours_since(row.posted_at), row.every_hours) for row in found]


def problems(desk: Desk) -> list[str]:
    with transaction(desk.url) as connection:
        return [f"{found.subject}: {found.message}" for found in conditions_of(connection, "posts_missed")]


def test_posts_are_looked_at_again_by_their_age(desk: Desk, apify: FakeApify, now: datetime) -> None:
    track(desk.url, "ada", "bob")
    apify.lists = {"ada": aged(now, "ada", 20, 72, 20 * 24, 100 * 24), "bob": aged(now, "bob", 6, 7)}
    assert fetch(desk, apify, hours_ago=5).files_landed == 2
    assert limits(apify) == [("ada", 10), ("bob", 10)], "nothing was known"
    every = [("bob", 6, 1), ("bob", 7, 1), ("ada", 20, 1), ("ada", 72, 6), ("ada", 480, 24)]
    assert ages(desk, only_due=False) == every
    assert ages(desk, only_due=True) == every[:3]

    # The youngest first, and no more posts than are due: of ada, her newest one.
    fetch(desk, apify, hours_ago=0)
    assert limits(apify) == [("bob", 3), ("ada", 2)]
    assert fetch(desk, apify, hours_ago=0).profiles == 0, "nothing is due"

    # The ages of an organization replace the shared ones together; that of new posts by itself.
    desk.execute(
        "insert into scraping.organization_snapshot_intervals select organization_id, 5, 12 from tenancy.organizations"
    )
    assert ages(desk, only_due=False) == [("bob", 6, 12), ("bob", 7, 12), ("ada", 20, 12), ("ada", 72, 12)]
    assert desk.rows("select * from scraping.snapshot_intervals_in_force order by 2") == [
        (desk.rows("select organization_id from tenancy.organizations")[0][0], days, hours)
        for days, hours in ((0, 6), (5, 12))
    ]


def test_a_profile_without_young_posts_is_asked_for_new_ones(desk: Desk, apify: FakeApify, now: datetime) -> None:
    track(desk.url, "ada")
    apify.lists = {"ada": aged(now, "ada", 100 * 24)}
    fetch(desk, apify, hours_ago=5)
    assert fetch(desk, apify, hours_ago=0).profiles == 0, "new posts are looked for every six hours"
    desk.execute("update scraping.profile_fetches set fetched_at = fetched_at - interval '1 hour'")
    assert fetch(desk, apify, hours_ago=0).profiles == 1


def test_a_profile_that_fails_is_left_alone_until_new_posts_are_looked_for(
    desk: Desk, apify: FakeApify, now: datetime
) -> None:
    track(desk.url, "ada", "bob")
    apify.lists = {"bob": aged(now, "bob", 5)}
    apify.statuses["ada"] = "FAILED"
    assert list(fetch(desk, apify, hours_ago=3).failures) == ["ada"]
    fetch(desk, apify, hours_ago=0)
    assert [name for name, _ in limits(apify)] == ["bob"]
    desk.execute("update scraping.profile_fetches set failed_at = failed_at - interval '6 hours'")
    apify.statuses.clear()
    fetch(desk, apify, hours_ago=0)
    assert [name for name, _ in limits(apify)] == ["ada"]
    assert desk.value("select count(failed_at) from scraping.profile_fetches") == 0


def test_a_post_that_is_gone_is_not_looked_for_again_at_once(desk: Desk, apify: FakeApify, now: datetime) -> None:
    track(desk.url, "ada")
    apify.lists = {"ada": aged(now, "ada", 5, 6, 7)}
    fetch(desk, apify, hours_ago=4)
    apify.lists = {"ada": aged(now, "ada", 5, 7)}
    assert len(ages(desk, only_due=True)) == 3
    fetch(desk, apify, hours_ago=0)
    assert ages(desk, only_due=True) == []


def test_what_is_due_does_not_depend_on_when_files_are_loaded(desk: Desk, apify: FakeApify, now: datetime) -> None:
    track(desk.url, "ada")
    apify.lists = {"ada": aged(now, "ada", 5)}
    fetch(desk, apify, hours_ago=4)
    (organization,) = active_organizations(desk.url)
    apify.finished_at.clear()
    for profiles in (1, 0):
        report = fetch_organization(desk.url, desk.zone, organization, linkedin_source(scraper(apify)), only_due=True)
        assert report.profiles == profiles


def test_a_gap_is_seen_until_a_later_fetch_gets_there(desk: Desk, apify: FakeApify, now: datetime) -> None:
    track(desk.url, "ada", "bob")
    apify.lists = {"ada": aged(now, "ada", 20), "bob": aged(now, "bob", 30)}
    fetch(desk, apify, hours_ago=19)
    apify.lists["ada"] = aged(now, "ada", *range(8, 21))
    apify.before_dataset = lambda _: apify.fail_next("/runs", Answer(402, {"error": {"message": "No credit."}}))
    report = fetch(desk, apify, hours_ago=7)
    assert (limits(apify), report.files_landed, report.not_tried) == ([("ada", 2)], 1, 1)
    assert list(report.gaps) == list(report.failures) == ["ada"], "what was paid for has landed"
    ((after, before, attempts),) = desk.rows(
        "select published_after, published_before, attempts from scraping.post_gaps"
    )
    assert [hours_since(time) for time in (after, before)] == [20, 9]
    assert attempts == 1
    (told,) = problems(desk)
    assert told.startswith("linkedin ada: Posts that were published between ")
    assert "may be missing: Apify rejected starting actor someone~actor: 402 No credit." in told

    # The next fetch reaches for the gap; one that gets nearer narrows it.
    apify.before_dataset = lambda _: None
    report = fetch(desk, apify, hours_ago=3)
    assert dict(limits(apify))["ada"] >= 12
    assert (report.gaps, problems(desk)) == ({}, [])
    assert len(ages(desk, only_due=False)) == 13 + 1, "no post is lost"
    assert desk.rows("select closed_at is not null from scraping.post_gaps") == [(True,)]


def test_a_gap_costs_no_more_after_three_fetches(desk: Desk, apify: FakeApify, now: datetime) -> None:
    track(desk.url, "ada")
    apify.lists = {"ada": aged(now, "ada", 100)}
    fetch(desk, apify, hours_ago=99)
    desk.execute(
        "insert into scraping.post_gaps select organization_id, profile_id, %s, %s, 'it was large', 3, now()"
        " from scraping.profiles",
        [now - timedelta(hours=400), now - timedelta(hours=300)],
    )
    apify.lists = {"ada": aged(now, "ada", 100, 350, 450)}
    fetch(desk, apify, hours_ago=0)
    assert limits(apify) == [("ada", 2)]
    assert len(problems(desk)) == 1
