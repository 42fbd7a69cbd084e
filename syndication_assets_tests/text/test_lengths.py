"""Texts are counted as their platforms count them."""

import pytest

from syndication_assets.text.lengths import graphemes, length_in, link_spans

FAMILY = "👨‍👩‍👧‍👦"
LONG_URL = "https://shop.example/a/very/long/way/to/a/tin/of/shortbread?colour=red#top"


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("", (0, 0, 0, 0)),
        ("Tea", (3, 3, 3, 3)),
        ("cafe\u0301", (4, 4, 6, 4)),
        (FAMILY, (7, 1, 25, 1)),
        ("🏴󠁧󠁢󠁳󠁣󠁴󠁿", (7, 1, 28, 1)),
        (LONG_URL, (74, 74, 74, 23)),
        ("http://a.b", (10, 10, 10, 23)),
        (f"See {LONG_URL}.", (79, 79, 79, 28)),
        ("shop.example", (12, 12, 12, 12)),
        ("@isla@mastodon.example!", (23, 23, 23, 6)),
        ("isla@mastodon.example", (21, 21, 21, 21)),
    ],
)
def test_each_unit_counts_in_its_own_way(text: str, counts: tuple[int, int, int, int]):
    units = ("characters", "graphemes", "bytes", "characters_with_links_as_23")
    assert tuple(length_in(unit, text) for unit in units) == counts


def test_an_unknown_unit_counts_characters():
    assert length_in("letters", FAMILY) == length_in(None, FAMILY) == 7


def test_a_link_ends_before_the_punctuation_of_its_sentence():
    text = f"({LONG_URL}), and https://a.example."
    assert [text[start:end] for start, end in link_spans(text)] == [LONG_URL, "https://a.example"]


def test_counting_is_linear():
    assert graphemes("e\u0301" * 100_000) == 100_000
