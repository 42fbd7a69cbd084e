"""Photos are cropped around what is seen first, and files stay within their limits."""

import io

import pytest
from PIL import Image

from syndication_assets.rendering.boxes import PixelBox
from syndication_assets.rendering.document_check import read_template
from syndication_assets.rendering.encoding import encode
from syndication_assets.rendering.errors import PictureTooLargeError, RenderingError, UnreadablePictureError
from syndication_assets.rendering.pictures.cropping import cover, crop_box
from syndication_assets.rendering.pictures.decoding import decoded
from syndication_assets.rendering.pictures.shapes import paste_gradient, shape_mask
from syndication_assets.rendering.render import render
from syndication_assets.rendering.render_hash import render_hash
from syndication_assets.rendering.sample_photo import sample_photo
from syndication_assets_tests.rendering.looks import document, look, photo, png


@pytest.mark.parametrize("subject", [(80, 200), (300, 200), (520, 200)])
def test_a_narrow_crop_keeps_the_subject(subject: tuple[int, int]):
    left, _, right, _ = crop_box(decoded(photo(subject=subject), "it"), 0.6)
    assert right - left == pytest.approx(240)
    assert left <= subject[0] - 55
    assert right >= subject[0] + 55


def test_a_calm_photo_is_cropped_in_its_middle_or_above_it():
    calm = Image.new("RGB", (600, 600), "#9fb4bd")
    left, _, right, _ = crop_box(calm, 0.5)
    assert (left + right) / 2 == pytest.approx(300, abs=10)
    _, top, _, bottom = crop_box(calm, 2)
    assert (top + bottom) / 2 == pytest.approx(216, abs=10)


def test_a_crop_has_exactly_the_size_of_its_box():
    assert cover(decoded(photo(), "it"), 123, 457).size == (123, 457)


def test_a_picture_is_turned_as_its_camera_noted_and_keeps_its_transparency():
    turned = Image.new("RGB", (40, 20), "red")
    exif = turned.getexif()
    exif[0x0112] = 6
    content = io.BytesIO()
    turned.save(content, "JPEG", exif=exif)
    assert decoded(content.getvalue(), "it").size == (20, 40)
    assert decoded(png(Image.new("RGBA", (8, 8), (0, 0, 0, 0))), "it").mode == "RGBA"


@pytest.mark.parametrize("content", [b"", b"<svg/>", png(Image.new("RGB", (50, 50)))[:60]])
def test_what_is_no_picture_is_refused(content: bytes):
    with pytest.raises(UnreadablePictureError, match="The picture of the field 'photo'"):
        render(
            read_template(document()), "card", {"headline": "x", "photo": content or b"\0"}, look(), maximum_bytes=None
        )


def test_a_picture_with_too_many_pixels_is_refused_before_it_is_decoded():
    with pytest.raises(UnreadablePictureError, match="more than 1,000 pixels"):
        decoded(png(Image.new("RGB", (50, 50))), "It", 1000)


def test_a_photo_is_a_jpeg_whose_quality_goes_down_to_the_limit():
    picture = Image.effect_noise((300, 300), 60).convert("RGB")
    free, _ = encode(picture, format_name="x", has_photo=True, mime_types=("image/jpeg",), maximum_bytes=None)
    limited, kind = encode(
        picture, format_name="x", has_photo=True, mime_types=("image/jpeg",), maximum_bytes=len(free) * 3 // 4
    )
    assert kind == "image/jpeg"
    assert len(limited) <= len(free) * 3 // 4
    with pytest.raises(PictureTooLargeError, match="at most 1,000 are allowed"):
        encode(picture, format_name="x", has_photo=True, mime_types=("image/jpeg",), maximum_bytes=1000)


def test_a_flat_picture_is_a_png_unless_the_channel_takes_none():
    flat = Image.new("RGB", (100, 100), "red")
    both = ("image/jpeg", "image/png")
    assert encode(flat, format_name="x", has_photo=False, mime_types=both, maximum_bytes=None)[1] == "image/png"
    jpeg = encode(flat, format_name="x", has_photo=False, mime_types=both[:1], maximum_bytes=None)
    assert jpeg[1] == "image/jpeg"
    with pytest.raises(RenderingError, match="image/webp"):
        encode(flat, format_name="x", has_photo=False, mime_types=("image/webp",), maximum_bytes=None)


def test_a_gradient_goes_where_its_direction_says():
    canvas = Image.new("RGB", (10, 100), "white")
    paste_gradient(canvas, PixelBox(0, 0, 10, 100), direction="up", from_=("#000000", 0), to=("#000000", 1), length=50)
    column = [canvas.getpixel((5, y))[0] for y in (0, 40, 60, 99)]
    assert column[:2] == [0, 0]
    assert 0 < column[2] < column[3]


def test_a_rounded_corner_is_empty_and_its_middle_full():
    mask = shape_mask(60, 40, 0.5)
    assert mask.getpixel((0, 0)) == 0
    assert mask.getpixel((30, 20)) == 255


def test_the_layout_is_mirrored_in_a_language_from_right_to_left():
    left, right = (
        render(read_template(document()), "card", {"headline": "x"}, look(), maximum_bytes=None, language=language)
        for language in ("en", "ar")
    )
    logo, mirrored = left.boxes["logo"], right.boxes["logo"]
    assert mirrored.x == 400 - logo.right
    assert mirrored.y == logo.y


def test_the_hash_changes_with_everything_that_the_picture_depends_on():
    template, fields = read_template(document()), {"headline": "x", "photo": photo()}
    first = render_hash("vtp-1/1", template, "card", fields, look(), "en")
    assert first == render_hash("vtp-1/1", template, "card", dict(reversed(fields.items())), look(), "en")
    others = {
        render_hash("vtp-1/2", template, "card", fields, look(), "en"),
        render_hash("vtp-1/1", template, "tower", fields, look(), "en"),
        render_hash("vtp-1/1", template, "card", {**fields, "headline": "y"}, look(), "en"),
        render_hash("vtp-1/1", template, "card", {**fields, "photo": photo(subject=(1, 1))}, look(), "en"),
        render_hash("vtp-1/1", template, "card", fields, look(version="brd-1/2"), "en"),
        render_hash("vtp-1/1", template, "card", fields, look(), "ar"),
        render_hash("vtp-1/1", read_template(document(name="Other")), "card", fields, look(), "en"),
    }
    assert len({first, *others}) == 8


def test_the_sample_photo_is_always_the_same():
    assert sample_photo(90, 90) == sample_photo(90, 90)
