"""Every edge case really occurs: for each row of the table, what its files must contain."""

import json
import re
from urllib.parse import urlsplit

import pytest

from syndication_assets.demo.samples.edge_cases import EDGE_CASES

from .reading_back import files_of_edge_case, json_of, text_of

KINDS = ("like", "support", "love", "insight", "celebrate", "funny")


def odd_item(files):
    """The item in the middle of a file of three."""
    (file,) = files
    page = json_of(file)
    first, odd, last = page["items"] if isinstance(page, dict) else page
    assert first != odd != last
    return odd


def only_items(files):
    """The only item of each file."""
    return [item for file in files for (item,) in [json_of(file)]]


def depth(value) -> int:
    return 1 + max(map(depth, value.values())) if isinstance(value, dict) else 0


def is_rejected_by_strict_json(files) -> bool:
    """Whether strict JSON rejects the whole file: NaN, half a surrogate pair, a truncated end."""
    (file,) = files

    def refuse(constant: str) -> None:
        raise ValueError(constant)

    try:
        json.dumps(json.loads(text_of(file), parse_constant=refuse), ensure_ascii=False).encode()
    except ValueError:
        return True
    return False


def same_post(repost, original) -> bool:
    return (
        repost["full_urn"] == f"urn:li:ugcPost:{original['urn']['ugcPost_urn']}"
        and repost["url"] == original["url"]
        and repost["urn"]["activity_urn"] != original["urn"]["activity_urn"]
    )


def media_of(files):
    return odd_item(files)["media"]


def days_of(files):
    return [file.landed_on.day for file in files]


def values(files, name):
    return [item["stats"].get(name) for item in only_items(files)]


def pictures(files):
    return [[urlsplit(image["url"]) for image in item["media"]["images"]] for item in only_items(files)]


EVIDENCE = {
    "urn_plain_string": lambda f: re.fullmatch(r"\d{19}", odd_item(f)["urn"]),
    "urn_object": lambda f: list(odd_item(f)["urn"].values())[1:] == [None, None],
    "activity_urn_top_level": lambda f: "urn" not in (item := odd_item(f)) and item["activity_urn"].isdigit(),
    "timestamp_missing": lambda f: odd_item(f)["posted_at"].keys() == {"date", "relative"},
    "local_date_is_yesterday": lambda f: only_items(f)[0]["posted_at"]["date"].startswith("2025-11-03"),
    "post_url": lambda f: "url" not in (item := odd_item(f)) and item["post_url"],
    "comments_count": lambda f: "comments" not in (stats := odd_item(f)["stats"]) and stats["comments_count"] >= 0,
    "company_author": lambda f: (
        (author := odd_item(f)["author"])
        and author.keys().isdisjoint({"username", "last_name"})
        and re.search(r"/company/[^/]+/posts$", author["profile_url"])
    ),
    "author_without_username": lambda f: "username" not in (a := odd_item(f)["author"]) and "/in/" in a["profile_url"],
    "text_empty": lambda f: odd_item(f)["text"] == "",
    "zero_counters": lambda f: set(odd_item(f)["stats"].values()) == {0},
    "images_empty": lambda f: media_of(f)["images"] == [] and media_of(f)["url"],
    "images_missing": lambda f: media_of(f).keys() == {"type", "url"},
    "video_with_thumbnail": lambda f: media_of(f)["type"] == "video" and media_of(f)["thumbnail"],
    "document": lambda f: media_of(f)["document"].keys() == {"title", "page_count", "url", "thumbnail"},
    "media_items": lambda f: len(media_of(f)["items"]) > 1,
    "article": lambda f: odd_item(f)["article"].keys() >= {"url", "title", "subtitle"},
    "quote": lambda f: only_items(f)[0]["post_type"] == "quote" and only_items(f)[0]["reshared_post"]["stats"],
    "hashtags_of_all_scripts": lambda f: all(tag in odd_item(f)["text"] for tag in ("#Gärtnern", "#حديقة", "#庭仕事")),
    "new_key": lambda f: odd_item(f)["is_sponsored"] is False,
    "deep_nesting": lambda f: depth(odd_item(f)["layout"]) > 20,
    "repost_by_activity": lambda f: (
        (item := only_items(f)[0])["post_type"] == "repost"
        and item["full_urn"].startswith("urn:li:activity:")
        and item["urn"]["activity_urn"] not in item["full_urn"]
    ),
    "repost_by_ugc_post": lambda f: only_items(f)[0]["full_urn"].startswith("urn:li:ugcPost:"),
    "repost_without_text": lambda f: only_items(f)[0]["post_type"] == "repost" and only_items(f)[0]["text"] == "",
    "two_reposters": lambda f: (
        len({item["full_urn"] for item in only_items(f)}) == 1
        and len({item["urn"]["activity_urn"] for item in only_items(f)}) == 2
    ),
    "repost_then_original": lambda f: days_of(f) == [4, 5] and same_post(*only_items(f)),
    "original_then_repost": lambda f: days_of(f) == [4, 5] and same_post(*reversed(only_items(f))),
    "two_pages": lambda f: f[0].name != f[1].name and len({item["urn"]["activity_urn"] for item in only_items(f)}) == 1,
    "twice_in_one_file": lambda f: json_of(f[0])[0] == json_of(f[0])[-1] and len(json_of(f[0])) == 4,
    "wrapped_list": lambda f: json_of(f[0])["success"] is True and len(json_of(f[0])["data"]["posts"]) == 2,
    "single_dict": lambda f: json_of(f[0])["urn"]["activity_urn"].isdigit(),
    "gzipped": lambda f: f[0].name.endswith(".json.gz") and len(json_of(f[0])) == 2,
    "byte_order_mark": lambda f: f[0].content.startswith(b"\xef\xbb\xbf[") and f[0].content.count(b"\r\n") == 2,
    "time_from_meta": lambda f: (
        f[0].name == f[1].name + ".meta.json" and json_of(f[0])["observed_at"] == "2025-11-04T07:00:00Z"
    ),
    "time_unknown": lambda f: [file.name for file in f] == ["dataset_brownie-time-unknown.json"],
    "duplicate_file": lambda f: f[0].content == f[2].content and f[0].name != f[2].name and len(f) == 3,
    "duplicate_gzipped": lambda f: f[0].content == text_of(f[1]) and f[1].name == f[0].name + ".gz",
    "comments_absent_once": lambda f: [value is None for value in values(f, "comments")] == [False, True, False, False],
    "counters_go_down": lambda f: values(f, "like") == [40, 40, 31, 31] and values(f, "comments") == [12, 12, 10, 10],
    "text_edited": lambda f: (
        len({item["text"] for item in only_items(f)}) == 2 and "Edited" in only_items(f)[1]["posted_at"]["relative"]
    ),
    "signed_urls": lambda f: (
        len({tuple(url.path for url in urls) for urls in pictures(f)}) == 1
        and len({url.query for urls in pictures(f) for url in urls}) == sum(map(len, pictures(f)))
    ),
    "window_moves_on": lambda f: json_of(f[0])[-1]["full_urn"] not in text_of(f[-1]).decode(),
    "old_posts": lambda f: json_of(f[0])[0]["posted_at"]["relative"].startswith("4 months"),
    "gap_of_three_days": lambda f: sorted(set(days_of(f))) == [3, 4, 8, 9],
    "youtube_likes_hidden": lambda f: odd_item(f)["statistics"].keys() == {"viewCount", "commentCount"},
    "youtube_comments_hidden": lambda f: odd_item(f)["statistics"].keys() == {"viewCount", "likeCount"},
    "youtube_tags_missing": lambda f: "tags" not in odd_item(f)["snippet"],
    "youtube_views_not_a_number": lambda f: odd_item(f)["statistics"]["viewCount"] == "many",
    "youtube_id_missing": lambda f: "id" not in odd_item(f),
    "truncated_json": lambda f: is_rejected_by_strict_json(f) and text_of(f[0]).count(b"pagination_token") == 2,
    "html_page": lambda f: f[0].content.startswith(b"<!DOCTYPE html>"),
    "empty_file": lambda f: f[0].content == b"",
    "empty_list": lambda f: f[0].content == b"[]",
    "failed_scrape": lambda f: json_of(f[0])["success"] is False,
    "wrong_folder": lambda f: "2025-11-04_23-00" in f[0].name and days_of(f) == [5],
    "not_an_object": lambda f: isinstance(odd_item(f), str),
    "nul_in_text": lambda f: "\0" in odd_item(f)["text"] and b"\\u0000" in f[0].content,
    "lone_surrogate": is_rejected_by_strict_json,
    "nan_counter": lambda f: is_rejected_by_strict_json(f) and b'"like":NaN' in f[0].content,
    "duplicate_key": lambda f: f[0].content.count(b'"text":') == 4 and len(json_of(f[0])) == 3,
    "id_is_number": lambda f: isinstance(odd_item(f)["urn"]["activity_urn"], int),
    "id_missing": lambda f: odd_item(f).keys().isdisjoint({"urn", "full_urn", "activity_urn"}),
    "negative_counter": lambda f: odd_item(f)["stats"]["comments"] < 0,
    "absurd_counter": lambda f: odd_item(f)["stats"]["reposts"] > 10**12,
    "counter_is_string": lambda f: odd_item(f)["stats"]["comments"] == "1,204",
    "timestamp_in_seconds": lambda f: odd_item(f)["posted_at"]["timestamp"] < 2**31,
    "timestamp_in_microseconds": lambda f: odd_item(f)["posted_at"]["timestamp"] // 31_556_952_000 + 1970 > 57_000,
    "huge_text": lambda f: len(odd_item(f)["text"]) > 1_100_000,
}


@pytest.mark.parametrize("name", [edge_case.name for edge_case in EDGE_CASES])
def test_the_edge_case_occurs(name):
    assert EVIDENCE[name](files_of_edge_case(name))


@pytest.mark.parametrize(
    "edge_case",
    [edge_case for edge_case in EDGE_CASES if edge_case.expected != "quarantined"],
    ids=lambda edge_case: edge_case.name,
)
def test_outside_damage_reactions_are_the_sum_of_the_six_kinds(edge_case):
    for file in files_of_edge_case(edge_case.name):
        if file.source != "linkedin_apify" or file.name.endswith(".meta.json"):
            continue
        page = json.loads(text_of(file).removeprefix(b"\xef\xbb\xbf"))
        items = page["data"]["posts"] if "data" in page else [page] if isinstance(page, dict) else page
        for item in items:
            assert item["stats"]["total_reactions"] == sum(item["stats"][kind] for kind in KINDS)
