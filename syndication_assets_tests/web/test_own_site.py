"""What holds for every request: the name of the site, headers that forbid, and a bound on what is sent."""

import pytest
from starlette.testclient import TestClient

from syndication_assets.settings import Settings
from syndication_assets.web.application import create_application
from syndication_assets.web.page import own_path

NO_DATABASE = "postgresql://nobody@127.0.0.1:1/none"


@pytest.fixture
def client() -> TestClient:
    return TestClient(create_application(NO_DATABASE, Settings.from_environment()), base_url="http://127.0.0.1")


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8080", 200),
        ("localhost", 200),
        ("[::1]:8080", 200),
        ("elsewhere.example", 421),
        ("127.0.0.1.elsewhere.example", 421),
        ("elsewhere.example@127.0.0.1", 421),
        ("", 421),
    ],
)
def test_without_an_address_of_its_own_it_answers_on_this_machine_only(client: TestClient, host: str, status: int):
    assert client.get("/sign-in", headers={"Host": host}).status_code == status


def test_with_an_address_it_answers_to_that_alone():
    settings = Settings.from_environment().model_copy(update={"web_url": "https://desk.example.org"})
    client = TestClient(create_application(NO_DATABASE, settings), base_url="http://127.0.0.1")
    assert client.get("/sign-in", headers={"Host": "desk.example.org"}).status_code == 200
    rejected = client.get("/sign-in", headers={"Host": "127.0.0.1"})
    assert (rejected.status_code, "desk.example.org" in rejected.text) == (421, True)
    posted = client.post("/sign-out", headers={"Host": "desk.example.org", "Origin": "http://desk.example.org"})
    assert posted.status_code == 403


@pytest.mark.parametrize("path", ["/sign-in", "/static/pages.css", "/no-such-page"])
def test_every_answer_forbids_what_the_pages_do_not_need(client: TestClient, path: str):
    headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "*" not in policy
    assert headers["x-content-type-options"] == "nosniff"


def test_a_form_that_is_too_long_is_not_read(client: TestClient):
    own = {"Origin": "http://127.0.0.1"}
    assert client.post("/sign-in", data={"email": "x" * 300_000}, headers=own).status_code == 413


def test_an_unknown_page_says_so_and_an_unreachable_database_is_no_traceback(client: TestClient):
    assert "There is no such page." in client.get("/no-such-page").text
    client.cookies.set("session", "ses_any")
    response = client.get("/inbox")
    assert response.status_code == 503
    assert "database did not answer" in response.text
    assert "127.0.0.1:1" not in response.text


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("/inbox", "/inbox"),
        ("/calendar?week=2026-01-05", "/calendar?week=2026-01-05"),
        (None, "/"),
        ("inbox", "/"),
        ("//elsewhere.example", "/"),
        ("/\\elsewhere.example", "/"),
        ("https://elsewhere.example", "/"),
        ("/\r\nSet-Cookie: x", "/"),
    ],
)
def test_only_paths_of_this_site_are_followed(target: str | None, path: str):
    assert own_path(target) == path
