"""Feeds: what is read, what is rejected, and that no input does harm; equal bytes give equal documents."""

import time
from datetime import UTC, datetime

import pytest

from syndication_assets.documents.feeds import feed_parser
from syndication_assets.landing.feeds.feed_guard import LARGEST_FEED
from syndication_assets.landing.loading.rejections import FileRejectedError
from syndication_assets_tests.documents.blog import SITE, entry, post, rss
from syndication_assets_tests.documents.blog_inputs import ATOM, RDF, feed, only_document, posts, reasons


def test_an_atom_entry_with_its_sections():
    document = only_document(feed_parser.parse(ATOM.encode()))
    assert (document.remote_document_id, document.title, document.summary) == (
        "tag:blog.example,2025:1", "Wool & silk", "In short.",
    )  # fmt: skip
    assert (document.url, document.published_at) == (f"{SITE}/wool", datetime(2025, 11, 1, 8, tzinfo=UTC))
    assert [
        (part.section_key, part.heading, part.text_content, part.section_url, part.image_url)
        for part in document.sections
    ] == [
        ("opening", None, "Hello.", f"{SITE}/wool", None),
        (
            "heading:how warm?",
            "How warm?",
            "Very warm.\nBy the way\nIt dries.",
            f"{SITE}/wool#warm",
            f"{SITE}/a.jpg",
        ),
    ]


@pytest.mark.parametrize(
    "content",
    [
        rss(entry(1)),
        rss(entry(1)).replace(b'"2.0"', b'"0.92"'),
        RDF,
    ],
)
def test_every_version_of_rss_is_read(content: bytes):
    document = only_document(feed_parser.parse(content))
    assert (document.title, document.url, document.sections[0].text_content) == (
        "Post 1", f"{SITE}/1", "Wool keeps you warm.",
    )  # fmt: skip


def test_a_post_without_headings_is_one_section():
    (section,) = only_document(feed(entry(1, "<p>One.</p><p>Two.</p>"))).sections
    assert (section.section_key, section.heading, section.text_content) == ("opening", None, "One.\nTwo.")


def test_repeated_headings_are_numbered_and_empty_headings_start_no_section():
    document = only_document(feed(entry(1, "<h2>Wool</h2>a<h3></h3>b<h2>WOOL</h2>c<h2>Silk</h2>")))
    assert [(part.section_key, part.text_content) for part in document.sections] == [
        ("heading:wool", "ab"),
        ("heading:wool (2)", "c"),
    ]


def test_an_id_that_is_not_a_uri_is_made_unique_by_its_feed():
    item = "<item><title>A</title><guid>7</guid><description>Text</description></item>"
    ours, theirs = rss(item), rss(item).replace(SITE.encode(), b"https://other.example")
    ids = {only_document(feed_parser.parse(content)).remote_document_id for content in (ours, theirs)}
    assert ids == {f"{SITE}/ 7", "https://other.example/ 7"}


def test_the_link_replaces_a_missing_id_and_a_missing_date_is_none():
    document = only_document(
        feed("<item><title>A</title><link>https://blog.example/a</link><description>T</description></item>")
    )
    assert (document.remote_document_id, document.published_at) == (f"{SITE}/a", None)


@pytest.mark.parametrize("link", ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "https://a b/"])
def test_a_link_that_is_not_a_web_page_is_none(link: str):
    document = only_document(
        feed(f"<item><title>A</title><guid>urn:1</guid><link>{link}</link><description>T</description></item>")
    )
    assert document.url is None


def test_an_entry_with_an_unreadable_date_is_loaded_without_it():
    assert only_document(feed(entry(1, date="on a Tuesday"))).published_at is None


@pytest.mark.parametrize(
    ("text", "published_at"),
    [
        ("1762154400", datetime(2025, 11, 3, 7, 20, tzinfo=UTC)),
        (" 1762154400 ", datetime(2025, 11, 3, 7, 20, tzinfo=UTC)),
        ("1762154400.5", datetime(2025, 11, 3, 7, 20, 0, 500000, tzinfo=UTC)),
        ("1762154400000", datetime(2025, 11, 3, 7, 20, tzinfo=UTC)),
        # feedparser would read these as times of the years 2008, 1234, 9801 and 9999.
        ("2008113000", datetime(2033, 8, 20, 1, 10, tzinfo=UTC)),
        ("1234567890", datetime(2009, 2, 13, 23, 31, 30, tzinfo=UTC)),
        ("99", None),
        ("9999999999999", None),
    ],
)
def test_a_date_in_seconds_since_1970_is_read(text: str, published_at: datetime | None):
    assert only_document(feed(entry(1, date=text))).published_at == published_at
    if published_at is not None:
        assert only_document(posts(post(1, published_at=text))).published_at == published_at
        assert only_document(posts(post(1, published_at=float(text)))).published_at == published_at


def test_invalid_entries_are_rejected_with_position_and_bytes_and_the_others_are_read():
    without_title = "<item><guid>urn:2</guid><description>T</description></item>"
    without_text = "<item><title>A</title><guid>urn:3</guid></item>"
    documents = feed(entry(1), without_title, without_text, entry(1), entry(4))
    assert [item.position for item in documents.items] == [0, 4]
    assert reasons(documents) == [
        (1, "it has no title"),
        (2, "it has no text"),
        (3, "it has the same id as entry 0 of the file, which is loaded instead"),
    ]
    assert documents.rejected[0].payload == without_title.encode()


def test_complete_entries_of_a_truncated_feed_are_read():
    content = rss(entry(1), entry(2))
    documents = feed_parser.parse(content[: content.rindex(b"keeps")])
    assert [item.document.title for item in documents.items] == ["Post 1"]
    assert reasons(documents) == [(1, "the feed is cut off within it")]


def test_a_complete_feed_with_invalid_xml_is_read():
    assert only_document(feed(entry(1, "Wool & silk").replace("&amp;", "&"))).sections[0].text_content == "Wool & silk"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1252"])
def test_common_encodings_are_read(encoding: str):
    declared = encoding.removesuffix("-sig")
    text = rss(entry(1, "Café"), head=f'<?xml version="1.0" encoding="{declared}"?>').decode()
    assert only_document(feed_parser.parse(text.encode(encoding))).sections[0].text_content == "Café"


def test_an_entry_with_invalid_bytes_is_rejected_and_the_others_are_read():
    documents = feed_parser.parse(rss(entry(1, "Caf#"), entry(2)).replace(b"#", b"\xe9"))
    assert reasons(documents) == [(0, "its section 0 has bytes that are invalid in the file's encoding")]
    assert len(documents.items) == 1


@pytest.mark.parametrize("content", [b"/etc/passwd", b"file:///etc/passwd", b"http://127.0.0.1:9/feed"])
def test_bytes_that_name_a_file_or_a_page_are_not_opened(content: bytes):
    with pytest.raises(FileRejectedError, match="no RSS or Atom"):
        feed_parser.parse(content)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b" \n ", "empty"),
        (rss(), "no entries"),
        (b"<!DOCTYPE html><html><body><h1>Back soon</h1></body></html>", "a page of HTML"),
        (b"<html><body>Back soon</body></html>", "a page of HTML"),
        (b'{"posts": []}', "no RSS or Atom"),
        (b"\x00\x01\x02", "NUL"),
        (b"<rss>" + b" " * LARGEST_FEED, "larger than"),
        (rss("<a>" * 200 + "</a>" * 200), "nested more than 100 deep"),
    ],
)
def test_a_file_that_is_not_a_feed_is_rejected_as_a_whole(content: bytes, reason: str):
    with pytest.raises(FileRejectedError, match=reason):
        feed_parser.parse(content)


def test_characters_that_the_database_or_a_terminal_stumbles_over_cost_only_themselves():
    bad = "Wool\0 and \x1b[31msilk\x07"
    documents = feed(entry(1, f"<p>{bad}</p>", title=bad), entry(2, "<p>&#27;[31mWool</p>"), entry(3))
    assert documents.rejected == []
    first, second, _ = (item.document for item in documents.items)
    assert (first.title, first.sections[0].text_content) == ("Wool and silk", "Wool and silk")
    assert "\x1b" not in second.sections[0].text_content


def test_a_stray_nul_hides_no_declaration():
    with pytest.raises(FileRejectedError, match="declares entities"):
        feed(entry(1, "x" * 500), head='<!DOCTYPE r [<!ENT\0ITY a "b">]>')


@pytest.mark.parametrize(
    "text",
    ["<div>" * 50_000, "<b>" * 100_000 + "x" + "</b>" * 100_000, "<" * 200_000, "<a href='" * 20_000, "&lt;" * 100_000],
)
def test_markup_that_is_expensive_to_parse_takes_bounded_time(text: str):
    begin = time.monotonic()
    documents = feed(entry(1, text), entry(2))
    assert time.monotonic() - begin < 10
    assert [item.document.title for item in documents.items][-1] == "Post 2"


def test_a_section_that_is_too_long_is_rejected():
    assert reasons(feed(entry(1, "Warm. " * 10_000))) == [
        (0, "its section 0 has more than 50,000 characters: give it headings")
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<div>" * 7_000 + "Warm.", "its text has markup that is nested too deeply"),
        ("Warm. " * 200_000, "its text is longer than 1,000,000 characters"),
    ],
)
def test_a_post_beyond_the_limits_of_its_markup_is_told(text: str, reason: str):
    assert reasons(feed(entry(1, text))) == [(0, reason)]


def test_scripts_styles_and_comments_are_not_text():
    document = only_document(feed(entry(1, "<style>p{}</style><p>Warm.</p><script>alert('x')</script><!-- no -->")))
    assert document.sections[0].text_content == "Warm."


def test_equal_bytes_give_equal_documents():
    assert feed_parser.parse(ATOM.encode()) == feed_parser.parse(ATOM.encode())
    first, second = only_document(posts(post(1))), only_document(posts(post(1)))
    assert first.content_hash == second.content_hash
