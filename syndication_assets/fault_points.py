"""Named points at which a test can kill this process, to verify the state that a crash leaves."""

import os
import signal


def reach(name: str) -> None:
    """Kills the process like `kill -9` if `SYNDICATION_FAULT_POINT` names this point."""
    if os.environ.get("SYNDICATION_FAULT_POINT") == name:
        os.kill(os.getpid(), signal.SIGKILL)
