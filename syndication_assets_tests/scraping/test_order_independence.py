"""Days in any order, repeated loads and late files: the tables end like after one clean load in sequence."""

import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from syndication_assets.database.connection import transaction
from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets.scraping.fetching.download_runs import run_session
from syndication_assets.sql_assets.rollups import compute_rollup
from syndication_assets_tests.conftest import new_database
from syndication_assets_tests.facts import Facts, differences, facts
from syndication_assets_tests.invariants import broken_invariants
from syndication_assets_tests.random_histories import number_of_histories
from syndication_assets_tests.sample_landing import land_samples
from syndication_assets_tests.scraping.linkedin_dataset import MONDAY, Desk, activity_id, cleared, post
from syndication_assets_tests.servers import Server

DAYS = [MONDAY + timedelta(days=number) for number in range(3)]
ROLLUPS = (
    "post_engagement_daily",
    "profile_engagement_daily",
    "platform_engagement_daily",
    "hashtag_engagement_daily",
    "post_cohorts",
    "product_post_performance",
)
EXAMPLES = settings(
    max_examples=number_of_histories(3),
    deadline=None,
    derandomize=True,
    database=None,
    # Failing examples are small already, and every attempt to shrink them takes seconds.
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(scope="module")
def landing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three days with every edge case that fits into them."""
    directory = tmp_path_factory.mktemp("landing")
    land_samples(LandingZone(str(directory)), first_day=MONDAY, days=len(DAYS), profiles=2, channels=1)
    return directory


@pytest.fixture(scope="module")
def loads(server: Server, template_database: str, landing: Path) -> Iterator[tuple[Desk, Facts]]:
    """A desk with the whole landing zone, and the facts after one clean load in sequence with one rollup."""
    with new_database(server, template_database) as url, run_session(url, "test") as session:
        desk = Desk(url, LandingZone(str(landing)), session)
        with cleared(url):
            desk.load(*DAYS)
            roll_up(desk, ROLLUPS, DAYS[0], DAYS[-1])
            assert broken_invariants(url, landing) == []
            expected = facts(url)
        yield desk, expected


# Two posts, each observed under some of its ids, so that records of one post have to be merged in every way. Some items
# are incomplete.
_IDS = ((activity_id(1), "71", "81"), (activity_id(2), "72", "82"))
_OBSERVATIONS = st.lists(
    st.tuples(
        st.sampled_from(_IDS),
        st.tuples(st.booleans(), st.booleans(), st.booleans()).filter(any),
        st.sampled_from(DAYS),
        st.integers(5, 8),
        st.sampled_from(["#wool", "#loom", "#wool #dye"]),
        st.sampled_from(["anna", "bert"]),
        st.booleans(),
        st.sampled_from([(), (), (), ("author",), ("text", "media"), ("text", "media", "author", "post_type", "url")]),
        # When the item says that the post was published, in milliseconds; None leaves it to the id.
        st.sampled_from([None, None, 1_762_000_000_000, 1_762_000_000_001]),
    ),
    min_size=4,
    max_size=9,
)


def roll_up(desk: Desk, tables: tuple[str, ...], first_day: date, last_day: date) -> None:
    for table in tables:
        with transaction(desk.url) as connection:
            compute_rollup(connection, "engagement", table, first_day, last_day + timedelta(days=1))


@EXAMPLES
@given(order=st.permutations(DAYS), repeats=st.lists(st.sampled_from(DAYS), max_size=2), seed=st.integers(0, 10**6))
def test_days_in_any_order_with_late_files_end_like_one_clean_load(
    loads: tuple[Desk, Facts], tmp_path: Path, order: list[date], repeats: list[date], seed: int
):
    desk, expected = loads
    chance = Random(seed)
    # Companions exist before their files, as the landing zone writes them.
    files = sorted(path for path in desk.root.glob("*/*/*/*") if not path.name.endswith(".meta.json"))
    late = [path for path in files if chance.random() < 0.4]
    partial = tmp_path / f"partial-{seed}"
    shutil.copytree(desk.root, partial)
    for path in late:
        (partial / path.relative_to(desk.root)).unlink()
    with cleared(desk.url):
        Desk(desk.url, LandingZone(str(partial)), desk.session).load(*chance.sample(DAYS, 2))
        desk.load(*repeats, *order)
        roll_up(desk, ROLLUPS, DAYS[0], DAYS[-1])
        assert differences(expected, facts(desk.url)) == []
        assert broken_invariants(desk.url, desk.root) == []
    shutil.rmtree(partial)


@EXAMPLES
@given(seed=st.integers(0, 10**6))
def test_rollups_in_any_order_between_loads_end_like_one_rollup_of_the_whole_range(
    loads: tuple[Desk, Facts], seed: int
):
    desk, expected = loads
    chance = Random(seed)
    with cleared(desk.url):
        for day in chance.sample(DAYS, len(DAYS)):
            desk.load(day)
            # A sensor or a person rolls up days in between, whether they are loaded or not.
            first, last = sorted(chance.choices(DAYS, k=2))
            roll_up(desk, ROLLUPS, first, last)
        for day in chance.sample(DAYS, len(DAYS)):
            roll_up(desk, (ROLLUPS[0], *chance.sample(ROLLUPS[1:], 5)), day, day)
        roll_up(desk, ROLLUPS[1:], DAYS[0], DAYS[0])
        assert differences(expected, facts(desk.url)) == []
        assert desk.value("select count(*) from engagement.stale_days") == 0


@settings(EXAMPLES, max_examples=number_of_histories(8))
@given(observations=_OBSERVATIONS, order=st.permutations(DAYS))
def test_posts_observed_under_any_of_their_ids_in_any_order_end_like_one_clean_load(
    loads: tuple[Desk, Facts], tmp_path_factory: pytest.TempPathFactory, observations: list[Any], order: list[date]
):
    zone = LandingZone(str(tmp_path_factory.mktemp("observations")))
    desk = Desk(loads[0].url, zone, loads[0].session)
    for number, (ids, known, day, hour, text, author, is_quoted, missing, published) in enumerate(observations):
        activity, ugc_post, share = (alias if is_known else None for alias, is_known in zip(ids, known, strict=True))
        item = post(
            activity,
            ugc_post=ugc_post,
            share=share,
            text=text,
            author=author,
            reactions=number,
            images=(f"https://cdn.example/{text[1:5]}?s={number}",),
            posted_at={"timestamp": published},
        )
        item = {key: value for key, value in item.items() if key not in missing}
        if is_quoted:
            item = post(activity_id(50 + number), quoted=item)
        desk.land(day, hour, item, username=f"page{number}")
    with cleared(desk.url):
        desk.load(*DAYS)
        roll_up(desk, ROLLUPS, DAYS[0], DAYS[-1])
        expected = facts(desk.url)
        assert broken_invariants(desk.url, desk.root) == []
    with cleared(desk.url):
        for day in order:
            desk.load(day)
            roll_up(desk, ROLLUPS, day, day)
        desk.load(order[0])
        roll_up(desk, ROLLUPS, DAYS[0], DAYS[-1])
        assert differences(expected, facts(desk.url)) == []


# Three posts that claim the same four weak ids: every item has its activity id, so that each claim is definite.
_CLAIMS = st.lists(
    st.tuples(
        st.sampled_from([activity_id(number) for number in (1, 2, 3)]),
        st.sampled_from(["71", "72", None]),
        st.sampled_from(["81", "82", None]),
        st.sampled_from(DAYS),
    ),
    min_size=4,
    max_size=9,
)


@settings(EXAMPLES, max_examples=number_of_histories(6))
@given(claims=_CLAIMS, order=st.permutations(DAYS))
def test_weak_ids_claimed_by_several_activity_ids_in_any_order_end_like_one_clean_load(
    loads: tuple[Desk, Facts], tmp_path_factory: pytest.TempPathFactory, claims: list[Any], order: list[date]
):
    zone = LandingZone(str(tmp_path_factory.mktemp("claims")))
    desk = Desk(loads[0].url, zone, loads[0].session)
    for number, (activity, ugc_post, share, day) in enumerate(claims):
        desk.land(day, number, post(activity, ugc_post=ugc_post, share=share, reactions=number))
    with cleared(desk.url):
        desk.load(*DAYS)
        expected = facts(desk.url)
        assert broken_invariants(desk.url, desk.root) == []
    with cleared(desk.url):
        desk.load(*order, order[0])
        assert differences(expected, facts(desk.url)) == []
