"""A post of ours on Instagram that the Graph API shows and a scrape of the profile too: one post with one history."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndication_assets.database.migrating.migrations import find_migrations, migrate, rollback
from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets.scraping.instagram import media_parser
from syndication_assets_tests.facts import differences, facts
from syndication_assets_tests.invariants import broken_invariants
from syndication_assets_tests.random_histories import number_of_histories
from syndication_assets_tests.rows import DatabaseRows
from syndication_assets_tests.scraping.linkedin_dataset import MONDAY, TUESDAY, WEDNESDAY, Desk, cleared
from syndication_assets_tests.scraping.test_observations_across_days import in_any_order
from syndication_assets_tests.scraping.test_order_independence import EXAMPLES

CODE, MEDIA = "DHloom00001", "17900000000000001"
OTHER_CODE, OTHER_MEDIA = "DHheath0002", "17900000000000002"
DAYS = [MONDAY, TUESDAY, WEDNESDAY]
ALIASES = (
    "select a.alias_kind, a.alias, p.urn from scraping.post_aliases a join scraping.posts p using (post_id)"
    " order by 1, 2"
)


def by_graph(
    code: str = CODE, media: str = MEDIA, *, address: str = "p/{}/", likes: int = 7, **more: Any
) -> dict[str, Any]:
    return {
        "id": media,
        "caption": "Undyed wool #loom",
        "timestamp": "2025-11-01T06:00:00+0000",
        "permalink": "https://www.instagram.com/" + address.format(code),
        "media_type": "IMAGE",
        "media_product_type": "FEED",
        "media_url": f"https://cdn.example/{media}.jpg?sig=1",
        "username": "loom.and.heather",
        "like_count": likes,
        "comments_count": 1,
    } | more


def by_scrape(code: str = CODE, *, likes: int = 9, **more: Any) -> dict[str, Any]:
    return {
        "type": "Image",
        "productType": "feed",
        "shortCode": code,
        "caption": "Undyed wool #weaving",
        "url": f"https://www.instagram.com/p/{code}/",
        "timestamp": "2025-11-01T06:00:00.000Z",
        "likesCount": likes,
        "commentsCount": 2,
        "displayUrl": f"https://media.instagram.example/{code}_n.jpg?oh=1",
        "ownerUsername": "loom.and.heather",
    } | more


def land(zone: LandingZone, day: date, hour: int, item: dict[str, Any]) -> None:
    source, stem = ("instagram_graph", "posts") if "id" in item else ("instagram_apify", "dataset_loom.and.heather")
    zone.land("default", source, day, f"{stem}_{day}_{hour:02}-00-00-000.json", json.dumps([item]).encode())


def without_permalink(item: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in item.items() if key != "permalink"}


@pytest.mark.both_servers
@pytest.mark.parametrize("is_graph_first", [True, False])
def test_a_post_that_both_show_is_one_post_in_whatever_order(desk: Desk, is_graph_first: bool):
    seen = [by_graph(), by_scrape()] if is_graph_first else [by_scrape(), by_graph()]
    for day, item in zip(DAYS, seen, strict=False):
        land(desk.zone, day, 9, item)
    in_any_order(desk, *DAYS[:2])
    assert desk.rows(ALIASES) == [("media", MEDIA, CODE), ("post", CODE, CODE)]
    reactions = [7, 9] if is_graph_first else [9, 7]
    assert desk.rows("select reactions from scraping.data_downloads order by downloaded_at") == [
        (n,) for n in reactions
    ]
    assert desk.rows("select username, post_count from scraping.profiles") == [("loom.and.heather", 1)]
    assert desk.rows("select post_type, full_urn from scraping.posts") == [("image", f"ig:shortcode:{CODE}")]


@pytest.mark.parametrize("address", ["p/{}/", "reel/{}", "loom.and.heather/reel/{}/?x=1"])
def test_the_address_of_a_post_tells_its_identity(desk: Desk, address: str):
    land(desk.zone, MONDAY, 9, by_graph(address=address))
    land(desk.zone, MONDAY, 10, by_scrape())
    desk.load(MONDAY)
    assert desk.value("select count(*) from scraping.posts") == 1


def test_two_posts_stay_two(desk: Desk):
    land(desk.zone, MONDAY, 9, by_graph())
    land(desk.zone, TUESDAY, 9, by_scrape(OTHER_CODE))
    in_any_order(desk, MONDAY, TUESDAY)
    assert desk.value("select count(*) from scraping.posts") == 2


def test_a_response_without_a_permalink_finds_its_post_once_another_has_one(desk: Desk):
    land(desk.zone, MONDAY, 9, without_permalink(by_graph(likes=1)))
    land(desk.zone, TUESDAY, 9, by_scrape(likes=2))
    desk.load(MONDAY, TUESDAY)
    assert desk.value("select count(*) from scraping.posts") == 2
    land(desk.zone, WEDNESDAY, 9, by_graph(likes=3))
    in_any_order(desk, *DAYS)
    assert desk.value("select count(*) from scraping.posts") == 1
    assert desk.value("select array_agg(reactions order by downloaded_at) from scraping.data_downloads") == [1, 2, 3]


_SEEN = st.lists(
    st.tuples(
        st.sampled_from([(CODE, MEDIA), (OTHER_CODE, OTHER_MEDIA)]),
        st.sampled_from(["graph", "graph without permalink", "scrape"]),
        st.sampled_from(DAYS),
        st.integers(5, 8),
        st.sampled_from(["#wool", "#loom", None]),
    ),
    min_size=3,
    max_size=9,
)


@settings(EXAMPLES, max_examples=number_of_histories(8))
@given(seen=_SEEN, order=st.permutations(DAYS))
def test_any_history_of_both_in_any_order_ends_like_one_clean_load(
    desk: Desk, tmp_path_factory: pytest.TempPathFactory, seen: list[Any], order: list[date]
):
    own = Desk(desk.url, LandingZone(str(tmp_path_factory.mktemp("seen"))), desk.session)
    for number, ((code, media), how, day, hour, text) in enumerate(seen):
        graph, scrape = by_graph(code, media, likes=number, caption=text), by_scrape(code, likes=number, caption=text)
        item = {"graph": graph, "scrape": scrape}.get(how) or without_permalink(graph)
        source = "instagram_apify" if how == "scrape" else "instagram_graph"
        content = json.dumps([item]).encode()
        own.zone.land("default", source, day, f"posts_{number}_{day}_{hour:02}-00-00-000.json", content)
    with cleared(own.url):
        own.load(*DAYS)
        expected = facts(own.url)
        assert broken_invariants(own.url, own.root) == []
    with cleared(own.url):
        own.load(*order, order[0])
        assert differences(expected, facts(own.url)) == []


@pytest.mark.parametrize(
    ("media_type", "product_type", "post_type"),
    [
        ("IMAGE", "FEED", "image"),
        ("CAROUSEL_ALBUM", "FEED", "carousel"),
        ("VIDEO", "REELS", "reel"),
        ("VIDEO", "FEED", "video"),
        ("IMAGE", "STORY", "story"),
        (None, None, None),
    ],
)
def test_both_call_a_kind_of_post_the_same(media_type: str | None, product_type: str | None, post_type: str | None):
    item = by_graph(media_type=media_type, media_product_type=product_type)
    (observation,) = media_parser.parse_item(json.dumps(item).encode(), None).observations
    assert observation.post_type == post_type


IDS = "0049"


@dataclass
class Tables(DatabaseRows):
    url: str


@pytest.mark.both_servers
def test_posts_from_before_get_their_short_code_and_return(database_url: str):
    steps = sum(migration.revision >= IDS for migration in find_migrations())
    rollback(database_url, steps=steps)
    rows = Tables(database_url)
    for alias, url in (
        (MEDIA, f"https://www.instagram.com/p/{CODE}/"),
        (OTHER_MEDIA, f"https://www.instagram.com/reel/{OTHER_CODE}"),
        ("17900000000000003", None),
        # A scrape knows one of them already: it is not joined here, but by the next observation.
        (OTHER_CODE, None),
    ):
        rows.execute(
            "with p as ("
            " insert into scraping.post_records"
            " (organization_id, platform, urn, urn_kind, url, first_seen_at, last_seen_at)"
            " select organization_id, 'instagram', %s, 'post', %s, now(), now() from tenancy.organizations"
            " where slug = 'default' returning *"
            ") insert into scraping.post_aliases (organization_id, platform, alias_kind, alias, post_id, first_seen_at)"
            " select organization_id, platform, urn_kind, urn, post_id, first_seen_at from p",
            [alias, url],
        )
    before = rows.rows("select alias_kind, alias, is_claimed, post_id from scraping.post_aliases order by 1, 2")
    migrate(database_url)
    ids = "select platform_post_id from scraping.post_ids where platform_post_id like '179%' order by 1"
    assert rows.rows(ids) == [(MEDIA,), (OTHER_MEDIA,), ("17900000000000003",)]
    assert rows.rows(ALIASES) == [
        ("media", MEDIA, CODE),
        ("media", OTHER_MEDIA, OTHER_MEDIA),
        ("media", "17900000000000003", "17900000000000003"),
        ("post", OTHER_CODE, OTHER_CODE),
        ("post", CODE, CODE),
    ]
    assert rows.value("select array_agg(is_claimed order by alias) from scraping.post_aliases") == [
        True, False, False, True, True,
    ]  # fmt: skip
    rollback(database_url, steps=steps)
    assert rows.rows("select alias_kind, alias, is_claimed, post_id from scraping.post_aliases order by 1, 2") == before
    migrate(database_url)
