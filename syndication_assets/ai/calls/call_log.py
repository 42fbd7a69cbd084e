"""Writes paid calls and their results while further calls are running.

A call is reserved and committed before it is made, and settled by itself as soon as its answer is there. So whatever
happens to the run, its spending is on record, and nothing that one call brings can cost another one.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from types import TracebackType
from typing import Generic, Self, TypeVar

import psycopg

from syndication_assets.ai.calls.recorded_call import Call, result_of, row_of
from syndication_assets.database.connection import Connection, DatabaseError, describe, load_sql
from syndication_assets.database.sessions.kept_connection import ConnectionLostError, KeptConnection
from syndication_assets.http.http_errors import WithheldError
from syndication_assets.operations.usage.api_usage import Reservation, release, reserve
from syndication_assets.operations.usage.call_totals import CallTotals

Result = TypeVar("Result")
Write = Callable[[Connection], object]
_SECONDS_TO_WRITE = 10


class CallLog(Generic[Result]):
    """Writes in threads, so that no answer waits for the database; a call waits for its own reservation only.

    `provider` is whom the calls are paid to, `run_id` the Dagster run; `store` writes results. Reservations have a
    connection of their own, because calls wait for them. What a lost connection has not taken is written on exit, which
    raises the first error.
    """

    def __init__(
        self,
        url: str,
        provider: str,
        store: Callable[[Connection, list[Result]], object],
        run_id: str | None = None,
    ) -> None:
        self.provider = provider
        self._run_id = run_id
        self.totals = CallTotals()
        self._store = store
        self._reserving, self._writing = KeptConnection(url), KeptConnection(url)
        self._reservations: list[tuple[Reservation, asyncio.Future[str]]] = []
        self._writes: deque[Write] = deque()
        self.writes_done = 0
        """How many times what became of a call was written."""
        self._results: deque[list[Result]] = deque()
        self._errors: list[Exception] = []
        self._has_reservations, self._has_writes = asyncio.Event(), asyncio.Event()
        self._is_closing = False
        self._is_lost = False
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self._tasks = [asyncio.create_task(self._reserve_while_open()), asyncio.create_task(self._write_while_open())]
        return self

    async def __aexit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._is_closing = True
        self._has_reservations.set()
        self._has_writes.set()
        try:
            await asyncio.gather(*self._tasks)
            self._write_waiting()
        finally:
            self._reserving.close()
            self._writing.close()
        if self._errors:
            raise self._errors[0]

    async def reserve(self, reservation: Reservation) -> str:
        """The id of the call's usage, once its reservation is committed. DatabaseError if it cannot be, WithheldError
        if a quota of the provider or a budget does not allow the call now.
        """
        reserved: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._reservations.append((reservation, reserved))
        self._has_reservations.set()
        return await reserved

    async def written(self) -> bool:
        """Waits until what became of earlier calls is written; False if nothing waits, or it cannot be written now."""
        if not self._writes:
            return False
        loop = asyncio.get_running_loop()
        written: asyncio.Future[None] = loop.create_future()
        self._add(lambda _: loop.call_soon_threadsafe(_resolve, written))
        done, _ = await asyncio.wait([written], timeout=_SECONDS_TO_WRITE)
        return bool(done)

    def release(self, organization_id: str, usage_id: str) -> None:
        """Takes back the reservation of a call that is not made."""
        self._add(partial(release, organization_id=organization_id, usage_id=usage_id))

    def add_call(self, call: Call, results: Sequence[Result] = ()) -> None:
        """Adds a call that is over, with the results that its answer gives by itself: both are there, or neither."""
        self.totals.add(result_of(call))
        self._add(partial(self._settle_with, row=row_of(call), results=list(results)))

    def add_results(self, results: list[Result]) -> None:
        """Adds results that belong together, after all of their calls: they are stored in one transaction."""
        self._results.append(results)
        self._has_writes.set()

    def _add(self, write: Write) -> None:
        self._writes.append(write)
        self._has_writes.set()

    async def _reserve_while_open(self) -> None:
        while self._reservations or not self._is_closing:
            if self._reservations:
                await self._reserve_all()
            else:
                self._has_reservations.clear()
                await self._has_reservations.wait()

    async def _write_while_open(self) -> None:
        while True:
            if (self._writes or self._results) and not self._is_lost:
                await asyncio.to_thread(self._write_until_lost)
            elif self._is_closing:
                return
            else:
                self._has_writes.clear()
                await self._has_writes.wait()

    async def _reserve_all(self) -> None:
        """Commits all waiting reservations at once: they hold nothing from outside that could be refused."""
        waiting, self._reservations = self._reservations, []
        try:
            usage_ids = await asyncio.to_thread(
                self._reserving.run,
                lambda connection: reserve(connection, [entry[0] for entry in waiting], self._run_id),
            )
        except DatabaseError as error:
            for _, reserved in waiting:
                if not reserved.done():
                    reserved.set_exception(DatabaseError(str(error)))
            return
        self._is_lost = False
        self._has_writes.set()
        for (_, reserved), usage_id in zip(waiting, usage_ids, strict=True):
            if reserved.done():
                continue
            if isinstance(usage_id, WithheldError):
                reserved.set_exception(usage_id)
            else:
                reserved.set_result(usage_id)

    def _write_until_lost(self) -> None:
        try:
            self._write_waiting()
        except ConnectionLostError:
            # The final write on exit tries again and raises the error.
            self._is_lost = True

    def _write_waiting(self) -> None:
        """Settles the calls that wait, each by itself, and stores the results that wait."""
        # Counted first: results that come meanwhile may belong to calls that come meanwhile.
        waiting = [self._results[number] for number in range(len(self._results))]
        while self._writes:
            self._write(self._writes[0])
            self._writes.popleft()
            self.writes_done += 1
        if waiting:
            self._store_all(waiting)
        for _ in waiting:
            self._results.popleft()

    def _store_all(self, waiting: list[list[Result]]) -> None:
        """Stores all results in one transaction; if something in them is refused, each list in its own."""
        together = [result for results in waiting for result in results]
        try:
            self._writing.run(partial(self._store_together, results=together))
        except ConnectionLostError:
            raise
        except Exception:  # whatever it is, it concerns one of the lists, and is kept when that one is stored
            for results in waiting:
                self._write(partial(self._store_together, results=results))

    def _write(self, write: Write) -> None:
        """Commits one call, or results that belong together. A refusal concerns this one only."""
        try:
            self._writing.run(write)
        except ConnectionLostError:
            raise
        except Exception as error:  # whatever it is, the other calls are paid for too
            self._errors.append(error)

    def _settle_with(self, connection: Connection, row: str, results: list[Result]) -> None:
        """Results that are refused do not cost the call its row."""
        with connection.transaction():
            connection.execute(load_sql("ai/llm_calls/merge.sql"), {"call": row})
            if results:
                try:
                    self._store_together(connection, results)
                except psycopg.OperationalError:  # the connection is lost, or no result could be stored now
                    raise
                except Exception as error:
                    described = DatabaseError(describe(error)) if isinstance(error, psycopg.Error) else error
                    self._errors.append(described)

    def _store_together(self, connection: Connection, results: list[Result]) -> None:
        with connection.transaction():
            self._store(connection, results)


def _resolve(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
