"""What becomes of a medium after an attempt to fetch it. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

_DELAYS = (timedelta(minutes=5), timedelta(hours=1), timedelta(hours=6), timedelta(hours=24))
"""Until the next attempt, after the first, second, third and fourth that failed for a reason that may pass."""


class CacheState(StrEnum):
    """As in media.cached_media.state."""

    WAITING = "waiting"
    CACHED = "cached"
    EXPIRED = "expired"
    GONE = "gone"
    REJECTED = "rejected"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The state after an attempt that stored nothing, with its reason."""

    state: CacheState
    reason: str
    next_attempt_at: datetime | None = None


def expired(expires_at: datetime) -> Outcome:
    return Outcome(CacheState.EXPIRED, f"the URL expired at {expires_at:%Y-%m-%d %H:%M} UTC")


def rejected(reason: str) -> Outcome:
    return Outcome(CacheState.REJECTED, reason)


def after_failure(reason: str, attempts: int, now: datetime, wait_seconds: float | None = None) -> Outcome:
    """After the `attempts`th attempt failed for a reason that may pass; the server may ask to wait longer."""
    if attempts > len(_DELAYS):
        return Outcome(CacheState.FAILED, f"{reason}, in {attempts} attempts")
    delay = max(_DELAYS[attempts - 1], timedelta(seconds=min(wait_seconds or 0, 86_400)))
    return Outcome(CacheState.WAITING, reason, now + delay)


def after_status(
    status: int, attempts: int, now: datetime, expires_at: datetime | None, wait_seconds: float | None = None
) -> Outcome:
    """After an answer that is no file. Signed URLs answer 403 or 404 once they have expired."""
    reason = f"the server answered {status}"
    if status in {403, 404, 410}:
        if expires_at is not None and expires_at <= now:
            return expired(expires_at)
        return Outcome(CacheState.GONE, reason)
    if status in {408, 425, 429} or status >= 500:
        return after_failure(reason, attempts, now, wait_seconds)
    return rejected(reason)
