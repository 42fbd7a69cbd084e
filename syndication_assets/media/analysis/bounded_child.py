"""Runs functions in a child process whose memory and time are limited, and survives a child that dies."""

import multiprocessing
import resource
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from typing import ParamSpec, TypeVar

from syndication_assets.operations.child_processes import begin_child

_Parameters = ParamSpec("_Parameters")
_Result = TypeVar("_Result")


class ChildEndedError(Exception):
    """The function ended its process, or took too long; the message says which."""


class BoundedChild:
    """One child runs one function after another; a new one replaces a child that died. Threads may share it: each call
    is alone in the child, so that one that ends it takes no other along.
    """

    def __init__(self, *, memory_bytes: int, seconds: float) -> None:
        self._memory_bytes = memory_bytes
        self._seconds = seconds
        self._pool: ProcessPoolExecutor | None = None
        self._lock = threading.Lock()

    def run(
        self, function: Callable[_Parameters, _Result], *args: _Parameters.args, **keywords: _Parameters.kwargs
    ) -> _Result:
        """The function's result, or the exception that it raised. ChildEndedError if there is neither."""
        with self._lock:
            if self._pool is None:
                self._pool = ProcessPoolExecutor(
                    1, multiprocessing.get_context("spawn"), initializer=_begin, initargs=(self._memory_bytes,)
                )
            try:
                return self._pool.submit(function, *args, **keywords).result(timeout=self._seconds)
            except BrokenExecutor:
                self._end()
                raise ChildEndedError("ended its process") from None
            except TimeoutError:
                self._end()
                raise ChildEndedError(f"took more than {self._seconds:g} s") from None

    def close(self) -> None:
        with self._lock:
            self._end()

    def _end(self) -> None:
        if self._pool is not None:
            # A child that still works would never end by itself.
            for process in list((self._pool._processes or {}).values()):
                process.kill()
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None


def _begin(memory_bytes: int) -> None:
    begin_child()
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
