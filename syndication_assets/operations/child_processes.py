"""How a process begins that a pool starts: it ends with its parent, whatever ends that."""

import os
import signal
from multiprocessing import parent_process
from threading import Thread


def begin_child() -> None:
    """Ends this process as soon as its parent has ended, also by `kill -9`: it would wait for its tasks forever."""
    # Ctrl+C reaches all processes of a terminal: the parent ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
    os._exit(1)
