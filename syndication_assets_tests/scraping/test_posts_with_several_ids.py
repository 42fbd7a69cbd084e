"""Reposts, quotes and posts with several ids, over several loads."""

from itertools import permutations

import pytest

from syndication_assets_tests.invariants import broken_invariants
from syndication_assets_tests.scraping.linkedin_dataset import (
    MONDAY,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    Desk,
    activity_id,
    cleared,
    post,
    repost,
)
from syndication_assets_tests.scraping.test_observations_across_days import in_any_order

ORIGINAL, ACT, OTHER_ACT = activity_id(1), activity_id(2), activity_id(3)
POSTS = (
    "select p.urn, p.post_type, f.username, p.text_content, o.urn from scraping.posts p"
    " left join scraping.profiles f using (organization_id, profile_id)"
    " left join scraping.posts o on o.post_id = p.reposted_post_id order by 1"
)
COUNTERS = (
    "select p.urn, d.reactions from scraping.data_downloads d join scraping.posts p using (post_id)"
    " order by d.downloaded_at, 1"
)


def aliases(desk: Desk) -> list[tuple[str, str, str]]:
    return desk.rows(
        "select alias_kind, alias, urn from scraping.post_aliases join scraping.posts using (post_id) order by 1, 2"
    )


def test_a_plain_repost_is_an_act_and_an_original_which_has_the_counters(desk: Desk):
    desk.land(MONDAY, 9, repost(ACT, post(ORIGINAL, author="bert", reactions=40)), is_fetched=True)
    desk.load(MONDAY)
    assert desk.rows(POSTS) == [
        (ORIGINAL, None, "bert", "Wool and weather", None),
        (ACT, "repost", "anna", None, ORIGINAL),
    ]
    assert desk.rows(COUNTERS) == [(ORIGINAL, 40)]
    assert broken_invariants(desk.url, desk.root) == []


def test_two_reposts_of_one_original_are_two_acts(desk: Desk):
    original = post(ORIGINAL, author="bert", reactions=40)
    desk.land(MONDAY, 9, repost(ACT, original), is_fetched=True)
    desk.land(MONDAY, 10, repost(OTHER_ACT, original), username="cora", is_fetched=True)
    desk.load(MONDAY)
    assert [(urn, username, of) for urn, _, username, _, of in desk.rows(POSTS)] == [
        (ORIGINAL, "bert", None),
        (ACT, "anna", ORIGINAL),
        (OTHER_ACT, "cora", ORIGINAL),
    ]
    assert desk.rows(COUNTERS) == [(ORIGINAL, 40), (ORIGINAL, 40)]


def test_a_day_with_only_reposts_keeps_the_description_of_the_reposter(desk: Desk):
    desk.land(MONDAY, 9, post(activity_id(9), author="anna"))
    desk.land(TUESDAY, 9, repost(ACT, post(ORIGINAL, author="bert")), is_fetched=True)
    in_any_order(desk, MONDAY, TUESDAY)
    assert desk.rows("select name, kind, headline, post_count from scraping.profiles where username = 'anna'") == [
        ("Anna Ash", "person", "Weaver", 2)
    ]


def test_an_original_first_seen_by_its_ugc_post_id_and_later_directly_is_one_post_with_one_history(desk: Desk):
    original = post(ORIGINAL, ugc_post="71", author="bert", reactions=40)
    desk.land(MONDAY, 9, repost(ACT, original))
    desk.land(TUESDAY, 9, original | {"stats": {"total_reactions": 44}}, username="bert")
    desk.load(MONDAY)
    assert aliases(desk) == [("activity", ACT, ACT), ("ugcPost", "71", "71")]
    in_any_order(desk, MONDAY, TUESDAY)
    assert aliases(desk) == [
        ("activity", ORIGINAL, ORIGINAL),
        ("activity", ACT, ACT),
        ("ugcPost", "71", ORIGINAL),
    ]
    assert desk.rows(COUNTERS) == [(ORIGINAL, 40), (ORIGINAL, 44)]


def known_apart(desk: Desk, *, is_ugc_newer: bool) -> None:
    """Two records of one post, by activity id and by ugcPost id, which an item of Wednesday joins."""
    by_activity = post(ORIGINAL, text="#wool", images=("https://cdn.example/a?s=1",), author="bert", reactions=5)
    by_ugc_post = post(None, ugc_post="71", text="#loom", images=("https://cdn.example/a?s=2",), reactions=6)
    first, second = (by_activity, by_ugc_post) if is_ugc_newer else (by_ugc_post, by_activity)
    desk.land(MONDAY, 9, first)
    desk.land(TUESDAY, 9, by_activity | {"text": "#wool #dye"})
    desk.land(TUESDAY, 12, by_ugc_post | {"text": "#loom #dye"}, username="cora")
    desk.land(THURSDAY, 9, second)
    desk.land(WEDNESDAY, 9, post(ORIGINAL, ugc_post="71", text="#kilt", reactions=7))


@pytest.mark.both_servers
@pytest.mark.parametrize("is_ugc_newer", [True, False])
def test_two_records_of_one_post_are_merged_into_what_a_single_record_would_have_been(desk: Desk, is_ugc_newer: bool):
    known_apart(desk, is_ugc_newer=is_ugc_newer)
    desk.load(MONDAY, TUESDAY, THURSDAY)
    assert desk.value("select count(*) from scraping.posts") == 2
    in_any_order(desk, MONDAY, TUESDAY, WEDNESDAY, THURSDAY)
    assert desk.value("select count(*) from scraping.posts") == 1
    assert desk.value("select count(*) from scraping.data_downloads") == 5
    assert {urn for _, _, urn in aliases(desk)} == {ORIGINAL}
    newest = "#loom" if is_ugc_newer else "#wool"
    assert desk.value("select text_content from scraping.posts") == newest


def test_user_maintained_columns_survive_a_merge(desk: Desk):
    known_apart(desk, is_ugc_newer=True)
    desk.load(MONDAY, TUESDAY)
    desk.execute("update scraping.posts set is_marked = true where urn = '71'")
    desk.load(WEDNESDAY)
    assert desk.rows("select is_marked, needs_rebuild from scraping.posts") == [(True, True)]


def test_a_chain_of_three_records_is_merged_in_one_load(desk: Desk):
    desk.land(MONDAY, 9, post(None, ugc_post="71"), post(None, share="81"), post(ORIGINAL))
    desk.land(TUESDAY, 9, post(None, ugc_post="71", share="81"), username="cora")
    desk.land(TUESDAY, 10, post(ORIGINAL, share="81"))
    in_any_order(desk, MONDAY, TUESDAY)
    assert {urn for _, _, urn in aliases(desk)} == {ORIGINAL}


def test_two_components_with_ids_of_one_post_may_each_join_it_with_another_post(desk: Desk):
    """The pairs overlap: a post that was merged into another must not win the next pair."""
    desk.land(MONDAY, 9, post(None, ugc_post="72", share="82"), post(None, ugc_post="71"), post(None, share="83"))
    desk.land(TUESDAY, 9, post(None, ugc_post="71", share="82"), username="cora")
    desk.land(TUESDAY, 10, post(None, ugc_post="72", share="83"))
    in_any_order(desk, MONDAY, TUESDAY)
    assert {urn for _, _, urn in aliases(desk)} == {"71"}


def test_weak_ids_never_join_two_activity_ids(desk: Desk):
    other = activity_id(5)
    desk.land(MONDAY, 9, post(ORIGINAL, ugc_post="71"), post(other, share="81"))
    desk.land(TUESDAY, 9, post(None, ugc_post="71", share="81"))
    desk.load(MONDAY, TUESDAY)
    assert aliases(desk) == [
        ("activity", ORIGINAL, ORIGINAL),
        ("activity", other, other),
        ("share", "81", other),
        ("ugcPost", "71", ORIGINAL),
    ]
    assert desk.value("select count(*) from scraping.data_downloads") == 3


def test_a_post_without_an_activity_id_claimed_by_two_activity_ids_belongs_to_the_smallest(desk: Desk):
    other = activity_id(5)
    desk.land(MONDAY, 9, post(None, ugc_post="71", share="81"))
    desk.land(TUESDAY, 9, post(other, share="81"))
    desk.land(TUESDAY, 10, post(ORIGINAL, ugc_post="71"))
    desk.load(MONDAY, TUESDAY)
    assert desk.rows("select urn from scraping.posts order by 1") == [(ORIGINAL,), (other,)]
    assert desk.rows(COUNTERS) == [(ORIGINAL, 10), (other, 10), (ORIGINAL, 10)]


def test_a_weak_id_claimed_by_two_activity_ids_on_different_days_belongs_to_the_smallest(desk: Desk):
    other = activity_id(5)
    desk.land(MONDAY, 9, post(other, ugc_post="71"))
    desk.land(TUESDAY, 9, post(ORIGINAL, ugc_post="71"))
    desk.land(WEDNESDAY, 9, post(other, ugc_post="71"))
    in_any_order(desk, MONDAY, TUESDAY, WEDNESDAY)
    assert aliases(desk) == [("activity", ORIGINAL, ORIGINAL), ("activity", other, other), ("ugcPost", "71", ORIGINAL)]
    assert desk.rows(COUNTERS) == [(other, 10), (ORIGINAL, 10), (other, 10)]


def test_a_weak_id_found_by_other_weak_ids_belongs_to_the_canonical_id_that_occurs_with_it(desk: Desk):
    """In any order of days. Loading a day again corrects snapshots observed under weak ids alone."""
    other = activity_id(5)
    desk.land(MONDAY, 9, post(ORIGINAL, ugc_post="71"))
    desk.land(TUESDAY, 9, post(None, ugc_post="71", share="81"))
    desk.land(WEDNESDAY, 9, post(other, share="81"))
    for order in permutations((MONDAY, TUESDAY, WEDNESDAY)):
        with cleared(desk.url):
            desk.load(*order)
            assert aliases(desk) == [
                ("activity", ORIGINAL, ORIGINAL),
                ("activity", other, other),
                ("share", "81", other),
                ("ugcPost", "71", ORIGINAL),
            ], order
            desk.load(TUESDAY)
            assert desk.rows(COUNTERS) == [(ORIGINAL, 10), (ORIGINAL, 10), (other, 10)], order


def test_a_post_merged_with_its_original_reposts_nothing(desk: Desk):
    quote = post(ORIGINAL, ugc_post="71", quoted=post(None, share="81"))
    desk.land(MONDAY, 9, quote)
    desk.land(TUESDAY, 9, post(None, ugc_post="71", share="81"))
    desk.land(WEDNESDAY, 9, quote)
    in_any_order(desk, MONDAY, TUESDAY, WEDNESDAY)
    assert desk.rows("select urn, reposted_post_id from scraping.posts") == [(ORIGINAL, None)]


def test_a_quote_is_linked_to_the_quoted_post_and_both_have_their_own_counters(desk: Desk):
    desk.land(MONDAY, 9, post(ACT, quoted=post(ORIGINAL, author="bert", text="quoted", reactions=50), reactions=3))
    desk.load(MONDAY)
    assert desk.rows(POSTS) == [
        (ORIGINAL, None, "bert", "quoted", None),
        (ACT, "quote", "anna", "Wool and weather", ORIGINAL),
    ]
    assert desk.rows(COUNTERS) == [(ORIGINAL, 50), (ACT, 3)]
