"""Who acts: every transaction tells the database, whose audit log then names the user instead of the login."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple

SERVICE = "service:dagster"
"""Who acts in the runs of Dagster, whoever started them."""


class _Acting(NamedTuple):
    setting: str
    name: str


_acting: ContextVar[_Acting | None] = ContextVar("acting", default=None)
_is_by_hand: ContextVar[bool] = ContextVar("is_by_hand", default=False)


@contextmanager
def acting_as(user_id: str) -> Iterator[None]:
    """Transactions of this context are made by the user."""
    yield from _while(_Acting("app.actor", user_id))


@contextmanager
def acting_as_service() -> Iterator[None]:
    """Transactions of this context are made by Dagster, on nobody's behalf.

    The setting is another one than that of a user, because some tables log only what people change.
    """
    yield from _while(_Acting("app.service", SERVICE))


@contextmanager
def started_by_hand() -> Iterator[None]:
    """Transactions of this context belong to work that a person started, not a schedule or sensor."""
    token = _is_by_hand.set(True)
    try:
        yield
    finally:
        _is_by_hand.reset(token)


def user_who_acts() -> str | None:
    """The id of the user; None if no user or the service acts."""
    acting = _acting.get()
    return acting.name if acting is not None and acting.setting == "app.actor" else None


def settings_of_session() -> list[tuple[str, str]]:
    """The names and the values of the settings that say who acts, if somebody is named, and whether it is by hand."""
    acting = _acting.get()
    return [*([acting] if acting is not None else []), *([("app.started_by_hand", "yes")] if _is_by_hand.get() else [])]


def _while(acting: _Acting) -> Iterator[None]:
    before = _acting.get()
    _acting.set(acting)
    try:
        yield
    finally:
        _acting.set(before)
