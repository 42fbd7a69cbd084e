"""Runs functions in a child process whose memory and time are limited, and survives a child that dies.

The child answers with numbers, texts and bytes, never with objects: whatever a picture makes of it, the parent only
reads values.
"""

import multiprocessing
import resource
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, ParamSpec, TypeVar

import msgspec

from syndication_assets.operations.child_processes import begin_child, spawning

_Parameters = ParamSpec("_Parameters")
_Result = TypeVar("_Result")


class ChildEndedError(Exception):
    """The function ended its process, or took too long; the message says which."""


class ChildTimeoutError(ChildEndedError):
    """The function took too long."""


class ChildRaisedError(Exception):
    """The function raised an error; the message is the error's own."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        """Name of the error's type."""


class BoundedChild:
    """One child runs one function after another; a new one replaces a child that died. Threads may share it: each call
    is alone in the child, so that one that ends it takes no other along.
    """

    def __init__(self, *, memory_bytes: int, seconds: float) -> None:
        self._memory_bytes = memory_bytes
        self._seconds = seconds
        self._child: tuple[BaseProcess, Connection] | None = None
        self._lock = threading.Lock()

    def run(
        self,
        result: type[_Result],
        function: Callable[_Parameters, _Result],
        *args: _Parameters.args,
        **keywords: _Parameters.kwargs,
    ) -> _Result:
        """The function's result, of a type that MessagePack has. ChildRaisedError if the function raises,
        ChildEndedError if there is no result.
        """
        with self._lock:
            try:
                kind, message, value = self._answer((function, args, keywords))
                if kind is None:
                    return msgspec.convert(value, result)
            except TimeoutError:
                self._end()
                raise ChildTimeoutError(f"took more than {self._seconds:g} s") from None
            except (EOFError, OSError, ValueError, msgspec.MsgspecError):
                self._end()
                raise ChildEndedError("ended its process") from None
        raise ChildRaisedError(kind, message)

    def close(self) -> None:
        with self._lock:
            self._end()

    def _answer(self, call: Any) -> tuple[str | None, str, Any]:
        if self._child is None:
            self._child = _start(self._memory_bytes)
        _, connection = self._child
        connection.send(call)
        if not connection.poll(self._seconds):
            raise TimeoutError
        return msgspec.msgpack.decode(connection.recv_bytes(), type=tuple[str | None, str, Any])

    def _end(self) -> None:
        if self._child is not None:
            process, connection = self._child
            # A child that still works would never end by itself.
            process.kill()
            process.join()
            process.close()
            connection.close()
            self._child = None


def _start(memory_bytes: int) -> tuple[BaseProcess, Connection]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, memory_bytes), daemon=True)
    with spawning():
        process.start()
    theirs.close()
    return process, ours


def _serve(connection: Connection, memory_bytes: int) -> None:
    """Runs what is asked for until the parent ends."""
    begin_child()
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    while True:
        try:
            function, args, keywords = connection.recv()
        except EOFError:
            return
        try:
            answer: tuple[str | None, str, Any] = (None, "", function(*args, **keywords))
        except Exception as error:  # whatever it is, the parent is told
            answer = (type(error).__name__, str(error), None)
        connection.send_bytes(msgspec.msgpack.encode(answer))
