"""Rejects what a page of another site may ask of the Dagster UI on this machine.

Dagster's web server runs GraphQL mutations that arrive by GET, or by POST with a form, from any page that is open in
the same browser: it checks neither `Origin` nor the content type. It also answers to any name in `Host`, so that a site
whose name is rebound to 127.0.0.1 could read everything. This is ASGI middleware without knowledge of Dagster, but for
the path of its GraphQL.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_READING = ("GET", "HEAD")
# A page may send any other content type to another site without asking the browser's leave.
_CONTENT_TYPES = ("application/json", "application/graphql")
_OWN_REQUESTS = ("same-origin", "none")


class OwnPagesOnly:
    """Passes on the requests of the UI's own pages and of programs; answers all others with 403 and the reason."""

    def __init__(self, app: Application) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        reason = _rejection(scope) if scope["type"] in ("http", "websocket") else None
        if reason is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": reason})
        else:
            headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
            await send({"type": "http.response.start", "status": 403, "headers": headers})
            await send({"type": "http.response.body", "body": f"{reason}\n".encode()})


def _rejection(scope: Scope) -> str | None:
    """Why the request is rejected; None if it is not."""
    hosts = _values(scope, b"host")
    if len(hosts) != 1 or _name(hosts[0]) not in _LOOPBACK:
        return "The UI only answers to 127.0.0.1 and localhost: put a server with a login in front of it to share it."
    if scope["type"] == "http" and scope["method"] in _READING:
        return _rejection_of_reading(scope)
    origins, sites = _values(scope, b"origin"), _values(scope, b"sec-fetch-site")
    if any(origin != f"http://{hosts[0]}" for origin in origins) or any(site not in _OWN_REQUESTS for site in sites):
        return "A page of another site sent this request: only pages of the UI may."
    content_types = [value.partition(";")[0].strip() for value in _values(scope, b"content-type")]
    if scope["type"] == "http" and (len(content_types) != 1 or content_types[0] not in _CONTENT_TYPES):
        return "Send application/json: any page could send other types."
    return None


def _rejection_of_reading(scope: Scope) -> str | None:
    """No page of another site can read an answer, but GraphQL would also change things."""
    is_graphql = scope["path"].rstrip("/").endswith("/graphql")
    # With this header Dagster answers with a page for queries, and runs none.
    if is_graphql and not any("text/html" in value for value in _values(scope, b"accept")):
        return "GraphQL by GET is off, because any page could send it: use POST with application/json."
    return None


def _values(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1").lower() for key, value in scope["headers"] if key.lower() == name]


def _name(host: str) -> str | None:
    """The name in a `Host` header, without the port; None if it is not one."""
    try:
        parts = urlsplit(f"//{host}")
    except ValueError:
        return None
    return parts.hostname if parts.netloc == host and parts.username is None else None
