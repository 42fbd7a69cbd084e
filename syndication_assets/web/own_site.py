"""What holds for every request: the site's own name, headers that forbid what the pages do not need, and a bound on
what is sent.

ASGI middleware that knows no page.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse

from syndication_assets.web.uploads import most_bytes

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

LOOPBACK = ("127.0.0.1", "localhost", "::1")
_SAFE = ("GET", "HEAD")
_TOO_LONG = 413
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class OwnSiteOnly:
    """Answers only to the site's own name, and changes something only for the site's own pages."""

    def __init__(self, app: Application, public_url: str | None) -> None:
        self._app = app
        self._public = None if public_url is None else urlsplit(public_url)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        most = most_bytes(scope["method"], scope["path"])
        if (rejection := self._rejection(scope["method"], headers, most)) is not None:
            status, reason = rejection
            await PlainTextResponse(f"{reason}\n", status)(scope, receive, _with_headers(send))
            return
        await self._app(scope, _bounded(receive, most), _with_headers(send))

    def _rejection(self, method: str, headers: Headers, most: int) -> tuple[int, str] | None:
        """Status and reason of the rejection; None if the request is accepted."""
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not self._is_own_host(hosts[0]):
            name = "127.0.0.1 and localhost" if self._public is None else self._public.netloc
            return 421, f"This page only answers to {name}: set SYNDICATION_WEB_URL to the address that people use."
        if method in _SAFE:
            return None
        if headers.getlist("authorization"):
            return self._length_rejection(headers, most)  # no page of another site can send this header
        scheme = "http" if self._public is None else self._public.scheme
        if headers.getlist("origin") != [f"{scheme}://{hosts[0]}"]:
            return 403, "A page of another site sent this request: only pages of this site may."
        return self._length_rejection(headers, most)

    @staticmethod
    def _length_rejection(headers: Headers, most: int) -> tuple[int, str] | None:
        length = headers.get("content-length", "0")
        # More digits than any length that is accepted has are no number to be computed.
        if not (length.isascii() and length.isdecimal() and len(length) <= 12) or int(length) > most:
            return _TOO_LONG, _too_long(most)
        return None

    def _is_own_host(self, host: str) -> bool:
        if self._public is not None:
            return host.lower() == self._public.netloc.lower()
        try:
            parts = urlsplit(f"//{host}")
        except ValueError:
            return False
        return parts.netloc == host and parts.username is None and parts.hostname in LOOPBACK


def _bounded(receive: Receive, most: int) -> Receive:
    """Ends a request without a length as soon as it has sent too much."""
    received = 0

    async def bounded() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > most:
            raise HTTPException(_TOO_LONG, _too_long(most))
        return message

    return bounded


def _too_long(most: int) -> str:
    return f"A request has at most {most:,} bytes."


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
            headers.setdefault("Cache-Control", "no-store")
        await send(message)

    return sending
