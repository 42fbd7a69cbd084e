"""Why a request has no response. No message quotes a URL, a header or a body: each may hold a secret."""

from datetime import datetime

import httpx2

from syndication_assets.errors import SyndicationError


class HttpError(SyndicationError):
    """There is no response. `attempts` is the number of requests that were tried."""

    def __init__(self, message: str, name: str = "") -> None:
        super().__init__(message)
        self.name = name or type(self).__name__
        """The name of the failure: httpx2's, if httpx2 found it."""
        self.attempts = 1


class NotSentError(HttpError):
    """No connection was made, so the server received nothing: even a publishing call may be sent again."""


class WithheldError(NotSentError):
    """The request was not made: a quota or a budget does not allow it now, or it could not be recorded. Never retried.

    `free_at` is when a quota allows it again (UTC); None if only a person can change that.
    """

    def __init__(self, message: str, free_at: datetime | None = None) -> None:
        super().__init__(message)
        self.free_at = free_at


class ResponseTimeoutError(HttpError):
    """The response was not complete in time. The server may have acted on the request."""


class ConnectionLostError(HttpError):
    """The connection failed after the request was sent. The server may have acted on the request."""


class ResponseTooLargeError(HttpError):
    """The response is larger than the caller accepts. Never retried."""


class CompressedTwiceError(HttpError):
    """The response is compressed more than once, as bombs are: a few hundred bytes become a gigabyte. Never retried."""


class InvalidRequestError(HttpError):
    """The URL or a header is invalid, so nothing was sent. Never retried."""


class RedirectError(HttpError):
    """A redirect that leads to an invalid URL, or to another origin. Never retried."""


class TooManyRedirectsError(RedirectError):
    """More redirects than the client follows. Never retried."""


_NOT_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError)


def http_error(error: httpx2.HTTPError | httpx2.InvalidURL, seconds: float) -> HttpError:
    """Our error for an error of httpx2's, whose own text may quote the URL or a header."""
    name = type(error).__name__
    if isinstance(error, httpx2.InvalidURL | httpx2.UnsupportedProtocol):
        return InvalidRequestError(f"the URL is invalid ({name})", name)
    if isinstance(error, _NOT_SENT):
        return NotSentError(f"the connection failed ({name})", name)
    if isinstance(error, httpx2.TimeoutException):
        return ResponseTimeoutError(f"no answer within {seconds:g} s", name)
    return ConnectionLostError(f"the connection failed ({name})", name)
