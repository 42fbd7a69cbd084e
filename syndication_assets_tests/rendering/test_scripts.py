"""Latin, Arabic, Japanese and emoji are set right, also in one line: pictures as a person has approved them.

A picture is compared by where its ink is, and by a small grey copy, so that a new release of a library may move an
outline by a hair, and wrong letters fail. `python -m syndication_assets_tests.rendering.approved_scripts` draws them
again, to be looked at before they are committed.
"""

import io

import pytest
from PIL import Image

from syndication_assets.rendering.errors import MissingGlyphsError
from syndication_assets.rendering.fonts.kit_fonts import EMOJI_FAMILY, kit_font_files
from syndication_assets_tests.rendering.approved_scripts import FOLDER, SCRIPTS, approved_boxes, drawn, drawn_picture
from syndication_assets_tests.rendering.looks import look

_GREY_DISTANCE = 6.0
"""Mean difference of grey values of the small copies, 0 to 255, that passes."""
_PIXELS = 3
NEEDS_EMOJI = pytest.mark.skipif(
    not any(file.name == "NotoColorEmoji.ttf" for file in kit_font_files()),
    reason="the system has no Noto Color Emoji (fonts-noto-color-emoji)",
)


def small_grey(picture: Image.Image) -> bytes:
    return picture.convert("L").resize((picture.width // 4, picture.height // 4), Image.Resampling.BOX).tobytes()


def looks_approved(name: str, content: bytes, box: tuple[int, ...]) -> bool:
    with Image.open(FOLDER / f"{name}.png") as approved, Image.open(io.BytesIO(content)) as picture:
        pairs = zip(small_grey(approved), small_grey(picture), strict=True)
        distances = [abs(found - other) for found, other in pairs]
    is_in_place = all(abs(found - other) <= _PIXELS for found, other in zip(box, approved_boxes()[name], strict=True))
    return is_in_place and sum(distances) / len(distances) <= _GREY_DISTANCE


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_looks_as_it_was_approved(name: str):
    content, box = drawn(*SCRIPTS[name])
    assert looks_approved(name, content, box)


@pytest.mark.parametrize(
    "wrong",
    [
        "\u200c".join("نسبة") + " \u200c" + "\u200c".join("النمو"),  # isolated letters
        "\u202d" + "نسبة النمو" + "\u202c",  # from left to right
        "نسب النمو",  # a letter less
    ],
    ids=["unshaped", "reversed", "other letters"],
)
def test_wrong_arabic_does_not_look_as_it_was_approved(wrong: str):
    content, box = drawn(wrong, "ar")
    assert not looks_approved("arabic", content, box)


def test_arabic_stands_at_the_right_and_latin_at_the_left():
    _, (left, *_) = drawn("abc", "en")
    _, (arabic_left, _, arabic_width, _) = drawn("نسبة", "ar")
    assert left <= 22
    assert arabic_left + arabic_width >= 378


@NEEDS_EMOJI
def test_an_emoji_is_drawn_in_colour_beside_letters_and_one_family_is_one_picture():
    line = drawn_picture("كل عام 🎉 Dubai 日本語 ❤️ 12%", "ar")
    picture = Image.open(io.BytesIO(line.content)).convert("HSV")
    saturated = sum(1 for value in picture.getchannel("S").tobytes() if value > 150)
    assert saturated > 200
    joined, three = (drawn(text, "en")[1][2] for text in ("👩‍🚀", "👩🚀👩"))
    assert joined * 2 < three


def test_characters_that_no_font_has_are_named():
    with pytest.raises(MissingGlyphsError) as raised:
        drawn("abc \U00012000 \uf8ff", "en")
    assert raised.value.characters == ("\uf8ff", "\U00012000")
    assert "U+12000" in str(raised.value)


def test_emoji_are_refused_by_name_where_the_system_has_no_font_for_them(monkeypatch: pytest.MonkeyPatch):
    from syndication_assets.rendering.fonts import font_folder  # noqa: PLC0415

    letters_only = tuple(file for file in kit_font_files() if file.name != "NotoColorEmoji.ttf")
    monkeypatch.setattr(font_folder, "kit_font_files", lambda: letters_only)
    # A font of its own makes a folder of its own.
    other = look(font_files=(letters_only[0].read_bytes(),))
    assert EMOJI_FAMILY not in font_folder.font_folder(tuple(other.font_files)).families
    with pytest.raises(MissingGlyphsError, match="fonts-noto-color-emoji"):
        drawn_picture("party 🎉", "en", other)
