"""The weekly page: its content, its readers, and when it is written again."""

from datetime import timedelta
from pathlib import Path

import pytest

from syndication_assets.database.connection import DatabaseError
from syndication_assets.engagement.report.report_files import write_if_changed
from syndication_assets.engagement.report.report_page import (
    change,
    is_web_link,
    number,
    percent,
    render_page,
    week_days,
)
from syndication_assets.engagement.report.report_queries import read_week, reader
from syndication_assets.engagement.report.report_weeks import IsoWeek
from syndication_assets_tests.engagement.report_database import ReportDatabase
from syndication_assets_tests.engagement.report_pages import (
    MONDAY,
    WEEK,
    PageReader,
    names,
    page,
    render,
    table,
    two_weeks,
)

ORGANIZATION_TEXTS = {"one": "A post of the first", "two": "A post of the second"}


def test_a_page_compares_the_week_with_the_week_before(rows: ReportDatabase, tmp_path: Path):
    two_weeks(rows)
    render(rows, tmp_path)
    text = PageReader(page(tmp_path)).text
    # 7 days of 11 each, after 6 days: the first observation adds nothing.
    assert "Public engagement 77 +11 (+17\u202f%)" in text
    assert "Reactions 70 +10 (+17\u202f%)" in text
    assert "Comments 7 +1 (+17\u202f%)" in text


def test_unmeasured_values_are_not_shown_as_0_and_a_measured_0_is(rows: ReportDatabase, tmp_path: Path):
    two_weeks(rows)
    render(rows, tmp_path)
    text = PageReader(page(tmp_path)).text
    assert "Shares 0 ±0 Views not measured Posts" in text
    assert "Not measured this week: saves, clicks, views, impressions." in text
    post = rows.post(rows.organization(), platform="youtube")
    for day in range(2):
        rows.observe(rows.organization(), post, MONDAY + timedelta(days=day), reactions=5, views=40)
    render(rows, tmp_path)
    assert "Views 0 no earlier value" in PageReader(page(tmp_path)).text


def test_a_week_with_first_snapshots_only_measures_nothing(rows: ReportDatabase, tmp_path: Path):
    organization = rows.organization()
    rows.observe(organization, rows.post(organization), MONDAY, reactions=100)
    render(rows, tmp_path)
    text = PageReader(page(tmp_path)).text
    assert "Public engagement not measured" in text
    assert "No post has measured engagement this week." in text


@pytest.mark.both_servers
def test_a_page_is_self_contained(rows: ReportDatabase, tmp_path: Path):
    two_weeks(rows, url="https://example.org/a?b=1&c=2", author_url="https://example.org/ada")
    render(rows, tmp_path)
    read = PageReader(page(tmp_path))
    assert not read.tags & {"script", "link", "img", "iframe", "object", "embed", "base", "form"}
    outside = {address for address in read.addresses if not address.startswith("#")}
    tables = {f"2025-W46/{name}" for name in names(tmp_path / "default/2025-W46")}
    assert outside == {"index.html", "https://example.org/a?b=1&c=2", "https://example.org/ada", *tables}
    assert not {name for name in read.attributes if name.startswith("on")} | (read.attributes & {"src", "srcset"})
    assert "url(http" not in page(tmp_path)
    assert "@import" not in page(tmp_path)
    index = PageReader(page(tmp_path, "index"))
    assert index.addresses == ["2025-W46.html"]


def test_user_texts_are_escaped(rows: ReportDatabase, tmp_path: Path):
    two_weeks(rows, text="<script>alert('post')</script>\nsecond line", author="</td><img src=x onerror=alert(1)>")
    rows.execute("update tenancy.organizations set name = %s", ["<script>organization</script>"])
    rows.quarantine(rows.organization(), MONDAY, "<script>reason</script>")
    render(rows, tmp_path)
    read = PageReader(page(tmp_path))
    assert not read.tags & {"script", "img"}
    for text in ("<script>alert('post')</script>", "</td><img src=x", "<script>organization", "<script>reason"):
        assert text in read.text
    assert "second line" not in read.text
    assert "script" not in PageReader(page(tmp_path, "index")).tags


@pytest.mark.parametrize(
    ("url", "is_link"),
    [
        ("https://example.org/a", True),
        ("http://example.org", True),
        ("HTTPS://EXAMPLE.ORG/", True),
        ("javascript:alert(1)", False),
        ("java\nscript:alert(1)", False),
        ("data:text/html,x", False),
        ("//example.org", False),
        ("/posts/1", False),
        ("https://", False),
        ("https://[::1", False),
        ("https://example.org/\u202e", False),
        ("", False),
        (None, False),
    ],
)
def test_only_web_addresses_become_links(url: str | None, is_link: bool):
    assert is_web_link(url) is is_link


def test_a_post_with_an_unsafe_url_has_no_link(rows: ReportDatabase, tmp_path: Path):
    two_weeks(rows, url="javascript:alert(1)", author_url="javascript:alert(2)")
    render(rows, tmp_path)
    assert "javascript" not in page(tmp_path)
    assert "A post" in page(tmp_path)


def test_texts_in_every_script_are_shown(rows: ReportDatabase, tmp_path: Path):
    texts = ["صباح الخير", "おはよう", "👩🏽\u200d🍳🥖", "שלום", "สวัสดี"]
    organization = rows.organization()
    for text in texts:
        post_id = rows.post(organization, text=text, author=text, platform=text)
        for day in range(2):
            rows.observe(organization, post_id, MONDAY + timedelta(days=day), reactions=day)
    render(rows, tmp_path)
    assert all(page(tmp_path).count(text) >= 2 for text in texts)


def test_a_page_shows_its_own_organization_only(rows: ReportDatabase, tmp_path: Path):
    for slug, text in ORGANIZATION_TEXTS.items():
        organization = rows.organization(slug, f"Organization {slug}")
        post_id = rows.post(organization, text=text, author=f"author-{slug}")
        rows.hashtag(organization, post_id, f"tag-{slug}")
        for day in range(2):
            rows.observe(organization, post_id, MONDAY + timedelta(days=day), reactions=day * 10)
        rows.quarantine(organization, MONDAY, f"reason-{slug}")
    rendered = render(rows, tmp_path)
    assert [path.parent.name for path in rendered.pages] == ["one", "two"]
    for slug, other in (("one", "two"), ("two", "one")):
        own = page(tmp_path, organization=slug)
        for name in (
            ORGANIZATION_TEXTS[slug],
            f"author-{slug}",
            f"tag-{slug}",
            f"reason-{slug}",
            f"Organization {slug}",
        ):
            assert name in own
        for name in (ORGANIZATION_TEXTS[other], f"-{other}", f"Organization {other}"):
            assert name not in own


def test_values_are_read_as_a_role_that_cannot_write_and_sees_one_organization(rows: ReportDatabase):
    two_weeks(rows)
    rows.roll_up()
    stranger = rows.organization("stranger")
    with reader(rows.url, stranger) as connection:
        assert connection.execute("select current_user").fetchone() == ("syndication_reader",)
        assert connection.execute("select count(*) from scraping.posts").fetchone() == (0,)
        assert read_week(connection, stranger, WEEK) is None
    with reader(rows.url, rows.organization()) as connection:
        assert connection.execute("select count(*) from scraping.posts").fetchone() == (1,)
    with pytest.raises(DatabaseError), reader(rows.url, stranger) as connection:
        connection.execute("delete from scraping.posts")


def test_the_same_data_gives_the_same_bytes_and_a_change_does_not(rows: ReportDatabase, tmp_path: Path):
    two_weeks(rows)
    assert render(rows, tmp_path / "a").pages_changed == 1
    assert render(rows, tmp_path / "b").pages_changed == 1
    assert page(tmp_path / "a") == page(tmp_path / "b")
    before = (tmp_path / "a" / "default" / "2025-W46.html").stat().st_mtime_ns
    assert render(rows, tmp_path / "a").pages_changed == 0
    assert (tmp_path / "a" / "default" / "2025-W46.html").stat().st_mtime_ns == before
    organization = rows.organization()
    rows.observe(organization, rows.post(organization), MONDAY, reactions=1)
    assert render(rows, tmp_path / "a").pages_changed == 1


def test_the_tables_of_a_page_are_csv_files_beside_it(rows: ReportDatabase, tmp_path: Path):
    two_weeks(rows, text="=HYPERLINK(1)", author="@ada")
    rows.quarantine(rows.organization(), MONDAY, "-1 is no count")
    render(rows, tmp_path)
    linked = [address for address in PageReader(page(tmp_path)).addresses if address.endswith(".csv")]
    assert sorted(linked) == [f"2025-W46/{name}" for name in names(tmp_path / "default/2025-W46")]
    (post,) = table(tmp_path, "top_posts")
    assert (post["first_line"], post["author_name"]) == ("'=HYPERLINK(1)", "'@ada")
    assert (post["engagement"], post["shares"], post["views"]) == ("77", "0", "")
    assert "organization_id" not in post
    assert table(tmp_path, "quarantine")[0]["reason"] == "'-1 is no count"
    assert len(table(tmp_path, "platforms_by_day")) == 28
    # A table that is empty now has no file.
    rows.execute("update landing.quarantine set replayed_at = now()")
    render(rows, tmp_path)
    assert "quarantine.csv" not in names(tmp_path / "default/2025-W46")
    assert "quarantine.csv" not in page(tmp_path)


def test_a_page_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "folder" / "2025-W46.html"
    assert write_if_changed(path, "before")

    def fail(self: Path, target: Path) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="no space"):
        write_if_changed(path, "after")
    assert path.read_text() == "before"
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_numbers_are_formatted_for_people():
    assert (number(1234567), number(0), number(-7)) == ("1,234,567", "0", "\N{MINUS SIGN}7")
    assert "not measured" in number(None)
    assert "not measured" in percent(None)
    assert (percent(0.07451), percent(1.5)) == ("7.45\u202f%", "150.00\u202f%")
    assert (change(5, None), change(None, 5), change(5, 5)) == ("", "", "±0 (0\u202f%)")
    assert (change(5, 0), change(2, 4)) == ("+5", "\N{MINUS SIGN}2 (\N{MINUS SIGN}50\u202f%)")
    assert week_days(IsoWeek(2025, 48)) == "24\N{EN DASH}30 November 2025"
    assert week_days(IsoWeek(2025, 44)) == "27 October \N{EN DASH} 2 November 2025"


def test_the_same_values_render_the_same_page_in_one_process(rows: ReportDatabase):
    two_weeks(rows)
    rows.roll_up()
    with reader(rows.url, rows.organization()) as connection:
        report = read_week(connection, rows.organization(), WEEK)
    assert render_page(report) == render_page(report)
