"""Budgets of a language model: when they allow a call, when they end a run, and when they warn."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from syndication_assets.operations.usage.spending import Spending, read_spending
from syndication_assets_tests.ai.chat_server import ChatServer, Reply, post
from syndication_assets_tests.content import llm_writing
from syndication_assets_tests.content.llm_writing import WITHOUT_USAGE, budget, post_with_usage, price, write
from syndication_assets_tests.content.shop_in_tables import Shop

pytestmark = pytest.mark.one_server


@pytest.mark.parametrize("calls_at_once", [1, 6])
def test_a_server_that_ignores_the_limit_passes_the_budget_by_one_answer_and_not_by_all(shop: Shop, calls_at_once: int):
    price(shop)
    budget(shop, "0.15")
    for platform in ("facebook", "linkedin", "twitter", "threads", "mastodon", "bluesky"):
        shop.channel(platform)
    shop.product("kilt")
    shop.select()
    reply = post_with_usage(completion_tokens=50_000)
    outcome, _ = write(shop, ChatServer(Reply(reply.body, seconds=0.05)), concurrency=calls_at_once)
    dearest = shop.value("select max(cost) from operations.api_usage")
    assert dearest > Decimal("0.1")
    assert shop.value("select sum(cost) from operations.api_usage") <= Decimal("0.15") + dearest
    assert len(outcome.texts) == 2


def test_calls_wait_for_each_other_instead_of_leaving_a_budget_unused(shop: Shop):
    """Six answers cost 0.0064; six reservations at once would take more than the budget has."""
    price(shop)
    budget(shop, "0.009")
    for platform in ("facebook", "linkedin", "twitter", "threads", "mastodon", "bluesky"):
        shop.channel(platform)
    shop.product("kilt")
    shop.select()
    outcome, _ = write(shop, ChatServer(Reply(post().body, seconds=0.02)), concurrency=6)
    assert (len(outcome.texts), outcome.unwritten) == (6, {})


def test_calls_with_unreported_usage_use_up_the_budget(shop: Shop):
    price(shop)
    budget(shop, "0.0075")
    for platform in ("facebook", "linkedin", "twitter", "threads", "mastodon", "bluesky"):
        shop.channel(platform)
    shop.product("kilt")
    shop.select()
    outcome, warnings = write(shop, ChatServer(WITHOUT_USAGE))
    assert 0 < len(outcome.texts) < 6
    assert "expected for calls of unknown cost" in warnings[0]
    next_outcome, _ = write(shop, ChatServer(WITHOUT_USAGE))
    assert next_outcome.texts == [], "the next run counts these calls too"
    assert shop.value("select sum(expected_cost) from operations.api_usage") <= Decimal("0.0075")


def test_what_another_process_reserves_meanwhile_is_not_spent_again(shop: Shop, monkeypatch: pytest.MonkeyPatch):
    """The budget has room when this run reads it, and another process takes it before the first request."""
    price(shop)
    budget(shop, "0.009")
    shop.channel()
    shop.product("kilt")
    shop.select()

    def read_then_lose(*arguments: Any) -> Spending:
        spending = read_spending(*arguments)
        shop.execute(
            "insert into operations.api_usage (organization_id, provider, operation, expected_cost, currency,"
            " price_version) values (%s, 'test', 'write_post', 0.008, 'USD', 1)",
            [shop.organization_id],
        )
        return spending

    monkeypatch.setattr(llm_writing, "read_spending", read_then_lose)
    server = ChatServer(post())
    outcome, _ = write(shop, server)
    assert (outcome.texts, server.requests) == ([], [])
    (reason,) = outcome.unwritten
    assert "The budget of default for the day is used up: 0.0080 used of 0.0090 USD" in reason
    shop.execute("delete from operations.api_usage")
    monkeypatch.undo()
    assert len(write(shop, ChatServer(post()))[0].texts) == 1


def test_an_exhausted_budget_ends_a_question_between_two_requests(selected: Shop):
    price(selected)
    budget(selected, "0.003")
    server = ChatServer(Reply(b"", 500))
    outcome, _ = write(selected, server)
    assert 0 < len(server.requests) < 4
    assert "is used up" in next(iter(outcome.unwritten))


def test_a_budget_in_another_currency_allows_no_call_and_is_reported(selected: Shop):
    price(selected)
    selected.insert("operations.budgets", "period", period="month", amount=Decimal(100), currency="EUR")
    server = ChatServer()
    outcome, _ = write(selected, server)
    assert server.requests == []
    assert next(iter(outcome.unwritten)) == (
        "default has a budget in EUR, but small is paid in USD: set the amount for the month in USD in "
        "operations.budgets."
    )


def test_an_exhausted_budget_allows_no_call_and_is_reported(selected: Shop):
    price(selected)
    budget(selected, "0.0001")
    server = ChatServer()
    outcome, _ = write(selected, server)
    assert server.requests == []
    ((reason, posts),) = outcome.unwritten.items()
    assert "budget of default for the day is used up" in reason
    assert len(posts) == 1


def test_a_budget_ends_a_batch_early_and_is_not_exceeded(shop: Shop):
    price(shop)
    budget(shop, "0.005", "month")
    for platform in ("facebook", "linkedin", "twitter", "threads", "mastodon", "bluesky"):
        shop.channel(platform)
    shop.product("kilt")
    shop.select()
    outcome, _ = write(shop, ChatServer(Reply(post().body, seconds=0.02)), concurrency=6)
    assert 0 < len(outcome.texts) < 6
    assert shop.value("select sum(cost) from operations.api_usage") <= Decimal("0.005")
    assert all("for the month is used up" in reason for reason in outcome.unwritten)


def test_a_budget_warns_at_eighty_percent(selected: Shop):
    price(selected)
    spent = Decimal("0.0790")
    selected.insert(
        "operations.api_usage", "usage_id", provider="test", operation="write_post", model="small", cost=spent,
        currency="USD", price_version=1, is_successful=True,
    )  # fmt: skip
    budget(selected, "0.1")
    outcome, warnings = write(selected, ChatServer())
    assert len(outcome.texts) == 1
    assert len(warnings) == 1
    assert warnings[0] == "At least 80 % of the budget of default for the day are used: 0.0801 spent of 0.1000 USD."


def test_calls_of_other_periods_and_in_other_currencies_do_not_count(selected: Shop):
    price(selected)
    selected.execute("select operations.ensure_month_partitions('operations.api_usage', '2025-01-01', '2025-01-01')")
    for currency, used_at in (("EUR", datetime.now(UTC)), ("USD", datetime(2025, 1, 1, tzinfo=UTC))):
        selected.insert(
            "operations.api_usage", "usage_id", provider="test", operation="write_post", cost=Decimal(9),
            currency=currency, price_version=1, is_successful=True, used_at=used_at,
        )  # fmt: skip
    budget(selected, "0.1")
    outcome, _ = write(selected, ChatServer())
    assert len(outcome.texts) == 1


def test_a_budget_without_a_known_price_allows_no_call(selected: Shop):
    budget(selected, "100")
    server = ChatServer()
    outcome, _ = write(selected, server)
    assert server.requests == []
    assert "syndication price add" in next(iter(outcome.unwritten))


@pytest.mark.parametrize(
    ("amount", "at_once"),
    [
        pytest.param("100", 6, id="it could pay the longest answers to all"),
        pytest.param("0.5", 5, id="it could pay one of them: the first call goes alone"),
    ],
)
def test_the_first_calls_of_a_run_are_as_many_as_the_budget_could_pay_without_a_limit(
    shop: Shop, amount: str, at_once: int
):
    price(shop)
    budget(shop, amount)
    for platform in ("facebook", "linkedin", "twitter", "threads", "mastodon", "bluesky"):
        shop.channel(platform)
    shop.product("kilt")
    shop.select()
    server = ChatServer(Reply(post().body, seconds=0.5))
    outcome, _ = write(shop, server, concurrency=6)
    assert (len(outcome.texts), server.most_at_once) == (6, at_once)
