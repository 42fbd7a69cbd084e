"""The log of paid calls: each call is on record before it is made, and nothing that one brings costs another."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from syndication_assets.ai.calls.call_log import CallLog
from syndication_assets.ai.calls.recorded_call import Call
from syndication_assets.database.connection import Connection, DatabaseError
from syndication_assets.operations.usage.api_usage import Reservation
from syndication_assets.operations.usage.spending import Charge, Price, TokenUsage

PRICE = Price(1, "USD", Decimal(1), Decimal(1), Decimal(2))


def rows(url: str, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(query).fetchall()


def reservation(url: str, cost: str = "0.01") -> Reservation:
    ((organization_id,),) = rows(url, "select organization_id from tenancy.organizations where slug = 'default'")
    return Reservation(organization_id, "test", "write_post", "small", datetime.now(UTC), Decimal(cost), PRICE)


def call(reserved: Reservation, usage_id: str, prompt: str = "Write.") -> Call:
    return Call(
        organization_id=reserved.organization_id,
        usage_id=usage_id,
        post_core_id=None,
        variation=1,
        attempt=1,
        model="small",
        prompt=prompt,
        response="a post",
        error_message=None,
        called_at=reserved.used_at,
        latency_ms=7,
        usage=TokenUsage(1000, 0, 200, 50),
        charge=Charge(Decimal("0.0014")),
        price=PRICE,
    )


def store_in_users(connection: Connection, names: list[str]) -> None:
    for name in names:
        if name == "bad":
            raise ValueError(name)
        connection.execute("insert into tenancy.users (email) values (%s)", [f"{name}@shop.example"])


def logged(url: str, work: Callable[[CallLog[str]], Any]) -> None:
    async def run() -> None:
        async with CallLog(url, "test", store_in_users) as log:
            await work(log)

    asyncio.run(run())


def test_a_reservation_is_committed_when_it_returns(database_url: str):
    found = []

    async def work(log: CallLog[str]) -> None:
        await asyncio.gather(*(log.reserve(reservation(database_url, cost)) for cost in ("0.01", "0.02", "0.03")))
        found.extend(rows(database_url, "select expected_cost, is_successful from operations.api_usage order by 1"))

    logged(database_url, work)
    assert found == [(Decimal("0.01000000"), None), (Decimal("0.02000000"), None), (Decimal("0.03000000"), None)]


def test_each_reservation_returns_its_own_id(database_url: str):
    async def work(log: CallLog[str]) -> None:
        costs = [f"0.0{number}" for number in range(1, 10)]
        ids = await asyncio.gather(*(log.reserve(reservation(database_url, cost)) for cost in costs))
        for cost, usage_id in zip(costs, ids, strict=True):
            query = f"select expected_cost from operations.api_usage where usage_id = '{usage_id}'"
            assert rows(database_url, query) == [(Decimal(cost),)]

    logged(database_url, work)


def test_a_call_is_settled_while_the_log_is_open(database_url: str):
    async def work(log: CallLog[str]) -> None:
        reserved = reservation(database_url)
        log.add_call(call(reserved, await log.reserve(reserved)))
        for _ in range(100):
            await asyncio.sleep(0.05)
            if rows(database_url, "select 1 from ai.llm_calls"):
                break
        assert rows(
            database_url,
            "select u.cost, u.expected_cost, u.is_successful, u.reasoning_tokens, u.price_version"
            " from ai.llm_calls as l join operations.api_usage as u using (organization_id, usage_id)",
        ) == [(Decimal("0.00140000"), None, True, 50, 1)]

    logged(database_url, work)


def test_a_call_or_a_result_that_is_refused_costs_no_other(database_url: str):
    async def work(log: CallLog[str]) -> None:
        for prompt in ("one", "NUL\0", "three"):
            reserved = reservation(database_url)
            log.add_call(call(reserved, await log.reserve(reserved), prompt))
        log.add_results(["ann", "bad"])
        log.add_results(["bob"])

    with pytest.raises(DatabaseError, match="22P05"):
        logged(database_url, work)
    assert rows(database_url, "select prompt from ai.llm_calls order by 1") == [("one",), ("three",)]
    assert rows(database_url, "select email from tenancy.users") == [("bob@shop.example",)]
    assert rows(database_url, "select expected_cost from operations.api_usage where is_successful is null") == [
        (Decimal("0.01000000"),)
    ], "the call that was refused still counts"


def test_a_call_is_settled_once(database_url: str):
    async def work(log: CallLog[str]) -> None:
        reserved = reservation(database_url)
        usage_id = await log.reserve(reserved)
        for _ in range(3):
            log.add_call(call(reserved, usage_id))

    logged(database_url, work)
    assert len(rows(database_url, "select 1 from ai.llm_calls")) == 1


def test_a_lost_connection_costs_no_call(database_url: str):
    async def work(log: CallLog[str]) -> None:
        reserved = reservation(database_url)
        usage_id = await log.reserve(reserved)
        rows(
            database_url,
            # Waits for their end: a session that the harness keeps would be taken for a living one.
            "select pg_terminate_backend(pid, 10000) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()",
        )
        other_id = await log.reserve(reserved)
        log.add_call(call(reserved, usage_id))
        log.add_call(call(reserved, other_id))

    logged(database_url, work)
    assert rows(database_url, "select is_successful from operations.api_usage") == [(True,), (True,)]


def test_without_a_database_nothing_is_reserved(database_url: str):
    async def work(log: CallLog[str]) -> None:
        with pytest.raises(DatabaseError, match="Cannot connect"):
            await log.reserve(reservation(database_url))

    with suppress(DatabaseError):
        logged("postgresql://nobody@127.0.0.1:9/none", work)
    assert rows(database_url, "select 1 from operations.api_usage") == []


def test_the_reservation_of_a_call_that_is_not_made_is_taken_back_and_a_settled_one_stays(database_url: str):
    async def work(log: CallLog[str]) -> None:
        reserved = reservation(database_url)
        settled, released = await log.reserve(reserved), await log.reserve(reserved)
        log.add_call(call(reserved, settled))
        log.release(reserved.organization_id, released)
        log.release(reserved.organization_id, settled)

    logged(database_url, work)
    assert rows(database_url, "select is_successful from operations.api_usage") == [(True,)]


def test_results_that_wait_are_stored_together_and_a_refused_one_alone_is_missing(database_url: str):
    async def work(log: CallLog[str]) -> None:
        for names in (["ann"], ["bob", "cat"], ["dan", "bad"], ["eve"]):
            log.add_results(names)

    with pytest.raises(ValueError, match="bad"):
        logged(database_url, work)
    assert rows(database_url, "select split_part(email, '@', 1) from tenancy.users order by 1") == [
        ("ann",), ("bob",), ("cat",), ("eve",),
    ]  # fmt: skip


def test_a_reservation_waits_for_no_other_write(database_url: str):
    may_store = threading.Event()

    def store_when_allowed(_: Connection, names: list[str]) -> None:
        assert may_store.wait(timeout=30), names

    async def run() -> None:
        async with CallLog(database_url, "test", store_when_allowed) as log:
            log.add_results(["ann"])
            await asyncio.sleep(0.05)
            await log.reserve(reservation(database_url))
            may_store.set()

    asyncio.run(run())
    assert len(rows(database_url, "select 1 from operations.api_usage")) == 1
