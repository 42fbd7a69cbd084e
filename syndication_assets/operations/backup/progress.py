"""Progress of long work, for people: a line now and then, however much happens in between."""

import time
from collections.abc import Callable

Report = Callable[[str], None]
"""Takes a line that says what is being done."""

_SECONDS_BETWEEN_LINES = 3.0


def now_and_then(show: Report) -> Report:
    """Passes on the first line, and then one every few seconds."""
    shown_at = float("-inf")

    def report(line: str) -> None:
        nonlocal shown_at
        if time.monotonic() - shown_at >= _SECONDS_BETWEEN_LINES:
            shown_at = time.monotonic()
            show(line)

    return report
