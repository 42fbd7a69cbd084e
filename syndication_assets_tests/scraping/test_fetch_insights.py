"""Insights of our own pages: from Graph through the landing zone to the tables, without the token."""

import json
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from threading import Thread
from time import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import SecretStr

from syndication_assets.channels.accounts.credentials import store_credential
from syndication_assets.database.connection import transaction
from syndication_assets.database.secret_box import SecretBox
from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets.scraping.facebook.insights_client import FacebookInsights
from syndication_assets.scraping.facebook.insights_fetch import InsightsReport, fetch_insights
from syndication_assets.scraping.fetching.download_runs import run_session
from syndication_assets.scraping.fetching.platform_metrics import metrics_on
from syndication_assets.scraping.loading.post_load import load_day
from syndication_assets.settings import Settings
from syndication_assets_tests.given_settings import give_setting
from syndication_assets_tests.loopback_server import LoopbackServer
from syndication_assets_tests.today import today

pytestmark = pytest.mark.one_server

KEYS = SecretStr("test:" + "A" * 43 + "=")
TOKEN = "canary-EAAB/page+token="


@dataclass
class Graph:
    """A small fake of the Graph API: its responses, and the requests it received."""

    url: str = ""
    rejected_metrics: set[str] = field(default_factory=set)
    pages: list[list[dict[str, Any]]] = field(default_factory=list)
    answer: tuple[int, bytes] | None = None
    requests: list[dict[str, str]] = field(default_factory=list)

    def respond(self, query: dict[str, str], authorization: str) -> tuple[int, bytes]:
        self.requests.append(query | {"authorization": authorization})
        if self.answer is not None:
            return self.answer
        if any(metric in query["fields"] for metric in self.rejected_metrics):
            message = "(#100) The value must be a valid insights metric"
            return 400, json.dumps({"error": {"code": 100, "message": message, "type": "OAuthException"}}).encode()
        number = int(query.get("after", 0))
        body: dict[str, Any] = {"data": self.pages[number] if self.pages else [], "paging": {}}
        if number + 1 < len(self.pages):
            next_page = f"{self.url}/next?access_token={TOKEN}"
            body["paging"] = {"cursors": {"after": str(number + 1)}, "next": next_page}
        return 200, json.dumps(body).encode()


@pytest.fixture
def graph() -> Iterator[Graph]:
    graph_api = Graph()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
            status, content = graph_api.respond(query, self.headers.get("Authorization", ""))
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = LoopbackServer(("127.0.0.1", 0), Handler)
    graph_api.url = f"http://127.0.0.1:{server.server_address[1]}"
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield graph_api
    server.shutdown()
    server.server_close()


@pytest.fixture
def url(database_url: str) -> str:
    """A database with one page that has a real publisher."""
    with transaction(database_url) as connection:
        (organization_id,) = connection.execute("select organization_id from tenancy.organizations").fetchall()[0]
        connection.execute("insert into channels.platforms (platform, display_name) values ('facebook', 'Facebook')")
        credential_id = store_credential(
            connection,
            SecretBox(KEYS),
            organization_id,
            "page",
            SecretStr(TOKEN),
            platform="facebook",
            expires_at=None,
        )
        connection.execute(
            "insert into channels.social_accounts (organization_id, platform, remote_account_id, display_name,"
            " publisher, credential_id) values (%s, 'facebook', '1000', 'Page', 'facebook_graph', %s)",
            [organization_id, credential_id],
        )
    return database_url


def fetch(url: str, zone: LandingZone, graph: Graph) -> InsightsReport:
    settings = Settings.from_environment().model_copy(update={"secret_keys": KEYS})
    api = FacebookInsights(graph.url, "v25.0")
    try:
        return fetch_insights(url, settings, zone, api, log=logging.getLogger(__name__))
    finally:
        api.close()


def post(number: int, clicks: int = 5) -> dict[str, Any]:
    return {
        "id": f"1000_{number}",
        "created_time": f"{today()}T00:00:00+0000",
        "message": f"Post {number}",
        "reactions": {"data": [], "summary": {"total_count": 7}},
        "insights": {"data": [{"name": "post_clicks", "period": "lifetime", "values": [{"value": clicks}]}]},
    }


def rows(url: str, statement: str) -> list[tuple[Any, ...]]:
    with transaction(url) as connection:
        return connection.execute(statement).fetchall()  # type: ignore[arg-type]


def test_responses_of_graph_land_and_are_loaded_like_any_post(url: str, zone: LandingZone, graph: Graph):
    graph.pages = [[post(1), post(2)], [post(3)]]
    report = fetch(url, zone, graph)
    assert (report.pages, report.files_landed, report.failures) == (1, 2, {})
    with run_session(url, "test", None) as session:
        load_day(url, zone, today(), maximum_file_bytes=10**6, session=session)
    loaded = rows(
        url,
        "select p.platform, p.urn, d.reactions, d.clicks, d.comments from scraping.posts p"
        " join scraping.data_downloads d using (organization_id, post_id) order by urn",
    )
    assert loaded == [("facebook", f"1000_{number}", 7, 5, None) for number in (1, 2, 3)]


def test_the_metrics_are_the_rows_that_are_valid_on_the_day(url: str, zone: LandingZone, graph: Graph):
    fetch(url, zone, graph)
    asked = ",".join(metrics_on(url, "facebook", today()))
    assert f"insights.metric({asked})" in graph.requests[0]["fields"]
    before, after = datetime(2025, 11, 14, tzinfo=UTC).date(), datetime(2025, 11, 15, tzinfo=UTC).date()
    assert {"post_impressions"} == set(metrics_on(url, "facebook", before)) - set(metrics_on(url, "facebook", after))
    assert {"post_media_view"} == set(metrics_on(url, "facebook", after)) - set(metrics_on(url, "facebook", before))


def test_a_rejected_metric_is_omitted_and_reported_and_the_others_are_requested(
    url: str, zone: LandingZone, graph: Graph
):
    graph.pages = [[post(1)]]
    graph.rejected_metrics = {"post_clicks"}
    report = fetch(url, zone, graph)
    assert (dict(report.rejected_metrics), report.files_landed) == ({"post_clicks": 1}, 1)
    assert "post_media_view" in graph.requests[-1]["fields"]


def test_the_token_is_sent_in_a_header_and_lands_nowhere(
    url: str, zone: LandingZone, graph: Graph, caplog: pytest.LogCaptureFixture
):
    graph.pages = [[post(1)], [post(2)]]
    with caplog.at_level(logging.DEBUG):
        fetch(url, zone, graph)
    assert {request["authorization"] for request in graph.requests} == {f"Bearer {TOKEN}"}
    assert TOKEN not in json.dumps([{**request, "authorization": ""} for request in graph.requests])
    files = list(zone.files(today()))
    assert len(files) == 2
    assert all(TOKEN.encode() not in zone.read(file.path, 10**6) for file in files)
    assert TOKEN not in caplog.text


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ((400, b'{"error": {"code": 190, "message": "Session has expired"}}'), "error 190 .* Session has expired"),
        ((502, b"<html>Bad gateway</html>"), "answered 502, and not in JSON"),
        ((200, b'{"data": [{"id": "1000_1"'), "answered 200, and not in JSON"),
        ((400, b'{"error": {"code": 100, "message": "Unknown page"}}'), "error 100 .* Unknown page"),
    ],
)
def test_a_page_that_cannot_be_fetched_is_reported_and_its_run_has_failed(
    url: str, zone: LandingZone, graph: Graph, answer: tuple[int, bytes], why: str
):
    graph.answer = answer
    report = fetch(url, zone, graph)
    assert report.files_landed == 0
    (message,) = report.failures.values()
    assert re.search(why, message)
    assert rows(url, "select status::text from scraping.download_runs where kind = 'fetch'") == [("failed",)]


def test_an_error_with_characters_that_the_database_does_not_accept_is_recorded(
    url: str, zone: LandingZone, graph: Graph
):
    graph.answer = 400, b'{"error": {"code": 190, "message": "No\\u0000 \\u001b[31mred \\ud83d"}}'
    fetch(url, zone, graph)
    ((message,),) = rows(url, "select error_message from scraping.download_runs where kind = 'fetch'")
    assert "error 190 for the page 1000: No red" in message
    assert "\x1b" not in message


def test_half_a_character_in_one_post_does_not_cost_the_page(url: str, zone: LandingZone, graph: Graph):
    graph.answer = 200, b'{"data": [{"id": "1000_1", "message": "cut off \\ud83d"}, {"id": "1000_2"}]}'
    report = fetch(url, zone, graph)
    assert (report.files_landed, report.failures) == (1, {})


def test_pages_with_a_dry_run_publisher_and_sample_pages_are_not_fetched(url: str, zone: LandingZone, graph: Graph):
    with transaction(url) as connection:
        connection.execute("update channels.social_accounts set publisher = 'dry_run'")
    assert fetch(url, zone, graph).pages == 0
    with transaction(url) as connection:
        connection.execute("update channels.social_accounts set publisher = 'facebook_graph'")
        connection.execute("update tenancy.organizations set settings = '{\"is_sample\": true}'")
    assert fetch(url, zone, graph).pages == 0
    assert graph.requests == []


def answer_of(code: int, **more: Any) -> tuple[int, bytes]:
    return 400, json.dumps({"error": {"code": code, "message": "So it is", **more}}).encode()


def test_a_rate_limit_is_recorded_and_the_page_is_not_fetched_until_it_is_over(
    url: str, zone: LandingZone, graph: Graph
):
    graph.answer = answer_of(32)
    fetch(url, zone, graph)
    assert rows(url, "select count(*) from channels.platform_limits where blocked_until > now()") == [(1,)]
    (message,) = fetch(url, zone, graph).failures.values()
    assert "demands a back-off until" in message
    assert len(graph.requests) == 1


def test_a_limit_of_the_app_ends_the_fetch_of_all_pages(url: str, zone: LandingZone, graph: Graph):
    with transaction(url) as connection:
        connection.execute(
            "insert into channels.social_accounts (organization_id, platform, remote_account_id, display_name,"
            " publisher, credential_id) select organization_id, platform, '2000', 'Other', publisher, credential_id"
            " from channels.social_accounts"
        )
    graph.answer = answer_of(4)
    assert len(fetch(url, zone, graph).failures) == 2
    assert len(graph.requests) == 1


def test_a_revoked_token_disconnects_the_account(url: str, zone: LandingZone, graph: Graph):
    graph.answer = answer_of(190, error_subcode=460)
    fetch(url, zone, graph)
    ((status, reason),) = rows(url, "select status::text, status_reason from channels.social_accounts")
    assert status == "disconnected"
    assert "Get a new token" in reason


def test_for_how_many_days_posts_are_measured_is_a_setting_of_the_organization(
    url: str, zone: LandingZone, graph: Graph
):
    fetch(url, zone, graph)
    give_setting(url, "scraping.insights_days", 90)
    give_setting(url, "scraping.insights_days", 3, "default")
    fetch(url, zone, graph)
    days = [round((time() - int(request["since"])) / 86_400) for request in graph.requests]
    assert days == [28, 3]
