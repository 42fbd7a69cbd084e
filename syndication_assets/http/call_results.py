"""What a response says about its call, for the record."""

import time

from syndication_assets.http.recording import CallResult, rate_limits_of
from syndication_assets.http.response import HttpResponse


def milliseconds_since(started_at: float) -> int:
    """Whole milliseconds since a time of `time.monotonic`."""
    return round(1000 * (time.monotonic() - started_at))


def result_of(response: HttpResponse, latency_ms: int) -> CallResult:
    """What a response says about its call. A rejected one is not charged."""
    return CallResult(
        is_successful=response.status < 400,
        status=response.status,
        latency_ms=latency_ms,
        units={"bytes": len(response.content)},
        rate_limits=rate_limits_of(response.headers),
        may_have_cost=not 400 <= response.status < 500,
    )
