"""LinkedIn posts: all known forms of the ids, the two facts in a repost, and no invented values."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndication_assets.landing.loading.rejections import ItemRejectedError
from syndication_assets.scraping.items.observation import Author, Counters, PostObservation
from syndication_assets.scraping.linkedin.dataset_parser import parse_item
from syndication_assets_tests.scraping.linkedin_items import (
    ACTIVITY,
    ORIGINAL,
    PUBLISHED_AT,
    SHARE,
    UGC_POST,
    only,
    parse,
    post,
    reason,
    repost,
)


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
