"""Fetching feeds: only from public addresses, whatever names resolve to or redirect to, in bounded size and time."""

import re
import time
from collections import deque
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
from pydantic import SecretStr

from syndication_assets.channels.accounts.credentials import store_credential
from syndication_assets.database.connection import transaction
from syndication_assets.database.secret_box import SecretBox, new_key
from syndication_assets.documents.feeds import feed_assets
from syndication_assets.documents.feeds.feed_assets import CHECK_NAME, blog_feed_files
from syndication_assets.documents.feeds.feed_rows import feeds_to_fetch, why_no_feed
from syndication_assets.http.clients.public_client import FetchError, PublicClient
from syndication_assets.http.clients.public_urls import PublicUrlError
from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets.settings import Settings
from syndication_assets_tests.documents.blog import entry, rss
from syndication_assets_tests.documents.feed_server import PUBLIC, Answer, Internet

pytestmark = pytest.mark.one_server

FEED = rss(entry(1))
TOKEN = "canary-feed-token-8fJ2"


@pytest.fixture
def internet(tmp_path: Path) -> Iterator[Internet]:
    directory = tmp_path / "tls"
    directory.mkdir()
    with Internet(directory).running() as running:
        running.pages["/feed"] = Answer(200, FEED)
        yield running


def redirect(to: str, status: int = 302) -> Answer:
    return Answer(status, b"", {"Location": to})


def test_a_feed_is_fetched_unchanged_from_the_checked_address_under_its_host_name(internet: Internet):
    assert internet.client().get(internet.url("/feed?page=1")) == FEED
    assert internet.requests == [(f"blog.example:{internet.port}", "/feed?page=1")]
    assert internet.resolved == ["blog.example"]


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "fd00::1", "::ffff:192.168.0.1", "0.1.2.3"]
)
def test_a_name_with_a_private_address_is_never_requested(internet: Internet, address: str):
    internet.names["private.example"] = [PUBLIC, address]
    with pytest.raises(PublicUrlError, match="no public address"):
        internet.client().get(internet.url(host="private.example"))
    assert internet.requests == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_a_private_address_is_not_followed(internet: Internet, status: int):
    internet.names["private.example"] = ["192.168.1.1"]
    internet.pages["/old"] = redirect(internet.url("/feed", "private.example"), status)
    with pytest.raises(PublicUrlError, match=r"private\.example leads to 192\.168\.1\.1"):
        internet.client().get(internet.url("/old"))
    assert [path for _, path in internet.requests] == ["/old"]


@pytest.mark.parametrize(
    "target",
    [
        "http://blog.example/feed", "http://169.254.169.254/latest/meta-data/", "https://127.0.0.1/feed",
        "https://[::1]/feed", "https://2130706433/", "file:///etc/passwd", "gopher://blog.example/", "//127.0.0.1/",
        "https://user:sesame@blog.example/feed",
    ],
)  # fmt: skip
def test_a_redirect_that_is_not_public_https_is_not_followed(internet: Internet, target: str):
    internet.names |= {"127.0.0.1": ["127.0.0.1"], "::1": ["::1"], "2130706433": ["127.0.0.1"]}
    internet.pages["/old"] = redirect(target)
    with pytest.raises(PublicUrlError) as rejection:
        internet.client().get(internet.url("/old"))
    assert len(internet.requests) == 1
    assert "sesame" not in str(rejection.value)


def test_a_name_is_resolved_once_so_that_rebinding_has_no_effect(internet: Internet):
    """The request goes to the address that was checked; the name is not resolved again in between."""
    answers = iter([[PUBLIC], ["127.0.0.1"]])
    internet.names = type(
        "Rebinding", (dict,), {"__contains__": lambda *_: True, "__getitem__": lambda *_: next(answers)}
    )()
    assert internet.client().get(internet.url()) == FEED
    assert internet.resolved == ["blog.example"]


def test_public_redirects_are_followed_and_each_is_checked(internet: Internet):
    internet.names["news.example"] = [PUBLIC]
    internet.pages["/old"] = redirect(internet.url("/new", "news.example"), 301)
    internet.pages["/new"] = redirect("/feed#top")
    assert internet.client().get(internet.url("/old")) == FEED
    assert internet.resolved == ["blog.example", "news.example", "news.example"]


def test_circular_redirects_end(internet: Internet):
    internet.pages["/old"] = redirect("/old")
    with pytest.raises(FetchError, match="more than 5 redirects"):
        internet.client().get(internet.url("/old"))
    assert len(internet.requests) == 6


def test_a_server_with_another_names_certificate_is_rejected(internet: Internet):
    internet.names["stranger.example"] = [PUBLIC]
    with pytest.raises(FetchError, match=r"stranger\.example: the connection failed"):
        internet.client(maximum_attempts=1).get(internet.url(host="stranger.example"))


def test_a_response_that_is_too_large_is_requested_once(internet: Internet):
    internet.pages["/feed"] = Answer(200, b"x" * 10_001)
    with pytest.raises(FetchError, match=r"larger than 10,000 bytes"):
        internet.client().get(internet.url())
    assert len(internet.requests) == 1


def test_a_slow_response_times_out(internet: Internet):
    internet.pages["/feed"] = Answer(200, FEED, pieces=100, seconds_between=0.2)
    begin = time.monotonic()
    with pytest.raises(FetchError, match=r"no answer within 0\.5 s, 1 times"):
        internet.client(request_timeout=timedelta(seconds=0.5), maximum_attempts=1).get(internet.url())
    assert time.monotonic() - begin < 3


@pytest.mark.parametrize("fault", [Answer(503), Answer(429), Answer(500), Answer(200, b"")])
def test_a_temporary_fault_is_retried(internet: Internet, fault: Answer):
    internet.pages["/feed"] = deque([fault, Answer(200, FEED)])
    assert internet.client().get(internet.url()) == FEED


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_permanent_fault_is_not_retried(internet: Internet, status: int):
    internet.pages["/feed"] = Answer(status, b"secret inside")
    with pytest.raises(FetchError, match=f"blog.example: it answered {status}") as error:
        internet.client().get(internet.url(f"/feed?token={TOKEN}"))
    assert len(internet.requests) == 1
    assert TOKEN not in str(error.value)
    assert "secret" not in str(error.value)


def test_the_client_waits_for_retry_after(internet: Internet):
    internet.pages["/feed"] = deque([Answer(429, b"", {"Retry-After": "1"}), Answer(200, FEED)])
    begin = time.monotonic()
    assert internet.client().get(internet.url()) == FEED
    assert time.monotonic() - begin >= 1


def test_a_long_retry_after_ends_the_fetch(internet: Internet):
    internet.pages["/feed"] = Answer(503, b"", {"Retry-After": "3600"})
    with pytest.raises(FetchError, match="asks to wait 3,600 s"):
        internet.client().get(internet.url())
    assert len(internet.requests) == 1


def test_the_client_of_the_assets_rejects_local_addresses(internet: Internet):
    with pytest.raises(PublicUrlError, match="no public address"):
        PublicClient(1000).get(f"https://127.0.0.1:{internet.port}/feed")
    assert internet.requests == []


# The asset.


@pytest.fixture
def here(internet: Internet, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Internet:
    """The environment of an asset that fetches from the fake internet."""
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", database_url)
    monkeypatch.setenv("SYNDICATION_LOCAL_DIR", str(tmp_path))
    monkeypatch.setenv("SYNDICATION_SECRET_KEYS", new_key())
    monkeypatch.setattr(feed_assets, "feed_client", internet.client)
    with transaction(database_url) as connection:
        box = SecretBox(Settings.from_environment().secret_keys)
        (organization_id,) = connection.execute("select organization_id from tenancy.organizations").fetchall()[0]
        store_credential(
            connection, box, organization_id, "feed-token", SecretStr(TOKEN), platform=None, expires_at=None
        )
    follow(database_url, "blog", internet.url("/feed?token={credential}"), credential="feed-token")
    return internet


def follow(database_url: str, name: str, url: str, *, credential: str | None = None, is_active: bool = True) -> None:
    with transaction(database_url) as connection:
        connection.execute(
            "insert into documents.feeds (organization_id, feed_name, url, is_active, credential_id)"
            " select organization_id, %s, %s, %s, (select credential_id from channels.credentials"
            " where credential_name = %s) from tenancy.organizations",
            [name, url, is_active, credential],
        )


def unfollow(database_url: str, name: str) -> None:
    with transaction(database_url) as connection:
        connection.execute("delete from documents.feeds where feed_name = %s", [name])


def materialize(day: date | None = None) -> dg.ExecuteInProcessResult:
    day = day or datetime.now(UTC).date()
    return dg.materialize([blog_feed_files], partition_key=day.isoformat(), raise_on_error=False)


def landed(tmp_path: Path) -> list[Path]:
    return sorted(path for path in (tmp_path / "landing").rglob("*") if path.is_file())


def failure(result: dg.ExecuteInProcessResult) -> str:
    return str(next(event for event in result.all_events if event.is_step_failure).step_failure_data.error)


def test_a_feed_lands_byte_for_byte_without_revealing_its_token(here: Internet, tmp_path: Path):
    result = materialize()
    assert result.success
    (file,) = landed(tmp_path)
    assert file.read_bytes() == FEED
    assert file.parent == tmp_path / "landing" / "default" / "blog_feed" / datetime.now(UTC).date().isoformat()
    assert file.name.startswith("feed_blog.example-")
    assert TOKEN not in str(file)
    assert TOKEN not in "".join(str(event) for event in result.all_events)
    assert [path for _, path in here.requests] == [f"/feed?token={TOKEN}"]
    zone = LandingZone(str(tmp_path / "landing"))
    assert [landed_file.source for landed_file in zone.files(datetime.now(UTC).date())] == ["blog_feed"]


def test_a_second_run_adds_a_file(here: Internet, tmp_path: Path):
    assert materialize().success
    assert materialize().success
    assert len(landed(tmp_path)) == 2


def test_another_day_than_today_fails_before_any_request(here: Internet, tmp_path: Path):
    result = materialize(date(2025, 11, 3))
    assert not result.success
    assert "sources only return their current state" in failure(result)
    assert here.requests == []


def test_an_unavailable_blog_does_not_keep_the_others_from_landing(here: Internet, database_url: str, tmp_path: Path):
    follow(database_url, "away", here.url("/gone"))
    result = materialize()
    assert result.success
    (check,) = result.get_asset_check_evaluations()
    assert (check.check_name, check.passed) == (CHECK_NAME, False)
    assert re.search("default/away: .*blog.example: it answered 404", str(check.description))
    assert len(landed(tmp_path)) == 1


def test_the_run_fails_if_no_feed_answers(here: Internet, database_url: str):
    unfollow(database_url, "blog")
    follow(database_url, "away", here.url("/gone"))
    result = materialize()
    assert not result.success
    assert "No feed could be fetched" in failure(result)


@pytest.mark.parametrize("pause", ["documents.feeds", "tenancy.organizations"])
def test_a_paused_feed_is_not_fetched(here: Internet, database_url: str, pause: str):
    with transaction(database_url) as connection:
        connection.execute(f"update {pause} set is_active = false")  # type: ignore[arg-type]
    assert materialize().success
    assert here.requests == []


def test_a_feed_whose_credential_cannot_be_opened_is_a_problem_and_no_request(
    here: Internet, database_url: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SYNDICATION_SECRET_KEYS", new_key())
    result = materialize()
    assert "default/blog: The credential 'feed-token'" in failure(result)
    assert here.requests == []


def test_without_a_feed_the_metadata_name_the_command(here: Internet, database_url: str):
    unfollow(database_url, "blog")
    result = materialize(date(2025, 11, 3))
    assert result.success
    (event,) = result.asset_materializations_for_node("documents__blog_feed_files")
    assert "syndication feed add" in str(event.metadata["how_to_add_a_feed"].value)


def test_who_still_sets_the_old_variable_is_told_what_replaced_it(here: Internet, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SYNDICATION_BLOG_FEED_URLS", f"https://blog.example/feed?token={TOKEN}")
    (check,) = materialize().get_asset_check_evaluations()
    assert not check.passed
    assert "SYNDICATION_BLOG_FEED_URLS is not read any more" in str(check.description)
    assert TOKEN not in str(check.description)


# The rows.


@pytest.mark.parametrize(
    "url",
    [
        "http://a.example/",
        "a.example",
        "https://",
        "file:///etc/passwd",
        "https://[x/",
        "https://u:p@a.example/",
        "https://a.example/a b",
    ],
)
def test_a_url_that_is_not_https_is_rejected_without_quoting_it(url: str):
    reason = why_no_feed(url, has_credential=False)
    assert reason is not None
    assert url.removeprefix("https://") == "" or url not in reason


def test_a_token_stands_in_a_url_only_by_the_name_of_its_credential():
    assert why_no_feed("https://a.example/?token={credential}", has_credential=True) is None
    assert "no credential" in str(why_no_feed("https://a.example/?token={credential}", has_credential=False))
    assert "no {credential}" in str(why_no_feed("https://a.example/", has_credential=True))
    assert "in the host" in str(why_no_feed("https://{credential}.example/", has_credential=True))


def test_a_secret_is_encoded_where_it_stands_in_the_url(here: Internet, database_url: str):
    with transaction(database_url) as connection:
        box = SecretBox(Settings.from_environment().secret_keys)
        (organization_id,) = connection.execute("select organization_id from tenancy.organizations").fetchall()[0]
        store_credential(
            connection, box, organization_id, "feed-token", SecretStr("a&b=/c d"), platform=None, expires_at=None
        )
        (feed,), problems = feeds_to_fetch(connection, Settings.from_environment())
    assert problems == []
    assert feed.url.get_secret_value().endswith("/feed?token=a%26b%3D%2Fc%20d")
    assert "a%26b" not in repr(feed)
