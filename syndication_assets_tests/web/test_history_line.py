"""The line of a post's engagement."""

from datetime import UTC, datetime, timedelta

from syndication_assets.curation.posts.history_chart import Measurement
from syndication_assets.web.history_line import HEIGHT, WIDTH, history_line

START = datetime(2026, 1, 1, tzinfo=UTC)


def _measured(*values: int | None) -> list[Measurement]:
    return [Measurement(START + timedelta(days=number), value) for number, value in enumerate(values, 1)]


def test_the_line_begins_at_zero_at_the_publication_and_skips_what_was_not_measured():
    line = history_line(START, _measured(50, None, 100))
    assert line is not None
    points = [tuple(map(float, point.split(","))) for point in line.points.split()]
    assert points == [(6.0, HEIGHT - 6), (202.0, HEIGHT / 2), (WIDTH - 6, 6.0)]
    assert (line.highest, line.begins_at) == (100, START)


def test_nothing_measured_is_no_line_and_zero_is_a_flat_one():
    assert history_line(START, _measured(None)) is None
    assert history_line(None, []) is None
    line = history_line(None, _measured(0, 0))
    assert line is not None
    assert {point.split(",")[1] for point in line.points.split()} == {f"{HEIGHT - 6:.1f}"}
