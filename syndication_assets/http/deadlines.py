"""A total deadline for everything that a thread does on its connections, whatever the server sends and how slowly.

The timeouts of an HTTP library bound one operation each: a server that sends its headers one byte at a time would keep
a request for ever. `until` bounds the thread instead, because connections are kept and shared between threads.
"""

import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import httpcore2


class _Current(threading.local):
    deadline: float | None = None


_current = _Current()


@contextmanager
def until(deadline: float) -> Iterator[None]:
    """No operation of this thread on a connection of a BoundedBackend waits past the deadline, of `time.monotonic`."""
    _current.deadline = deadline
    try:
        yield
    finally:
        _current.deadline = None


class BoundedBackend(httpcore2.SyncBackend):
    """Connections that know the deadline of the thread that uses them."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        seconds = _remaining(timeout, httpcore2.ConnectTimeout)
        return _BoundedStream(super().connect_tcp(host, port, seconds, local_address, socket_options))


class _BoundedStream(httpcore2.NetworkStream):
    def __init__(self, stream: httpcore2.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _remaining(timeout, httpcore2.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _remaining(timeout, httpcore2.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        seconds = _remaining(timeout, httpcore2.ConnectTimeout)
        return _BoundedStream(self._stream.start_tls(ssl_context, server_hostname, seconds))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _remaining(timeout: float | None, expired: type[Exception]) -> float | None:
    """The seconds for one operation: the rest of the time until the deadline, or `timeout` if that is shorter."""
    if _current.deadline is None:
        return timeout
    seconds = _current.deadline - time.monotonic()
    if seconds <= 0:
        raise expired("the deadline has passed")
    return seconds if timeout is None else min(seconds, timeout)
