"""Edge cases of shape: ordinary content in an unusual form. All of them load."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random

from syndication_assets.demo.samples.edge_case_stage import EdgeCase, EdgeCaseStage, Item, one_odd_item
from syndication_assets.demo.samples.linkedin_media import MediaForm, draw_article, media_of_form
from syndication_assets.demo.samples.people import profile
from syndication_assets.demo.samples.post_texts import ALL_SCRIPTS_TEXT
from syndication_assets.demo.samples.sample_file import SampleFile

DAY = 1
COMPANY = profile(9)


def urn_is_plain_string(item: Item) -> None:
    item["urn"] = item["urn"]["activity_urn"]


def urn_has_activity_only(item: Item) -> None:
    item["urn"].update(share_urn=None, ugcPost_urn=None)
    item["full_urn"] = f"urn:li:activity:{item['urn']['activity_urn']}"


def urn_at_top_level(item: Item) -> None:
    item["activity_urn"] = item.pop("urn")["activity_urn"]


def timestamp_is_missing(item: Item) -> None:
    del item["posted_at"]["timestamp"]


def url_is_post_url(item: Item) -> None:
    item["post_url"] = item.pop("url")


def comments_are_comments_count(item: Item) -> None:
    item["stats"]["comments_count"] = item["stats"].pop("comments")


def author_has_no_username(item: Item) -> None:
    del item["author"]["username"]


def text_is_empty(item: Item) -> None:
    item["text"] = ""


def counters_are_zero(item: Item) -> None:
    item["stats"] = dict.fromkeys(item["stats"], 0)


def key_is_new(item: Item) -> None:
    item["is_sponsored"] = False


def nesting_is_deep(item: Item) -> None:
    layout: Item = {"leaf": True}
    for _ in range(20):
        layout = {"box": layout}
    item["layout"] = layout


def nothing(_: Item) -> None:
    """Leaves the item as it is: the post itself is the edge case."""


def with_media(form: MediaForm) -> Callable[[EdgeCaseStage], Iterator[SampleFile]]:
    """A post whose only attachment has this form."""
    media = media_of_form(form, Random(form), COMPANY)
    return one_odd_item(nothing, day=DAY, media=media, article=None)


def with_late_evening_post(stage: EdgeCaseStage) -> Iterator[SampleFile]:
    observed_ms = stage.at(DAY, 9)
    post = stage.post(0, stage.at(DAY, 2, 30))
    yield stage.dataset(observed_ms, stage.items([post], observed_ms))


def with_quote(stage: EdgeCaseStage) -> Iterator[SampleFile]:
    observed_ms = stage.at(DAY, 9)
    quoted = stage.post(1, stage.at(0, 11), author=stage.guest(0))
    quote = replace(stage.post(0, stage.at(DAY, 4)), media=None, article=None, quoted=quoted)
    yield stage.dataset(observed_ms, stage.items([quote], observed_ms))


def odd(
    name: str,
    what_happens: str,
    build: Callable[[EdgeCaseStage], Iterator[SampleFile]],
    *,
    is_noted: bool = False,
) -> EdgeCase:
    return EdgeCase(name, what_happens, "loaded with note" if is_noted else "loaded", (DAY,), build)


SHAPE_EDGE_CASES: tuple[EdgeCase, ...] = (
    odd(
        "urn_plain_string",
        "`urn` is the activity id itself, as in the oldest files",
        one_odd_item(urn_is_plain_string, day=DAY, ugc_post_id=None),
    ),
    odd(
        "urn_object",
        "`urn` is an object whose share and ugcPost ids are null",
        one_odd_item(urn_has_activity_only, day=DAY),
    ),
    odd(
        "activity_urn_top_level",
        "`activity_urn` at the top level, without `urn`",
        one_odd_item(urn_at_top_level, day=DAY),
    ),
    odd(
        "timestamp_missing",
        "`posted_at` has no timestamp: the time comes from the activity id",
        one_odd_item(timestamp_is_missing, day=DAY),
    ),
    odd(
        "local_date_is_yesterday",
        "published at 02:30 UTC: `posted_at.date` (the scraper's local time) is the day before",
        with_late_evening_post,
    ),
    odd("post_url", "`post_url` instead of `url`", one_odd_item(url_is_post_url, day=DAY)),
    odd("comments_count", "`comments_count` instead of `comments`", one_odd_item(comments_are_comments_count, day=DAY)),
    odd(
        "company_author",
        "the author is a company: no `username`, no `last_name`",
        one_odd_item(nothing, day=DAY, author=COMPANY),
    ),
    odd(
        "author_without_username",
        "a person without `username`: the handle is in `profile_url`",
        one_odd_item(author_has_no_username, day=DAY),
    ),
    odd("text_empty", "a post without text", one_odd_item(text_is_empty, day=DAY)),
    odd("zero_counters", "no reactions: measured zeros, not NULL", one_odd_item(counters_are_zero, day=DAY)),
    odd("images_empty", "type `image` with an empty list: `url` is the picture", with_media("image_with_empty_images")),
    odd("images_missing", "type `image` without `images`: `url` is the picture", with_media("image_without_images")),
    odd("video_with_thumbnail", "a video and its thumbnail", with_media("video")),
    odd("document", "`media.document` with title and page count", with_media("document")),
    odd("media_items", "pictures under `items`", with_media("items")),
    odd(
        "article",
        "a linked article",
        one_odd_item(nothing, day=DAY, media=None, article=draw_article(Random("article"), COMPANY)),
    ),
    odd("quote", "a quote: the quoted post is in `reshared_post`, with its own counters", with_quote),
    odd(
        "hashtags_of_all_scripts",
        "hashtags with umlauts, in Arabic, in Japanese, with emoji",
        one_odd_item(nothing, day=DAY, text=ALL_SCRIPTS_TEXT),
    ),
    odd("new_key", "an unknown key, `is_sponsored`", one_odd_item(key_is_new, day=DAY), is_noted=True),
    odd("deep_nesting", "an unknown key nested 20 levels deep", one_odd_item(nesting_is_deep, day=DAY), is_noted=True),
)
