"""Writes paid calls and their results while further calls are running.

A call is reserved and committed before it is made, and settled by itself as soon as its answer is there. So whatever
happens to the run, its spending is on record, and nothing that one call brings can cost another one.
"""

import asyncio
import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from syndication_assets.database.connection import Connection, DatabaseError, load_sql
from syndication_assets.database.kept_connection import ConnectionLostError, KeptConnection
from syndication_assets.operations.api_usage import Reservation, reserve
from syndication_assets.operations.spending import Charge, Price, TokenUsage

Result = TypeVar("Result")
Write = Callable[[Connection], object]


@dataclass(frozen=True, slots=True)
class Call:
    """One request, with its answer or its error. Exactly one of `response` and `error_message` is set."""

    organization_id: str
    usage_id: str
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
    """Writes in a thread, so that no answer waits for the database; a call waits for its own reservation only.

    `provider` is whom the calls are paid to; `store` writes results. What a lost connection has not taken is written on
    exit, which raises the first error.
    """

    def __init__(self, url: str, provider: str, store: Callable[[Connection, list[Result]], object]) -> None:
        self.provider = provider
        self._store = store
        self._database = KeptConnection(url)
        self._reservations: list[tuple[Reservation, asyncio.Future[str]]] = []
        self._writes: deque[Write] = deque()
        self._errors: list[Exception] = []
        self._has_work = asyncio.Event()
        self._is_closing = False
        self._is_lost = False
        self._writer: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._writer = asyncio.create_task(self._write_while_open())
        return self

    async def __aexit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._is_closing = True
        self._has_work.set()
        try:
            if self._writer is not None:
                await self._writer
            while self._writes:
                self._write(self._writes.popleft())
        finally:
            self._database.close()
        if self._errors:
            raise self._errors[0]

    async def reserve(self, reservation: Reservation) -> str:
        """The id of the call's usage, once its reservation is committed. DatabaseError if it cannot be."""
        reserved: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._reservations.append((reservation, reserved))
        self._has_work.set()
        return await reserved

    def add_call(self, call: Call) -> None:
        self._add(partial(_settle, row=_row(call)))

    def add_results(self, results: list[Result]) -> None:
        """Adds results that belong together, after all of their calls: they are stored in one transaction."""
        self._add(partial(self._store_together, results=results))

    def _add(self, write: Write) -> None:
        self._writes.append(write)
        self._has_work.set()

    async def _write_while_open(self) -> None:
        """Writes what is added, reservations first: a call waits for each of them."""
        while True:
            if self._reservations:
                await self._reserve_all()
            elif self._writes and not self._is_lost:
                await asyncio.to_thread(self._write_until_reservations_wait)
            elif self._is_closing:
                return
            else:
                self._has_work.clear()
                await self._has_work.wait()

    async def _reserve_all(self) -> None:
        """Commits all waiting reservations at once: they hold nothing from outside that could be refused."""
        waiting, self._reservations = self._reservations, []
        try:
            usage_ids = await asyncio.to_thread(
                self._database.run, lambda connection: reserve(connection, [entry[0] for entry in waiting])
            )
        except DatabaseError as error:
            for _, reserved in waiting:
                if not reserved.done():
                    reserved.set_exception(DatabaseError(str(error)))
            return
        self._is_lost = False
        for (_, reserved), usage_id in zip(waiting, usage_ids, strict=True):
            if not reserved.done():
                reserved.set_result(usage_id)

    def _write_until_reservations_wait(self) -> None:
        while self._writes and not self._reservations and not self._is_lost:
            try:
                self._write(self._writes[0])
            except ConnectionLostError:
                # The final write on exit tries again and raises the error.
                self._is_lost = True
            else:
                self._writes.popleft()

    def _write(self, write: Write) -> None:
        """Commits one call, or results that belong together. A refusal concerns this one only."""
        try:
            self._database.run(write)
        except ConnectionLostError:
            raise
        except Exception as error:  # whatever it is, the other calls are paid for too
            self._errors.append(error)

    def _store_together(self, connection: Connection, results: list[Result]) -> None:
        with connection.transaction():
            self._store(connection, results)


def _settle(connection: Connection, row: str) -> None:
    connection.execute(load_sql("ai/llm_calls/merge.sql"), {"call": row})


def _row(call: Call) -> str:
    price = None if call.charge == Charge() else call.price
    row: dict[str, Any] = {
        "organization_id": call.organization_id,
        "usage_id": call.usage_id,
        "post_core_id": call.post_core_id,
        "variation": call.variation,
        "attempt": call.attempt,
        "model": call.model,
        "prompt": call.prompt,
        "response": call.response,
        "error_message": call.error_message,
        "called_at": call.called_at.isoformat(),
        "latency_ms": call.latency_ms,
        "input_tokens": call.usage.input_tokens,
        "cached_input_tokens": call.usage.cached_input_tokens,
        "output_tokens": call.usage.output_tokens,
        "reasoning_tokens": call.usage.reasoning_tokens,
        "cost": None if call.charge.cost is None else str(call.charge.cost),
        "expected_cost": None if call.charge.expected_cost is None else str(call.charge.expected_cost),
        "currency": None if price is None else price.currency,
        "price_version": None if price is None else price.version,
    }
    return json.dumps(row)
