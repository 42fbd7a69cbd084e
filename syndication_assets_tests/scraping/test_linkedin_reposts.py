"""Reposts and quotes of LinkedIn: the act and the original are two posts."""

import json
from typing import Any

import pytest

from syndication_assets.scraping.items.observation import Author, Counters, PostObservation
from syndication_assets.scraping.linkedin.dataset_parser import LIST_PATHS, ONE_OBJECT_IS_AN_ITEM, parse_item
from syndication_assets.scraping.reading.splitting import RawItem, split_items
from syndication_assets_tests.scraping.linkedin_items import (
    ACTIVITY,
    ORIGINAL,
    ORIGINAL_AT,
    PUBLISHED_AT,
    SHARE,
    UGC_POST,
    only,
    parse,
    post,
    reason,
    repost,
)


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


def test_the_three_forms_of_a_file_yield_the_same_posts():
    single, items = post(), [post(), repost()]
    for file, count in ((single, 1), (items, 2), ({"success": True, "data": {"posts": items}}, 2)):
        parts = split_items(json.dumps(file).encode(), LIST_PATHS, one_object_is_an_item=ONE_OBJECT_IS_AN_ITEM)
        payloads = [part.payload for part in parts if isinstance(part, RawItem)]
        assert [parse_item(payload, None) for payload in payloads] == [parse(item, None) for item in items[:count]]
