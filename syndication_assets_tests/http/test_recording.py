"""A request is reserved before it is sent, released if it was not, and settled with what the response says."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from syndication_assets.http.clients.http_client import HttpClient
from syndication_assets.http.http_errors import NotSentError, ResponseTimeoutError, WithheldError
from syndication_assets.http.recording import CallResult, CallToMake, rate_limits_of, recorded_by
from syndication_assets.http.retries import RetryPolicy
from syndication_assets_tests.http.raw_server import RawServer, response

TOKEN = "EAAB7Qv9zKpW3mXtCanary"


@dataclass
class Recorded:
    call: CallToMake
    results: list[CallResult] = field(default_factory=list)
    is_released: bool = False

    def release(self) -> None:
        self.is_released = True

    def settle(self, result: CallResult) -> None:
        self.results.append(result)


@dataclass
class Notes:
    """Records in memory; `withheld` refuses every call."""

    calls: list[Recorded] = field(default_factory=list)
    withheld: WithheldError | None = None

    def reserve(self, call: CallToMake) -> Recorded:
        if self.withheld is not None:
            raise self.withheld
        self.calls.append(Recorded(call))
        return self.calls[-1]


@pytest.fixture
def no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syndication_assets.http.retries.time", SimpleNamespace(sleep=lambda _: None))


def client(provider: str | None = "shop", seconds: float = 5, attempts: int = 3) -> HttpClient:
    return HttpClient(
        maximum_bytes=1000, provider=provider, request_timeout=timedelta(seconds=seconds), retries=RetryPolicy(attempts)
    )


@pytest.mark.usefixtures("no_waits")
def test_each_attempt_is_a_call_of_its_own(http_server: RawServer):
    http_server.then(response(503, b"busy"))
    http_server.then(response(200, b"hello", **{"X-RateLimit-Remaining": "7", "Retry-After": "3"}))
    notes = Notes()
    with recorded_by(notes), client() as opened:
        answer = opened.get(http_server.url("/"), operation="list", quota_units=2)
    assert [made.call for made in notes.calls] == [CallToMake("shop", "list", 2)] * 2
    failed, successful = (made.results for made in notes.calls)
    assert [(result.is_successful, result.status) for result in (*failed, *successful)] == [(False, 503), (True, 200)]
    assert successful[0].units == {"bytes": 5}
    assert successful[0].rate_limits == {"x-ratelimit-remaining": "7", "retry-after": "3"}
    assert successful[0].latency_ms is not None
    assert answer.call is notes.calls[1]


def test_a_rejected_call_is_not_charged_and_a_failed_one_may_be(http_server: RawServer):
    http_server.then(response(402, b"no credit"))
    http_server.then(response(500, b"oops"))
    notes = Notes()
    with recorded_by(notes), client() as opened:
        for _ in range(2):
            opened.post_once(http_server.url("/"), priced_units={"items": 10})
    assert [made.results[0].may_have_cost for made in notes.calls] == [False, True]
    assert notes.calls[0].call.priced_units == {"items": 10}


def test_a_call_that_reached_nobody_is_released():
    notes = Notes()
    with recorded_by(notes), client(attempts=1) as opened, pytest.raises(NotSentError):
        opened.get("http://127.0.0.1:1/")
    (made,) = notes.calls
    assert made.is_released
    assert made.results == []


def test_a_call_without_a_response_is_settled_as_failed_and_may_have_cost(http_server: RawServer):
    http_server.then(b"HTTP/1.1 200 OK\r\n", seconds_between=2, stays_open=True)
    notes = Notes()
    with recorded_by(notes), client(seconds=0.2) as opened, pytest.raises(ResponseTimeoutError):
        opened.post_once(http_server.url("/"))
    (made,) = notes.calls
    assert not made.is_released
    assert (made.results[0].is_successful, made.results[0].may_have_cost) == (False, True)


def test_a_withheld_call_is_neither_sent_nor_tried_again(http_server: RawServer):
    notes = Notes(withheld=WithheldError("The quota is used up.", datetime(2026, 1, 1, tzinfo=UTC)))
    with recorded_by(notes), client() as opened, pytest.raises(WithheldError) as raised:
        opened.get(http_server.url("/"))
    assert http_server.requests == []
    assert (raised.value.attempts, raised.value.free_at) == (1, datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("provider", ["shop", None])
def test_without_a_provider_or_a_recorder_calls_are_made_all_the_same(http_server: RawServer, provider: str | None):
    http_server.then(response(200, b"hello"))
    notes = Notes()
    with client(provider) as opened:
        if provider is None:
            with recorded_by(notes):
                assert opened.get(http_server.url("/")).call is None
        else:
            assert opened.get(http_server.url("/")).call is None
    assert notes.calls == []


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        ({"X-RateLimit-Limit": "300"}, ["300"]),
        ({"x-ratelimit-reset": "2026-01-31T10:05:00.000000Z"}, ["2026-01-31T10:05:00.000000Z"]),
        ({"x-ratelimit-reset-requests": "120ms", "RateLimit-Remaining": "2999"}, ["120ms", "2999"]),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, None),
        ({"X-RateLimit-Limit": TOKEN, "Retry-After": f"3 {TOKEN}", "X-RateLimit-Reset": "9" * 40}, None),
        ({"Authorization": "7", "Set-Cookie": "7", "Content-Length": "7"}, None),
    ],
)  # fmt: skip
def test_only_numbers_and_times_of_rate_limits_are_kept(headers: Mapping[str, str], found: list[str] | None):
    limits = rate_limits_of(headers)
    assert (None if limits is None else list(limits.values())) == found


@pytest.mark.parametrize(
    ("usage", "found"),
    [
        ('{"call_count": 28, "total_time": 25}', {"call_count": 28, "total_time": 25}),
        (f'{{"{TOKEN}": [{{"type": "{TOKEN}", "call_count": 90}}], "2": [{{"call_count": 7}}]}}', {"call_count": 90}),
        (f'{{"call_count": "{TOKEN}", "total_time": NaN, "total_cputime": 1e400, "token": 7}}', {}),
        ("[" * 100_000, {}),
        (TOKEN, {}),
    ],
)  # fmt: skip
def test_of_graphs_usage_only_known_numbers_are_kept(usage: str, found: dict[str, float]):
    limits = rate_limits_of({"X-App-Usage": usage})
    assert (limits or {}) == {f"x-app-usage.{name}": number for name, number in found.items()}


PACKAGE = Path(__file__).resolve().parent.parent.parent / "syndication_assets"
NOT_RECORDED = {
    "media/cache/fetching.py": "pictures and videos of posts, which nobody charges for",
    "media/stock/finding.py": "the file of a photo, whose address a recorded call gave",
    "operations/outgoing.py": "an organization's own webhook, which nobody charges for",
    "publishing/network_pictures.py": "a picture of our own post",
    "web/provider/discovery.py": "the description and keys of an organization's own provider of accounts",
    "web/provider/signing_in.py": "one signing in at an organization's own provider of accounts",
}


def clients_without_a_provider(sources: Mapping[str, str]) -> set[str]:
    """The files that make a client without saying whom its requests are paid to, or limited by."""
    return {
        name
        for name, source in sources.items()
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"HttpClient", "PublicClient"}
        and "provider" not in {keyword.arg for keyword in node.keywords}
    }


def test_every_client_names_its_provider():
    sources = {str(path.relative_to(PACKAGE)): path.read_text() for path in PACKAGE.rglob("*.py")}
    assert clients_without_a_provider(sources) == NOT_RECORDED.keys()


def test_a_client_without_a_provider_is_found():
    assert clients_without_a_provider({"a.py": "HttpClient(maximum_bytes=1)", "b.py": "HttpClient(provider='b')"}) == {
        "a.py"
    }
