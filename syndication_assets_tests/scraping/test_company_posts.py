"""Posts of a company: the shape of the other LinkedIn actor, checked against golden files, and its own rules.

`python -m syndication_assets_tests.scraping.test_company_posts` rewrites the golden observations: read the difference
before you commit it.
"""

import json
from typing import Any

import pytest

from syndication_assets.landing.loading.withdrawal import withdraw_files
from syndication_assets.scraping.items.observation import Author, Counters, ParsedItem
from syndication_assets.scraping.linkedin.dataset_parser import parse_item
from syndication_assets_tests.facts import differences, facts
from syndication_assets_tests.invariants import broken_invariants
from syndication_assets_tests.scraping.golden_observations import GOLDEN, observations_of
from syndication_assets_tests.scraping.linkedin_dataset import MONDAY, TUESDAY, Desk, activity_id, clear, name, post

pytestmark = pytest.mark.both_servers

ITEMS: list[dict[str, Any]] = json.loads((GOLDEN / "linkedin_company_posts.json").read_text())
REGULAR, REPOST, SILENT = ITEMS
FOLLOWERS = (
    "select username, observed_at, followers from scraping.profile_snapshots"
    " join scraping.profiles using (organization_id, profile_id) order by 2, 1"
)


def parse(item: dict[str, Any], tracked: str | None = None) -> ParsedItem:
    return parse_item(json.dumps(item).encode(), tracked)


def observations() -> str:
    return observations_of([parse(item) for item in ITEMS])


def company_post(number: int, followers: int | None = 1200, company: str = "loom", **stats: int) -> dict[str, Any]:
    author = {"name": "Loom", "follower_count": followers, "company_url": f"https://l.example/company/{company}/posts"}
    return REGULAR | {
        "activity_urn": activity_id(number),
        "full_urn": f"urn:li:activity:{activity_id(number)}",
        "author": author,
        "source_company": company,
        "stats": stats,
    }


def test_every_item_becomes_the_golden_observations():
    assert observations() == (GOLDEN / "linkedin_company_posts.observations.json").read_text()


def test_a_company_is_the_author_and_the_profile():
    parsed = parse(REGULAR)
    (observation,) = parsed.observations
    assert observation.author == Author(
        "loom-and-heather-ag",
        name="Loom & Heather AG",
        kind="company",
        profile_url="https://www.linkedin.example/company/Loom-and-Heather-AG/posts",
        followers=1200,
    )
    assert parsed.scraped_profile == "loom-and-heather-ag"
    assert parsed.unknown_keys == ()


def test_reactions_under_linkedins_own_names_are_the_same_kinds():
    (observation,) = parse(REGULAR).observations
    assert observation.stats == {"reactions": {"like": 5, "support": 1, "love": 1, "celebrate": 1, "funny": 1}}


def test_counters_that_are_left_out_are_zero_where_the_total_of_reactions_is_there():
    (observation,) = parse(REGULAR).observations
    assert observation.counters == Counters(reactions=9, comments=0, shares=0)


def test_nothing_is_zero_without_the_total_of_reactions():
    assert parse(SILENT).observations[0].counters == Counters()
    (observation,) = parse(REGULAR | {"stats": {"like": 4}}).observations
    assert observation.counters == Counters()


def test_counters_that_the_profile_actor_leaves_out_are_not_measured():
    """It writes zeros, so a missing counter was not measured."""
    item = post(activity_id(1)) | {"stats": {"total_reactions": 9, "like": 9}}
    assert parse(item).observations[0].counters == Counters(reactions=9)


def test_two_activity_ids_are_a_repost_by_the_company_of_which_the_posts_are():
    act, original = parse(REPOST, "someone-else").observations
    assert (act.ids, act.post_type) == ((("activity", "7391353503744000103"),), "repost")
    assert act.author == Author("loom-and-heather-ag")
    assert act.original_ids == original.ids == (("activity", "7391021314867780104"),)
    assert original.counters == Counters(reactions=31, comments=4, shares=2)
    assert original.author is not None
    assert original.author.username == "guild-of-weavers"


def test_two_activity_ids_of_a_profiles_item_are_a_repost_too():
    item = post(activity_id(2)) | {"full_urn": f"urn:li:activity:{activity_id(1)}"}
    act, original = parse(item, "anna").observations
    assert act.ids == (("activity", activity_id(2)),)
    assert original.ids == (("activity", activity_id(1)),)


@pytest.mark.parametrize("company", ["Loom & Heather AG", "", "/", "x" * 3_000])
def test_a_company_that_was_typed_as_words_is_no_profile(company: str):
    assert parse(REGULAR | {"source_company": company}).scraped_profile is None


def test_followers_are_kept_as_snapshots_of_the_profile(desk: Desk):
    desk.put(MONDAY, name("loom", MONDAY, 9), json.dumps([company_post(1, 1200, total_reactions=3)]).encode())
    desk.put(TUESDAY, name("loom", TUESDAY, 9), json.dumps([company_post(1, 1210, total_reactions=4)]).encode())
    desk.load(TUESDAY, MONDAY)
    assert [(row[0], row[2]) for row in desk.rows(FOLLOWERS)] == [("loom", 1200), ("loom", 1210)]
    assert desk.rows("select username, kind, post_count from scraping.profiles") == [("loom", "company", 1)]
    before = facts(desk.url)
    desk.load(MONDAY, TUESDAY)
    assert differences(before, facts(desk.url)) == []
    clear(desk.url)
    desk.load(MONDAY, TUESDAY)
    assert differences(before, facts(desk.url)) == []
    assert broken_invariants(desk.url, desk.root) == []


def test_followers_that_a_file_no_longer_contains_are_removed(desk: Desk):
    path = desk.put(MONDAY, name("loom", MONDAY, 9), json.dumps([company_post(1, 1200)]).encode())
    other = desk.put(MONDAY, name("yarn", MONDAY, 9), json.dumps([company_post(2, 7, company="yarn")]).encode())
    desk.load(MONDAY)
    assert len(desk.rows(FOLLOWERS)) == 2
    desk.replace(path, json.dumps([company_post(1, None)]).encode())
    desk.replace(other, json.dumps([company_post(2, 8, company="yarn")]).encode())
    desk.load(MONDAY)
    assert [(row[0], row[2]) for row in desk.rows(FOLLOWERS)] == [("yarn", 8)]
    withdraw_files(desk.url, desk.zone, [other], "a trial")
    desk.load(MONDAY)
    assert desk.rows(FOLLOWERS) == []


if __name__ == "__main__":
    (GOLDEN / "linkedin_company_posts.observations.json").write_text(observations())
