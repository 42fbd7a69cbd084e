"""Writing 1 000 posts with a language model that answers in 500 ms, 50 at a time, compared with the waiting time alone.

Everything is included: prompts, budget, requests over HTTP, checking every answer against all rules (with the thousand
other texts of the channel among them), and recording calls and costs. The server is a separate process; the processor
time is that of this process, divided by the posts.
"""

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import psycopg

from benchmarks.history import run_script
from benchmarks.measuring import Comparison, Result, Times
from benchmarks.slow_server import serve_slowly
from benchmarks.workplace import Workplace
from syndication_assets.ai.calls.call_log import CallLog
from syndication_assets.ai.chat_completions.language_model import LanguageModel
from syndication_assets.channels.reference import load_reference
from syndication_assets.channels.reference_files import read_reference
from syndication_assets.content.generation.llm_writer import write_with_model
from syndication_assets.content.generation.posts_to_write import posts_to_write
from syndication_assets.content.generation.text_template_rows import default_templates, load_templates, read_templates
from syndication_assets.content.generation.writing import store
from syndication_assets.database.connection import transaction
from syndication_assets.operations.usage.spending import read_spending

NAME = "generation"
LATENCY = 0.5
CONCURRENCY = 50
SHARE_OF_IDEAL_RATE = 0.9
CPU_MILLISECONDS = 5.0
_WARM_UP = CONCURRENCY


@dataclass(frozen=True, slots=True)
class Writing:
    """The times of one run, in seconds for all posts."""

    wall: float
    cpu: float


def run(workplace: Workplace) -> list[Result]:
    """The rate compared with the ideal one, and the processor time of one generation."""
    count = workplace.sizes.generations
    ideal = -(-count // CONCURRENCY) * LATENCY
    with serve_slowly("completions", LATENCY, max(count, _WARM_UP)) as url:
        _write(database_of_posts(workplace, NAME, _WARM_UP), url, _WARM_UP)
        runs = [_write(database_of_posts(workplace, NAME, count), url, count) for _ in range(workplace.sizes.repeats)]
    wall, cpu = Times(tuple(run.wall for run in runs)), Times(tuple(run.cpu for run in runs))
    milliseconds = cpu.median / count * 1000
    return [
        Result(
            NAME,
            f"{count:,} generations, {CONCURRENCY} at a time: share of the ideal rate",
            wall.median,
            "s",
            ideal,
            f"answers of {LATENCY * 1000:.0f} ms alone",
            ideal / wall.median,
            Comparison.AT_LEAST,
            SHARE_OF_IDEAL_RATE,
            wall.spread(),
        ),
        Result(
            NAME,
            "processor time of one generation",
            milliseconds,
            "ms",
            value=milliseconds,
            bound=CPU_MILLISECONDS,
            note=f"of all: {cpu.spread()}",
        ),
    ]


def database_of_posts(workplace: Workplace, name: str, posts: int, planned_on: date | None = None) -> str:
    """A database with `posts` unwritten posts of one channel."""
    url = workplace.create_database(name)
    with transaction(url) as connection:
        load_reference(connection, read_reference())
    with transaction(url) as connection:
        load_templates(connection, default_templates())
    run_script(url, "posts.sql", {"posts": posts, "planned_on": planned_on or datetime.now(UTC).date()})
    return url


def _write(url: str, server: str, count: int) -> Writing:
    today = datetime.now(UTC).date()
    with transaction(url) as connection:
        connection.execute(
            "insert into operations.api_prices (provider, model, price_version, valid_from, currency, input_price,"
            " cached_input_price, output_price) values ('benchmark', 'small', 1, '2025-01-01', 'USD', 0.15, 0.075, 0.6)"
        )
        connection.execute(
            "insert into operations.budgets (organization_id, period, amount, currency)"
            " select organization_id, 'month', 20, 'USD' from tenancy.organizations where slug = 'default'"
        )
        posts = [
            post
            for day in (today, today - timedelta(days=1))  # midnight may have passed
            for post in posts_to_write(connection, day, read_templates(connection)[0])
        ]
        (organization,) = {post.organization_id for post in posts}
        spending = read_spending(connection, organization, "benchmark", "small", today)

    async def write() -> Writing:
        model = LanguageModel("benchmark", "small", f"{server}/v1", concurrency=CONCURRENCY)
        async with model:
            cpu, wall = time.process_time(), time.perf_counter()
            async with CallLog(url, "benchmark", store) as log:
                outcome = await write_with_model(posts, model, {organization: spending}, log)
            writing = Writing(time.perf_counter() - wall, time.process_time() - cpu)
        compliant = sum(text.is_compliant for text in outcome.texts)
        if compliant != count:
            raise RuntimeError(f"{compliant} of {count} texts are compliant; unwritten: {list(outcome.unwritten)}")
        return writing

    writing = asyncio.run(write())
    with psycopg.connect(url) as connection:
        calls = connection.execute(
            "select count(*), count(*) filter (where is_successful) from operations.api_usage"
        ).fetchone()
    if calls != (count, count):
        raise RuntimeError(f"{calls} calls and successful calls were made for {count} texts")
    return writing
