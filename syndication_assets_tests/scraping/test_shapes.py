"""An adapter reads what it knows and says what it does not: other kinds, other shapes, and errors of the source."""

import json
from datetime import date
from typing import Any

import dagster as dg
import pytest

from syndication_assets.automation.range_run import FailedCheck
from syndication_assets.landing.loading.rejections import ItemRejectedError
from syndication_assets.scraping.checks import NEW_KEYS, new_keys_result
from syndication_assets.scraping.facebook import insights_parser
from syndication_assets.scraping.items.source_errors import source_error
from syndication_assets.scraping.items.unknown_shapes import UnknownShapeError
from syndication_assets.scraping.linkedin import dataset_parser
from syndication_assets.scraping.reading.splitting import Defect, RawItem, split_items
from syndication_assets.scraping.youtube import video_parser
from syndication_assets.sql_assets.checks import find_offenders, read_only_transaction
from syndication_assets_tests.scraping.linkedin_dataset import (
    MONDAY,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    Desk,
    activity_id,
    name,
    post,
)

QUARANTINE = "select position, reason from landing.quarantine where replayed_at is null order by 1"
SEARCH_HIT = {
    "urn": f"urn:li:activity:{activity_id(1)}",
    "text": "A hit of a search",
    "url": "https://www.linkedin.example/posts/x",
    "postedAtTimestamp": 1_762_000_000_000,
    "isRepost": False,
    "authorType": "Person",
    "authorName": "Cleo Hill",
    "numShares": 7,
    "numLikes": 123,
    "numComments": 45,
    "author": {"firstName": "Cleo", "lastName": "Hill", "publicId": "cleo-hill"},
}


def video(**changes: Any) -> dict[str, Any]:
    snippet = {"publishedAt": "2025-11-01T10:00:00Z", "channelId": "UC" + "b" * 22, "title": "Dyeing"}
    return {"id": "bbbbbbbbbbb", "snippet": snippet, "statistics": {"viewCount": "1000"}} | changes


def parse_video(item: dict[str, Any]) -> None:
    video_parser.parse_item(json.dumps(item).encode(), None)


@pytest.mark.parametrize("kind", ["channel", "playlistItem", "searchResult", "comment", "commentThread", "playlist"])
def test_an_item_of_another_kind_is_no_video(kind: str):
    with pytest.raises(ItemRejectedError, match=rf"^\$\.kind: youtube#{kind}, where youtube#video is expected$"):
        parse_video(video(kind=f"youtube#{kind}"))


def test_a_video_needs_no_kind_but_an_id_of_a_video():
    parse_video(video(kind="youtube#video"))
    parse_video(video())
    for channel_or_playlist in ("UC" + "b" * 22, "PL" + "b" * 16, "PL" + "b" * 32):
        with pytest.raises(ItemRejectedError, match="not a video id"):
            parse_video(video(id=channel_or_playlist))
    parse_video(video(id="UCbbbbbbbbb"))


def test_the_reason_does_not_quote_a_kind_that_is_none():
    with pytest.raises(ItemRejectedError, match="another kind, where"):
        parse_video(video(kind="secret words"))


def test_a_channel_beside_its_videos_is_quarantined_and_not_counted(desk: Desk):
    channel = {"kind": "youtube#channel", "id": "UC" + "b" * 22, "statistics": {"viewCount": "132435511"}}
    content = json.dumps({"items": [video(kind="youtube#video"), channel]}).encode()
    desk.put(MONDAY, f"videos_x_{MONDAY}_09-00-00-000.json", content, source="youtube_data_api")
    desk.load(MONDAY)
    assert desk.rows("select sum(views) from scraping.data_downloads") == [(1000,)]
    assert desk.rows(QUARANTINE) == [(1, "$.kind: youtube#channel, where youtube#video is expected")]


@pytest.mark.parametrize(
    "page",
    [
        {"id": "111", "name": "Kilts"},
        {"id": "111", "name": "Kilts", "category": "Shop", "access_token": "EAAB-secret", "tasks": ["ANALYZE"]},
    ],
)
def test_a_page_is_no_post(page: dict[str, Any]):
    with pytest.raises(ItemRejectedError, match=r"^\$\.id: the id of a page or of another object"):
        insights_parser.parse_item(json.dumps(page).encode(), None)


def test_an_item_without_counters_and_with_mostly_unknown_keys_is_an_unknown_shape():
    with pytest.raises(UnknownShapeError) as rejected:
        dataset_parser.parse_item(json.dumps(SEARCH_HIT).encode(), None)
    assert str(rejected.value) == (
        "unknown shape: no counter was found, and 10 of 14 keys are unknown ($.author.firstName, $.author.lastName, "
        "$.author.publicId, $.authorName, $.authorType and 5 more); another actor or endpoint?"
    )
    assert "$.numLikes" in rejected.value.unknown_keys


@pytest.mark.parametrize(
    "changes",
    [
        {"stats": {"total_reactions": 0}},
        {key: ... for key in SEARCH_HIT if key not in {"urn", "text", "url", "author", "numLikes"}},
    ],
)
def test_one_counter_or_mostly_known_keys_make_the_shape_known(changes: dict[str, Any]):
    item = {key: value for key, value in (SEARCH_HIT | changes).items() if value is not ...}
    if "stats" not in item:
        item["author"] = {"username": "cleo-hill", "firstName": "Cleo"}
    assert dataset_parser.parse_item(json.dumps(item).encode(), None).unknown_keys


def test_an_unknown_shape_is_quarantined_and_its_keys_are_counted(desk: Desk):
    desk.put(MONDAY, name("anna", MONDAY, 9), json.dumps([SEARCH_HIT, post(activity_id(2))]).encode())
    (load,) = desk.load(MONDAY)
    ((position, reason),) = desk.rows(QUARANTINE)
    assert position == 0
    assert reason.startswith("unknown shape: ")
    assert load.unknown_keys["$.numLikes"] == 1
    assert desk.value("select count(*) from scraping.posts") == 1


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (
            {"error": {"message": "(#100) The value must be valid", "type": "OAuthException", "code": 100}},
            "(#100) The value must be valid",
        ),
        ({"error": {"code": 403, "errors": [{"reason": "quotaExceeded"}]}}, "code 403"),
        ({"error": {"type": "record-not-found"}}, "record-not-found"),
        ({"error": {}, "success": False, "message": "Nothing"}, "Nothing"),
        ({"errors": [{"message": "first"}, {"message": "second"}]}, "first"),
        ({"error": "no_items", "errorDescription": "Profile is private"}, "no_items: Profile is private"),
        ({"error": True, "message": "Broken"}, "Broken"),
        ({"error": True}, "an error without a message"),
        ({"#error": True, "#debug": {"url": "https://x.example"}}, "the actor failed at a page (#error)"),
        ({"noResults": True}, "no results (noResults)"),
        ({"success": False, "message": "No posts found or wrong input"}, "No posts found or wrong input"),
        ({"success": False, "data": None}, "no success, and no message"),
        ({"status": "error", "message": "Try later"}, "Try later"),
        ({"errorMessage": "Blocked\u001b[31m\nby the site"}, "Blocked [31m by the site"),
        ({"error": "see https://api.example/?access_token=abc123"}, "see https://api.example/?access_token=[secret]"),
        ({"error": "x" * 400}, "x" * 300 + "…"),
    ],
)
def test_an_error_of_a_source_is_quoted_on_one_line_without_secrets(answer: dict[str, Any], message: str):
    assert source_error(json.dumps(answer).encode()) == message


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"[]",
        b"{",
        b'{"error": null}',
        b'{"error": false}',
        b'{"errors": []}',
        b'{"message": "the text of a post"}',
        b'{"success": true}',
        b'{"data": null, "message": "x"}',
        b'{"error": "' + b"x" * 200_000 + b'"}',
        b'"error"',
    ],
)
def test_everything_else_is_no_error_of_a_source(payload: bytes):
    assert source_error(payload) is None


def test_errors_in_a_list_and_as_a_file_are_reported_with_their_message_and_counted(desk: Desk):
    errors = [{"error": "no_items", "errorDescription": "Private"}, {"noResults": True}]
    desk.put(MONDAY, name("anna", MONDAY, 9), json.dumps([*errors, post(activity_id(1))]).encode())
    desk.put(MONDAY, name("anna", MONDAY, 10), b'{"success": false, "message": "No posts found", "data": null}')
    desk.put(MONDAY, name("anna", MONDAY, 11), b'{"error": {"message": "Dataset was not found"}}')
    desk.put(MONDAY, name("anna", MONDAY, 12), b'{"items": [], "error": {"message": "Quota"}}')
    (load,) = desk.load(MONDAY)
    assert sorted(reason for _, reason in desk.rows(QUARANTINE)) == [
        f"the source answered with an error: {message}"
        for message in (
            "Dataset was not found",
            "No posts found",
            "Quota",
            "no results (noResults)",
            "no_items: Private",
        )
    ]
    assert load.total("source_errors") == 5
    assert desk.rows("select source_errors, items_quarantined from scraping.download_runs") == [(5, 5)]
    assert desk.value("select count(*) from scraping.posts") == 1


def test_a_post_with_a_key_error_stays_a_post(desk: Desk):
    desk.put(MONDAY, name("anna", MONDAY, 9), json.dumps([post(activity_id(1), error="none")]).encode())
    (load,) = desk.load(MONDAY)
    assert (load.total("source_errors"), load.total("posts_new")) == (0, 1)


@pytest.mark.parametrize("source", [dataset_parser, video_parser, insights_parser], ids=lambda module: module.SOURCE)
@pytest.mark.parametrize("around", ["%s", "[%s]"])
def test_the_items_are_found_in_every_place_that_is_known_and_one_list_deeper(source: Any, around: str):
    for path in source.LIST_PATHS:
        data = '[{"id":"1"},{"id":"2"}]'
        for key in reversed(path):
            data = f'{{"success":true,"{key}":{data}}}'
        parts = list(split_items((around % data).encode(), source.LIST_PATHS))
        assert parts == [RawItem(0, b'{"id":"1"}'), RawItem(1, b'{"id":"2"}')], path


def test_items_in_lists_and_envelopes_are_counted_on():
    data = b'[[{"a":1},{"a":2}],{"items":[{"a":3}]},{"a":4},{"items":[]},{"items":[1]},[5],[]]'
    paths = (("items",),)
    list_reason = "this element of the list is a list, but an object is expected"
    assert [part.payload if isinstance(part, RawItem) else part.reason for part in split_items(data, paths)] == [
        b'{"a":1}',
        b'{"a":2}',
        b'{"a":3}',
        b'{"a":4}',
        b'{"items":[]}',
        b'{"items":[1]}',
        list_reason,
        list_reason,
    ]
    assert [part.position for part in split_items(data, paths)] == list(range(8))
    damaged = list(split_items(data[:-1] + b",{]", paths))
    assert [part.position for part in damaged] == list(range(9))
    assert isinstance(damaged[-1], Defect)


def test_a_list_around_the_answer_and_one_under_posts_are_loaded(desk: Desk):
    pages = [{"success": True, "data": {"posts": [post(activity_id(1)), post(activity_id(2))]}}]
    desk.put(MONDAY, name("anna", MONDAY, 9), json.dumps(pages).encode())
    desk.put(MONDAY, name("anna", MONDAY, 10), json.dumps({"posts": [post(activity_id(3))]}).encode())
    desk.put(MONDAY, name("anna", MONDAY, 11), json.dumps([[post(activity_id(4))]]).encode())
    desk.load(MONDAY)
    assert desk.rows(QUARANTINE) == []
    assert desk.value("select count(*) from scraping.posts") == 4


@pytest.mark.parametrize("number", ["12.0", "12.00"])
def test_an_integer_may_be_written_with_a_fraction_of_zero(number: str):
    item = json.dumps(post(activity_id(1), text='"12.5 km", 3.0', reactions=77)).replace("77", number)
    (observation,) = dataset_parser.parse_item(item.encode(), None).observations
    assert observation.counters is not None
    assert observation.counters.reactions == 12
    assert observation.stats == {"reactions": {"like": 12}}
    assert observation.text == '"12.5 km", 3.0'
    parsed = video_parser.parse_item(
        json.dumps(video(statistics={"viewCount": 77})).replace("77", number).encode(), None
    )
    assert parsed.observations[0].counters is not None
    assert parsed.observations[0].counters.views == 12


def test_a_fraction_is_no_integer():
    for number in ("12.5", "12.01", "1.2e1", "12.0e0"):
        item = json.dumps(post(activity_id(1), reactions=77)).replace("77", number)
        with pytest.raises(ItemRejectedError):
            dataset_parser.parse_item(item.encode(), None)


def test_a_key_is_new_on_the_day_on_which_it_appears(desk: Desk):
    desk.land(MONDAY, 9, post(activity_id(1), brave=1))
    desk.land(TUESDAY, 9, post(activity_id(1), brave=1), post(activity_id(2), **{"curious. very": 2}))
    desk.load(TUESDAY, MONDAY, TUESDAY)

    def new_keys(day: date, until: date) -> list[tuple[Any, ...]]:
        with read_only_transaction(desk.url) as connection:
            offenders = find_offenders(connection, "scraping", NEW_KEYS, (day, until))
        return [(row[2], row[4]) for row in offenders.rows]

    assert new_keys(MONDAY, TUESDAY) == [("$.brave", 1)]
    assert new_keys(TUESDAY, WEDNESDAY) == [('$."curious. very"', 1)]
    assert new_keys(MONDAY, WEDNESDAY) == [('$."curious. very"', 1), ("$.brave", 2)]
    assert new_keys(WEDNESDAY, THURSDAY) == []


def test_materialize_prints_the_new_keys_on_one_line(desk: Desk):
    desk.land(MONDAY, 9, post(activity_id(1), **{f"key{number}": 1 for number in range(7)}))
    desk.load(MONDAY)
    window = (MONDAY, TUESDAY)
    with read_only_transaction(desk.url) as connection:
        result = new_keys_result(find_offenders(connection, "scraping", NEW_KEYS, window), window)
    summary = FailedCheck("scraping/download_runs: new keys", "WARN", result.description or "").summary
    keys = "linkedin_apify " + ", ".join(f"$.key{number}" for number in range(5))
    assert summary == f"WARN scraping/download_runs: new keys: New keys in the files of {MONDAY}: {keys} and 2 more"
    assert (result.passed, result.severity) == (False, dg.AssetCheckSeverity.WARN)
    with read_only_transaction(desk.url) as connection:
        later = (TUESDAY, WEDNESDAY)
        assert new_keys_result(find_offenders(connection, "scraping", NEW_KEYS, later), later).passed
