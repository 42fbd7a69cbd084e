"""Writes calls, their costs and their results while further calls are running.

If the run fails later, its spending is on record and the results it paid for are stored.
"""

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from syndication_assets.database.connection import Connection, DatabaseError, load_sql, transaction
from syndication_assets.operations.spending import Charge, Price, TokenUsage

Result = TypeVar("Result")
_SECONDS_BETWEEN_WRITES = 0.2


@dataclass(frozen=True, slots=True)
class Call:
    """One request, with its answer or its error. Exactly one of `response` and `error_message` is set."""

    organization_id: str
    post_core_id: str
    variation: int
    attempt: int
    model: str
    prompt: str
    response: str | None
    error_message: str | None
    called_at: datetime
    latency_ms: int
    usage: TokenUsage
    charge: Charge
    price: Price | None


class CallLog(Generic[Result]):
    """Collects calls and results and writes both several times a second in a thread, so no call waits for the database.

    `store` writes results in the same transaction as their calls.
    """

    def __init__(self, url: str, provider: str, store: Callable[[Connection, list[Result]], object]) -> None:
        self._url = url
        self._provider = provider
        self._store = store
        self._calls: list[Call] = []
        self._results: list[Result] = []
        self._writer: asyncio.Task[None] | None = None
        self._is_closed = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._writer = asyncio.create_task(self._write_periodically())
        return self

    async def __aexit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._is_closed.set()
        if self._writer is not None:
            await self._writer
        self._write(self._calls, self._results)

    def add_call(self, call: Call) -> None:
        self._calls.append(call)

    def add_result(self, result: Result) -> None:
        """Adds a result after all of its calls, so no result is stored without its cost."""
        self._results.append(result)

    async def _write_periodically(self) -> None:
        while not self._is_closed.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._is_closed.wait(), _SECONDS_BETWEEN_WRITES)
            calls, self._calls = self._calls, []
            results, self._results = self._results, []
            try:
                await asyncio.to_thread(self._write, calls, results)
            except DatabaseError:
                # The final write on exit tries again and raises the error.
                self._calls = [*calls, *self._calls]
                self._results = [*results, *self._results]
                return

    def _write(self, calls: list[Call], results: list[Result]) -> None:
        if not calls and not results:
            return
        rows = json.dumps([self._row(call) for call in calls])
        with transaction(self._url) as connection:
            connection.execute(load_sql("ai/llm_calls/merge.sql"), {"calls": rows})
            self._store(connection, results)

    def _row(self, call: Call) -> dict[str, Any]:
        price = None if call.charge == Charge() else call.price
        return {
            "organization_id": call.organization_id,
            "post_core_id": call.post_core_id,
            "variation": call.variation,
            "attempt": call.attempt,
            "provider": self._provider,
            "model": call.model,
            # PostgreSQL's text type cannot hold NUL.
            "prompt": call.prompt.replace("\0", ""),
            "response": None if call.response is None else call.response.replace("\0", ""),
            "error_message": call.error_message,
            "called_at": call.called_at.isoformat(),
            "latency_ms": call.latency_ms,
            "input_tokens": call.usage.input_tokens,
            "cached_input_tokens": call.usage.cached_input_tokens,
            "output_tokens": call.usage.output_tokens,
            "cost": None if call.charge.cost is None else str(call.charge.cost),
            "expected_cost": None if call.charge.expected_cost is None else str(call.charge.expected_cost),
            "currency": None if price is None else price.currency,
            "price_version": None if price is None else price.version,
        }
