"""The results of a week."""

from collections.abc import Iterator

import pytest

from syndication_assets.web.rate_intervals import rate_interval
from syndication_assets_tests.new_databases import new_database
from syndication_assets_tests.servers import Server
from syndication_assets_tests.web.desk import Desk


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
    assert browser.get("/results?week=2025-W45") == page
    assert "Nothing was observed" in browser.get("/results?week=2024-W01")
    browser.get("/results?week=soon", status=404)
