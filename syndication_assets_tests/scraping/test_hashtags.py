# ruff: noqa: RUF001 - the tests use letters of other scripts that look like Latin letters
"""Hashtags are found in any script, and their spellings are normalized."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndication_assets.scraping.items.hashtag_extraction import extract_hashtags


@pytest.mark.parametrize(
    ("text", "hashtags"),
    [
        ("", ()),
        ("no tag at all", ()),
        ("#One two #three, #four!", ("one", "three", "four")),
        ("(#bracket) „#quote“ Ende.#dot", ("bracket", "quote", "dot")),
        ("#snake_case #kebab-case", ("snake_case", "kebab")),
        ("#100daysofcode but not #2026 nor #1", ("100daysofcode",)),
        ("#a#b", ("a", "b")),
        ("#\n# heading ##", ()),
        ("#" + "x" * 101, ()),
    ],
)
def test_a_hashtag_ends_where_the_word_ends(text: str, hashtags: tuple[str, ...]):
    assert extract_hashtags(text) == hashtags


@pytest.mark.parametrize(
    "text",
    [
        "C#dev and F#",
        "https://example.com/page#section",
        "https://example.com/#section",
        "see HTTPS://example.com/a?b=#section",
        "www.example.com/;#section",
        "example.com/#section",
        "Tom &#39;s",
        "mail#box",
        "ü#x",
        "x\u0301#y",
        "_#x",
    ],
)
def test_a_number_sign_in_a_word_or_an_address_starts_no_hashtag(text: str):
    assert extract_hashtags(text) == ()


@pytest.mark.parametrize(
    ("text", "hashtag"),
    [
        ("#Führungskräfte", "führungskräfte"),
        ("#Fu\u0308hrungskra\u0308fte", "führungskräfte"),
        ("#Straße", "strasse"),
        ("#تسويق_رقمي", "تسويق_رقمي"),
        ("#می\u200cخواهم", "می\u200cخواهم"),
        ("#東京タワー、行きました", "東京タワー"),
        ("＃日本", "日本"),
        ("#हिन्दी", "हिन्दी"),
        ("#ＡＩ", "ai"),
        ("#𝗦𝗮𝗹𝗲𝘀", "sales"),
        ("#İstanbul", "i\u0307stanbul"),
        ("#love❤️", "love"),
        ("#cool\ufe0f", "cool"),
        ("#col·lecció.", "col·lecció"),
    ],
)
def test_hashtags_of_every_script_and_typeface_are_normalized(text: str, hashtag: str):
    assert extract_hashtags(text) == (hashtag,)


def test_emoji_and_keycaps_are_no_hashtags():
    """The keycap emoji is a number sign with two combining marks."""
    assert extract_hashtags("#\ufe0f\u20e3 #🚀 #❤️") == ()


@pytest.mark.parametrize(
    ("text", "hashtags"),
    [
        ("Proud of the team. hashtag#Leadership hashtag#Innovation", ("leadership", "innovation")),
        ("(Hashtag#Wool), HASHTAG#Dye", ("wool", "dye")),
        ("hashtag#a#b", ("a", "b")),
        ("myhashtag#x x=hashtag#x /hashtag#x hashtags#x #hashtag", ("hashtag",)),
    ],
)
def test_the_word_that_linkedin_writes_for_screen_readers_starts_a_hashtag(text: str, hashtags: tuple[str, ...]):
    assert extract_hashtags(text) == hashtags


@pytest.mark.parametrize(
    ("text", "hashtags"),
    [
        ("1\ufe0f\u20e3#Plan 2\u20e3#Build", ("plan", "build")),
        ("#\ufe0f\u20e3#three \u2764\ufe0f#Love 👍🏽#Done ✅#ok", ("three", "love", "done", "ok")),
        ("\u200f#עברית \u200e#latin", ("עברית", "latin")),
        ("#\u2060Joined #\u200bspaced #\ufeffmarked #\u2067\u200fעברית", ("joined", "spaced", "marked", "עברית")),
        ("#Lead\u2060er\ufeffship #ok\u2060 #\u2060", ("leadership", "ok")),
        ("a\u2060#begins b\u200b#too", ("begins", "too")),
        ("#\u2060#a", ("a",)),
    ],
)
def test_keycaps_and_invisible_joiners_hide_no_hashtag(text: str, hashtags: tuple[str, ...]):
    assert extract_hashtags(text) == hashtags


def test_each_hashtag_comes_once_in_the_order_of_the_text():
    assert extract_hashtags("#Beta #alpha #BETA #ＡＬＰＨＡ") == ("beta", "alpha")


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.text(alphabet=st.characters() | st.sampled_from("#＃_ \u200c\u0301"), max_size=40))
def test_a_normalized_hashtag_is_extracted_unchanged(text: str):
    for hashtag in extract_hashtags(text):
        assert "#" not in hashtag
        assert any(character.isalpha() for character in hashtag)
        assert extract_hashtags(f"#{hashtag}") == (hashtag,)
