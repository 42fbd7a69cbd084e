"""Writes the posts of a shop with a language model on loopback, within budgets."""

import asyncio
import json
from datetime import date
from decimal import Decimal

from syndication_assets.ai.calls.call_log import CallLog
from syndication_assets.ai.chat_completions.language_model import LanguageModel
from syndication_assets.content.generation.llm_writer import Outcome, write_with_model
from syndication_assets.content.generation.posts_to_write import posts_to_write
from syndication_assets.content.generation.text_template_rows import read_templates
from syndication_assets.content.generation.writing import store
from syndication_assets.content.generation.writing_rules import templates_replace_model
from syndication_assets.database.connection import transaction
from syndication_assets.operations.usage.spending import read_spending
from syndication_assets.sql_assets.windows import run_window
from syndication_assets_tests.ai.chat_server import ChatServer, Reply, post
from syndication_assets_tests.content.shop_in_tables import FIRST_DAY, Shop
from syndication_assets_tests.today import today

KEY = "sk-canary-7Qv9zKpW3mXt"
# 600 fresh and 400 cached input tokens, 200 output tokens.
COST = Decimal("0.00106000")


def post_with_usage(**changes: object) -> Reply:
    body = json.loads(post().body)
    return Reply(json.dumps({**body, "usage": {**body["usage"], **changes}}).encode())


WITHOUT_USAGE = Reply(post().body.replace(b'"usage"', b'"used"'))


def price(shop: Shop) -> None:
    shop.execute(
        "insert into operations.api_prices (provider, model, price_version, valid_from, currency, input_price,"
        " cached_input_price, output_price) values ('test', 'small', 1, '2025-01-01', 'USD', 1, 0.15, 2)"
    )


def budget(shop: Shop, amount: str, period: str = "day") -> None:
    shop.insert("operations.budgets", "period", period=period, amount=Decimal(amount), currency="USD")


def write(shop: Shop, server: ChatServer, day: date = FIRST_DAY, concurrency: int = 1) -> tuple[Outcome, list[str]]:
    """Writes the posts of a day; returns the outcome and the warnings about budgets."""

    async def write_all() -> Outcome:
        model = LanguageModel(KEY, "small", server.url, timeout=5, retry_delay=0.01, concurrency=concurrency)
        async with model, CallLog(shop.url, "test", store) as log:
            return await write_with_model(posts, model, {shop.organization_id: spending}, log, with_templates)

    with server.running():
        with transaction(shop.url) as connection:
            run_window(connection, "content/posts_core/merge.sql", day, date.fromordinal(day.toordinal() + 1))
            posts = posts_to_write(connection, day, read_templates(connection)[0])
            spending = read_spending(connection, shop.organization_id, "test", "small", today())
            with_templates = templates_replace_model(connection)
        outcome = asyncio.run(write_all())
    return outcome, spending.warnings


def calls(shop: Shop) -> list[dict]:
    return shop.records(
        "select l.*, u.cost, u.expected_cost, u.currency, u.price_version, u.input_tokens, u.cached_input_tokens,"
        " u.output_tokens, u.reasoning_tokens, u.is_successful, u.latency_ms"
        " from ai.llm_calls as l join operations.api_usage as u using (organization_id, usage_id) order by l.called_at"
    )
