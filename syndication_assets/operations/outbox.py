"""Delivers what waits in an outbox, one message a transaction, and tries again what a receiver did not accept."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from psycopg import sql

from syndication_assets.database.connection import Connection, load_sql, transaction
from syndication_assets.operations.outgoing import DeliveryError

_ABANDONED_AFTER = timedelta(days=1)
_LONGEST_DELAY = timedelta(hours=1)


class Due(Protocol):
    """A message whose next attempt is due."""

    @property
    def attempts(self) -> int: ...

    @property
    def created_at(self) -> datetime: ...

    @property
    def key(self) -> dict[str, str]:
        """Column → value: the key of its row."""

    @property
    def tried_as(self) -> str:
        """How the statement that finds the next message names it among those that were tried."""


class Delivered(NamedTuple):
    """How many messages were accepted, and how many attempts failed."""

    delivered: int
    failed: int


DueMessage = TypeVar("DueMessage", bound=Due)


@dataclass(frozen=True, slots=True)
class Outbox(Generic[DueMessage]):
    """A table with the columns attempts, state, error_message, next_attempt_at and delivered_at."""

    table: str
    next_statement: str
    """The file below `sql/` that locks the next due message. Parameters: moment, tried."""
    message: Callable[..., DueMessage]
    """Makes a message of a row of that statement."""

    def deliver(
        self, url: str, moment: datetime, most: int, send: Callable[[Connection, DueMessage], None]
    ) -> Delivered:
        """Delivers up to `most` due messages. Several processes share the work.

        `send` raises DeliveryError if a message is not accepted. It is tried again after 1, 2, 4 … minutes, at most an
        hour apart, and is abandoned after a day.
        """
        tried: list[str] = []
        delivered = 0
        for _ in range(most):
            with transaction(url) as connection:
                rows = connection.execute(load_sql(self.next_statement), {"moment": moment, "tried": tried}).fetchall()
                if not rows:
                    break
                due = self.message(*rows[0])
                tried.append(due.tried_as)
                try:
                    send(connection, due)
                except DeliveryError as error:
                    state = "abandoned" if moment - due.created_at >= _ABANDONED_AFTER else "pending"
                    next_attempt_at = _next_attempt(moment, due.attempts)
                    self._record(
                        connection, due, state=state, error_message=str(error), next_attempt_at=next_attempt_at
                    )
                    continue
                delivered += 1
                self._record(connection, due, state="delivered", error_message=None, delivered_at=moment)
        return Delivered(delivered, len(tried) - delivered)

    def _record(self, connection: Connection, due: DueMessage, **values: Any) -> None:
        key = due.key
        connection.execute(
            sql.SQL("update {} set attempts = attempts + 1, {} where {}").format(
                sql.Identifier(*self.table.split(".")),
                sql.SQL(", ").join(map(_equals, values)),
                sql.SQL(" and ").join(map(_equals, key)),
            ),
            {**values, **key},
        )


def _next_attempt(moment: datetime, attempts: int) -> datetime:
    return moment + min(timedelta(minutes=2 ** min(attempts, 10)), _LONGEST_DELAY)


def _equals(column: str) -> sql.Composed:
    return sql.SQL("{} = {}").format(sql.Identifier(column), sql.Placeholder(column))
