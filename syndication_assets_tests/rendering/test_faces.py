"""With the extra `faces`, a crop keeps faces: those of a drawing here, because no picture of a person is kept."""

import io

import pytest
from PIL import Image, ImageDraw, ImageFilter

from syndication_assets.rendering import render_hash as render_hash_module
from syndication_assets.rendering.document_check import read_template
from syndication_assets.rendering.pictures import faces
from syndication_assets.rendering.pictures.cropping import crop_box
from syndication_assets.rendering.pictures.decoding import MAXIMUM_PIXELS, decoded
from syndication_assets.rendering.pictures.faces import faces_in, finder_version, starts_with_faces
from syndication_assets_tests.rendering.looks import document, look, png

SIZE = (1200, 600)
FACE = (115, 240, 245, 370)
"""From brow to mouth, of a face at the column 80."""
needs_the_extra = pytest.mark.skipif(finder_version() is None, reason="the extra faces is not installed")


def drawn_face(side: int) -> Image.Image:
    """A face from the front in grey: bright forehead, nose and cheeks, dark eyes, brows and mouth."""
    picture = Image.new("L", (200, 200), 110)
    draw = ImageDraw.Draw(picture)
    draw.ellipse((35, 5, 165, 195), fill=205)
    draw.chord((30, 0, 170, 120), 180, 360, fill=60)
    draw.ellipse((48, 30, 152, 120), fill=205)
    for left in (60, 112):
        draw.rectangle((left - 2, 72, left + 32, 78), fill=70)
        draw.ellipse((left, 84, left + 28, 98), fill=240)
        draw.ellipse((left + 8, 83, left + 21, 98), fill=30)
    draw.polygon([(100, 88), (88, 132), (112, 132)], fill=225)
    draw.line([(88, 133), (112, 133)], fill=110, width=4)
    draw.ellipse((74, 150, 126, 166), fill=100)
    return picture.filter(ImageFilter.GaussianBlur(2)).resize((side, side), Image.Resampling.LANCZOS)


def scene(*places: int) -> bytes:
    """Stripes on the right, which stand out, and a face at each of these columns."""
    picture = Image.new("L", SIZE, 110)
    draw = ImageDraw.Draw(picture)
    for column in range(900, 1200, 20):
        draw.rectangle((column, 0, column + 9, 600), fill=250)
    for place in places:
        picture.paste(drawn_face(200), (place, 200))
    return png(picture.convert("RGB"))


def found(content: bytes) -> tuple[faces.FaceBox, ...]:
    return faces_in(content, "it", MAXIMUM_PIXELS)


@needs_the_extra
def test_a_face_is_found_where_it_is_and_none_where_there_is_none():
    ((left, top, right, bottom),) = found(scene(80))
    assert (left < FACE[0], right > FACE[2]) == (True, True)
    assert (top < FACE[1], bottom > FACE[3]) == (True, True)
    assert right - left < 320
    assert found(scene()) == ()


@needs_the_extra
def test_a_crop_keeps_a_face_beside_what_stands_out(monkeypatch: pytest.MonkeyPatch):
    photo = decoded(scene(80), "it")
    boxes = found(scene(80))
    left, _, right, _ = crop_box(photo, 0.8, boxes)
    assert (left <= FACE[0], right >= FACE[2]) == (True, True)
    # The control: without a face, the stripes win.
    assert crop_box(photo, 0.8)[0] > 400


@needs_the_extra
def test_the_hash_of_a_picture_says_what_finds_faces(monkeypatch: pytest.MonkeyPatch):
    def hashed() -> str:
        render_hash_module._renderer_parts.cache_clear()
        return render_hash_module.render_hash(
            "vtp-1/1", read_template(document()), "card", {"headline": "x"}, look(), "en"
        )

    with_faces = hashed()
    with monkeypatch.context() as patch:
        patch.setattr(render_hash_module, "finder_version", lambda: None)
        assert hashed() != with_faces
    assert hashed() == with_faces


def test_without_the_extra_no_face_is_looked_for(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(faces, "_PACKAGE", "a-package-that-is-not-installed")
    faces._finder.cache_clear()
    faces_in.cache_clear()
    try:
        assert finder_version() is None
        assert found(scene(80)) == ()
    finally:
        faces._finder.cache_clear()
        faces_in.cache_clear()


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([], (0, 700)),
        ([(100, 200)], (0, 100)),
        ([(900, 1000)], (700, 700)),
        ([(100, 200), (300, 390)], (90, 100)),
        ([(100, 200), (700, 800)], (0, 100)),  # both do not fit: the first one stays
        ([(700, 800), (100, 200), (600, 690)], (500, 600)),
        ([(200, 800)], (350, 350)),  # larger than the window: its middle
        ([(0, 600)], (150, 150)),
    ],
)
def test_a_window_begins_where_it_has_the_faces(spans: list[tuple[int, int]], expected: tuple[int, int]):
    assert starts_with_faces(spans, 300, 1000) == expected


def test_faces_in_a_tall_photo_are_kept_from_top_to_bottom():
    photo = decoded(tall(), "it")
    for top in (0, 150, 700):
        box = (100, top, 200, top + 100)
        left, upper, right, lower = crop_box(photo, 1.5, [box])
        assert upper <= top < top + 100 <= lower
        assert (left, right) == (0, 400)


def tall() -> bytes:
    content = io.BytesIO()
    Image.effect_noise((400, 800), 90).convert("RGB").save(content, "PNG")
    return content.getvalue()
