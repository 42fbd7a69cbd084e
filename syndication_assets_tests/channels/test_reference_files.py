"""The reference files: the rules of our channels, and the errors for invalid files."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from syndication_assets.channels.reference_files import (
    REFERENCE_DIRECTORY,
    ReferenceFileError,
    read_reference,
)
from syndication_assets.channels.reference_tables import TABLES, Key, Values

REFERENCE = read_reference()
REQUIREMENTS = REFERENCE["channel_requirements"]
IN_USE = [key for key, row in REFERENCE["platform_channels"].items() if row["status"] in {"active", "beta"}]
LONGEST_TEXTS = {
    "facebook": 63_206,
    "instagram": 2_200,
    "linkedin": 3_000,
    "youtube": 5_000,
    "tiktok": 2_200,
    "twitter": 280,
    "pinterest": 500,
    "threads": 500,
    "mastodon": 500,
    "bluesky": 300,
}
"""Characters that a platform accepts in the text of a post."""
HASHTAGGED = [channel for channel in IN_USE if REQUIREMENTS[*channel, "content", "hashtag_count"]["maximum"] > 0]


def rule(channel: Key, category: str, key: str) -> Values:
    return REQUIREMENTS[*channel, category, key]


def test_there_are_eight_platforms_and_twenty_channels_in_use():
    assert len(REFERENCE["platforms"]) >= 8
    assert len(IN_USE) >= 20
    published_on = {platform for (platform,), row in REFERENCE["platforms"].items() if row["status"] == "active"}
    assert {platform for platform, _ in IN_USE} == published_on
    assert {platform for (platform,) in REFERENCE["platforms"]} - published_on == {"rss"}, "feeds are only read"


def test_every_kind_of_publication_has_a_channel():
    assert {channel for _, channel in REFERENCE["platform_channels"]} == {
        name for (name,) in REFERENCE["channel_types"]
    }


@pytest.mark.parametrize("channel", IN_USE, ids="/".join)
def test_a_channel_in_use_has_every_rule_that_writing_needs(channel: Key):
    content = {key[3]: row for key, row in REQUIREMENTS.items() if key[:3] == (*channel, "content")}
    kinds = {name: (row["value_type"], row["severity"]) for name, row in content.items() if name != "hashtag_position"}
    assert (kinds.pop("text_bytes", None) is not None) == (channel[0] == "bluesky")
    assert kinds == {
        "text_length": ("number", "hard"),
        "text_length_recommended": ("number", "soft"),
        "hashtag_count": ("number", "hard"),
        "banned_words": ("list", "hard"),
        "language": ("text", "hard"),
        "link_required": ("boolean", "hard"),
        "call_to_action": ("text", "soft"),
        "tone": ("text", "soft"),
        "emoji_count": ("number", "soft"),
        "near_duplicate_threshold": ("number", "hard"),
        "near_duplicate_days": ("number", "hard"),
    }
    assert rule(channel, "media", "alt_text_required")["value"] is True
    assert rule(channel, "engagement", "maximum_posts_per_day")["maximum"] >= 1


@pytest.mark.parametrize("channel", HASHTAGGED, ids="/".join)
def test_hashtags_come_last(channel: Key):
    assert rule(channel, "content", "hashtag_position")["value"] == "end"


@pytest.mark.parametrize("channel", IN_USE, ids="/".join)
def test_the_recommended_length_is_within_the_limit_and_the_limit_within_that_of_the_platform(channel: Key):
    hard, soft = (rule(channel, "content", name) for name in ("text_length", "text_length_recommended"))
    assert hard["minimum"] <= soft["minimum"] < soft["maximum"] <= hard["maximum"]
    # An article is published whole, not as the text of a post.
    assert hard["maximum"] <= LONGEST_TEXTS[channel[0]] or channel[1] == "article"


def test_a_facebook_post_has_three_hashtags_and_a_link_and_bans_delve():
    channel = ("facebook", "feed_post")
    length, hashtags = (rule(channel, "content", name) for name in ("text_length", "hashtag_count"))
    assert (length["minimum"], length["maximum"]) == (80, 400)
    assert (hashtags["minimum"], hashtags["maximum"]) == (3, 3)
    assert "delve" in rule(channel, "content", "banned_words")["value"]
    assert rule(channel, "content", "link_required")["value"] is True


def test_a_row_without_a_source_is_marked_as_a_house_rule():
    for key, row in REQUIREMENTS.items():
        if row["source_url"] is None:
            assert "house rule" in row["description"], key


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A copy of the reference files, to be damaged."""
    copy = tmp_path / "reference"
    shutil.copytree(REFERENCE_DIRECTORY, copy)
    return copy


def _in_line(number: int, old: str, new: str) -> Callable[[str], str]:
    def damage(text: str) -> str:
        lines = text.splitlines()
        assert old in lines[number - 1]
        lines[number - 1] = lines[number - 1].replace(old, new, 1)
        return "\n".join(lines) + "\n"

    return damage


@pytest.mark.parametrize(
    ("table", "damage", "message"),
    [
        ("platforms", _in_line(2, "facebook", "Face book"), "line 2, column platform: 'Face book' is not a name"),
        ("platforms", _in_line(3, ",active,", ",activ,"), "line 3, column status: 'activ' is not one of active, "),
        ("platforms", _in_line(3, ",90", ",high"), "line 3, column priority: 'high' is not a whole number"),
        ("platforms", _in_line(3, ",90", ","), "line 3, column priority: is empty"),
        (
            "channel_requirements",
            lambda text: text.replace("https://docs.x.com", "docs.x.com", 1),
            "column source_url: .* is not an https URL",
        ),
        ("platforms", _in_line(1, "display_name", "name"), "line 1: the columns must be platform,display_name,"),
        ("platforms", _in_line(4, "linkedin", "facebook"), "line 4: facebook is already in line 2"),
        ("platforms", _in_line(2, ",active", ",unquoted,active"), "line 2: has 6 cells instead of 5: quote cells"),
        ("platforms", _in_line(2, ",Facebook", ',"Facebook'), "is not valid CSV: "),
        ("platforms", lambda text: text + "\n", "has 0 cells"),
        ("platforms", lambda _: "", "line 1: the columns must be"),
        ("channel_requirements", _in_line(6, ",delve,", ",delve;;boost,"), "line 6, column value: .* empty item"),
        ("platform_channels", _in_line(2, "facebook", "facebok"), "column platform: facebok is not in platforms.csv"),
        ("platform_channels", _in_line(3, "carousel", "carusel"), "column channel_type: carusel is not in channel_"),
        ("channel_requirements", _in_line(8, ",true,,", ",yes,,"), "line 8, column value: 'yes' is neither true nor"),
        ("channel_requirements", _in_line(13, ",90,", ",ninety,"), "line 13, column value: 'ninety' is not a number"),
        (
            "channel_requirements",
            lambda text: _in_line(2, text.splitlines()[1], text.splitlines()[1][:-1] + ",2025-11-25")(text),
            "line 2, column checked_on: needs a source_url that was checked",
        ),
        ("channel_requirements", _in_line(2, ",80,", ",eighty,"), "line 2, column minimum: 'eighty' is not a number"),
        ("channel_requirements", _in_line(2, ",80,", ",NaN,"), "line 2, column minimum: 'NaN' is not a number"),
        ("channel_requirements", _in_line(2, ",80,", ",800,"), "line 2, column minimum: 800 is more than the maximum"),
        (
            "channel_requirements",
            _in_line(2, ",80,400,", ",,,"),
            "line 2, column value: is empty, like minimum and maximum",
        ),
        (
            "channel_requirements",
            _in_line(5, "end,,,", "end,1,,"),
            "line 5, column minimum: only a rule of type number has",
        ),
        ("channel_requirements", _in_line(2, "feed_post", "pin"), "column channel_type: facebook/pin is not in"),
        ("channel_requirements", _in_line(2, ",hard,", ",strict,"), "line 2, column severity: 'strict' is not one of"),
        ("channel_requirements", _in_line(2, "number", "numbr"), "line 2, column value_type: 'numbr' is not one of"),
        ("channel_requirements", _in_line(2, ",true,,", ",true,,tomorrow"), "line 2, column checked_on: 'tomorrow' is"),
    ],
)
def test_the_error_of_a_mistake_names_file_line_and_column(
    directory: Path, table: str, damage: Callable[[str], str], message: str
):
    file = directory / f"{table}.csv"
    file.write_text(damage(file.read_text()))
    with pytest.raises(ReferenceFileError, match=rf"^{table}\.csv.*{message}"):
        read_reference(directory)


def test_a_cell_with_a_line_break_does_not_shift_the_line_numbers(directory: Path):
    file = directory / "platforms.csv"
    file.write_text(file.read_text().replace("Pages with", "Pages\nwith").replace(",active,90", ",active,high"))
    with pytest.raises(ReferenceFileError, match="line 4, column priority"):
        read_reference(directory)


@pytest.mark.parametrize("table", [table.name for table in TABLES])
def test_the_error_names_a_file_that_is_missing_or_not_utf_8(directory: Path, table: str):
    file = directory / f"{table}.csv"
    file.write_bytes(b"\xff" + file.read_bytes())
    with pytest.raises(ReferenceFileError, match=rf"{table}\.csv: is not UTF-8"):
        read_reference(directory)
    file.unlink()
    with pytest.raises(ReferenceFileError, match=rf"{table}\.csv: is not in "):
        read_reference(directory)
