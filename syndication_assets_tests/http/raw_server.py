"""A server on 127.0.0.1 that sends raw bytes, so that it can break every rule of HTTP."""

import re
import socket
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Script:
    """What one request gets: pieces with a pause after each, and then a closed connection unless it stays open."""

    pieces: tuple[bytes, ...]
    seconds_between: float = 0.0
    stays_open: bool = False


@dataclass
class RawServer:
    """Every request gets the next script."""

    socket: socket.socket
    scripts: deque[Script] = field(default_factory=deque)
    requests: list[bytes] = field(default_factory=list)
    connections: list[int] = field(default_factory=list)
    """The number of the connection on which each request came."""

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.socket.getsockname()[1]}{path}"

    def then(self, *pieces: bytes, seconds_between: float = 0.0, stays_open: bool = False) -> None:
        self.scripts.append(Script(pieces, seconds_between, stays_open))

    def run(self) -> None:
        number = 0
        with suppress(OSError):
            while True:
                connection, _ = self.socket.accept()
                threading.Thread(target=self._answer, args=(connection, number), daemon=True).start()
                number += 1

    def _answer(self, connection: socket.socket, number: int) -> None:
        with connection, suppress(OSError):
            while request := _read(connection):
                self.requests.append(request)
                self.connections.append(number)
                script = self.scripts.popleft()
                for piece in script.pieces:
                    connection.sendall(piece)
                    time.sleep(script.seconds_between)
                if not script.stays_open:
                    return


def response(status: int, body: bytes = b"", **headers: str) -> bytes:
    """A well-formed response, the last of its connection unless the headers say otherwise."""
    defaults = {"Content-Length": str(len(body)), "Connection": "close"}
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"{name}: {value}" for name, value in (defaults | names).items()]
    return "\r\n".join([f"HTTP/1.1 {status} X", *lines, "", ""]).encode() + body


def _read(connection: socket.socket) -> bytes:
    """One request; empty if the client has closed the connection."""
    request = b""
    while b"\r\n\r\n" not in request:
        piece = connection.recv(65536)
        if not piece:
            return b""
        request += piece
    head, _, body = request.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)\r\nContent-Length: (\d+)", head)
    while length is not None and len(body) < int(length[1]):
        piece = connection.recv(65536)
        body, request = body + piece, request + piece
    return request


@contextmanager
def serve() -> Iterator[RawServer]:
    server = RawServer(socket.create_server(("127.0.0.1", 0)))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.socket.shutdown(socket.SHUT_RDWR)
        server.socket.close()
        thread.join()
