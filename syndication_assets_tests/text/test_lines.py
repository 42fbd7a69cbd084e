"""Lines of text, tidied."""

import pytest

from syndication_assets.text.lines import tidy, tidy_lines


@pytest.mark.parametrize(
    ("line", "tidied"),
    [
        (" wool \t and\u00a0silk ", "wool and silk"),
        ("hand\u2011made \u2010 so\u00adft\u200b\u2060\ufeff", "hand-made - soft"),
        ("a\x07 \x08 b\ud800", "a b"),
        ("\u200b \x00", ""),
        ("\U0001f9e3 wool", "\U0001f9e3 wool"),
    ],
)
def test_a_line_has_single_spaces_and_nothing_invisible(line: str, tidied: str):
    assert tidy(line) == tidied


@pytest.mark.parametrize(
    ("text", "lines"),
    [("  wool  and silk ", "wool and silk"), ("a\n\n \x0bé\r\nb\n", "a\né\nb"), (" \n\u200b\n", None), ("", None)],
)
def test_empty_lines_are_left_out(text: str, lines: str | None):
    assert tidy_lines(text) == lines
