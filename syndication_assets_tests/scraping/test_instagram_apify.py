"""Posts of Instagram profiles as Apify's scraper gives them, checked against golden files, and the fetch of them.

`python -m syndication_assets_tests.scraping.test_instagram_apify` rewrites the golden observations: read the difference
before you commit it.
"""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from syndication_assets.landing.loading.rejections import ItemRejectedError
from syndication_assets.scraping.fetching.profile_listing import ProfileToFetch
from syndication_assets.scraping.instagram.assets import instagram_apify_files, instagram_source
from syndication_assets.scraping.instagram.dataset_parser import (
    dataset_without_comments,
    parse_item,
    without_comments,
)
from syndication_assets.scraping.items.observation import Counters, ParsedItem, PostObservation
from syndication_assets.scraping.items.unknown_shapes import UnknownShapeError
from syndication_assets_tests.scraping.fake_apis import FakeApify, landed, materialize, track
from syndication_assets_tests.scraping.golden_observations import GOLDEN, observations_of
from syndication_assets_tests.scraping.linkedin_dataset import MONDAY, TUESDAY, Desk
from syndication_assets_tests.scraping.linkedin_fetching import TOKEN, scraper
from syndication_assets_tests.today import today

ITEMS: list[dict[str, Any]] = json.loads((GOLDEN / "instagram_posts.json").read_text())
PICTURE, CAROUSEL, REEL = ITEMS
COMMENTS = ("What a colour!", "somebody.else")


def parse(item: dict[str, Any]) -> ParsedItem:
    return parse_item(json.dumps(item).encode(), None)


def observed(item: dict[str, Any]) -> PostObservation:
    (observation,) = parse(item).observations
    return observation


def test_every_item_becomes_the_golden_observations():
    parsed = [parse(item) for item in ITEMS]
    assert [each.unknown_keys for each in parsed] == [(), (), ()]
    assert observations_of(parsed) == (GOLDEN / "instagram_posts.observations.json").read_text()


@pytest.mark.parametrize(
    "address",
    ["reel/DHreel00003", "reel/DHreel00003/", "p/DHreel00003/?img_index=1", "loom.and.heather/reel/DHreel00003/"],
)
def test_a_reel_is_one_post_under_all_its_addresses(address: str):
    observation = observed(REEL | {"url": f"https://www.instagram.com/{address}", "shortCode": None})
    assert observation == observed(REEL)
    assert (observation.ids, observation.post_type) == ((("post", "DHreel00003"),), "reel")


def test_hidden_numbers_are_not_measured_and_zero_is():
    hidden = {"likesCount": -1, "commentsCount": -1, "videoViewCount": -1, "videoPlayCount": -1}
    assert (observed(REEL | hidden).counters, observed(REEL | hidden).stats) == (Counters(), None)
    assert observed(CAROUSEL | {"likesCount": 0}).counters == Counters(reactions=0, comments=0)
    assert observed(REEL | {"videoPlayCount": None}).counters == Counters(reactions=120, comments=7, views=900)
    with pytest.raises(ItemRejectedError, match=r"\$\.likesCount: expected int >= -1"):
        parse(REEL | {"likesCount": -2})


def test_a_carousel_has_its_pictures_and_videos_in_their_order_and_each_once():
    assert [(media.media_type, media.media_key.rsplit("/", 1)[1]) for media in observed(CAROUSEL).media] == [
        ("image", "shade1_n.jpg"), ("video", "shade2.mp4"), ("thumbnail", "shade2_n.jpg"),
    ]  # fmt: skip
    without_parts = observed(CAROUSEL | {"childPosts": []}).media
    assert [media.media_key.rsplit("/", 1)[1] for media in without_parts] == ["shade1_n.jpg", "shade2_n.jpg"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"shortCode": None, "url": "https://www.instagram.com/loom.and.heather/"}, r"\$\.shortCode: missing id"),
        ({"shortCode": "a/../b"}, r"\$\.shortCode: not the short code"),
        ({"timestamp": "yesterday"}, r"\$\.timestamp: not a time"),
    ],
)
def test_an_item_that_is_no_post_is_rejected(changes: dict[str, Any], reason: str):
    with pytest.raises(ItemRejectedError, match=reason):
        parse(PICTURE | changes)


def test_an_item_of_another_actor_is_an_unknown_shape():
    with pytest.raises(UnknownShapeError, match="unknown shape: no counter was found"):
        parse({"shortCode": "DHother0001", "like_count": 5, "taken_at": 1, "user": {}, "media_type": 8})


def test_comments_of_other_people_are_cut_out_and_nothing_else():
    text = json.dumps([PICTURE, REEL, {"latestComments": [{"text": "What a colour!"}], "childPosts": [PICTURE]}])
    cut = dataset_without_comments(text.encode())
    assert not any(comment.encode() in cut for comment in COMMENTS)
    picture, reel, _ = json.loads(cut)
    assert (reel, picture["caption"], picture["commentsCount"]) == (REEL, PICTURE["caption"], 3)
    assert without_comments(json.dumps(REEL).encode()) == json.dumps(REEL).encode(), "byte for byte"
    for damaged in (b'{"latestComments": [', b'[{"firstComment": "cut'):
        assert without_comments(damaged) == dataset_without_comments(damaged) == damaged


def test_a_dataset_that_somebody_lands_is_loaded_without_comments_and_what_is_unknown_waits(desk: Desk) -> None:
    broken = PICTURE | {"shortCode": None, "url": None}
    name = f"dataset_loom.and.heather_{MONDAY}_09-00-00-000.json"
    desk.put(MONDAY, name, json.dumps([*ITEMS, broken, {"error": "no_items"}]).encode(), "instagram_apify")
    again = [item | {"likesCount": 200, "displayUrl": item["displayUrl"] + "9"} for item in ITEMS]
    desk.put(TUESDAY, name.replace(str(MONDAY), str(TUESDAY)), json.dumps(again).encode(), "instagram_apify")
    desk.load(TUESDAY, MONDAY)
    assert desk.rows(
        "select p.urn, p.post_type, p.author_username, d.reactions, d.comments, d.views"
        " from scraping.data_downloads as d join scraping.posts as p using (organization_id, post_id)"
        " order by p.urn, d.downloaded_at"
    ) == [
        ("DHheath0002", "carousel", "loom.and.heather", 41, 0, None),
        ("DHheath0002", "carousel", "loom.and.heather", 200, 0, None),
        ("DHloom00001", "image", "loom.and.heather", None, 3, None),
        ("DHloom00001", "image", "loom.and.heather", 200, 3, None),
        ("DHreel00003", "reel", "loom.and.heather", 120, 7, 2500),
        ("DHreel00003", "reel", "loom.and.heather", 200, 7, 2500),
    ]
    assert desk.value("select count(*) from scraping.media_records") == 6, "a new signature is no new picture"
    reasons = [reason for (reason,) in desk.rows("select reason from landing.quarantine order by position")]
    assert [reason[:38] for reason in reasons] == [
        "$.shortCode: missing id: the item has ",
        "the source answered with an error: no_",
    ]
    stored = str(desk.rows("select payload::text from scraping.raw_payloads")) + str(
        desk.rows("select convert_from(payload, 'utf8') from landing.quarantine")
    )
    assert "Undyed wool" in stored
    assert not any(comment in stored for comment in COMMENTS)


def test_a_profile_is_listed_back_to_what_is_known_and_lands_without_comments(apify: FakeApify) -> None:
    apify.posts["loom.and.heather"] = json.dumps(ITEMS).encode()
    source = instagram_source(scraper(apify))
    newest = datetime(2025, 11, 4, 6, tzinfo=UTC)
    for goal, limits in ((None, [10]), (newest, [4]), (newest - timedelta(days=99), [4, 16])):
        apify.inputs.clear()
        known = 0 if goal is None else 1
        fetched = source.fetch(ProfileToFetch("loom.and.heather", "", goal, goal, known))
        assert apify.inputs == [
            {
                "directUrls": ["https://www.instagram.com/loom.and.heather/"],
                "resultsType": "posts",
                "resultsLimit": limit,
            }
            for limit in limits
        ]
        assert fetched.newest_posted_at == newest
        assert not any(comment.encode() in file.content for file in fetched.files for comment in COMMENTS)
    assert fetched.missed_since(ProfileToFetch("", "", newest - timedelta(days=99))) is None, "the list has ended"


@pytest.mark.one_server
def test_the_asset_fetches_the_tracked_profiles_of_instagram(
    monkeypatch: pytest.MonkeyPatch, database_url: str, desk: Desk, apify: FakeApify
) -> None:
    apify.posts["loom.and.heather"] = json.dumps(ITEMS).encode()
    track(database_url, "loom.and.heather", platform="instagram")
    track(database_url, "ada")
    result = materialize(
        instagram_apify_files,
        monkeypatch,
        today(),
        SYNDICATION_DATABASE_URL=database_url,
        SYNDICATION_LANDING_URL=desk.zone.url,
        SYNDICATION_APIFY_URL=apify.url,
        SYNDICATION_APIFY_TOKEN=TOKEN,
    )
    assert result.success
    assert "/acts/apify~instagram-scraper/runs" in apify.requests[0].path
    assert [path.split("/")[1] for path in landed(desk.zone)] == ["instagram_apify"]


if __name__ == "__main__":
    golden = Path(GOLDEN / "instagram_posts.observations.json")
    golden.write_text(observations_of([parse(item) for item in ITEMS]))
