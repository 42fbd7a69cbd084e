"""What requests to a language model cost: reserved before, settled after, and NULL if unknown."""

import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from syndication_assets.ai.calls.run_costs import charge_run
from syndication_assets.database.connection import transaction
from syndication_assets.operations.executions.execution_recording import Execution
from syndication_assets.operations.usage.spending import Price, TokenUsage, read_spending
from syndication_assets_tests.ai.chat_server import ChatServer, Reply, completion, error, post
from syndication_assets_tests.content.llm_writing import (
    COST,
    KEY,
    WITHOUT_USAGE,
    budget,
    calls,
    post_with_usage,
    price,
    write,
)
from syndication_assets_tests.content.shop_in_tables import Shop
from syndication_assets_tests.today import today

pytestmark = pytest.mark.one_server


def test_each_call_is_logged_with_its_cost(selected: Shop):
    price(selected)
    write(selected, ChatServer(completion("garbage"), post()))
    first, second = calls(selected)
    assert first["cost"] == second["cost"] == COST
    assert (second["currency"], second["price_version"]) == ("USD", 1)
    assert (second["input_tokens"], second["cached_input_tokens"], second["output_tokens"]) == (1000, 400, 200)
    assert [first["is_successful"], second["is_successful"]] == [False, True]
    assert "[system]" in second["prompt"]
    assert json.loads(second["response"])["call_to_action"] == "Have a look:"
    assert (first["response"], first["error_message"].partition(":")[0]) == (None, "malformed")


def test_an_execution_costs_what_the_calls_of_its_run_cost_and_an_unknown_cost_makes_it_unknown(selected: Shop):
    def call(run_id: str, cost: Decimal | None) -> None:
        selected.insert(
            "operations.api_usage", "usage_id", provider="test", operation="write_post", model="small", cost=cost,
            currency="USD", price_version=1, run_id=run_id,
        )  # fmt: skip

    def charged() -> list[str | None]:
        execution = Execution("content/posts_content", datetime.now(UTC) - timedelta(minutes=1))
        execution.tally.add(selected.organization_id, came_in=1, went_out=1)
        with transaction(selected.url) as connection:
            charge_run(connection, execution, "mine")
        return [row["cost"] for row in execution.tally.rows()]

    call("other", Decimal(9))
    assert charged() == [None]
    call("mine", Decimal("0.5"))
    call("mine", Decimal("0.25"))
    assert [Decimal(cost or 0) for cost in charged()] == [Decimal("0.75")]
    call("mine", None)
    assert charged() == [None]


def test_an_unknown_cost_is_null_and_not_zero(selected: Shop):
    write(selected, ChatServer())
    (call,) = calls(selected)
    assert (call["cost"], call["price_version"], call["output_tokens"]) == (None, None, 200)


def test_an_unreported_usage_is_null_and_counts_as_expected(selected: Shop):
    price(selected)
    write(selected, ChatServer(WITHOUT_USAGE))
    (call,) = calls(selected)
    assert (call["cost"], call["input_tokens"]) == (None, None)
    assert call["expected_cost"] > 0
    assert (call["currency"], call["price_version"]) == ("USD", 1)


@pytest.mark.parametrize("zero", ["prompt_tokens", "completion_tokens"])
def test_a_usage_of_zero_costs_the_reservation(selected: Shop, zero: str):
    price(selected)
    write(selected, ChatServer(post_with_usage(**{zero: 0})))
    (call,) = calls(selected)
    assert call["cost"] is None
    assert call["expected_cost"] > 0


def test_a_count_of_tokens_that_cannot_be_costs_the_reservation_and_no_other_text(shop: Shop):
    price(shop)
    shop.channel("facebook")
    shop.channel("linkedin")
    shop.product("kilt")
    shop.select()
    outcome, _ = write(shop, ChatServer(post_with_usage(completion_tokens=10**30), post()))
    assert len(outcome.texts) == 2
    first, second = calls(shop)
    assert (first["cost"], first["output_tokens"], second["cost"]) == (None, None, COST)
    assert first["expected_cost"] > 0


def test_the_tokens_of_thoughts_are_paid_for(selected: Shop):
    price(selected)
    write(selected, ChatServer(post_with_usage(completion_tokens_details={"reasoning_tokens": 5000})))
    (call,) = calls(selected)
    assert (call["output_tokens"], call["reasoning_tokens"]) == (5200, 5000)
    assert call["cost"] == COST + Decimal("0.01")


def test_a_call_is_reserved_and_committed_before_it_is_made(selected: Shop):
    price(selected)
    seen = []

    def look(_: dict) -> Reply:
        seen.extend(
            selected.records("select is_successful, expected_cost, cost, model, operation from operations.api_usage")
        )
        return post()

    server = ChatServer(look)
    write(selected, server)
    (reserved,) = seen
    assert (reserved["is_successful"], reserved["cost"]) == (None, None)
    assert (reserved["model"], reserved["operation"]) == ("small", "write_post")
    limit = server.requests[0]["max_tokens"]
    assert reserved["expected_cost"] >= COST
    assert reserved["expected_cost"] >= Decimal(2 * limit) / 1_000_000
    (call,) = calls(selected)
    assert (call["is_successful"], call["cost"], call["expected_cost"]) == (True, COST, None)


KILLED = """
import sys
import time
from datetime import date
from syndication_assets.content.generation.day_of_texts import write_day
from syndication_assets.settings import Settings
write_day(sys.argv[1], date.fromisoformat(sys.argv[2]), Settings.from_environment())
"""


def test_a_call_whose_process_dies_costs_its_reservation(selected: Shop, monkeypatch: pytest.MonkeyPatch):
    selected.execute("delete from content.product_selections")
    selected.select(today())
    price(selected)
    budget(selected, "0.004")
    child: list[subprocess.Popen[bytes]] = []

    def kill(_: dict) -> Reply:
        os.kill(child[0].pid, signal.SIGKILL)
        return post()

    server = ChatServer(kill)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    monkeypatch.setenv("SYNDICATION_LLM_MODEL", "small")
    selected.execute("update operations.api_prices set provider = '127.0.0.1'")
    with server.running():
        child.append(subprocess.Popen([sys.executable, "-c", KILLED, selected.url, today().isoformat()]))
        assert child[0].wait(timeout=60) == -signal.SIGKILL
    (usage,) = selected.records("select * from operations.api_usage")
    assert (usage["is_successful"], usage["cost"]) == (None, None)
    assert usage["expected_cost"] > 0
    with transaction(selected.url) as connection:
        spending = read_spending(connection, selected.organization_id, "127.0.0.1", "small", today())
    assert spending.budgets[0].used == usage["expected_cost"]


@pytest.mark.parametrize(
    ("reply", "counts"),
    [
        pytest.param(Reply(b"", 500), True, id="the server failed"),
        pytest.param(Reply(post().body, is_cut_off=True), True, id="cut off"),
        pytest.param(Reply(b"<html>hello</html>"), True, id="not a completion"),
        pytest.param(error(429, "rate_limit_exceeded"), False, id="rate limited"),
        pytest.param(error(401, "invalid_api_key"), False, id="unauthorized"),
    ],
)
def test_the_possible_cost_of_a_failed_request_counts(selected: Shop, reply: Reply, counts: bool):
    price(selected)
    write(selected, ChatServer(reply))
    logged = calls(selected)
    assert logged
    assert {call["expected_cost"] is not None for call in logged} == {counts}
    assert {call["cost"] for call in logged} == {None}


def test_each_request_of_a_question_is_logged(selected: Shop):
    price(selected)
    write(selected, ChatServer(Reply(b"", 500), error(429, "rate_limit_exceeded"), post()))
    logged = calls(selected)
    assert [(call["attempt"], call["is_successful"]) for call in logged] == [(1, False), (1, False), (1, True)]
    assert [(call["error_message"] or "").partition(":")[0] for call in logged] == ["server_error", "rate_limited", ""]
    assert [call["expected_cost"] is not None for call in logged] == [True, False, False]
    assert logged[2]["cost"] == COST


def test_the_price_is_the_price_of_the_day(selected: Shop):
    price(selected)
    for version, valid_from, output_price in ((2, "2025-06-01", 4), (3, "2999-01-01", 8)):
        selected.execute(
            "insert into operations.api_prices values ('test', 'small', %s, %s, 'USD', 1, 1, %s)",
            [version, valid_from, output_price],
        )
    with transaction(selected.url) as connection:
        assert read_spending(connection, selected.organization_id, "test", "small", today()).price == Price(
            2, "USD", Decimal(1), Decimal(1), Decimal(4)
        )


def test_a_cached_token_has_its_own_price():
    price_of_model = Price(1, "USD", Decimal(10), Decimal(1), Decimal(20))
    assert price_of_model.cost(TokenUsage(1_000_000, 1_000_000, 0)) == 1
    assert price_of_model.cost(TokenUsage(1_000_000, None, 1_000_000)) == 30
    assert price_of_model.cost(TokenUsage(None, None, 5)) is None


def test_a_call_that_was_reserved_ahead_and_not_made_costs_nothing(shop: Shop):
    price(shop)
    budget(shop, "1000")
    for platform in ("facebook", "linkedin", "twitter", "threads"):
        shop.channel(platform)
    shop.product("kilt")
    shop.select()
    seen = []

    def look_and_reject(_: dict) -> Reply:
        time.sleep(0.5)
        seen.append(shop.value("select count(*) from operations.api_usage"))
        return error(401, "invalid_api_key")

    server = ChatServer(look_and_reject, Reply(b"", 401, seconds=1))
    outcome, _ = write(shop, server, concurrency=2)
    assert len(server.requests) == 2
    assert seen == [3], "two calls are under way, and one is reserved"
    assert sum(len(posts) for posts in outcome.unwritten.values()) == 4
    assert [call["is_successful"] for call in calls(shop)] == [False, False]
    assert shop.value("select count(*) from operations.api_usage") == 2
