"""The engagement of a post over time as lines of text. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

_WIDTH = 40


class Measurement(NamedTuple):
    """Reactions, comments and shares at one time; None if none was measured."""

    observed_at: datetime
    engagement: int | None


def chart_lines(posted_at: datetime | None, measurements: Sequence[Measurement]) -> list[str]:
    """A line for each measurement: when, how much, the difference from the one before, and a bar.

    It begins at zero at the publication, or at the first measurement if that was earlier. What was not measured has no
    bar, and the next difference is from the last measured value.
    """
    if not measurements:
        return []
    start = min(posted_at or measurements[0].observed_at, measurements[0].observed_at)
    highest = max((each.engagement or 0 for each in measurements), default=0)
    lines = [_line(start, 0, None, highest)]
    before = 0
    for each in measurements:
        if each.engagement is None:
            lines.append(f"{each.observed_at:%Y-%m-%d %H:%M}  not measured")
            continue
        lines.append(_line(each.observed_at, each.engagement, each.engagement - before, highest))
        before = each.engagement
    return lines


def _line(at: datetime, value: int, change: int | None, highest: int) -> str:
    bar = "█" * round(_WIDTH * value / highest) if highest else ""
    shown = "" if change is None else f"{change:+,}"
    return f"{at:%Y-%m-%d %H:%M} {value:>12,} {shown:>10} {bar}".rstrip()
