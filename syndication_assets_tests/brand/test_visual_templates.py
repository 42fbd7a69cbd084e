"""The templates that come with the project, and those of people."""

from copy import deepcopy
from typing import Any

import pytest
from PIL import Image

from syndication_assets.brand.example.example_brand import example_look
from syndication_assets.brand.templates.template_check import ChannelFormat, channel_formats, check_document
from syndication_assets.brand.templates.template_preview import example_fields, sheet_of
from syndication_assets.brand.templates.template_rows import (
    default_documents,
    load_templates,
    read_templates,
    write_template,
)
from syndication_assets.database.connection import transaction
from syndication_assets.media.bounded_child import BoundedChild
from syndication_assets.rendering.document_check import TemplateError, read_template
from syndication_assets.rendering.render import render
from syndication_assets.rendering.rendered_picture import RenderedPicture
from syndication_assets.rendering.sample_photo import sample_photo
from syndication_assets_tests.brand.conftest import Studio
from syndication_assets_tests.rendering.looks import document, png

DEFAULTS = {str(each["name"]): each for each in default_documents()}
_CONTRAST = 4.5


def luminance(red: int, green: int, blue: int) -> float:
    """The relative luminance of WCAG 2.2."""
    parts = [value / 255 for value in (red, green, blue)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast_under(pixels: bytes, colour: str) -> float:
    """The contrast of the text with the 5th percentile of the pixels under it."""
    text = luminance(*bytes.fromhex(colour[1:]))
    found = sorted(
        (max(text, ground) + 0.05) / (min(text, ground) + 0.05)
        for ground in (luminance(*pixels[place : place + 3]) for place in range(0, len(pixels), 3 * 97))
    )
    return found[len(found) // 20]


@pytest.mark.parametrize("name", DEFAULTS)
@pytest.mark.parametrize(
    ("language", "formats"),
    [
        ("en", ("square", "link")),
        ("ar", ("story",)),
        *(pytest.param(tag, None, marks=pytest.mark.slow) for tag in ("en", "de", "ar", "ja", "zh")),
    ],
)
def test_every_format_of_a_template_is_drawn_in_the_safe_zone_and_can_be_read(
    name: str, language: str, formats: tuple[str, ...] | None
):
    template = read_template(DEFAULTS[name])
    # White is the worst photo under light text.
    fields = example_fields(template, language, photo=png(Image.new("RGB", (300, 300), "white")))
    for each in template.formats:
        if formats is not None and each.name not in formats:
            continue
        picture = render(template, each.name, fields, example_look(), maximum_bytes=2_000_000, language=language)
        for layer, colour in picture.text_colours.items():
            box = picture.boxes[layer]
            assert box.y >= each.safe_top - 2, (each.name, layer)
            assert box.bottom <= each.height - each.safe_bottom + 2, (each.name, layer)
            contrast = contrast_under(picture.text_backgrounds[layer], colour)
            assert contrast >= _CONTRAST, (each.name, layer, contrast)


def test_there_are_three_templates_for_eight_sizes_of_the_channels(studio: Studio):
    with transaction(studio.url) as connection:
        formats = channel_formats(connection)
    for each in DEFAULTS.values():
        template = check_document(each, None, formats)
        assert {size.name for size in template.formats} == {size.name for size in formats}
    assert sorted(DEFAULTS) == ["Editorial", "Figure", "Statement"]


@pytest.mark.parametrize(
    ("size", "problem"),
    [
        ({"width": 500}, "it is 400 by 400, but 500 by 400 in facebook feed_post: use that size, or another name"),
        ({"safe_top": 10}, "safe_top is at least 10, which facebook feed_post cover"),
        ({"name": "banner", "width": 1}, None),
    ],
)
def test_a_format_has_the_size_and_the_safe_zone_of_its_channels(size: dict[str, Any], problem: str | None):
    values = {
        "name": "card", "width": 400, "height": 400, "safe_top": 0, "safe_right": 0, "safe_bottom": 0, "safe_left": 0,
        "channels": ["facebook feed_post"],
    }  # fmt: skip
    theirs = [ChannelFormat(**{**values, **size})]
    if problem is None:
        check_document(document(), None, theirs)
        return
    with pytest.raises(TemplateError) as raised:
        check_document(document(), None, theirs)
    assert raised.value.problems == [f"formats, card: {problem}"]


def test_a_template_for_all_brands_uses_the_common_colours_only():
    gold = document()
    gold["layers"][0]["colour"] = "brand.gold"
    with pytest.raises(TemplateError, match="no colour 'gold'"):
        check_document(gold, None, [])
    check_document(gold, ["gold"], [])


def test_a_changed_default_is_a_version_and_one_that_a_user_wrote_is_kept(studio: Studio):
    changed = deepcopy(list(DEFAULTS.values()))
    changed[0]["formats"] = changed[0]["formats"][:1]
    for layer in changed[0]["layers"]:
        layer.pop("boxes", None)
    with transaction(studio.url) as connection:
        again = load_templates(connection, DEFAULTS.values())
        write_template(
            connection, studio.organization_id, str(changed[1]["name"]), document(), brand_id=None, is_active=True
        )
        counts = load_templates(connection, changed)
        stored = {each.name: each for each in read_templates(connection)}
    assert again == {"templates_added": 0, "versions_added": 0, "user_templates_kept": 0}
    assert counts == {"templates_added": 0, "versions_added": 1, "user_templates_kept": 1}
    assert {name: (each.version, each.is_default) for name, each in stored.items()} == {
        "Editorial": (2, True),
        "Figure": (2, False),
        "Statement": (1, True),
    }


def test_a_sheet_has_all_pictures_in_rows():
    pictures = [sample_photo(40, 40), sample_photo(80, 40), sample_photo(40, 80)]
    assert sheet_of(pictures, row_height=50, width=150).startswith(b"\x89PNG")


@pytest.mark.slow
def test_a_photo_from_outside_is_drawn_in_a_child_with_limited_memory():
    template = read_template(DEFAULTS["Statement"])
    arguments = (template, "square", example_fields(template, "ar"), example_look())
    child = BoundedChild(memory_bytes=2 * 1024**3, seconds=60)
    try:
        drawn = child.run(RenderedPicture, render, *arguments, maximum_bytes=None, language="ar")
    finally:
        child.close()
    assert drawn == render(*arguments, maximum_bytes=None, language="ar")
