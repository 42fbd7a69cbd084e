"""How child processes start and end: without their parent's program, and with their parent, whatever ends that."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from threading import Thread
from types import ModuleType
from typing import Any


def begin_child() -> None:
    """Ends this process as soon as its parent has ended, also by `kill -9`: it would wait for its tasks forever."""
    # Ctrl+C reaches all processes of a terminal: the parent ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()


def started_pool(
    processes: int, initializer: Callable[..., None] = begin_child, arguments: tuple[Any, ...] = ()
) -> ProcessPoolExecutor:
    """A pool whose processes have been spawned, not forked: a fork would share sockets and locks with this process.

    The initializer calls `begin_child`, which it is by default.
    """
    pool = ProcessPoolExecutor(processes, get_context("spawn"), initializer=initializer, initargs=arguments)
    with spawning():
        for _ in range(processes):  # a task starts a process if none is idle, and no process begins so quickly
            pool.submit(_nothing)
    return pool


@contextmanager
def spawning() -> Iterator[None]:
    """Processes that are spawned in the block import the modules of their functions, and not the program of this one.

    `multiprocessing` would import the program again in every child, for functions that it may define: Dagster's costs
    half a second of processor time. Our children run functions of modules only.
    """
    program = sys.modules["__main__"]
    # Without a name or a file of the program, a child has nothing to import.
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = program


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
    os._exit(1)


def _nothing() -> None:
    """Runs in a child that has begun."""
