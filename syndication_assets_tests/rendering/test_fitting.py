"""Texts fit their boxes: smaller, on several lines, never cut."""

import io
from typing import Any

import pytest
from PIL import Image

from syndication_assets.rendering.document_check import read_template
from syndication_assets.rendering.errors import TextDoesNotFitError
from syndication_assets.rendering.render import render
from syndication_assets.rendering.rendered_picture import RenderedPicture
from syndication_assets_tests.rendering.looks import EVERYWHERE, document, look, text_layer

_GROUND = {"name": "ground", "kind": "shape", "colour": "brand.primary", "box": EVERYWHERE}


def drawn(texts: dict[str, str], *layers: dict[str, Any], language: str = "en") -> RenderedPicture:
    fields = {layer["field"]: {"kind": "text"} for layer in layers if layer["kind"] == "text"}
    template = read_template(document(fields=fields, layers=[_GROUND, *layers]))
    return render(template, "card", texts, look(), maximum_bytes=None, language=language)


def test_a_long_text_is_set_smaller_and_stays_in_its_box():
    layer = text_layer("headline")
    sizes = []
    for words in (4, 12, 30):
        picture = drawn({"headline": " ".join(["habits"] * words)}, layer)
        box = picture.boxes["headline"]
        assert (box.x, box.y) >= (40, 160)
        assert box.right <= 360
        assert box.bottom <= 322
        sizes.append(picture.text_sizes["headline"])
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes)) > 1


@pytest.mark.parametrize(
    ("text", "language"),
    [("habit " * 60, "en"), ("Donaudampfschifffahrtsgesellschaftskapitän", "de"), ("習慣を変える " * 30, "ja")],
    ids=["too many lines", "a word longer than a line", "too many phrases"],
)
def test_a_text_that_does_not_fit_is_refused_with_its_place(text: str, language: str):
    with pytest.raises(TextDoesNotFitError) as raised:
        drawn({"headline": text}, text_layer("headline"), language=language)
    assert (raised.value.layer, raised.value.format_name) == ("headline", "card")
    assert 1 <= raised.value.characters_over < len(text)


def test_lines_are_balanced():
    picture = drawn({"headline": "Five habits that keep teams calm"}, text_layer("headline", size=0.075))
    box = picture.boxes["headline"]
    ground = Image.open(io.BytesIO(picture.content)).convert("L")
    rows = [ground.crop((box.x, top, box.right, top + 12)) for top in (box.y + 4, box.bottom - 16)]
    widths = [row.point([255 if value > 150 else 0 for value in range(256)]).getbbox() for row in rows]
    first, last = (found[2] - found[0] for found in widths if found is not None)
    assert min(first, last) / max(first, last) > 0.6


def test_a_text_follows_another_one_and_takes_the_place_of_an_empty_one():
    headline = text_layer("headline", box={"x": 0.1, "y": 0.15, "width": 0.8, "height": 0.35})
    body = text_layer(
        "body", size=0.05, minimum_size=0.03, follows="headline", box={"x": 0.1, "y": 0.55, "width": 0.8, "height": 0.2}
    )
    single, three = (
        drawn({"headline": text, "body": "Below"}, headline, body)
        for text in ("Calm", "Five habits that keep growing teams calm")
    )
    gaps = [each.boxes["body"].y - each.boxes["headline"].bottom for each in (single, three)]
    assert abs(gaps[0] - gaps[1]) < 15  # descenders of the last line
    assert single.boxes["body"].y < three.boxes["body"].y
    alone = drawn({"body": "Below"}, headline, body)
    assert alone.boxes["body"].y < single.boxes["headline"].bottom


def test_a_plate_is_as_large_as_its_text():
    button = text_layer("action", size=0.05, minimum_size=0.03, plate={"colour": "brand.accent", "padding": 0.5})
    short, long = (drawn({"action": text}, button) for text in ("Go", "Read the whole story"))
    assert short.boxes["action.plate"].width < long.boxes["action.plate"].width < 320
    plate, ink = long.boxes["action.plate"], long.boxes["action"]
    assert plate.x < ink.x < ink.right < plate.right
    # What is measured for contrast is the plate, not the photo behind it.
    assert long.text_backgrounds["action"][:3] == bytes.fromhex("f4b942")
