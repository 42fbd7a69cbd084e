"""When a request is sent again, and after which wait."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import tenacity

from syndication_assets.http.http_errors import ConnectionLostError, NotSentError, ResponseTimeoutError, WithheldError
from syndication_assets.http.response import HttpResponse

_TRANSIENT_ERRORS = (NotSentError, ResponseTimeoutError, ConnectionLostError)


def is_transient_status(response: HttpResponse) -> bool:
    """A rate limit or a server error: the same request may succeed a moment later."""
    return response.status == 429 or response.status >= 500


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """At most `attempts` requests. The wait is `first_wait`, then twice that and so on, or the server's Retry-After."""

    attempts: int = 4
    first_wait: timedelta = timedelta(seconds=1)
    longest_wait: timedelta = timedelta(seconds=60)
    """Bounds every wait. A longer Retry-After is cut to it, or ends the retries if `gives_up_on_longer_waits`."""
    gives_up_on_longer_waits: bool = False

    def retrying(self, is_transient: Callable[[HttpResponse], bool]) -> tenacity.Retrying:
        """Calls a function until its response is final. Returns the last response or raises the last error."""

        def is_retried(response: HttpResponse) -> bool:
            return is_transient(response) and not (self.gives_up_on_longer_waits and self.is_too_long(response))

        return tenacity.Retrying(
            retry=tenacity.retry_if_exception(_is_transient_error) | tenacity.retry_if_result(is_retried),
            wait=self._wait,
            stop=tenacity.stop_after_attempt(self.attempts),
            sleep=time.sleep,
            retry_error_callback=_last_response,
        )

    def is_too_long(self, response: HttpResponse) -> bool:
        """Whether the server's Retry-After is longer than `longest_wait`."""
        return response.retry_after is not None and response.retry_after > self.longest_wait.total_seconds()

    def _wait(self, state: tenacity.RetryCallState) -> float:
        seconds: float = self.first_wait.total_seconds() * 2.0 ** (state.attempt_number - 1)
        if state.outcome is not None and not state.outcome.failed:
            response: HttpResponse = state.outcome.result()
            seconds = response.retry_after or seconds
        return min(seconds, self.longest_wait.total_seconds())


def _is_transient_error(error: BaseException) -> bool:
    return isinstance(error, _TRANSIENT_ERRORS) and not isinstance(error, WithheldError)


NO_RETRIES = RetryPolicy(attempts=1)


def _last_response(state: tenacity.RetryCallState) -> HttpResponse:
    if state.outcome is None:
        raise AssertionError("unreachable")
    response: HttpResponse = state.outcome.result()
    return response
