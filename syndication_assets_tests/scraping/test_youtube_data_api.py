"""YouTube videos: statistics in strings, hidden counters absent, case-sensitive channel ids."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndication_assets.landing.loading.rejections import ItemRejectedError
from syndication_assets.scraping.items.observation import Author, Counters, Media, PostObservation
from syndication_assets.scraping.reading.splitting import RawItem, split_items
from syndication_assets.scraping.youtube.video_parser import LIST_PATHS, ONE_OBJECT_IS_AN_ITEM, parse_item


def video(**changes: Any) -> dict[str, Any]:
    return {
        "kind": "youtube#video",
        "etag": "abc",
        "id": "Ab-_9xYz012",
        "snippet": {
            "publishedAt": "2025-11-02T08:00:00Z",
            "channelId": "UCaBcDeF",
            "title": "Stricken für Anfänger",
            "description": "Heute: Socken. #Stricken",
            "tags": ["stricken"],
            "thumbnails": {
                "default": {"url": "https://i.example.com/vi/Ab/default.jpg", "width": 120, "height": 90},
                "high": {"url": "https://i.example.com/vi/Ab/hq.jpg", "width": 480, "height": 360},
            },
            "channelTitle": "Wollwerkstatt",
        },
        "contentDetails": {"duration": "PT1H2M3S"},
        "statistics": {"viewCount": "1234", "likeCount": "56", "commentCount": "0", "favoriteCount": "0"},
        **changes,
    }


def parse(item: dict[str, Any]) -> PostObservation:
    (observation,) = parse_item(json.dumps(item).encode(), None).observations
    return observation


def with_statistics(**statistics: Any) -> dict[str, Any]:
    return video(statistics=statistics)


def with_duration(duration: Any) -> dict[str, Any]:
    return video(contentDetails={"duration": duration})


def test_a_video_becomes_one_observation():
    payload = json.dumps(video()).encode()
    parsed = parse_item(payload, "someone")
    assert parsed.unknown_keys == ()
    assert parsed.observations == (
        PostObservation(
            platform="youtube",
            observed_as="post",
            is_description=True,
            ids=(("video", "Ab-_9xYz012"),),
            full_urn="yt:video:Ab-_9xYz012",
            posted_at=datetime(2025, 11, 2, 8, tzinfo=UTC),
            author=Author("UCaBcDeF", name="Wollwerkstatt", kind="channel"),
            text="Stricken für Anfänger\n\nHeute: Socken. #Stricken",
            url="https://www.youtube.com/watch?v=Ab-_9xYz012",
            post_type="video",
            media=(
                Media(
                    "i.example.com/vi/Ab/hq.jpg",
                    "thumbnail",
                    "https://i.example.com/vi/Ab/hq.jpg",
                    width=480,
                    height=360,
                ),
            ),
            counters=Counters(reactions=56, comments=0, views=1234),
            stats={"duration_seconds": 3723},
        ),
    )


def test_hidden_counters_are_not_measured():
    assert parse(with_statistics(viewCount="7")).counters == Counters(views=7)
    assert parse({"id": "x"}).counters == Counters()


def test_a_counter_as_a_json_integer_is_accepted():
    assert parse(with_statistics(viewCount=7)).counters == Counters(views=7)


@pytest.mark.parametrize(
    "value", ["-1", "", " 7", "7.0", "\u0667", "1e3", "9" * 13, "9" * 5_000, -1, 10**13, 7.5, True, [7]]
)
def test_any_other_counter_is_rejected(value: Any):
    with pytest.raises(ItemRejectedError, match=r"^\$\.statistics\.likeCount: "):
        parse(with_statistics(likeCount=value))


@pytest.mark.parametrize(
    ("duration", "seconds"),
    [("PT0S", 0), ("P0D", 0), ("PT15M", 900), ("P1DT2H", 93_600), ("P1W", 604_800), ("PT12H", 43_200)],
)
def test_durations_become_seconds(duration: str, seconds: int):
    assert parse(with_duration(duration)).stats == {"duration_seconds": seconds}


@pytest.mark.parametrize("duration", ["", "P", "PT", "P1DT", "1:02", "PT-1S", "PT1.5S", "P1Y", "PT1S\n", 63])
def test_an_invalid_duration_is_rejected(duration: Any):
    with pytest.raises(ItemRejectedError, match=r"^\$\.contentDetails\.duration: "):
        parse(with_duration(duration))


@pytest.mark.parametrize(
    ("snippet", "is_description"),
    [
        ({"title": "Nur ein Titel"}, True),
        ({"thumbnails": {"high": {"url": "https://i.example.com/vi/Ab/hq.jpg"}}}, True),
        ({"publishedAt": "2025-11-02T08:00:00Z", "channelId": "UCaBcDeF"}, False),
        ({}, False),
        (None, False),
    ],
)
def test_a_video_without_title_description_and_thumbnails_is_no_description(snippet: Any, is_description: bool):
    assert parse(video(snippet=snippet)).is_description is is_description


def test_a_title_alone_is_the_text():
    assert parse(video(snippet={"title": "Nur ein Titel", "description": ""})).text == "Nur ein Titel"
    assert parse(video(snippet={})).text is None


def test_a_search_result_is_not_a_video():
    """`search.list` answers with the id in an object, and without statistics."""
    with pytest.raises(ItemRejectedError, match=r"^\$\.id: expected str or null, got object"):
        parse(video(id={"kind": "youtube#video", "videoId": "x"}))
    with pytest.raises(ItemRejectedError, match=r"^\$\.id: missing id"):
        parse({})
    with pytest.raises(ItemRejectedError, match=r"^\$\.id: not a video id"):
        parse(video(id="a b"))


def test_a_response_of_the_api_is_split_into_its_videos():
    answer = {
        "kind": "youtube#videoListResponse",
        "items": [video(), video(id="zweites")],
        "pageInfo": {"totalResults": 2},
    }
    parts = list(split_items(json.dumps(answer).encode(), LIST_PATHS, one_object_is_an_item=ONE_OBJECT_IS_AN_ITEM))
    assert [
        parse_item(part.payload, None).observations[0].ids[0][1] for part in parts if isinstance(part, RawItem)
    ] == [
        "Ab-_9xYz012",
        "zweites",
    ]


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["7", "PT1S", "2025-11-02T08:00:00Z"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["url", "likeCount", "default", "duration", "publishedAt", "channelId"]), inner
        )
    ),
    max_leaves=6,
)


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(["id", "snippet", "statistics", "contentDetails", "new"]), values))
def test_any_object_is_parsed_or_rejected(changes: dict[str, Any]):
    with suppress(ItemRejectedError):
        assert parse(video(**changes)).ids
