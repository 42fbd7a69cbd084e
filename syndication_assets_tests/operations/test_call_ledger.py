"""Every call of an API is a row before it is made, and is settled after it, whatever becomes of the run."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from syndication_assets.database.acting import acting_as
from syndication_assets.database.connection import transaction
from syndication_assets.http.clients.http_client import HttpClient
from syndication_assets.http.http_errors import WithheldError
from syndication_assets.http.recording import CallResult, CallToMake, current_recorder
from syndication_assets.http.retries import NO_RETRIES
from syndication_assets.operations.usage.call_ledger import CallLedger
from syndication_assets_tests.http.raw_server import RawServer, response, serve
from syndication_assets_tests.operations.usage_rows import UsageRows

CALL = CallToMake("shop", "list")
PAID = CallToMake("apify", "run_actor", priced_units={"items": 10})


@pytest.fixture
def ledger_rows(database_url: str) -> UsageRows:
    return UsageRows(database_url)


@pytest.fixture
def http_server() -> Iterator[RawServer]:
    with serve() as served:
        yield served


def reserve(call: CallToMake = CALL) -> Any:
    recorder = current_recorder()
    assert recorder is not None
    return recorder.reserve(call)


def test_a_call_is_committed_before_it_is_made_and_settled_after_it(ledger_rows: UsageRows, http_server: RawServer):
    seen: list[list[dict[str, Any]]] = []

    class Watching(HttpClient):
        def _send(self, *arguments: Any) -> Any:
            seen.append(ledger_rows.calls("is_successful, status_code"))
            return super()._send(*arguments)

    http_server.then(response(200, b"hello", **{"X-RateLimit-Remaining": "7"}))
    http_server.then(response(404, b""))
    user = "usr-0000abcd"
    with acting_as(user), CallLedger(ledger_rows.url, "run-1") as ledger, ledger.of(ledger_rows.organization_id, "acc"):
        with Watching(maximum_bytes=100, provider="shop", retries=NO_RETRIES) as client:
            client.get(http_server.url("/one"), operation="list")
            client.get(http_server.url("/two"), operation="detail", quota_units=3)
        assert (ledger.totals.calls, ledger.totals.failures, ledger.totals.units) == (2, 1, {"bytes": 5})
    assert [len(calls) for calls in seen] == [1, 2]
    assert seen[0][0]["is_successful"] is None
    first, second = ledger_rows.calls()
    assert (first["provider"], first["operation"], first["account_id"]) == ("shop", "list", "acc")
    assert (first["actor"], first["run_id"], first["status_code"]) == (user, "run-1", 200)
    assert (first["is_successful"], first["units"], first["quota_units"]) == (True, {"bytes": 5}, 1)
    assert first["rate_limits"] == {"x-ratelimit-remaining": "7"}
    assert first["cost"] is first["expected_cost"] is first["currency"] is None
    assert (second["status_code"], second["is_successful"], second["quota_units"]) == (404, False, 3)


def test_a_call_that_is_not_made_leaves_no_row(ledger_rows: UsageRows):
    with CallLedger(ledger_rows.url) as ledger, ledger.of(ledger_rows.organization_id):
        reserve().release()
    assert ledger_rows.calls() == []


def test_a_call_whose_process_dies_stays_reserved(ledger_rows: UsageRows):
    code = (
        "import sys; from syndication_assets.operations.usage.call_ledger import CallLedger;"
        "from syndication_assets.http.recording import CallToMake;"
        "CallLedger(sys.argv[1]).reserve(sys.argv[2], None, CallToMake('shop', 'list'))"
    )
    dead = subprocess.run(
        [sys.executable, "-c", code, ledger_rows.url, ledger_rows.organization_id],
        env={**os.environ, "SYNDICATION_FAULT_POINT": "call_ledger.after_reservation"},
        check=False,
    )
    assert dead.returncode == -signal.SIGKILL
    (call,) = ledger_rows.calls()
    assert call["is_successful"] is None


def test_a_call_that_cannot_be_recorded_is_not_made(ledger_rows: UsageRows, http_server: RawServer):
    with (
        CallLedger(ledger_rows.url) as ledger,
        ledger.of(ledger_rows.organization_id),
        HttpClient(maximum_bytes=100, provider="shop", retries=NO_RETRIES) as client,
    ):
        ledger_rows.execute("drop function operations.reserve_calls")
        with pytest.raises(WithheldError, match="cannot be recorded"):
            client.get(http_server.url("/"))
    assert http_server.requests == []


def test_a_result_that_the_database_refuses_costs_no_other_call(ledger_rows: UsageRows):
    ledger = CallLedger(ledger_rows.url)
    with ledger.of(ledger_rows.organization_id):
        reserve().settle(CallResult(is_successful=True, status=10_000))
        with pytest.raises(WithheldError):
            reserve()
        reserve().settle(CallResult(is_successful=True, status=200))
    with pytest.raises(Exception, match="status_code"):
        ledger.close()
    assert [call["status_code"] for call in ledger_rows.calls()] == [None, 200]


def test_threads_share_a_ledger_and_every_call_is_settled_once(ledger_rows: UsageRows):
    def call(number: int) -> None:
        for _ in range(10):
            reserve().settle(CallResult(is_successful=number % 2 == 0, latency_ms=number))

    with CallLedger(ledger_rows.url) as ledger, ledger.of(ledger_rows.organization_id):
        with ThreadPoolExecutor(8) as pool:
            for work in [pool.submit(copy_context().run, call, number) for number in range(8)]:
                work.result()
        assert (ledger.totals.calls, ledger.totals.failures) == (80, 40)
    assert ledger_rows.rows(
        "select count(*), count(*) filter (where is_successful), sum(latency_ms) from operations.api_usage"
    ) == [(80, 40, 280)]


def test_a_paid_call_reserves_its_price_until_the_provider_reports_its_cost(ledger_rows: UsageRows):
    ledger_rows.price()
    with CallLedger(ledger_rows.url) as ledger, ledger.of(ledger_rows.organization_id):
        call = reserve(PAID)
        assert ledger_rows.calls("cost, expected_cost, currency") == [
            {"cost": None, "expected_cost": Decimal("0.05"), "currency": "USD"}
        ]
        call.settle(CallResult(is_successful=True, status=201))
        reserve()
        assert ledger_rows.calls("expected_cost")[0] == {"expected_cost": Decimal("0.05")}
        call.settle(CallResult(cost=Decimal("0.0123"), currency="USD"))
        assert ledger.totals.metadata() == {"api_calls": 1, "api_failures": 0, "api_cost_usd": 0.0123}
    paid = ledger_rows.calls()[0]
    assert (paid["cost"], paid["expected_cost"], paid["is_successful"]) == (Decimal("0.0123"), None, True)
    assert paid["status_code"] == 201


def test_a_rejected_paid_call_costs_nothing(ledger_rows: UsageRows):
    ledger_rows.price()
    with CallLedger(ledger_rows.url) as ledger, ledger.of(ledger_rows.organization_id):
        reserve(PAID).settle(CallResult(is_successful=False, status=402, may_have_cost=False))
    assert ledger_rows.calls("cost, expected_cost") == [{"cost": None, "expected_cost": None}]


def test_a_budget_stops_paid_calls_and_no_others(ledger_rows: UsageRows):
    ledger_rows.price()
    ledger_rows.budget("0.12")
    with CallLedger(ledger_rows.url) as ledger, ledger.of(ledger_rows.organization_id):
        reserve(PAID)
        reserve(PAID)
        with pytest.raises(WithheldError, match=r"budget of default for the month is used up: 0\.1000 used of 0\.12"):
            reserve(PAID)
        reserve()
    assert len(ledger_rows.calls()) == 3


@pytest.mark.parametrize(("provider", "is_stopped"), [("apify", True), ("openai", False), ("all", True)])
def test_a_budget_of_a_provider_stops_its_calls_only(ledger_rows: UsageRows, provider: str, is_stopped: bool):
    ledger_rows.price()
    ledger_rows.budget("0.01", provider)
    with CallLedger(ledger_rows.url) as ledger, ledger.of(ledger_rows.organization_id):
        if is_stopped:
            with pytest.raises(WithheldError, match="used up"):
                reserve(PAID)
        else:
            reserve(PAID)
    assert len(ledger_rows.calls()) == (0 if is_stopped else 1)


def test_a_budget_needs_a_price_in_its_currency(ledger_rows: UsageRows):
    ledger_rows.budget("5")
    with CallLedger(ledger_rows.url) as ledger, ledger.of(ledger_rows.organization_id):
        with pytest.raises(WithheldError, match="unknown: add it with `syndication unit-price add`"):
            reserve(PAID)
        ledger_rows.price(currency="GBP")
        with pytest.raises(WithheldError, match="budget in USD, but apify is paid in GBP"):
            reserve(PAID)


def test_processes_together_stay_within_a_budget(ledger_rows: UsageRows):
    """Each ledger has a connection of its own, as each process has."""
    ledger_rows.price()
    ledger_rows.budget("0.5")

    def spend(_: int) -> int:
        made = 0
        with CallLedger(ledger_rows.url) as ledger, ledger.of(ledger_rows.organization_id):
            for _ in range(5):
                try:
                    reserve(PAID)
                except WithheldError:
                    continue
                made += 1
        return made

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(spend, range(6))) == 10
    assert ledger_rows.value("select sum(expected_cost) from operations.api_usage") == Decimal("0.5")


def test_the_reader_sees_the_calls_of_its_organization_only(ledger_rows: UsageRows):
    with CallLedger(ledger_rows.url) as ledger, ledger.of(ledger_rows.organization_id):
        reserve()
    with transaction(ledger_rows.url, role="syndication_reader") as connection:
        count = "select count(*) from operations.api_usage"
        assert connection.execute(count).fetchall() == [(0,)]
        connection.execute("select set_config('app.organization_id', %s, true)", [ledger_rows.organization_id])
        assert connection.execute(count).fetchall() == [(1,)]


def test_a_slow_call_is_measured(ledger_rows: UsageRows, http_server: RawServer):
    http_server.then(b"", response(200, b"late"), seconds_between=0.05)
    with (
        CallLedger(ledger_rows.url) as ledger,
        ledger.of(ledger_rows.organization_id),
        HttpClient(maximum_bytes=100, provider="shop", request_timeout=timedelta(seconds=5)) as client,
    ):
        client.get(http_server.url("/"))
    assert ledger_rows.calls()[0]["latency_ms"] >= 50
