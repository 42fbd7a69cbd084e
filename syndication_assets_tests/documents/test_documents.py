"""Loading documents: the rows in any order of days, and the files and items that are rejected."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from syndication_assets.documents.document_sources import SOURCES
from syndication_assets.landing.loading.withdrawal import withdraw_files
from syndication_assets.landing.zone.landing_zone import LandedFilesMissingError
from syndication_assets_tests.documents.blog import SITE, Blog, entry, post, rss

MONDAY = date(2025, 11, 3)
TUESDAY, WEDNESDAY = MONDAY + timedelta(1), MONDAY + timedelta(2)


def test_posts_and_their_sections_become_rows(blog: Blog):
    blog.land(MONDAY, post(1, "<p>One.</p><p>Two.</p>", "Three."))
    (load,) = blog.load(MONDAY)
    assert (load.files, load.documents, load.quarantined) == (1, 1, 0)
    observed_at = datetime(2025, 11, 3, 6, tzinfo=UTC)
    ((source, remote_id, title, summary, url, _, published_at, is_published, _, seen_at, first_seen_at),) = (
        blog.documents()
    )
    assert (source, remote_id, title, summary, url) == ("blog_posts", "1", "Post 1", None, f"{SITE}/post-1")
    assert (published_at, is_published) == (datetime(2025, 10, 1, 9, tzinfo=UTC), True)
    assert (seen_at, first_seen_at) == (observed_at, observed_at)
    assert blog.sections() == [
        ("1", True, 0, "id:10", "Heading 1.0", "One.\nTwo.", f"{SITE}/post-1?section=10", None),
        ("1", True, 1, "id:11", "Heading 1.1", "Three.", f"{SITE}/post-1?section=11", None),
    ]


def test_valid_entries_load_and_the_others_are_quarantined_with_position_reason_and_bytes(blog: Blog):
    bad = "<item><title>No id</title><description>Text</description></item>"
    path = blog.land_feed(MONDAY, entry(1), bad, entry(1), entry(2))
    blog.load(MONDAY)
    assert [row[1] for row in blog.documents()] == [f"{SITE}/1", f"{SITE}/2"]
    assert blog.quarantine() == [
        ("blog_feed", 1, "it has neither an id nor a link"),
        ("blog_feed", 2, "it has the same id as entry 0 of the file, which is loaded instead"),
    ]
    assert blog.shop.execute(
        "select source_file_path, landed_on, payload, payload_bytes, adapter_version from landing.quarantine"
        " where position = 1"
    ) == [(path, MONDAY, bad.encode(), len(bad), SOURCES["blog_feed"].version)]


@pytest.mark.parametrize(
    ("source", "suffix", "content", "reason"),
    [
        ("blog_feed", ".xml", b"<!DOCTYPE html><html><body>Back soon</body></html>", "a page of HTML, not a feed"),
        ("blog_feed", ".xml", rss(), "no entries"),
        ("blog_feed", ".xml", b"", "empty"),
        ("blog_feed", ".json", rss(entry(1)), "does not end in .xml or .rss or .atom"),
        ("blog_feed", ".xml.gz", rss(entry(1)), "gzip"),
        ("blog_posts", ".xml", rss(entry(1)), "does not end in .json"),
        ("blog_posts", ".json", b'{"posts": [{"id": 1,', "truncated"),
    ],
)
def test_an_unreadable_file_is_quarantined_as_a_whole_and_the_others_load(
    blog: Blog, source: str, suffix: str, content: bytes, reason: str
):
    blog.land_bytes(MONDAY, content, source, suffix)
    blog.land(MONDAY, post(1))
    blog.load(MONDAY)
    ((actual_source, position, actual_reason),) = blog.quarantine()
    assert (actual_source, position) == (source, None)
    assert reason in actual_reason
    assert len(blog.documents()) == 1


def test_a_parser_that_crashes_quarantines_only_its_file(blog: Blog, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("syndication_assets.landing.feeds.feed_entries.feedparser.parse", lambda *_, **__: 1 / 0)
    blog.land_feed(MONDAY, entry(1))
    blog.land(MONDAY, post(1))
    blog.load(MONDAY)
    assert [row[2] for row in blog.quarantine()] == [
        "adapter blog_feed version 2 failed with ZeroDivisionError: fix it and replay"
    ]
    assert len(blog.documents()) == 1
    monkeypatch.undo()
    blog.load(MONDAY)
    assert blog.quarantine() == []
    assert len(blog.documents()) == 2


def test_a_re_run_writes_nothing(blog: Blog):
    blog.land(MONDAY, post(1), post(2))
    blog.load(MONDAY)
    rows = "select xmin::text, ctid::text from documents.{} order by 2"
    before = [blog.shop.execute(rows.format(t)) for t in ("source_documents", "source_sections")]
    (again,) = blog.load(MONDAY)
    assert again.counts.total() == 0
    assert [blog.shop.execute(rows.format(t)) for t in ("source_documents", "source_sections")] == before


def test_a_newer_file_changes_a_document_and_an_older_one_does_not(blog: Blog):
    blog.land(MONDAY, post(1, "Old."))
    blog.land(TUESDAY, post(1, "New."))
    blog.load(TUESDAY, MONDAY)
    assert blog.texts() == ["New."]
    ((*_, observed_at, first_seen_at),) = blog.documents()
    assert (observed_at.day, first_seen_at.day) == (4, 3)


def test_a_section_keeps_its_id_when_sections_are_inserted_before_it(blog: Blog):
    blog.land_feed(MONDAY, entry(1, "<h2>Wool</h2>Warm."))
    blog.load(MONDAY)
    before = blog.shop.value("select section_id from documents.source_sections")
    blog.land_feed(TUESDAY, entry(1, "Hello.<h2>Silk</h2>Cool.<h2>Wool</h2>Warmer."))
    blog.load(TUESDAY)
    assert [row[3:6] for row in blog.sections()] == [
        ("opening", None, "Hello."),
        ("heading:silk", "Silk", "Cool."),
        ("heading:wool", "Wool", "Warmer."),
    ]
    assert blog.shop.value("select section_id from documents.source_sections where heading = 'Wool'") == before


def test_a_removed_section_stays_but_is_inactive(blog: Blog):
    blog.land(MONDAY, post(1, "A.", "B."))
    blog.land(TUESDAY, post(1, "A."))
    blog.load(MONDAY, TUESDAY)
    assert [(row[1], row[5]) for row in blog.sections()] == [(True, "A."), (False, "B.")]


def test_a_deleted_post_is_unpublished_and_a_post_missing_from_a_newer_file_is_not(blog: Blog):
    blog.land(MONDAY, post(1), post(2))
    blog.land(TUESDAY, post(1, status="deleted"))
    blog.load(MONDAY, TUESDAY)
    assert [(row[1], row[7]) for row in blog.documents()] == [("1", False), ("2", True)]


@pytest.mark.both_servers
def test_a_withdrawn_file_leaves_the_content_of_the_older_file(blog: Blog):
    blog.land(MONDAY, post(1, "Old."))
    path = blog.land(TUESDAY, post(1, "New."), post(2, "Only here."), {"id": 3})
    blog.load(MONDAY, TUESDAY)
    withdraw_files(blog.shop.url, blog.zone, [path], "a trial")
    blog.load(TUESDAY)
    assert blog.texts() == ["Old."]
    assert [(row[1], row[7]) for row in blog.documents()] == [("1", True), ("2", False)]
    assert blog.quarantine() == []


def test_a_missing_file_fails_the_load_and_changes_nothing(blog: Blog):
    path = blog.land(MONDAY, post(1))
    blog.load(MONDAY)
    (Path(blog.zone.url) / path).unlink()
    with pytest.raises(LandedFilesMissingError, match="syndication withdraw"):
        blog.load(MONDAY)
    assert blog.texts() == ["What post 1 says of wool."]


def test_organizations_may_have_documents_with_the_same_id(blog: Blog):
    blog.shop.execute("insert into tenancy.organizations (slug, name) values ('acme', 'Acme')")
    blog.land(MONDAY, post(1, "Ours."))
    blog.zone.land("acme", "blog_posts", MONDAY, "a.json", b'[{"id": 1, "title": "T", "content": "Theirs."}]')
    blog.load(MONDAY)
    assert sorted(blog.texts()) == ["Ours.", "Theirs."]
