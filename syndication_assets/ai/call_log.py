"""Writes each call, its cost and the results it led to while further calls are made.

Whatever happens next, the spending is on record, and what it bought is stored.
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
    """One request, with its answer or its error."""

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
    """Collects calls and their results, and writes both a few times a second, in a thread: no call waits for the disk.

    `store` writes results in the transaction that writes their calls.
    """

    def __init__(self, url: str, provider: str, store: Callable[[Connection, list[Result]], None]) -> None:
        self._url = url
        self._provider = provider
        self._store = store
        self._calls: list[Call] = []
        self._results: list[Result] = []
        self._writer: asyncio.Task[None] | None = None
        self._is_over = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._writer = asyncio.create_task(self._write_on())
        return self

    async def __aexit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._is_over.set()
        if self._writer is not None:
            await self._writer
        self._write(self._calls, self._results)

    def add(self, call: Call) -> None:
        self._calls.append(call)

    def keep(self, result: Result) -> None:
        """Keeps a result. Its calls were added before it, so no result is stored without its cost."""
        self._results.append(result)

    async def _write_on(self) -> None:
        while not self._is_over.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._is_over.wait(), _SECONDS_BETWEEN_WRITES)
            calls, self._calls = self._calls, []
            results, self._results = self._results, []
            try:
                await asyncio.to_thread(self._write, calls, results)
            except DatabaseError:
                # The last write tries them again, and says what is wrong.
                self._calls = [*calls, *self._calls]
                self._results = [*results, *self._results]
                return

    def _write(self, calls: list[Call], results: list[Result]) -> None:
        if not calls and not results:
            return
        rows = json.dumps([self._row(call) for call in calls])
        with transaction(self._url) as connection:
            connection.execute(load_sql("ai/llm_calls.sql"), {"calls": rows})
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
            # PostgreSQL's text takes no NUL.
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
