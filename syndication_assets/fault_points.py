"""Named points at which a test can kill this process, to prove what a crash leaves behind."""

import os
import signal


def reach(name: str) -> None:
    """Kills the process, as `kill -9` would, if `SYNDICATION_FAULT_POINT` names this point."""
    if os.environ.get("SYNDICATION_FAULT_POINT") == name:
        os.kill(os.getpid(), signal.SIGKILL)
