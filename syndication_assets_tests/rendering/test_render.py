"""A template, its fields and a look become one picture."""

import io

import pytest
from PIL import Image

from syndication_assets.rendering.boxes import PixelBox
from syndication_assets.rendering.document_check import read_template
from syndication_assets.rendering.errors import FieldError, RenderingError
from syndication_assets.rendering.render import render
from syndication_assets_tests.rendering.looks import document, look, photo

_FIELDS = {"headline": "Five calm habits"}


def test_photo_text_and_logo_are_drawn_where_the_boxes_say():
    picture = render(read_template(document()), "card", {**_FIELDS, "photo": photo()}, look(), maximum_bytes=None)

    assert (picture.width, picture.height, picture.mime_type) == (400, 400, "image/jpeg")
    drawn = Image.open(io.BytesIO(picture.content))
    assert drawn.size == (400, 400)
    assert picture.boxes["photo"] == PixelBox(0, 0, 400, 400)
    assert picture.boxes["logo"] == PixelBox(280, 60, 80, 20)
    ink = picture.boxes["headline"]
    assert 40 <= ink.x < ink.right <= 360
    assert 160 <= ink.y < ink.bottom <= 320
    assert len(picture.text_backgrounds["headline"]) == ink.width * ink.height * 3
    assert picture.text_colours == {"headline": "#ffffff"}
    assert picture.text_sizes == {"headline": pytest.approx(40)}


def test_without_a_photo_the_ground_of_the_brand_is_seen_and_the_picture_is_a_png():
    picture = render(read_template(document()), "tower", _FIELDS, look(), maximum_bytes=None)

    assert picture.mime_type == "image/png"
    assert Image.open(io.BytesIO(picture.content)).getpixel((5, 5)) == (0x12, 0x3C, 0x4A)
    assert "photo" not in picture.boxes


def test_the_same_inputs_give_the_same_bytes():
    first, again = (
        render(read_template(document()), "card", {**_FIELDS, "photo": photo()}, look(), maximum_bytes=None).content
        for _ in range(2)
    )
    assert first == again


@pytest.mark.parametrize(
    ("fields", "field"),
    [({}, "headline"), ({**_FIELDS, "footer": "x"}, "footer"), ({**_FIELDS, "photo": "x"}, "photo")],
    ids=["missing", "unknown", "of another kind"],
)
def test_a_wrong_field_is_named(fields, field):
    with pytest.raises(FieldError) as raised:
        render(read_template(document()), "card", fields, look(), maximum_bytes=None)
    assert raised.value.field == field


def test_an_unknown_format_names_the_known_ones():
    with pytest.raises(RenderingError, match="card, tower"):
        render(read_template(document()), "banner", _FIELDS, look(), maximum_bytes=None)
