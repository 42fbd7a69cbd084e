"""The profiles of observed posts: what a load says of them, and what it leaves to people."""

import json

import pytest

from syndication_assets_tests.scraping.linkedin_dataset import (
    MONDAY,
    TUESDAY,
    Desk,
    activity_id,
    post,
)
from syndication_assets_tests.scraping.test_observations_across_days import at, in_any_order

ONE = activity_id(1)


def test_a_load_counts_describes_and_syncs_a_profile_without_changing_its_user_maintained_columns(desk: Desk):
    desk.land(MONDAY, 9, post(ONE), post(activity_id(2), author="bert"))
    desk.load(MONDAY)
    profiles = "select username, name, post_count, is_tracked, last_synced_at from scraping.profiles order by 1"
    assert desk.rows(profiles) == [
        ("anna", "Anna Ash", 1, False, at(MONDAY, 9)),
        ("bert", "Bert Ash", 1, False, None),
    ]
    desk.execute("update scraping.profiles set is_active = false, notes = 'on leave' where username = 'anna'")
    desk.land(TUESDAY, 9, post(activity_id(3)), post(ONE))
    desk.load(TUESDAY, MONDAY)
    assert desk.rows(profiles)[0] == ("anna", "Anna Ash", 2, False, at(TUESDAY, 9))
    assert desk.rows("select is_active, notes from scraping.profiles where username = 'anna'") == [(False, "on leave")]


@pytest.mark.parametrize("is_tracked", [True, False])
def test_a_load_never_decides_who_is_fetched(desk: Desk, is_tracked: bool):
    """A tracked profile is scraped every few hours, which costs money: tracking is user-maintained."""
    desk.land(MONDAY, 9, post(ONE))
    desk.load(MONDAY)
    assert desk.rows("select is_tracked from scraping.profiles") == [(False,)]
    desk.execute(f"update scraping.profiles set is_tracked = {is_tracked}")
    desk.land(TUESDAY, 9, post(ONE))
    desk.load(TUESDAY, MONDAY)
    assert desk.rows("select is_tracked from scraping.profiles") == [(is_tracked,)]


def test_a_percent_encoded_username_in_a_file_name_matches_the_author_of_its_posts(desk: Desk):
    desk.put(MONDAY, "dataset_jos%C3%A9_2025-11-03_09-00-00-000.json", json.dumps([post(ONE, author="josé")]).encode())
    desk.load(MONDAY)
    assert desk.rows("select username, post_count from scraping.profiles") == [("josé", 1)]


def test_the_case_of_a_username_in_the_file_name_does_not_matter(desk: Desk):
    desk.land(MONDAY, 9, post(ONE), username="Anna")
    desk.load(MONDAY)
    assert desk.rows("select username, name from scraping.profiles") == [("anna", "Anna Ash")]


def test_a_post_that_changes_its_author_counts_for_the_new_author(desk: Desk):
    desk.land(MONDAY, 9, post(ONE, author="anna"), username="house")
    desk.land(TUESDAY, 9, post(ONE, author="bert"), username="house")
    in_any_order(desk, MONDAY, TUESDAY)
    assert desk.rows("select username, post_count from scraping.profiles where kind is not null order by 1") == [
        ("anna", 0),
        ("bert", 1),
    ]
