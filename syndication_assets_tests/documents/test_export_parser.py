"""Exports of a blog: their posts become documents with sections, and an invalid post loses only itself."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from syndication_assets.documents import export_parser
from syndication_assets.landing.loading.rejections import FileRejectedError
from syndication_assets_tests.documents.blog import SITE, post
from syndication_assets_tests.documents.blog_inputs import only_document, posts, reasons


def test_a_post_of_an_export_with_its_sections_in_order():
    item = post(1, image_url="https://img.example/1.jpg", summary="<p>In short.</p>")
    item["sections"] = [
        {"id": 8, "order": 2, "heading": "B", "text": "<p>b</p>", "image_url": "/b.jpg"},
        {"id": 7, "order": 1, "heading": "A &amp; <i>a</i>", "polished": "a", "url": "https://blog.example/p/a"},
        {"id": 9, "heading": "A picture", "text": ""},
    ]
    document = only_document(posts(item))
    assert (document.title, document.summary, document.image_url, document.is_published) == (
        "Post 1", "In short.", "https://img.example/1.jpg", True,
    )  # fmt: skip
    assert [(s.section_key, s.heading, s.text_content, s.section_url, s.image_url) for s in document.sections] == [
        ("id:7", "A & a", "a", "https://blog.example/p/a", None),
        ("id:8", "B", "b", f"{SITE}/post-1?section=8", f"{SITE}/b.jpg"),
    ]


def test_a_section_url_keeps_the_query_and_fragment_and_escapes_the_id():
    document = only_document(posts(post(1, url=f"{SITE}/p?a=1#top", sections=[{"id": "x y&z", "text": "T"}])))
    assert document.sections[0].section_url == f"{SITE}/p?a=1&section=x%20y%26z#top"


@pytest.mark.parametrize(
    "wrapped",
    [lambda item: [item], lambda item: {"data": [item]}, lambda item: {"data": {"posts": [item]}}, lambda item: item],
)
def test_posts_may_be_wrapped_listed_or_single(wrapped: Any):
    assert only_document(export_parser.parse(msgspec.json.encode(wrapped(post(1))))).title == "Post 1"


def test_a_post_with_a_single_text_is_split_at_its_headings():
    document = only_document(
        posts({"slug": "wool", "title": "Wool", "link": SITE, "content": "Hello.<h2 id=a>Warm</h2>Very."})
    )
    assert [(part.section_key, part.section_url) for part in document.sections] == [
        ("opening", SITE),
        ("heading:warm", f"{SITE}#a"),
    ]


@pytest.mark.parametrize(
    ("status", "is_published"),
    [("published", True), ("Published", True), (None, True), ("draft", False), ("in_process", False),
     ("archived", False), ("deleted", False)],
)  # fmt: skip
def test_only_the_status_published_means_published(status: str | None, is_published: bool):
    assert only_document(posts(post(1, status=status))).is_published is is_published


def test_a_draft_may_have_no_text():
    assert only_document(posts({"id": 1, "title": "A", "status": "draft"})).sections == ()


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ({"title": "A", "content": "x"}, "it has neither an id nor a slug"),
        ({"id": 1, "content": "x"}, "it has no title"),
        ({"id": 1, "title": " <br> ", "content": "x"}, "it has no title"),
        ({"id": 1, "title": "A"}, "it has no text"),
        ({"id": 1, "title": 5, "content": "x"}, "title is not a text"),
        ({"id": True, "title": "A", "content": "x"}, "id is neither text nor a whole number"),
        ({"id": 1, "title": "A", "content": "x", "status": "maybe"}, "its status is not one of"),
        ({"id": 1, "title": "A", "content": "x", "published_at": "yesterday"}, "not an ISO 8601 time"),
        ({"id": 1, "title": "A", "content": "x", "published_at": "2025-11-01T10:00:00"}, "no time zone"),
        ({"id": 1, "title": "A", "sections": ["x"]}, "its sections are not a list of objects"),
        ({"id": 1, "title": "A", "sections": [{"id": 1, "text": "x", "order": "first"}]}, "order of a section"),
        ({"id": 1, "title": "A", "sections": [{"id": 1, "text": "x"}, {"id": 1, "text": "y"}]}, "the same id"),
        (5, "it is not an object"),
    ],
)
def test_an_invalid_post_is_rejected_and_the_others_are_read(item: Any, reason: str):
    documents = posts(item, post(2))
    ((position, actual),) = reasons(documents)
    assert position == 0
    assert reason in actual
    assert documents.rejected[0].payload == msgspec.json.encode(item)
    assert [found.position for found in documents.items] == [1]


def test_a_date_means_midnight_utc():
    assert only_document(posts(post(1, published_at="2025-11-01"))).published_at == datetime(2025, 11, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"<html></html>", "HTML or XML"),
        (b'{"posts": [{"id": 1', "truncated"),
        (b"[" * 100_000, "RecursionError|nested"),
        (b'"text"', "not the JSON"),
        (b'{"status": "ok"}', "no list of posts"),
        (b"\xff\xfe", "not the JSON"),
    ],
)
def test_a_file_that_is_not_an_export_is_rejected_as_a_whole(content: bytes, reason: str):
    with pytest.raises(FileRejectedError, match=reason):
        export_parser.parse(content)


def test_unknown_keys_are_counted():
    assert dict(posts(post(1, mood="good"), post(2, mood="better")).unknown_keys) == {"mood": 2}
