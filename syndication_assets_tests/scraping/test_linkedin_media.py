"""Pictures, videos, documents and articles of LinkedIn's posts."""

from typing import Any

import pytest

from syndication_assets_tests.scraping.linkedin_items import ORIGINAL, only, parse, post


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
