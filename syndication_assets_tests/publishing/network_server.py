"""The HTTP part of the fake networks on 127.0.0.1: routes requests to a network in memory, and fails as a test asks."""

import json
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from syndication_assets_tests.publishing.graph_server import Response

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(200)
"""Enough of a picture to be taken for one."""
JPEG = b"\xff\xd8\xff\xe0" + bytes(200)
PICTURES = {"/picture.png": PICTURE, "/picture.jpg": JPEG}


@dataclass(frozen=True)
class Request:
    """What a client sent; the names of headers are in lower case."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    raw_query: str = ""

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class FakeNetwork:
    """A server; `responses` are queued for the calls that publish, and served before anything else is done."""

    url: str = ""
    responses: deque[Response] = field(default_factory=deque)
    requests: list[Request] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, request: Request) -> Response:
        raise NotImplementedError

    def texts(self) -> list[str]:
        """The texts of the posts that it has."""
        raise NotImplementedError

    def calls(self) -> int:
        """How many requests asked to publish a post."""
        raise NotImplementedError

    def addresses_of(self, url: str) -> list[str]:
        """Stands for the guard, which lets nobody connect to this machine."""
        del url
        return ["127.0.0.1"]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    network: FakeNetwork

    def do_POST(self) -> None:
        self._serve(self.rfile.read(int(self.headers.get("Content-Length", 0))))

    def do_PUT(self) -> None:
        self.do_POST()

    def do_GET(self) -> None:
        self._serve(b"")

    def _serve(self, body: bytes) -> None:
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, parts.path, query, headers, body, parts.query)
        with self.network.lock:
            self.network.requests.append(request)
            picture = PICTURES.get(parts.path)
            response = Response(body=picture) if picture else self.network.answer(request)
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


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, *_: object) -> None:
        """Ignores clients that went away."""


@contextmanager
def serve(network: FakeNetwork) -> Iterator[FakeNetwork]:
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"network": network}))
    network.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield network
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
