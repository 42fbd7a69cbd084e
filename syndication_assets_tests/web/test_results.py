"""The results of a week."""

import csv
import io
from collections.abc import Iterator

import pytest

from syndication_assets.database.connection import transaction
from syndication_assets.operations import metrics
from syndication_assets.web.rate_intervals import rate_interval
from syndication_assets_tests.engagement.report_database import ReportDatabase
from syndication_assets_tests.engagement.test_report_expected import publish_daily
from syndication_assets_tests.engagement.test_report_own_posts import account
from syndication_assets_tests.new_databases import new_database
from syndication_assets_tests.servers import Server
from syndication_assets_tests.web.desk import Desk
from syndication_assets_tests.web.program import Program


def test_a_rate_has_the_bounds_of_wilson():
    interval = rate_interval(5, 10)
    assert interval is not None
    # Newcombe (1998), Statistics in Medicine 17, has such intervals of published data: 81 of 263 and 0 of 20.
    assert tuple(round(value, 4) for value in rate_interval(81, 263) or ()) == (0.308, 0.2553, 0.3662)
    assert tuple(round(value, 4) for value in rate_interval(0, 20) or ()) == (0.0, 0.0, 0.1611)
    assert interval.low + interval.high == pytest.approx(1)


@pytest.mark.parametrize(("events", "trials"), [(None, 10), (5, None), (0, 0), (11, 10)])
def test_what_was_not_measured_or_is_no_rate_has_no_bounds(events: int | None, trials: int | None):
    assert rate_interval(events, trials) is None


@pytest.fixture
def sample(server: Server, sample_template: str) -> Iterator[str]:
    with new_database(server, sample_template) as url:
        yield url


@pytest.mark.slow
@pytest.mark.one_server
def test_the_newest_week_is_shown_and_an_unknown_one_is_empty(sample: str):
    desk = Desk(sample)
    browser = desk.browser()
    browser.open_link(desk.link())
    page = browser.get("/results")
    assert "2025-W45" in page
    assert "No post of an account of yours" in page
    # The choice of the language leads back to the same address.
    here = 'name="to" value="/results{}"'
    assert browser.get("/results?week=2025-W45") == page.replace(here.format(""), here.format("?week=2025-W45"))
    assert "Nothing was observed" in browser.get("/results?week=2024-W01")
    browser.get("/results?week=soon", status=404)


@pytest.mark.one_server
def test_the_next_post_is_expected_like_those_before_it(desk: Desk):
    rows = ReportDatabase(desk.url)
    account(rows, "linkedin", "ada")
    publish_daily(rows, range(1, 10))
    rows.roll_up()
    browser = desk.browser()
    browser.open_link(desk.link())
    assert "10 \N{EN DASH} 90" in browser.get("/results?week=2025-W46")
    program = Program(desk, rows.organization().organization_id, ["posts.read"])
    hour = next(each for each in program.get("/results/2025-W46")["expected"] if each["age_name"] == "1 hour")
    assert (hour["username"], hour["low_engagement"], hour["high_engagement"]) == ("ada", 10, 90)
    assert hour["probability"] == pytest.approx(0.8)
    assert program.get("/results/2025-W46/tables/expected_engagement")["rows"][0]["age_name"] == "1 hour"


@pytest.mark.slow
@pytest.mark.one_server
def test_the_results_of_a_week_are_told_to_programs_and_exported(sample: str):
    desk = Desk(sample)
    with transaction(sample) as connection:
        ((organization_id,),) = connection.execute(
            "select organization_id from scraping.post_records group by 1 order by count(*) desc limit 1"
        ).fetchall()
    program = Program(desk, organization_id, ["posts.read"])
    weeks = program.get("/results")["items"]
    assert weeks[0] == "2025-W45"
    shown = program.get("/results/2025-W45")
    assert shown["own_and_watched"][0]["engagement"] > 0
    assert {trait["trait"] for trait in shown["traits"]} == {"weekday", "hour", "format"}
    assert {"platforms", "top_posts"} <= set(shown["tables"])
    table = program.get("/results/2025-W45/tables/platforms")
    exported = program.client.get("/api/v1/results/2025-W45/tables/platforms/csv")
    assert exported.headers["content-disposition"] == 'attachment; filename="platforms-2025-W45.csv"'
    lines = list(csv.DictReader(io.StringIO(exported.text.removeprefix("\ufeff"))))
    assert [line["platform"] for line in lines] == [row["platform"] for row in table["rows"]]
    assert program.code("/results/2025-W45/tables/nothing", 404) == "ITEM_NOT_FOUND"
    assert program.code("/results/2024-W01", 404) == "ITEM_NOT_FOUND"
    assert program.code("/results/2025-W60", 422) == "VALIDATION_ERROR"
    browser = desk.browser()
    browser.sign_in("olga@bakery.example")
    assert browser.get("/results/2025-W45/platforms.csv") == exported.text
    browser.get("/results/2025-W45/nothing.csv", status=404)


@pytest.mark.slow
@pytest.mark.one_server
def test_the_state_reads_the_metrics_that_it_shows_and_no_other(sample: str, monkeypatch: pytest.MonkeyPatch):
    read: list[str] = []
    samples = metrics._samples
    monkeypatch.setattr(metrics, "_samples", lambda connection, file: read.append(file) or samples(connection, file))
    desk = Desk(sample)
    browser = desk.browser()
    browser.open_link(desk.link())
    browser.get("/status")
    assert len(read) == 6 < len(metrics.metric_files())
