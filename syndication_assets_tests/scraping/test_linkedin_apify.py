"""LinkedIn posts: all known forms of the ids, the two facts in a repost, and no invented values."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndication_assets.landing.rejections import ItemRejectedError
from syndication_assets.scraping.linkedin.dataset_parser import LIST_PATHS, ONE_OBJECT_IS_AN_ITEM, parse_item
from syndication_assets.scraping.observation import Author, Counters, ParsedItem, PostObservation
from syndication_assets.scraping.splitting import RawItem, split_items

PUBLISHED_AT = datetime(2025, 11, 20, 9, 2, 3, 457_000, tzinfo=UTC)
ACTIVITY = str(1_763_629_323_457 << 22 | 12_345)
UGC_POST = "7397196000000000001"
SHARE = "7397196000000000002"
ORIGINAL_AT = datetime(2025, 10, 1, tzinfo=UTC)
ORIGINAL = str(int(ORIGINAL_AT.timestamp() * 1000) << 22)


def post(**changes: Any) -> dict[str, Any]:
    item = {
        "urn": {"activity_urn": ACTIVITY, "share_urn": None, "ugcPost_urn": UGC_POST},
        "full_urn": f"urn:li:ugcPost:{UGC_POST}",
        "posted_at": {
            "timestamp": 1_763_629_323_457,
            "date": "2025-11-20 10:02:03",
            "relative": "3 hours ago • Edited • Visible to anyone on or off LinkedIn",
        },
        "text": "Wir stricken jetzt gemeinsam. #Wolle",
        "url": f"https://www.linkedin.com/posts/lena-beispiel_wolle-activity-{ACTIVITY}-aBcD",
        "post_type": "regular",
        "author": {
            "first_name": "Lena",
            "last_name": "Beispiel",
            "headline": "Strickt",
            "username": "Lena-Beispiel",
            "profile_url": "https://www.linkedin.com/in/lena-beispiel?miniProfileUrn=urn%3Ali",
            "profile_picture": "https://media.example.com/p/1",
        },
        "stats": {"total_reactions": 12, "like": 10, "love": 2, "support": 0, "comments": 3, "reposts": 1},
        "pagination_token": "dXJu",
    }
    item.update(changes)
    return {key: value for key, value in item.items() if value is not ...}


def repost(**changes: Any) -> dict[str, Any]:
    """The author, url, text, full_urn and stats are the original's; activity id and time are the act's."""
    values: dict[str, Any] = {
        "post_type": "repost",
        "urn": {"activity_urn": ACTIVITY, "share_urn": SHARE, "ugcPost_urn": None},
        "full_urn": f"urn:li:activity:{ORIGINAL}",
        "url": f"https://www.linkedin.com/posts/wollwerk_garn-activity-{ORIGINAL}-xYz",
        "text": "Neues Garn",
        "author": {"first_name": "Wollwerk AG", "profile_url": "https://www.linkedin.com/company/Wollwerk/posts"},
    }
    return post(**{**values, **changes})


def parse(item: dict[str, Any], tracked: str | None = "lena-beispiel") -> ParsedItem:
    return parse_item(json.dumps(item).encode(), tracked)


def only(item: dict[str, Any]) -> PostObservation:
    (observation,) = parse(item).observations
    return observation


def reason(item: dict[str, Any]) -> str:
    with pytest.raises(ItemRejectedError) as rejected:
        parse(item)
    return str(rejected.value)


def test_a_regular_post_becomes_one_observation():
    payload = json.dumps(post()).encode()
    parsed = parse_item(payload, "lena-beispiel")
    assert parsed.unknown_keys == ()
    assert parsed.observations == (
        PostObservation(
            platform="linkedin",
            observed_as="post",
            is_description=True,
            ids=(("activity", ACTIVITY), ("ugcPost", UGC_POST)),
            full_urn=f"urn:li:ugcPost:{UGC_POST}",
            posted_at=PUBLISHED_AT,
            author=Author(
                "lena-beispiel",
                name="Lena Beispiel",
                kind="person",
                headline="Strickt",
                profile_url="https://www.linkedin.com/in/lena-beispiel?miniProfileUrn=urn%3Ali",
            ),
            text="Wir stricken jetzt gemeinsam. #Wolle",
            url=f"https://www.linkedin.com/posts/lena-beispiel_wolle-activity-{ACTIVITY}-aBcD",
            post_type="regular",
            counters=Counters(reactions=12, comments=3, shares=1),
            stats={"reactions": {"like": 10, "support": 0, "love": 2}},
        ),
    )


@pytest.mark.parametrize(
    ("changes", "ids"),
    [
        ({"urn": ACTIVITY, "full_urn": ...}, (("activity", ACTIVITY),)),
        ({"urn": f"urn:li:activity:{ACTIVITY}", "full_urn": ...}, (("activity", ACTIVITY),)),
        ({"urn": ..., "activity_urn": ACTIVITY, "full_urn": ...}, (("activity", ACTIVITY),)),
        ({"activity_urn": ACTIVITY}, (("activity", ACTIVITY), ("ugcPost", UGC_POST))),
        (
            {"urn": {"ugcPost_urn": UGC_POST}, "activity_urn": f"urn:li:activity:{ACTIVITY}"},
            (("activity", ACTIVITY), ("ugcPost", UGC_POST)),
        ),
        ({"urn": f"urn:li:share:{SHARE}", "full_urn": ...}, (("share", SHARE),)),
        ({"urn": ...}, (("ugcPost", UGC_POST),)),
        (
            {"urn": {"share_urn": SHARE, "activity_urn": ACTIVITY}},
            (("activity", ACTIVITY), ("ugcPost", UGC_POST), ("share", SHARE)),
        ),
        ({"urn": ACTIVITY, "full_urn": "urn:li:groupPost:1-2"}, (("activity", ACTIVITY),)),
        ({"urn": {"activity_urn": ACTIVITY, "share_urn": ""}, "full_urn": None}, (("activity", ACTIVITY),)),
    ],
)
def test_every_form_of_the_urn_gives_the_same_ids(changes: dict[str, Any], ids: tuple):
    """The actor changed the form twice in 16 months, which must not duplicate posts."""
    assert only(post(**changes)).ids == ids


@pytest.mark.parametrize("number", [int(ACTIVITY), float(ACTIVITY)])
def test_an_id_as_a_json_number_is_rejected(number: float):
    """A program between the source and us may have rounded the last digits by storing numbers as floats."""
    for path, changes in (
        ("$.urn", {"urn": number}),
        ("$.urn.activity_urn", {"urn": {"activity_urn": number}}),
        ("$.urn.share_urn", {"urn": {"activity_urn": ACTIVITY, "share_urn": number}}),
        ("$.activity_urn", {"activity_urn": number}),
    ):
        assert reason(post(**changes)) == f"{path}: an id as a JSON number, whose last digits may have been rounded"


@pytest.mark.parametrize(
    "text", ["73x", "urn:li:activity:", "urn:li:comment:7", "-7", "7.0", "\u0667", "7" * 21, "7" * 5_000]
)
def test_an_id_consists_of_digits(text: str):
    assert reason(post(urn=text, full_urn=...)).startswith("$.urn: an id that is not up to 20 digits")


def test_two_ids_of_one_kind_are_rejected():
    """A wrong guess would permanently join two posts."""
    assert "second activity id" in reason(post(activity_urn=ORIGINAL))
    assert "$.full_urn: a second ugcPost id" in reason(post(full_urn=f"urn:li:ugcPost:{SHARE}"))


def test_a_post_without_any_id_is_rejected():
    for changes in (
        {"urn": ..., "full_urn": ...},
        {"urn": {}, "full_urn": ""},
        {"urn": None, "full_urn": "urn:li:x:1"},
    ):
        assert "missing id" in reason(post(**changes))


@pytest.mark.parametrize("posted_at", [..., None, {}, {"date": "2019-01-01 00:00:00"}, {"timestamp": None}])
def test_a_missing_time_is_taken_from_the_activity_id(posted_at: Any):
    """The id begins with the milliseconds of publication; `date` is the local time of an unknown machine."""
    assert only(post(posted_at=posted_at)).posted_at == PUBLISHED_AT


def test_an_unknown_time_is_none():
    assert only(post(posted_at=..., urn=...)).posted_at is None
    assert only(post(posted_at=..., urn="123")).posted_at is None


def test_a_time_in_seconds_is_rejected():
    assert "seconds where milliseconds are expected?" in reason(post(posted_at={"timestamp": 1_763_629_323}))
    assert reason(post(posted_at={"timestamp": "1763629323457"})).startswith("$.posted_at.timestamp: expected int")


def test_missing_counters_are_not_zero():
    for stats in (..., None, {}):
        observation = only(post(stats=stats))
        assert (observation.counters, observation.stats) == (Counters(), None)
    observation = only(post(stats={"like": 4, "comments_count": 0}))
    assert observation.counters == Counters(comments=0)
    assert observation.stats == {"reactions": {"like": 4}}


@pytest.mark.parametrize("value", [-1, "7", 7.5, True, 10**12 + 1])
def test_an_invalid_counter_is_rejected_by_name(value: Any):
    assert reason(post(stats={"total_reactions": 1, "reposts": value})).startswith("$.stats.reposts: expected int")


def test_the_old_names_of_url_and_comments_are_read():
    observation = only(post(url=..., post_url="https://www.linkedin.com/posts/x", stats={"comments_count": 7}))
    assert observation.url == "https://www.linkedin.com/posts/x"
    assert observation.counters == Counters(comments=7)


@pytest.mark.parametrize(
    ("author", "expected"),
    [
        (None, None),
        ({"first_name": "Lena"}, None),
        ({"username": " Lena-B\r\n", "first_name": "Lena"}, Author("lena-b", name="Lena", kind="person")),
        (
            {"profile_url": "https://www.linkedin.com/in/J%C3%BCrgen-B/?x=1 "},
            Author("jürgen-b", kind="person", profile_url="https://www.linkedin.com/in/J%C3%BCrgen-B/?x=1"),
        ),
        (
            {"first_name": "Wollwerk AG", "profile_url": "https://www.linkedin.com/company/Wollwerk/posts"},
            Author(
                "wollwerk",
                name="Wollwerk AG",
                kind="company",
                profile_url="https://www.linkedin.com/company/Wollwerk/posts",
            ),
        ),
    ],
)
def test_the_author_is_identified_by_user_name_or_profile_url(author: Any, expected: Author | None):
    """Companies have no user name and no last name."""
    assert only(post(author=author)).author == expected


@pytest.mark.parametrize(
    ("changes", "is_description"),
    [
        ({}, True),
        ({"author": ..., "stats": ..., "url": ...}, True),
        ({"text": ..., "media": {"type": "image", "url": "https://media.example.com/1"}}, True),
        ({"text": "", "article": {"url": "https://example.com/wolle"}}, True),
        ({"text": None, "document": {"url": "https://media.example.com/1.pdf"}}, True),
        ({"text": ...}, False),
        ({"text": None}, False),
        ({"text": "", "media": None}, False),
    ],
)
def test_an_item_without_text_media_and_article_is_no_description(changes: dict[str, Any], is_description: bool):
    assert only(post(**changes)).is_description is is_description
    act, original = parse(repost(**changes)).observations
    assert (act.is_description, original.is_description) == (True, is_description)


def test_a_repost_yields_the_act_and_the_original():
    item = repost()
    payload = json.dumps(item).encode()
    act, original = parse_item(payload, " Lena-Beispiel\r").observations
    assert act == PostObservation(
        platform="linkedin",
        observed_as="post",
        is_description=True,
        ids=(("activity", ACTIVITY),),
        full_urn=None,
        posted_at=PUBLISHED_AT,
        author=Author("lena-beispiel"),
        text=None,
        url=None,
        post_type="repost",
        original_ids=(("activity", ORIGINAL),),
    )
    assert original == PostObservation(
        platform="linkedin",
        observed_as="repost",
        is_description=True,
        ids=(("activity", ORIGINAL),),
        full_urn=f"urn:li:activity:{ORIGINAL}",
        posted_at=ORIGINAL_AT,
        author=Author(
            "wollwerk",
            name="Wollwerk AG",
            kind="company",
            profile_url="https://www.linkedin.com/company/Wollwerk/posts",
        ),
        text="Neues Garn",
        url=item["url"],
        post_type=None,
        counters=Counters(reactions=12, comments=3, shares=1),
        stats={"reactions": {"like": 10, "support": 0, "love": 2}},
    )


@pytest.mark.parametrize(
    ("changes", "ids"),
    [
        ({"full_urn": f"urn:li:ugcPost:{UGC_POST}"}, (("ugcPost", UGC_POST),)),
        ({"full_urn": f"urn:li:share:{SHARE}"}, (("share", SHARE),)),
        ({"full_urn": ...}, (("activity", ORIGINAL),)),
        (
            {"full_urn": ..., "url": f"https://www.linkedin.com/posts/a_market-share-2024-ugcPost-{UGC_POST}-x"},
            (("ugcPost", UGC_POST),),
        ),
        (
            {"full_urn": ..., "url": ..., "post_url": f"https://www.linkedin.com/feed/update/urn:li:share:{SHARE}/"},
            (("share", SHARE),),
        ),
        (
            {"full_urn": ..., "url": f"https://www.linkedin.com/feed/update/urn%3Ali%3Aactivity%3A{ORIGINAL}"},
            (("activity", ORIGINAL),),
        ),
    ],
)
def test_the_original_of_a_repost_is_identified_by_its_full_urn_or_its_url(changes: dict[str, Any], ids: tuple):
    act, original = parse(repost(**changes)).observations
    assert act.original_ids == original.ids == ids
    assert original.posted_at == (ORIGINAL_AT if ids[0][0] == "activity" else None)


def test_a_repost_that_does_not_identify_act_and_original_is_rejected():
    assert "does not identify its original" in reason(repost(full_urn=..., url="https://www.linkedin.com/posts/x"))
    assert "names itself" in reason(repost(full_urn=f"urn:li:activity:{ACTIVITY}"))
    assert "without the activity id of the act" in reason(repost(urn={"share_urn": SHARE}))


def test_the_act_of_a_repost_in_a_file_without_a_profile_has_no_author():
    act, _ = parse(repost(), tracked=None).observations
    assert act.author is None


def test_a_quote_also_yields_the_quoted_post():
    quoted = '{"urn" : "' + ORIGINAL + '", "text":"Neues Garn","stats":{"like":1},"brave":1}'
    payload = json.dumps(post(post_type="quote"))[:-1] + f', "reshared_post": {quoted} }}'
    parsed = parse_item(payload.encode(), None)
    quote, original = parsed.observations
    assert quote.observed_as == "post"
    assert quote.post_type == "quote"
    assert quote.original_ids == original.ids == (("activity", ORIGINAL),)
    assert original.observed_as == "reshared"
    assert original.post_type is None
    assert original.payload_member == "reshared_post"
    assert quote.payload_member is None
    assert original.posted_at == ORIGINAL_AT
    assert original.text == "Neues Garn"
    assert original.stats == {"reactions": {"like": 1}}
    assert parsed.unknown_keys == ("$.reshared_post.brave",)


def test_a_quoted_post_without_an_id_is_ignored():
    """A deleted or private original comes as a stub."""
    for stub in (None, {}, {"text": "no longer available"}):
        observation = only(post(post_type="quote", reshared_post=stub))
        assert observation.original_ids is None


def test_a_quoted_post_with_the_wrong_shape_is_rejected_with_its_path():
    assert reason(post(reshared_post="x")) == "$.reshared_post: expected object, got str"
    assert reason(post(reshared_post={"stats": {"like": -1}})).startswith("$.reshared_post.stats.like: ")
    assert reason(post(reshared_post={"urn": 7})).startswith("$.reshared_post.urn: an id as a JSON number")
    assert "quote itself" in reason(post(reshared_post={"urn": ACTIVITY}))


def media_of(item: dict[str, Any]) -> list[tuple[str, str]]:
    return [(media.media_type, media.media_key) for media in only(item).media]


@pytest.mark.parametrize(
    ("media", "expected"),
    [
        ({"type": "image", "url": "https://m.example.com/a?e=1"}, [("image", "m.example.com/a")]),
        ({"type": "image", "url": "https://m.example.com/a", "images": []}, [("image", "m.example.com/a")]),
        ({"type": "image", "url": "https://m.example.com/a", "images": [{}]}, [("image", "m.example.com/a")]),
        (
            {
                "type": "images",
                "images": [
                    {"url": "https://m.example.com/a?t=1"},
                    {"url": "https://m.example.com/b"},
                    {"url": "https://m.example.com/a?t=2"},
                ],
            },
            [("image", "m.example.com/a"), ("image", "m.example.com/b")],
        ),
        (
            {"type": "video", "url": "https://m.example.com/v.mp4", "thumbnail": "https://m.example.com/t"},
            [("video", "m.example.com/v.mp4"), ("thumbnail", "m.example.com/t")],
        ),
        ({"type": "video", "thumbnail": "https://m.example.com/t"}, [("thumbnail", "m.example.com/t")]),
        (
            {"items": [{"type": "video", "url": "https://m.example.com/v"}, {"url": "https://m.example.com/a"}]},
            [("video", "m.example.com/v"), ("image", "m.example.com/a")],
        ),
        (
            {
                "document": {
                    "title": "Muster",
                    "page_count": 4,
                    "url": "https://m.example.com/d.pdf",
                    "thumbnail": "https://m.example.com/t",
                }
            },
            [("document", "m.example.com/d.pdf"), ("thumbnail", "m.example.com/t")],
        ),
        ({"type": "poll", "url": "https://m.example.com/poll"}, []),
        (None, []),
        ({}, []),
    ],
)
def test_media_are_read_in_every_form(media: Any, expected: list[tuple[str, str]]):
    """The signature in the URL of a picture changes with every scrape; the still picture of a video is a thumbnail."""
    assert media_of(post(media=media)) == expected


def test_sizes_and_pages_are_kept():
    (picture,) = only(
        post(media={"images": [{"url": "https://m.example.com/a?e=1", "width": 800, "height": 600}]})
    ).media
    assert (picture.media_url, picture.width, picture.height) == ("https://m.example.com/a?e=1", 800, 600)
    (document,) = only(post(document={"title": "Muster ", "page_count": 4, "url": "https://m.example.com/d"})).media
    assert (document.title, document.page_count) == ("Muster", 4)


def test_an_article_is_kept_and_its_picture_is_a_thumbnail():
    observation = only(
        post(article={"url": "https://example.com/a", "title": "Wolle", "thumbnail": "https://m.example.com/t?e=1"})
    )
    assert observation.article == {"url": "https://example.com/a", "title": "Wolle", "subtitle": None}
    assert [(media.media_type, media.media_key) for media in observation.media] == [("thumbnail", "m.example.com/t")]
    assert only(post(article={})).article is None


def test_media_of_a_quoted_post_belong_only_to_it():
    quote, original = parse(
        post(reshared_post={"urn": ORIGINAL, "media": {"type": "image", "url": "https://m.example.com/a"}})
    ).observations
    assert quote.media == ()
    assert [media.media_key for media in original.media] == ["m.example.com/a"]


def test_unknown_keys_are_reported_and_otherwise_ignored():
    item = post(brave=1, media={"images": [{"url": "https://m.example.com/a", "alt": "Ein Schal"}]})
    item["stats"]["curious"] = 3
    assert parse(item).unknown_keys == ("$.brave", "$.media.images[].alt", "$.stats.curious")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("text", 7),
        ("author", "Lena"),
        ("media", []),
        ("stats", []),
        ("posted_at", "today"),
        ("full_urn", 7),
        ("urn", []),
    ],
)
def test_a_wrong_type_is_rejected_by_name(key: str, value: Any):
    assert reason(post(**{key: value})).startswith(f"$.{key}: expected ")


def test_the_three_forms_of_a_file_yield_the_same_posts():
    single, items = post(), [post(), repost()]
    for file, count in ((single, 1), (items, 2), ({"success": True, "data": {"posts": items}}, 2)):
        parts = split_items(json.dumps(file).encode(), LIST_PATHS, one_object_is_an_item=ONE_OBJECT_IS_AN_ITEM)
        payloads = [part.payload for part in parts if isinstance(part, RawItem)]
        assert [parse_item(payload, None) for payload in payloads] == [parse(item, None) for item in items[:count]]


keys = st.sampled_from(
    ["urn", "activity_urn", "full_urn", "posted_at", "timestamp", "text", "url", "post_type", "author"]
) | (
    st.sampled_from(
        ["username", "profile_url", "stats", "like", "media", "images", "items", "document", "reshared_post", "new"]
    )
)
texts = st.text(max_size=8) | st.sampled_from(
    [ACTIVITY, f"urn:li:ugcPost:{UGC_POST}", "repost", "quote", "https://x.example.com/in/%00?a", "//[", "video"]
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=8,
)


@settings(derandomize=True, max_examples=500, deadline=None)
@given(st.dictionaries(keys, values, max_size=6), st.booleans(), st.none() | texts)
def test_any_object_is_parsed_or_rejected(item: dict[str, Any], is_complete: bool, tracked: str | None):
    try:
        parsed = parse(post(**item) if is_complete else item, tracked)
    except ItemRejectedError:
        return
    assert all(observation.ids for observation in parsed.observations)
