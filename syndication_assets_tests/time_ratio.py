"""Measures how the time of a function grows with its input, side by side in one process.

Four times the input takes four times the time if the function is linear, and sixteen times if it is quadratic. The
ratio does not depend on the machine, as an absolute time would.
"""

import time
from collections.abc import Callable
from typing import TypeVar

LINEAR = 9.0
"""The largest ratio that counts as linear: far above the noise at 4, far below 16."""
_MEASURED_SECONDS = 0.005
_ROUNDS = 3

Input = TypeVar("Input")


def time_ratio(
    function: Callable[[Input], object], make_input: Callable[[int], Input], size: int, attempts: int = 5
) -> float:
    """The time that an input of four times the size takes, as a multiple of the time of one of this size.

    A busy machine may disturb one measurement, and a quadratic function is slow in all of them: the first linear ratio
    of a few attempts counts, each with longer measurements than the last.
    """
    small, large = make_input(size), make_input(4 * size)
    seconds, ratio = max(_seconds(function, small, 1), 1e-7), 0.0
    for attempt in range(1, attempts + 1):
        calls = max(1, int(attempt * _MEASURED_SECONDS / seconds))
        # The fastest round of each was disturbed least. Both take turns, so that a busy machine slows both.
        rounds = [(_seconds(function, small, calls), _seconds(function, large, calls)) for _ in range(_ROUNDS)]
        ratio = min(large for _, large in rounds) / min(small for small, _ in rounds)
        if ratio < LINEAR:
            break
    return ratio


def _seconds(function: Callable[[Input], object], value: Input, calls: int) -> float:
    """Seconds of the processor, in which waiting for other processes does not count."""
    started = time.thread_time()
    for _ in range(calls):
        function(value)
    return time.thread_time() - started
