"""A small Graph API on 127.0.0.1: pages that accept posts, list them, and fail like the real API.

It records the posts that it accepts, whatever it responds.
"""

import json
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from syndication_assets_tests.loopback_server import LoopbackServer


@dataclass(frozen=True)
class Response:
    """The response to a post. A `body` of bytes is sent unchanged; None closes the connection without a response."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    is_accepted: bool = False
    delay: float = 0.0


@dataclass
class FakeGraph:
    """Accepts every post and responds with its id, unless a response is queued."""

    url: str = ""
    responses: deque[Response] = field(default_factory=deque)
    responses_of_pages: dict[str, Response] = field(default_factory=dict)
    """The response to every post of a page, by its id."""
    delay: float = 0.0
    posts: list[dict[str, str]] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    listing_status: int = 200
    listing_response: Response | None = None
    most_at_once: int = 0
    """The largest number of requests that were under way together."""
    _under_way: int = 0
    _counting: threading.Lock = field(default_factory=threading.Lock, repr=False)
    page_size: int = 100
    lock: threading.Lock = field(default_factory=threading.Lock)

    def publish(self, path: str, form: dict[str, str]) -> Response:
        with self.lock:
            page_id = path.strip("/").split("/")[1]
            response = self.responses.popleft() if self.responses else self.responses_of_pages.get(page_id)
            if response is None or response.is_accepted:
                post_id = f"{page_id}_{len(self.posts) + 1}"
                self.posts.append(
                    {
                        "id": post_id,
                        "message": form.get("message") or form.get("caption", ""),
                        "created_time": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S+0000}",
                        "permalink_url": f"https://www.facebook.com/{post_id}",
                    }
                )
                is_photo = path.endswith("/photos")
                body = {"id": "photo", "post_id": post_id} if is_photo else {"id": post_id}
                response = response or Response(body=body, delay=self.delay)
            return response

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Counts the requests that are under way at once."""
        with self._counting:
            self._under_way += 1
            self.most_at_once = max(self.most_at_once, self._under_way)
        try:
            yield
        finally:
            with self._counting:
                self._under_way -= 1

    def listing(self, query: dict[str, str]) -> Response:
        if self.listing_response is not None:
            return self.listing_response
        if self.listing_status != 200:
            return Response(self.listing_status, error(2, "Service temporarily unavailable"))
        since, until = int(query["since"]), int(query["until"])
        newest_first = [
            post
            for post in reversed(self.posts)
            if since <= datetime.fromisoformat(post["created_time"]).timestamp() <= until
        ]
        start = int(query.get("after", 0))
        end = start + self.page_size
        body: dict[str, Any] = {"data": newest_first[start:end], "paging": {"cursors": {"after": str(end)}}}
        if end < len(newest_first):
            body["paging"]["next"] = f"{self.url}/next?access_token=in-the-real-one"
        return Response(200, body)


def error(code: int, message: str = "It is so", subcode: int | None = None, **more: Any) -> dict[str, Any]:
    body = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "trace", **more}
    return {"error": body | ({"error_subcode": subcode} if subcode is not None else {})}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    graph: FakeGraph

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        form, files = _form_of(self.headers.get("Content-Type", ""), body)
        self._note(form, files)
        self._send(self.graph.publish(urlsplit(self.path).path, form))

    def do_GET(self) -> None:
        query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        self._note({})
        self._send(self.graph.listing(query))

    def _note(self, form: dict[str, str], files: dict[str, bytes] | None = None) -> None:
        self.graph.requests.append(
            {
                "method": self.command,
                "path": self.path,
                "form": form,
                "files": files or {},
                "headers": dict(self.headers),
                "connection": self.client_address,
            }
        )

    def _send(self, response: Response) -> None:
        with self.graph.answering():
            time.sleep(response.delay)
        if response.body is None:
            self.close_connection = True
            return
        content = response.body if isinstance(response.body, bytes) else json.dumps(response.body).encode()
        self.send_response(response.status)
        for name, value in ({"Content-Length": str(len(content))} | response.headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Keeps the test output quiet."""


@contextmanager
def serve() -> Iterator[FakeGraph]:
    graph = FakeGraph()
    server = LoopbackServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"graph": graph}))
    graph.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield graph
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _form_of(content_type: str, body: bytes) -> tuple[dict[str, str], dict[str, bytes]]:
    """The fields and the files of a form, with files or without."""
    if not content_type.startswith("multipart/"):
        return {name: values[0] for name, values in parse_qs(body.decode()).items()}, {}
    message = message_from_bytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body)
    form, files = {}, {}
    for part in message.get_payload():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if part.get_filename() is None:
            form[name] = content.decode()
        else:
            files[name] = content
    return form, files
