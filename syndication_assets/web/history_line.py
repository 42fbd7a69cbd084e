"""The engagement of a post over time as the points of a line. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from syndication_assets.curation.posts.history_chart import Measurement

WIDTH, HEIGHT = 600, 160
_MARGIN = 6


class HistoryLine(NamedTuple):
    """`points` as SVG takes them, in WIDTH by HEIGHT. Where nothing was measured, the line has no point."""

    points: str
    highest: int
    begins_at: datetime
    ends_at: datetime


def history_line(posted_at: datetime | None, measurements: Sequence[Measurement]) -> HistoryLine | None:
    """From zero at the publication, if it is known and earlier, to the last measurement; None if nothing was measured.

    The vertical axis begins at zero, so that a small change looks small.
    """
    measured = [(each.observed_at, each.engagement) for each in measurements if each.engagement is not None]
    if not measured:
        return None
    if posted_at is not None and posted_at < measured[0][0]:
        measured.insert(0, (posted_at, 0))
    begins_at, ends_at = measured[0][0], measured[-1][0]
    seconds = max((ends_at - begins_at).total_seconds(), 1.0)
    highest = max(value for _, value in measured)
    points = (
        (
            _MARGIN + (WIDTH - 2 * _MARGIN) * (at - begins_at).total_seconds() / seconds,
            HEIGHT - _MARGIN - (HEIGHT - 2 * _MARGIN) * value / max(highest, 1),
        )
        for at, value in measured
    )
    return HistoryLine(" ".join(f"{x:.1f},{y:.1f}" for x, y in points), highest, begins_at, ends_at)
