"""Records every call of a paid or limited API in operations.api_usage: reserved before it is made, settled after it.

A reservation is committed before the call, together with what earlier calls have become, in one statement and on a
connection of its own. So whatever happens to the run, its calls are on record, and recording costs one round trip a
call. Threads that reserve at the same time share one. Quotas and budgets are checked there (operations.reserve_calls).
"""

import json
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from types import TracebackType
from typing import Any, NamedTuple, Self

from syndication_assets import fault_points
from syndication_assets.database.connection import Connection, DatabaseError
from syndication_assets.database.sessions.kept_connection import KeptConnection
from syndication_assets.http.http_errors import WithheldError
from syndication_assets.http.recording import CallResult, CallToMake, recorded_by
from syndication_assets.operations.usage.api_usage import release
from syndication_assets.operations.usage.call_totals import CallTotals

_SETTLE = "select operations.settle_calls(%(results)s::jsonb)"
_RESERVE = "select usage_id, used_at, problem, free_at from operations.reserve_calls(%(calls)s::jsonb)"


class _Key(NamedTuple):
    organization_id: str
    usage_id: str
    used_at: str


@dataclass(slots=True)
class _Waiting:
    """A call that waits for its reservation."""

    call: dict[str, Any]
    key: _Key | None = None
    error: WithheldError | None = None

    @property
    def is_done(self) -> bool:
        return self.key is not None or self.error is not None


class CallLedger:
    """Several threads may share one. Close it when done: what the last calls have become is written then.

    `run_id` is the Dagster run that makes the calls.
    """

    def __init__(self, url: str, run_id: str | None = None) -> None:
        self.totals = CallTotals()
        self._run_id = run_id
        self._connection = KeptConnection(url)
        self._writing = threading.Lock()
        self._reserving: deque[_Waiting] = deque()
        self._results: dict[_Key, CallResult] = {}
        self._settling = threading.Lock()
        self._settles_with_reservations = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            self.close()
        except DatabaseError:
            if error is None:
                raise

    def close(self) -> None:
        """DatabaseError if what became of a call could not be written; it stays reserved, and counts as such."""
        try:
            self.write()
        finally:
            self._connection.close()

    @contextmanager
    def of(self, organization_id: str, account_id: str | None = None) -> Iterator[None]:
        """The calls of this context are made for the organization, and for its account."""
        with recorded_by(_CallsOf(self, organization_id, account_id)):
            yield

    def write(self) -> None:
        """Writes what became of calls. DatabaseError if a result could not be written; the others are."""
        with self._writing:
            results = self._taken_results()
            try:
                self._connection.run(partial(_settle, results=results))
            except DatabaseError:
                self._write_one_by_one(results)

    def _write_one_by_one(self, results: dict[_Key, CallResult]) -> None:
        errors = []
        for key, result in results.items():
            try:
                self._connection.run(partial(_settle, results={key: result}))
            except DatabaseError as error:
                errors.append(error)
        if errors:
            raise errors[0]

    def reserve(self, organization_id: str, account_id: str | None, call: CallToMake) -> "_LedgerCall":
        """The call, once its reservation is committed. WithheldError if it must not be made."""
        values: dict[str, Any] = {
            "organization_id": organization_id,
            "account_id": account_id,
            "run_id": self._run_id,
            "provider": call.provider,
            "operation": call.operation,
            "quota_units": call.quota_units,
            "priced_units": None if call.priced_units is None else dict(call.priced_units),
        }
        waiting = _Waiting({name: value for name, value in values.items() if value is not None})
        self._reserving.append(waiting)
        with self._writing:
            if not waiting.is_done:
                self._reserve_waiting()
        if waiting.key is None:
            raise waiting.error or WithheldError("The call could not be recorded.")
        fault_points.reach("call_ledger.after_reservation")
        return _LedgerCall(self, waiting.key)

    def release(self, key: _Key) -> None:
        """Takes back the reservation of a call that was not made. Without the database it stays reserved."""
        with self._writing:
            try:
                self._connection.run(partial(release, organization_id=key.organization_id, usage_id=key.usage_id))
            except DatabaseError:
                return

    def settle(self, key: _Key, result: CallResult) -> None:
        """Remembers what became of a call until the next write; what is known later adds to it."""
        with self._settling:
            self.totals.add(result)
            self._results[key] = _merged(self._results[key], result) if key in self._results else result

    def _reserve_waiting(self) -> None:
        """Commits all waiting reservations, and what earlier calls have become, in one statement."""
        waiting = [self._reserving.popleft() for _ in range(len(self._reserving))]
        results = self._taken_results() if self._settles_with_reservations else {}
        calls = json.dumps([each.call for each in waiting])
        try:
            rows = self._connection.run(partial(_settle_and_reserve, results=results, calls=calls))
        except DatabaseError as error:
            if results:
                # A result that PostgreSQL refuses must not keep calls from being made: it is written at the end.
                self._settles_with_reservations = False
                with self._settling:
                    self._results = {**results, **self._results}
            for each in waiting:
                each.error = WithheldError(f"no call is made that cannot be recorded: {error}")
            return
        for each, (usage_id, used_at, problem, free_at) in zip(waiting, rows, strict=True):
            if usage_id is None:
                each.error = WithheldError(problem or "", free_at and free_at.astimezone(UTC))
            else:
                each.key = _Key(each.call["organization_id"], usage_id, used_at.isoformat())

    def _taken_results(self) -> dict[_Key, CallResult]:
        with self._settling:
            results, self._results = self._results, {}
        return results


@dataclass(frozen=True, slots=True)
class _CallsOf:
    """Records the calls of one organization."""

    ledger: CallLedger
    organization_id: str
    account_id: str | None

    def reserve(self, call: CallToMake) -> "_LedgerCall":
        return self.ledger.reserve(self.organization_id, self.account_id, call)


@dataclass(frozen=True, slots=True)
class _LedgerCall:
    """One recorded call."""

    ledger: CallLedger
    key: _Key = field(repr=False)

    def release(self) -> None:
        self.ledger.release(self.key)

    def settle(self, result: CallResult) -> None:
        self.ledger.settle(self.key, result)


def _settle_and_reserve(
    connection: Connection, results: dict[_Key, CallResult], calls: str
) -> list[tuple[str | None, datetime, str | None, datetime | None]]:
    if not results:
        return connection.execute(_RESERVE, {"calls": calls}).fetchall()
    cursor = connection.execute(f"{_SETTLE}; {_RESERVE}", {"results": _as_json(results), "calls": calls})
    cursor.nextset()
    return cursor.fetchall()


def _settle(connection: Connection, results: dict[_Key, CallResult]) -> None:
    if results:
        connection.execute(_SETTLE, {"results": _as_json(results)})


def _as_json(results: dict[_Key, CallResult]) -> str:
    return json.dumps(
        [
            {
                **key._asdict(),
                "is_successful": result.is_successful,
                "status_code": result.status,
                "latency_ms": result.latency_ms,
                "units": result.units,
                "rate_limits": result.rate_limits,
                "cost": None if result.cost is None else str(result.cost),
                "currency": result.currency,
                "may_have_cost": result.may_have_cost,
            }
            for key, result in results.items()
        ]
    )


def _merged(earlier: CallResult, later: CallResult) -> CallResult:
    """What both say, the later one where they differ."""

    def last(name: str) -> Any:
        value = getattr(later, name)
        return getattr(earlier, name) if value is None else value

    return CallResult(
        last("is_successful"),
        last("status"),
        last("latency_ms"),
        {**earlier.units, **later.units},
        last("rate_limits"),
        last("cost"),
        last("currency"),
        may_have_cost=earlier.may_have_cost and later.may_have_cost,
    )
