"""Posts of a Facebook page with their insights: missing data is not zero, and comments of other people are not read."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndication_assets.landing.loading.rejections import ItemRejectedError
from syndication_assets.scraping.facebook.insights_parser import LIST_PATHS, ONE_OBJECT_IS_AN_ITEM, parse_item
from syndication_assets.scraping.items.observation import Author, Counters, PostObservation
from syndication_assets.scraping.reading.counter_filling import CounterDefinition, whole_count, with_counters
from syndication_assets.scraping.reading.splitting import RawItem, split_items

DEFINITIONS = {
    ("facebook", "post_media_view", "lifetime"): CounterDefinition("views", is_additive=True),
    ("facebook", "post_impressions_unique", "lifetime"): CounterDefinition("reach", is_additive=False),
    ("facebook", "post_clicks", "lifetime"): CounterDefinition("clicks", is_additive=True),
    ("facebook", "post_reactions_by_type_total", "lifetime"): CounterDefinition("reactions", is_additive=True),
}
"""Some rows of engagement.platform_metrics."""


def insight(name: str, value: Any, period: str = "lifetime") -> dict[str, Any]:
    return {"name": name, "period": period, "values": [{"value": value}], "title": name, "id": f"1_2/insights/{name}"}


def post(*insights: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "id": "1000_2000",
        "created_time": "2025-11-02T08:00:00+0000",
        "message": "Woven in the islands. #tweed",
        "permalink_url": "https://facebook.example/1000/posts/2000",
        "from": {"id": "1000", "name": "Invented Heritage Shop"},
        "reactions": {"data": [], "summary": {"total_count": 12, "viewer_reaction": "NONE"}},
        "comments": {"data": [], "summary": {"total_count": 3, "order": "ranked", "can_comment": True}},
        "shares": {"count": 2},
        "insights": {"data": list(insights), "paging": {}},
        **changes,
    }


def read(item: dict[str, Any]) -> tuple[PostObservation, list[str]]:
    """The observation with its counters, and the values that are no counts."""
    (observation,) = parse_item(json.dumps(item).encode(), None).observations
    return with_counters(observation, DEFINITIONS)


def parse(item: dict[str, Any]) -> PostObservation:
    return read(item)[0]


def test_a_post_with_its_insights_becomes_one_observation():
    parsed = parse_item(
        json.dumps(post(insight("post_impressions_unique", 80), insight("post_clicks", 5))).encode(), None
    )
    assert parsed.unknown_keys == ()
    observation, problems = with_counters(parsed.observations[0], DEFINITIONS)
    assert problems == []
    assert observation.ids == (("post", "1000_2000"),)
    assert observation.posted_at == datetime(2025, 11, 2, 8, tzinfo=UTC)
    assert observation.author == Author(username="1000", name="Invented Heritage Shop", kind="company")
    assert observation.text == "Woven in the islands. #tweed"
    assert observation.counters == Counters(reactions=12, comments=3, shares=2, clicks=5, reach=80)


def test_an_empty_list_of_insights_is_not_measured():
    counters = parse(post()).counters
    assert counters == Counters(reactions=12, comments=3, shares=2)


def test_a_metric_without_values_is_not_measured():
    assert parse(post({"name": "post_clicks", "period": "lifetime", "values": []})).counters.clicks is None  # type: ignore[union-attr]


def test_a_total_value_is_read_like_a_value():
    counters = parse(post({"name": "post_media_view", "period": "lifetime", "total_value": {"value": 9}})).counters
    assert counters is not None
    assert counters.views == 9


def test_a_daily_value_is_not_read_as_a_cumulative_counter():
    assert parse(post(insight("post_clicks", 5, period="day"))).counters.clicks is None  # type: ignore[union-attr]


def test_the_name_of_the_valid_definition_counts():
    counters = parse(post(insight("post_video_views", 1), insight("post_media_view", 7))).counters
    assert counters is not None
    assert counters.views == 7


def test_reactions_by_kind_are_kept_unchanged():
    kinds = {"like": 10, "love": 2}
    assert parse(post(insight("post_reactions_by_type_total", kinds))).stats == {"reactions": kinds}


@pytest.mark.parametrize(("total", "reactions"), [({"summary": {"total_count": 6}}, 6), (None, 5), ({"data": []}, 5)])
def test_the_reactions_of_a_post_without_their_total_are_the_sum_of_their_kinds(total: Any, reactions: int):
    item = post(insight("post_reactions_by_type_total", {"like": 3, "love": 2}), reactions=total)
    assert parse(item).counters.reactions == reactions  # type: ignore[union-attr]


def test_no_kinds_are_no_data():
    item = post(insight("post_reactions_by_type_total", {}), reactions=None)
    assert parse(item).counters.reactions is None  # type: ignore[union-attr]


@pytest.mark.parametrize("value", [{"0": 1, "1": 0.9821}, -1, "12", [1, 2], {"a": {"b": None}}, True, 10**30], ids=repr)
def test_a_metric_that_fills_no_counter_is_not_judged(value: Any):
    observation, problems = read(post(insight("post_video_retention_graph", value), insight("post_clicks", 5)))
    assert observation.counters == Counters(reactions=12, comments=3, shares=2, clicks=5)
    assert problems == []


@pytest.mark.parametrize(
    ("metric", "value"),
    [
        ("post_clicks", -5),
        ("post_clicks", 5.5),
        ("post_clicks", "5"),
        ("post_clicks", True),
        ("post_clicks", 10**12 + 1),
        ("post_clicks", {"other": 1, "link": -1}),
        ("post_clicks", {"other": 10**12, "link": 1}),
        # People who saw both parts would count twice.
        ("post_impressions_unique", {"organic": 5, "paid": 7}),
    ],
)
def test_a_value_that_is_no_count_costs_itself_and_is_reported(metric: str, value: Any):
    observation, problems = read(post(insight(metric, value), insight("post_media_view", 40)))
    assert observation.counters == Counters(reactions=12, comments=3, shares=2, views=40)
    assert problems == [f"$.insights.data.{metric}: not a count"]


@pytest.mark.parametrize(("value", "count"), [(0, 0), (12.0, 12), (10**12, 10**12), (0.5, None), (None, None)])
def test_a_whole_number_is_a_count_however_it_is_written(value: Any, count: int | None):
    assert whole_count(value) == count


def test_a_simulated_post_is_marked_as_simulated():
    assert parse(post(is_simulated=True)).stats == {"is_simulated": True}


def test_a_post_without_message_and_picture_describes_nothing():
    item = post()
    del item["message"]
    assert not parse(item).is_description
    assert parse(post()).is_description


def test_texts_of_comments_are_not_read():
    item = post(comments={"data": [{"message": "secret"}], "summary": {"total_count": 1}})
    assert "secret" not in repr(parse(item)).replace(repr(json.dumps(item).encode()), "")


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (post(id=None), r"^\$\.id: missing id$"),
        (post(id="a b"), r"^\$\.id: not a post id$"),
        (post(shares={"count": -1}), r"^\$\.shares\.count"),
        (post(shares={"count": "2"}), r"^\$\.shares\.count"),
        (post(created_time="yesterday"), r"^\$\.created_time"),
    ],
)
def test_an_invalid_item_is_rejected_with_its_path(item: dict[str, Any], reason: str):
    with pytest.raises(ItemRejectedError, match=reason):
        parse(item)


def test_a_response_is_split_into_its_posts():
    answer = json.dumps({"data": [post(), post(id="1000_2001")], "paging": {"next": "…"}}).encode()
    items = list(split_items(answer, LIST_PATHS, one_object_is_an_item=ONE_OBJECT_IS_AN_ITEM))
    assert [item.position for item in items if isinstance(item, RawItem)] == [0, 1]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda v: (
            st.lists(v) | st.dictionaries(st.sampled_from(["id", "insights", "data", "values", "value", "name"]), v)
        ),
    )
)
def test_any_other_object_is_rejected_and_no_other_error_is_raised(value: Any):
    try:
        parse_item(json.dumps({"id": "1_2", "insights": value}).encode(), None)
    except ItemRejectedError:
        return
