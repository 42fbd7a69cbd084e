"""The reference files: what they say of the house's channels, and what is said of a mistake in one of them."""

import shutil
from collections.abc import Callable
from decimal import Decimal
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
HASHTAGGED = [channel for channel in IN_USE if REQUIREMENTS[*channel, "content", "hashtag_count"]["maximum"] > 0]


def rule(channel: Key, category: str, key: str) -> Values:
    return REQUIREMENTS[*channel, category, key]


def test_there_are_eight_platforms_and_twenty_channels_in_use():
    assert len(REFERENCE["platforms"]) >= 8
    assert len(IN_USE) >= 20
    assert {platform for platform, _ in IN_USE} == {platform for (platform,) in REFERENCE["platforms"]}


def test_every_kind_of_publication_is_used():
    assert {channel for _, channel in REFERENCE["platform_channels"]} == {
        name for (name,) in REFERENCE["channel_types"]
    }


@pytest.mark.parametrize("channel", IN_USE, ids="/".join)
def test_a_channel_in_use_has_every_rule_that_texts_are_written_by(channel: Key):
    content = {key[3]: row for key, row in REQUIREMENTS.items() if key[:3] == (*channel, "content")}
    kinds = {name: (row["value_type"], row["severity"]) for name, row in content.items() if name != "hashtag_position"}
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
    width, height = (rule(channel, "media", f"image_{side}")["value"] for side in ("width", "height"))
    wide, high = map(Decimal, rule(channel, "media", "aspect_ratio")["value"].split(":"))
    assert abs(width / height - wide / high) < Decimal("0.01")


@pytest.mark.parametrize("channel", HASHTAGGED, ids="/".join)
def test_hashtags_come_last(channel: Key):
    assert rule(channel, "content", "hashtag_position")["value"] == "end"


@pytest.mark.parametrize("channel", IN_USE, ids="/".join)
def test_the_recommended_length_lies_within_the_limit_and_that_within_the_platforms(channel: Key):
    hard, soft = (rule(channel, "content", name) for name in ("text_length", "text_length_recommended"))
    assert hard["minimum"] <= soft["minimum"] < soft["maximum"] <= hard["maximum"]
    platform_limit = REFERENCE["platform_capabilities"][channel[0], "limits", "maximum_text_length"]["value"]
    # An article is published whole, not as the text of a post.
    assert hard["maximum"] <= platform_limit or channel[1] == "article"


def test_a_facebook_post_has_three_hashtags_a_link_and_no_delving():
    channel = ("facebook", "feed_post")
    length, hashtags = (rule(channel, "content", name) for name in ("text_length", "hashtag_count"))
    assert (length["minimum"], length["maximum"]) == (80, 400)
    assert (hashtags["minimum"], hashtags["maximum"]) == (3, 3)
    assert "delve" in rule(channel, "content", "banned_words")["value"]
    assert rule(channel, "content", "link_required")["value"] is True


@pytest.mark.parametrize("table", ["channel_requirements", "platform_capabilities"])
def test_a_row_without_a_source_says_that_it_is_a_rule_of_the_house(table: str):
    for key, row in REFERENCE[table].items():
        if row["source_url"] is None and key[2] != "publisher":
            assert "house rule" in row["description"], key


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A copy of the reference files, to be spoilt."""
    copy = tmp_path / "reference"
    shutil.copytree(REFERENCE_DIRECTORY, copy)
    return copy


def _in_line(number: int, old: str, new: str) -> Callable[[str], str]:
    def spoil(text: str) -> str:
        lines = text.splitlines()
        assert old in lines[number - 1]
        lines[number - 1] = lines[number - 1].replace(old, new, 1)
        return "\n".join(lines) + "\n"

    return spoil


@pytest.mark.parametrize(
    ("table", "spoil", "message"),
    [
        ("platforms", _in_line(2, "facebook", "Face book"), "line 2, column platform: 'Face book' is no name"),
        ("platforms", _in_line(3, ",active,", ",activ,"), "line 3, column status: 'activ' is not one of active, "),
        ("platforms", _in_line(3, ",90,", ",high,"), "line 3, column priority: 'high' is no whole number"),
        ("platforms", _in_line(3, ",90,", ",,"), "line 3, column priority: is empty"),
        ("platforms", _in_line(3, "https://www.", "www."), "line 3, column website_url: .* is no https address"),
        ("platforms", _in_line(1, "display_name", "name"), "line 1: the columns are not platform,display_name,"),
        ("platforms", _in_line(4, "linkedin", "facebook"), "line 4: facebook is in line 2 already"),
        ("platforms", _in_line(2, ",https", ",unquoted,https"), "line 2: has 8 cells instead of 7: quote a cell"),
        ("platforms", _in_line(2, ",Facebook", ',"Facebook'), "no CSV: "),
        ("platforms", lambda text: text + "\n", "has 0 cells"),
        ("platforms", lambda _: "", "line 1: the columns are not"),
        ("channel_types", _in_line(2, "text;image;link", "text;;link"), "line 2, column media_support: .* empty item"),
        ("platform_channels", _in_line(2, "facebook", "facebok"), "column platform: facebok is not in platforms.csv"),
        ("platform_channels", _in_line(3, "carousel", "carusel"), "column channel_type: carusel is not in channel_"),
        ("platform_capabilities", _in_line(2, ",true,,", ",yes,,"), "line 2, column value: 'yes' is neither true nor"),
        ("platform_capabilities", _in_line(5, ",10,", ",ten,"), "line 5, column value: 'ten' is no number"),
        (
            "platform_capabilities",
            lambda text: _in_line(2, text.splitlines()[1], text.splitlines()[1][:-1] + ",2025-11-25")(text),
            "line 2, column checked_on: there is no source_url that was checked",
        ),
        ("channel_requirements", _in_line(2, ",80,", ",eighty,"), "line 2, column minimum: 'eighty' is no number"),
        ("channel_requirements", _in_line(2, ",80,", ",NaN,"), "line 2, column minimum: 'NaN' is no number"),
        ("channel_requirements", _in_line(2, ",80,", ",800,"), "line 2, column minimum: 800 is more than the maximum"),
        ("channel_requirements", _in_line(2, ",80,400,", ",,,"), "line 2, column value: .* it rules nothing"),
        ("channel_requirements", _in_line(5, "end,,,", "end,1,,"), "line 5, column minimum: only a number has"),
        ("channel_requirements", _in_line(2, "feed_post", "pin"), "column channel_type: facebook/pin is not in"),
        ("channel_requirements", _in_line(2, ",hard,", ",strict,"), "line 2, column severity: 'strict' is not one of"),
        ("channel_requirements", _in_line(2, "number", "numbr"), "line 2, column value_type: 'numbr' is not one of"),
        ("channel_requirements", _in_line(2, ",true,,", ",true,,tomorrow"), "line 2, column checked_on: 'tomorrow' is"),
    ],
)
def test_a_mistake_is_named_with_file_line_and_column(
    directory: Path, table: str, spoil: Callable[[str], str], message: str
):
    file = directory / f"{table}.csv"
    file.write_text(spoil(file.read_text()))
    with pytest.raises(ReferenceFileError, match=rf"^{table}\.csv.*{message}"):
        read_reference(directory)


def test_a_cell_of_several_lines_does_not_shift_the_lines_that_are_named(directory: Path):
    file = directory / "platforms.csv"
    file.write_text(file.read_text().replace("Pages: text", "Pages:\ntext").replace(",90,", ",high,"))
    with pytest.raises(ReferenceFileError, match="line 4, column priority"):
        read_reference(directory)


@pytest.mark.parametrize("table", [table.name for table in TABLES])
def test_a_file_that_is_missing_or_not_utf_8_is_named(directory: Path, table: str):
    file = directory / f"{table}.csv"
    file.write_bytes(b"\xff" + file.read_bytes())
    with pytest.raises(ReferenceFileError, match=rf"{table}\.csv: is not UTF-8"):
        read_reference(directory)
    file.unlink()
    with pytest.raises(ReferenceFileError, match=rf"{table}\.csv: is not in "):
        read_reference(directory)
