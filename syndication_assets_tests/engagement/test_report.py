"""The weekly page: its content, its readers, and when it is written again."""

import csv
import re
import warnings
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path

import dagster as dg
import pytest

from syndication_assets.database.connection import DatabaseError
from syndication_assets.database.postgres_resource import PostgresResource
from syndication_assets.engagement.report import read_week, reader
from syndication_assets.engagement.report_files import RenderedPages, render_range, write_if_changed
from syndication_assets.engagement.report_page import change, is_web_link, number, percent, render_page, week_days
from syndication_assets.engagement.report_weeks import IsoWeek, weeks_touched
from syndication_assets_tests.engagement.report_database import ReportDatabase

pytestmark = pytest.mark.both_servers

with warnings.catch_warnings():
    warnings.simplefilter("ignore", dg.BetaWarning)
    from syndication_assets.engagement.report_asset import engagement_report

MONDAY = date(2025, 11, 10)
WEEK = IsoWeek(2025, 46)
ORGANIZATION_TEXTS = {"one": "A post of the first", "two": "A post of the second"}


@pytest.fixture
def rows(database_url: str) -> ReportDatabase:
    return ReportDatabase(database_url)


class PageReader(HTMLParser):
    """Tags, addresses and the text without styles of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.addresses: list[str] = []
        self.attributes: set[str] = set()
        self.texts: list[str] = []
        self._is_style = False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self._is_style = tag == "style"
        self.attributes |= {name for name, _ in attrs}
        self.addresses += [value or "" for name, value in attrs if name in {"href", "src", "xlink:href"}]

    def handle_endtag(self, tag):  # noqa: ARG002
        self._is_style = False

    def handle_data(self, data):
        if not self._is_style:
            self.texts.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"[ \n]+", " ", " ".join(self.texts))


def render(rows: ReportDatabase, directory: Path, first_day: date = MONDAY, days: int = 7) -> RenderedPages:
    rows.roll_up()
    return render_range(rows.url, directory, first_day, first_day + timedelta(days=days))


def page(directory: Path, week: str = "2025-W46", organization: str = "default") -> str:
    return (directory / organization / f"{week}.html").read_text(encoding="utf-8")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def table(directory: Path, name: str, week: str = "2025-W46") -> list[dict[str, str]]:
    with (directory / "default" / week / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def two_weeks(rows: ReportDatabase, days: int = 14, **post: object) -> None:
    """One LinkedIn post: 10 reactions a day and 1 comment a day, from the Monday before; shares stay 0."""
    organization = rows.organization()
    post_id = rows.post(organization, **post)
    for day in range(days):
        counters = {"reactions": 100 + 10 * day, "comments": day, "shares": 0}
        rows.observe(organization, post_id, MONDAY + timedelta(days=day - 7), **counters)


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


def test_a_week_without_data_has_no_page_and_is_reported(rows: ReportDatabase, tmp_path: Path):
    two_weeks(rows)
    rendered = render(rows, tmp_path, MONDAY + timedelta(weeks=1))
    assert (rendered.pages, rendered.newest) == ([], [])
    assert rendered.skipped == ["default: no observations in 2025-W47"]
    assert not (tmp_path / "default").exists()
    rendered = render(rows, tmp_path, MONDAY - timedelta(weeks=3), 42)
    assert [path.name for path in rendered.pages] == ["2025-W45.html", "2025-W46.html"]
    assert rendered.skipped == ["default: no observations in 4 weeks from 2025-W43 to 2025-W48"]


def test_a_week_whose_files_are_gone_loses_its_page_its_tables_and_its_index_entry(
    rows: ReportDatabase, tmp_path: Path
):
    two_weeks(rows)
    render(rows, tmp_path, MONDAY - timedelta(days=7), 14)
    folder = tmp_path / "default"
    assert names(folder) == ["2025-W45", "2025-W45.html", "2025-W46", "2025-W46.html", "index.html"]
    rows.execute("delete from engagement.platform_engagement_daily where activity_date >= %s", [MONDAY])
    rendered = render(rows, tmp_path, MONDAY, 1)
    assert rendered.pages_removed == [folder / "2025-W46.html"]
    assert names(folder) == ["2025-W45", "2025-W45.html", "index.html"]
    assert PageReader(page(tmp_path, "index")).addresses == ["2025-W45.html"]
    assert render(rows, tmp_path, MONDAY, 1).pages_removed == []


def test_the_last_week_that_is_gone_takes_the_index_along_but_no_file_of_a_person(rows: ReportDatabase, tmp_path: Path):
    two_weeks(rows, days=1)
    render(rows, tmp_path, MONDAY - timedelta(days=7), 7)
    (tmp_path / "default/2025-W45/notes.txt").write_text("a person's")
    (tmp_path / "default/2025-W44.html").write_text("of a week that the run does not touch")
    rows.execute("delete from engagement.platform_engagement_daily")
    render(rows, tmp_path, MONDAY - timedelta(days=7), 7)
    assert names(tmp_path / "default") == ["2025-W44.html", "2025-W45", "index.html"]
    assert names(tmp_path / "default/2025-W45") == ["notes.txt"]
    (tmp_path / "default/2025-W44.html").unlink()
    render(rows, tmp_path, MONDAY - timedelta(days=7), 7)
    assert names(tmp_path / "default") == ["2025-W45"]


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


def test_a_day_belongs_to_the_week_of_its_iso_year(rows: ReportDatabase, tmp_path: Path):
    organization = rows.organization()
    post_id = rows.post(organization, published=date(2025, 12, 1))
    for day in (date(2025, 12, 28), date(2025, 12, 29), date(2025, 12, 31), date(2026, 1, 1)):
        rows.observe(organization, post_id, day, reactions=day.day)
    rendered = render(rows, tmp_path, date(2025, 12, 29), 1)
    assert [path.name for path in rendered.pages] == ["2026-W01.html"]
    assert "29 December 2025 – 4 January 2026" in page(tmp_path, "2026-W01")  # noqa: RUF001
    rendered = render(rows, tmp_path, date(2025, 12, 28), 5)
    assert [path.name for path in rendered.pages] == ["2025-W52.html", "2026-W01.html"]


def test_each_week_of_a_range_is_listed_once():
    assert weeks_touched(date(2025, 12, 28), date(2025, 12, 30)) == [IsoWeek(2025, 52), IsoWeek(2026, 1)]
    assert weeks_touched(date(2020, 12, 31), date(2021, 1, 5)) == [IsoWeek(2020, 53), IsoWeek(2021, 1)]
    assert weeks_touched(MONDAY, MONDAY + timedelta(days=7)) == [WEEK]
    assert weeks_touched(MONDAY, MONDAY) == []
    assert IsoWeek(2025, 52).after(1) == IsoWeek(2026, 1)
    assert IsoWeek.parse("2026-W01") == IsoWeek(2026, 1)
    for name in ("index", "2026-W1", "2026-01", "2025-W53x"):
        with pytest.raises(ValueError, match=r"ISO week|literal"):
            IsoWeek.parse(name)


def test_an_incomplete_week_is_marked_and_compared_with_the_same_days(rows: ReportDatabase, tmp_path: Path):
    two_weeks(rows, days=10)
    render(rows, tmp_path, MONDAY, 1)
    text = PageReader(page(tmp_path)).text
    assert "There are no observations after Wednesday, 12 November. This page covers 3 days" in text
    # 3 days of 11, compared with 2 of the same days of the week before, whose first day adds nothing.
    assert "Public engagement 33 +11 (+50\u202f%)" in text
    two_weeks(rows)
    render(rows, tmp_path, MONDAY, 1)
    assert "Incomplete week" not in page(tmp_path)


def test_a_day_without_observation_is_named_and_the_next_day_counts_as_over_a_gap(rows: ReportDatabase, tmp_path: Path):
    organization = rows.organization()
    post_id = rows.post(organization)
    for day in (0, 1, 3, 4, 5, 6):
        rows.observe(organization, post_id, MONDAY + timedelta(days=day), reactions=100 + 10 * day - 30 * (day == 6))
    render(rows, tmp_path)
    with reader(rows.url, organization) as connection:
        report = read_week(connection, organization, WEEK)
    (platform,) = report.platforms
    assert platform.days_without_observation == [date(2025, 11, 12)]
    assert [row["engagement_delta"] for row in report.platform_days["linkedin"][-7:]] == [
        None,
        10,
        None,
        20,
        10,
        10,
        -20,
    ]
    text = PageReader(page(tmp_path)).text
    assert "LinkedIn Wednesday, 12 November 6 1 1 1" in text
    assert "6 of 7 days were observed this week, 0 the week before" in text


def test_the_quarantine_of_the_week_is_counted_by_reason(rows: ReportDatabase, tmp_path: Path):
    two_weeks(rows)
    rows.quarantine(rows.organization(), MONDAY, "no id", items=3)
    rows.quarantine(rows.organization(), MONDAY + timedelta(days=6), "a file of the source's error page")
    rows.quarantine(rows.organization(), MONDAY - timedelta(days=1), "the week before")
    rows.quarantine(rows.organization(), MONDAY, "replayed since")
    rows.execute("update landing.quarantine set replayed_at = now() where reason = %s", ["replayed since"])
    render(rows, tmp_path)
    text = PageReader(page(tmp_path)).text
    assert "4 items that landed this week could not be loaded" in text
    assert "3 no id linkedin_apify 1 a file of the source's error page" in text
    assert "the week before linkedin_apify" not in text
    assert "replayed since" not in text


def test_posts_are_compared_at_ages_that_they_have_reached(rows: ReportDatabase, tmp_path: Path):
    organization = rows.organization()
    for reactions in (10, 30):
        post_id = rows.post(organization, published=MONDAY)
        rows.observe(organization, post_id, MONDAY, reactions=1)
        rows.observe(organization, post_id, MONDAY + timedelta(days=1), reactions=reactions)
    render(rows, tmp_path)
    text = PageReader(page(tmp_path)).text
    # Published at 11:00, observed at 12:00: the second snapshot is 25 hours old, so that 24 hours are not measured.
    assert "2025-W46 from 10 November 2 1 (2) not measured too young too young" in text
    assert "2025-W45 from 3 November 0 no posts" in text


def test_a_late_file_renders_every_page_that_shows_its_day(rows: ReportDatabase, tmp_path: Path):
    two_weeks(rows)
    render(rows, tmp_path)
    organization = rows.organization()
    late = rows.post(organization)
    for day in (-6, -5):
        rows.observe(organization, late, MONDAY + timedelta(days=day), reactions=100 + day)
    rendered = render(rows, tmp_path, MONDAY - timedelta(days=6), 2)
    assert [path.name for path in rendered.pages] == ["2025-W45.html", "2025-W46.html"]
    assert "Public engagement 77 +10 (+15\u202f%)" in PageReader(page(tmp_path)).text


def test_later_days_do_not_change_a_page(rows: ReportDatabase, tmp_path: Path):
    organization = rows.organization()
    post_id = rows.post(organization, published=MONDAY + timedelta(days=6))
    for day in (5, 6):
        rows.observe(organization, rows.post(organization), MONDAY + timedelta(days=day), reactions=day)
    rows.observe(organization, post_id, MONDAY + timedelta(days=6), reactions=1)
    render(rows, tmp_path)
    before = page(tmp_path)
    for day in (7, 8, 13, 34):
        rows.observe(organization, post_id, MONDAY + timedelta(days=day), reactions=100 * day)
    assert len(render(rows, tmp_path).pages) == 3
    assert page(tmp_path) == before


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


def materialize(rows: ReportDatabase, monkeypatch: pytest.MonkeyPatch, directory: Path, first: date, last: date):
    rows.roll_up()
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", rows.url)
    monkeypatch.setenv("SYNDICATION_REPORTS_DIR", str(directory))
    result = dg.materialize(
        [engagement_report],
        resources={"postgres": PostgresResource()},
        tags={
            "dagster/asset_partition_range_start": first.isoformat(),
            "dagster/asset_partition_range_end": last.isoformat(),
        },
    )
    return {
        event.materialization.partition: event.materialization.metadata
        for event in result.get_asset_materialization_events()
        for event in [event.step_materialization_data]
    }


def test_the_asset_shows_its_pages_and_the_chart_of_the_newest_week_once(
    rows: ReportDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    two_weeks(rows)
    days = materialize(rows, monkeypatch, tmp_path, MONDAY - timedelta(days=7), MONDAY + timedelta(days=6))
    assert len(days) == 14
    newest = days["2025-11-16"]
    assert newest["main_chart"].value.startswith("![default, 2025-W46: ")
    assert "](data:image/png;base64,iVBOR" in newest["main_chart"].value
    assert len(newest["main_chart"].value) < 150_000
    assert [day for day, metadata in days.items() if "main_chart" in metadata] == ["2025-11-16"]
    assert (newest["weeks_rendered"].value, newest["pages_changed"].value, newest["posts"].value) == (2, 2, 1)
    assert newest["page_default"] == dg.MetadataValue.path(tmp_path / "default" / "2025-W46.html")
    assert newest["dagster/uri"].value == (tmp_path / "default" / "2025-W46.html").as_uri()
    again = materialize(rows, monkeypatch, tmp_path, MONDAY, MONDAY)["2025-11-10"]
    assert (again["pages"].value, again["pages_changed"].value) == (1, 0)


def test_a_run_of_a_day_without_any_data_succeeds(
    rows: ReportDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (metadata,) = materialize(rows, monkeypatch, tmp_path, MONDAY, MONDAY).values()
    assert metadata["pages"].value == 0
    assert metadata["skipped"].value == "default: no observations in 2025-W46"
    assert "main_chart" not in metadata
