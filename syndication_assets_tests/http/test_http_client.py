"""The client against servers that answer late, too much, or not at all."""

import gzip
import logging
import threading
import time
import tracemalloc
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from syndication_assets.http.clients.http_client import HttpClient
from syndication_assets.http.http_errors import (
    CompressedTwiceError,
    ConnectionLostError,
    HttpError,
    InvalidRequestError,
    NotSentError,
    ResponseTimeoutError,
    ResponseTooLargeError,
)
from syndication_assets.http.retries import NO_RETRIES, RetryPolicy
from syndication_assets_tests.http.raw_server import RawServer, response

SECRET = "canary-8fJ2"
THREE = RetryPolicy(attempts=3)
ANSWER = response(200, b"ok")


def client(**changes: object) -> HttpClient:
    defaults = {"maximum_bytes": 10_000, "request_timeout": timedelta(seconds=20), "retries": THREE}
    return HttpClient(**(defaults | changes))  # type: ignore[arg-type]


def test_retry_after_is_waited_for_in_seconds_and_as_a_date(http_server: RawServer, sleeps: list[float]):
    http_server.then(response(429, Retry_After="7"))
    http_server.then(response(503, Retry_After=format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)))
    http_server.then(ANSWER)
    with client() as http:
        answer = http.get(http_server.url())
    assert (answer.content, answer.attempts) == (b"ok", 3)
    assert sleeps[0] == 7
    assert 18 < sleeps[1] <= 20


def test_without_a_valid_retry_after_the_waits_double(http_server: RawServer, sleeps: list[float]):
    http_server.then(response(503))
    http_server.then(response(500, Retry_After="tomorrow"))
    http_server.then(ANSWER)
    with client() as http:
        assert http.get(http_server.url()).is_ok
    assert sleeps == [1, 2]


def test_a_long_retry_after_is_cut(http_server: RawServer, sleeps: list[float]):
    http_server.then(response(429, Retry_After="86400"))
    http_server.then(ANSWER)
    with client() as http:
        assert http.get(http_server.url()).is_ok
    assert sleeps == [60]


def test_a_long_retry_after_ends_the_retries_where_the_policy_says_so(http_server: RawServer, sleeps: list[float]):
    http_server.then(response(503, Retry_After="86400"))
    with client(retries=RetryPolicy(gives_up_on_longer_waits=True)) as http:
        answer = http.get(http_server.url())
    assert (answer.status, answer.attempts, answer.retry_after, sleeps) == (503, 1, 86400, [])


def test_after_the_last_attempt_the_error_response_is_returned(http_server: RawServer, sleeps: list[float]):
    for _ in range(3):
        http_server.then(response(502, b"<html>"))
    with client() as http:
        answer = http.get(http_server.url())
    assert (answer.status, answer.content, answer.attempts) == (502, b"<html>", 3)
    assert len(sleeps) == 2, "there is no wait after the last attempt"


def test_the_caller_decides_which_response_is_transient(http_server: RawServer, sleeps: list[float]):
    http_server.then(response(200, b"<html>back soon"))
    http_server.then(ANSWER)
    with client() as http:
        answer = http.get(http_server.url(), is_transient=lambda answer: answer.content != b"ok")
    assert (answer.content, answer.attempts) == (b"ok", 2)


@pytest.mark.parametrize("status", [400, 401, 404, 410, 301])
def test_another_status_is_returned_at_once(http_server: RawServer, sleeps: list[float], status: int):
    http_server.then(response(status, b"no"))
    with client() as http:
        assert http.get(http_server.url()).status == status
    assert len(http_server.requests) == 1


def test_a_body_that_drips_ends_in_time(http_server: RawServer):
    http_server.then(b"HTTP/1.1 200 X\r\nContent-Length: 1000\r\n\r\n", *[b"x"] * 1000, seconds_between=0.1)
    began = time.monotonic()
    with (
        client(retries=NO_RETRIES, request_timeout=timedelta(seconds=0.5)) as http,
        pytest.raises(ResponseTimeoutError, match=r"within 0\.5 s"),
    ):
        http.get(http_server.url())
    assert time.monotonic() - began < 10


def test_an_answer_that_is_too_large_ends_at_once_and_is_not_retried(http_server: RawServer):
    http_server.then(b"HTTP/1.1 200 X\r\n\r\n", *[b"x" * 8000] * 1000)
    with client() as http, pytest.raises(ResponseTooLargeError, match="larger than 10,000 bytes"):
        http.get(http_server.url())
    assert len(http_server.requests) == 1


def test_a_compressed_bomb_takes_little_memory(http_server: RawServer):
    http_server.then(response(200, gzip.compress(b"\0" * 100_000_000), Content_Encoding="gzip"))
    tracemalloc.start()
    try:
        with client() as http, pytest.raises(ResponseTooLargeError):
            http.get(http_server.url())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 20_000_000


@pytest.mark.parametrize("status", [200, 500])
def test_a_body_that_is_compressed_twice_is_refused_and_not_requested_again(http_server: RawServer, status: int):
    bomb = gzip.compress(gzip.compress(b"\0" * 10_000_000))
    assert len(bomb) < 1_000
    http_server.then(response(status, bomb, Content_Encoding="gzip, gzip"))
    with client() as http, pytest.raises(CompressedTwiceError):
        http.get(http_server.url())
    assert len(http_server.requests) == 1


def test_a_body_that_is_compressed_once_is_read(http_server: RawServer):
    http_server.then(response(200, gzip.compress(b"ok"), Content_Encoding="identity, gzip"))
    with client() as http:
        assert http.get(http_server.url()).content == b"ok"


def test_headers_that_drip_end_in_time_on_a_kept_connection_too(http_server: RawServer):
    http_server.then(response(200, b"ok", Connection="keep-alive"), stays_open=True)
    http_server.then(b"HTTP/1.1 200 X\r\nX-Slow: ", *[b"x"] * 200, seconds_between=0.1)
    with client(retries=NO_RETRIES, request_timeout=timedelta(seconds=0.5)) as http:
        assert http.get(http_server.url()).is_ok
        began = time.monotonic()
        with pytest.raises(ResponseTimeoutError, match=r"within 0\.5 s"):
            http.get(http_server.url())
    assert time.monotonic() - began < 5
    assert http_server.connections == [0, 0]


def test_the_proxy_of_the_environment_is_used_except_for_hosts_without_one(
    http_server: RawServer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("http_proxy", http_server.url(""))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    for _ in range(2):
        http_server.then(ANSWER)
    with client() as http:
        assert http.get("http://shop.example/a").is_ok
        assert http.get(http_server.url("/b")).is_ok
    assert [request.split(b" ")[1] for request in http_server.requests] == [b"http://shop.example/a", b"/b"]


def test_a_large_error_page_is_cut(http_server: RawServer):
    http_server.then(response(404, b"x" * 1_000_000))
    with client() as http:
        assert len(http.get(http_server.url()).content) == 64 * 1024


def test_a_lost_connection_is_retried(http_server: RawServer, sleeps: list[float]):
    http_server.then(b"")
    http_server.then(b"HTTP/1.1 200 X\r\nContent-Length: 10\r\n\r\nabc")
    http_server.then(ANSWER)
    with client() as http:
        assert http.get(http_server.url()).attempts == 3
    for _ in range(3):
        http_server.then(b"")
    with client() as http, pytest.raises(ConnectionLostError, match="RemoteProtocolError") as error:
        http.get(http_server.url())
    assert error.value.attempts == 3


@pytest.mark.parametrize("status", [429, 500, 503, 302])
def test_a_post_is_not_repeated_after_any_status(http_server: RawServer, status: int):
    http_server.then(response(status, Retry_After="1", Location=http_server.url()))
    with client(follow_redirects=True) as http:
        assert http.post_once(http_server.url(), {"message": "ä"}).status == status
    assert len(http_server.requests) == 1
    assert http_server.requests[0].endswith(b"message=%C3%A4")


@pytest.mark.parametrize(
    ("seconds", "expected"), [(1.0, ResponseTimeoutError), (0.0, ConnectionLostError)], ids=["timeout", "lost"]
)
def test_a_post_is_not_repeated_without_an_answer(http_server: RawServer, seconds: float, expected: type[HttpError]):
    http_server.then(b"", seconds_between=seconds)
    with client(request_timeout=timedelta(seconds=0.3)) as http, pytest.raises(expected):
        http.post_once(http_server.url(), {"message": "x"})
    assert len(http_server.requests) == 1


def test_a_post_that_was_not_sent_says_so():
    for url in ("http://127.0.0.1:9/", "http://[x/"):
        with client() as http, pytest.raises(NotSentError, match="ConnectError"):
            http.post_once(url, {"message": "x"})
    for url in ("ftp://127.0.0.1/", "nonsense"):
        with client() as http, pytest.raises(InvalidRequestError):
            http.post_once(url, {})


def test_a_post_never_goes_out_on_a_connection_that_was_used_before(http_server: RawServer):
    """A kept-alive connection may be closed by the server at the moment at which the post is sent."""
    for _ in range(5):
        http_server.then(response(200, b"ok", Connection="keep-alive"), stays_open=True)
    with client() as http:
        http.get(http_server.url())
        http.get(http_server.url())
        http.post_once(http_server.url(), {})
        http.post_once(http_server.url(), {})
        http.get(http_server.url())
    assert http_server.connections == [0, 0, 1, 2, 0]


def test_no_secret_is_in_messages_causes_or_log_lines(http_server: RawServer, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    written = ""
    http_server.then(b"")
    with client(retries=NO_RETRIES, headers={"X-Key": SECRET}) as http, pytest.raises(ConnectionLostError) as lost:
        http.get(http_server.url(f"/?token={SECRET}"))
    http_server.then(b"")
    with client() as http, pytest.raises(ConnectionLostError) as posted:
        http.post_once(http_server.url(f"/?token={SECRET}"), {"token": SECRET})
    for error in (lost.value, posted.value):
        assert (error.__cause__, error.__context__) == (None, None)
        written += repr(error)
    with client() as http, pytest.raises(InvalidRequestError) as rejected:
        http.get(http_server.url(), headers={"X-Key": f"{SECRET}\n"})
    written += repr(rejected.value)
    with pytest.raises(InvalidRequestError) as rejected:
        client(headers={"X-Key": f"{SECRET} é"})
    written += repr(rejected.value)
    http_server.then(ANSWER)
    with client(headers={"X-Key": SECRET}) as http:
        http.get(http_server.url(f"/?token={SECRET}"))
    written += caplog.text + str([vars(record) for record in caplog.records])
    assert SECRET.encode() in http_server.requests[2]
    assert SECRET not in written


def test_several_threads_share_one_client(http_server: RawServer):
    for _ in range(20):
        http_server.then(ANSWER, seconds_between=1)
    began = time.monotonic()
    with client(connections=20) as http:
        threads = [threading.Thread(target=lambda: http.get(http_server.url())) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert time.monotonic() - began < 15
    assert len(http_server.requests) == 20
