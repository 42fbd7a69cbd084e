"""What is known of a text before it is set."""

import pytest

from syndication_assets.rendering.lettering.phrases import joined, parts_of
from syndication_assets.rendering.lettering.text_runs import (
    Run,
    clean,
    drawn_characters,
    has_joined_letters,
    is_right_to_left,
    lines_of_runs,
    longest_words,
)


def test_emoji_are_runs_of_their_own_and_a_text_style_is_none():
    (line,) = lines_of_runs("A ❤️ 👩‍🚀🇧🇭 1️⃣ © ☎︎", "en")
    assert line == [
        Run("A ", False), Run("❤️", True), Run(" ", False), Run("👩‍🚀🇧🇭", True), Run(" ", False), Run("1️⃣", True),
        Run(" © ☎︎", False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("نمو Dubai", "en", True),
        ("Dubai نمو", "ar", False),
        ("12 %", "ar", True),
        ("12 %", "en", False),
        ("🎉 שלום", "en", True),
    ],
)
def test_the_first_letter_decides_the_direction_and_the_language_without_one(text: str, language: str, expected: bool):
    assert is_right_to_left(text, language) is expected


def test_scripts_whose_letters_join_are_known():
    assert has_joined_letters("abc نمو")
    assert not has_joined_letters("abc 日本")


def test_a_japanese_line_breaks_between_phrases():
    assert parts_of("三つのスタジオ、一つのルール。", "ja") == ["三つの", "スタジオ、", "一つの", "ルール。"]
    text = joined("三つのスタジオ、一つのルール。", "ja")
    assert text.replace("\u2060", "") == "三つのスタジオ、一つのルール。"
    assert text.split("、")[1].startswith("一\u2060つ\u2060の")
    assert "の\u2060ス" not in text


def test_korean_breaks_at_its_spaces_and_latin_is_left_alone():
    assert joined("조용한 팀 with Data", "ko") == "조\u2060용\u2060한 팀 with Data"


def test_the_longest_words_are_known():
    assert longest_words("a bb\nccc dd", "en")[:2] == ["ccc", "bb"]


def test_a_text_is_composed_and_its_lines_have_no_spaces_at_their_ends():
    assert clean("e\u0301 x \r\n\n y  z ") == "é x\n\ny  z"


def test_joiners_and_selectors_need_no_glyph():
    assert drawn_characters("a\u200db\ufe0f\u2067 c") == ["a", "b", "c"]
