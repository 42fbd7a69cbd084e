"""Videos and documents have small copies for people, whatever their files are like, and nothing of their metadata."""

import io

import pytest
from PIL import Image

from syndication_assets.media.contents.contact_sheet import ShownMedium, contact_sheet, label_of
from syndication_assets.media.contents.inspecting import MediaInspector
from syndication_assets.media.contents.preview import DamagedMediaError
from syndication_assets.media.contents.reading import read_content
from syndication_assets_tests.media.media_samples import (
    DOCUMENT,
    VIDEO,
    document,
    document_with_password,
    picture,
    sound,
    video,
)


def size_of(jpeg: bytes | None) -> tuple[int, int]:
    assert jpeg is not None
    with Image.open(io.BytesIO(jpeg), formats=["JPEG"]) as image:
        return image.size


@pytest.mark.parametrize("mime_type", ["video/mp4", "video/webm"])
def test_a_frame_stands_for_a_video(mime_type: str):
    read = read_content(video(mime_type=mime_type, size=(1600, 400)), mime_type)
    assert (read.width, read.height, read.duration_seconds) == (1600, 400, pytest.approx(6, abs=0.1))
    assert (size_of(read.poster), size_of(read.thumbnail)) == ((1024, 256), (256, 64))
    assert (read.frame_count, read.perceptual_hash, read.reason) == (None, None, None)


def test_a_video_that_begins_with_black_shows_its_first_picture():
    read = read_content(video(black=3), "video/mp4")
    with Image.open(io.BytesIO(read.poster or b"")) as poster:
        assert poster.convert("L").getextrema()[1] > 200
    black = read_content(video(black=6), "video/mp4")
    assert black.poster is not None


def test_the_first_page_stands_for_a_document():
    read = read_content(document(3), "application/pdf")
    assert (read.page_count, size_of(read.poster), size_of(read.thumbnail)) == (3, (732, 1024), (183, 256))
    assert (read.width, read.duration_seconds, read.reason) == (None, None, None)


def test_a_page_of_any_size_is_drawn_in_one_size():
    """A page that claims to be 200 inches wide would need gigabytes at its own size."""
    page = document(1).replace(b"/MediaBox [ 0 0 300.0 420.0 ]", b"/MediaBox [ 0 0 14400 10 ]   ")
    assert size_of(read_content(page, "application/pdf").poster) == (1024, 1)


def test_small_copies_have_no_metadata_of_the_file():
    place = Image.Exif()
    place[0x010F] = "CANARY"
    place.get_ifd(0x8825)[1] = "CANARY"
    files = {
        "image/jpeg": picture("JPEG", exif=place.tobytes(), comment=b"CANARY"),
        "video/mp4": video(title="CANARY"),
        "application/pdf": document(1, author="CANARY"),
    }
    for mime_type, content in files.items():
        assert b"CANARY" in content.replace(b"\0", b""), mime_type
        read = read_content(content, mime_type)
        for copy in filter(None, (read.thumbnail, read.poster)):
            assert b"CANARY" not in copy.replace(b"\0", b"")
            with Image.open(io.BytesIO(copy)) as image:
                assert not image.getexif()
                assert "comment" not in image.info


@pytest.mark.parametrize(
    ("content", "mime_type", "reason"),
    [
        (VIDEO, "video/mp4", "the video cannot be decoded"),
        (video()[:400], "video/mp4", "the video cannot be decoded"),
        (b"\x1aE\xdf\xa3" + b"\0" * 99, "video/webm", "the video cannot be decoded"),
        (b"#EXTM3U\nfile:///etc/passwd", "video/mp4", "the video cannot be decoded"),
        (DOCUMENT, "application/pdf", "the document cannot be opened"),
        (document()[:300], "application/pdf", "the document cannot be opened"),
    ],
)
def test_what_is_damaged_is_refused(content: bytes, mime_type: str, reason: str):
    with pytest.raises(DamagedMediaError, match=reason):
        read_content(content, mime_type)


def test_a_video_of_huge_frames_is_refused_before_one_is_decoded(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("syndication_assets.media.contents.videos.MAXIMUM_PIXELS", 160 * 120 - 1)
    with pytest.raises(DamagedMediaError, match="which is too large"):
        read_content(video(), "video/mp4")


@pytest.mark.parametrize(
    ("content", "mime_type", "reason"),
    [
        (sound(), "video/mp4", "the video has no pictures"),
        (document_with_password(), "application/pdf", "the document has a password"),
        (b"PK\x03\x04", "application/zip", "no small copy is made of application/zip"),
    ],
)
def test_what_shows_nothing_is_stored_with_the_reason(content: bytes, mime_type: str, reason: str):
    read = read_content(content, mime_type)
    assert (read.thumbnail, read.poster, read.reason) == (None, None, reason)


def test_what_takes_too_long_is_refused_and_the_next_is_read():
    with MediaInspector(seconds=0) as inspector, pytest.raises(DamagedMediaError, match="took more than 0 s"):
        inspector.read(picture(), "image/jpeg")
    with MediaInspector() as inspector:
        assert inspector.read(video(), "video/mp4") == read_content(video(), "video/mp4")
        with pytest.raises(DamagedMediaError, match="the document cannot be opened"):
            inspector.read(DOCUMENT, "application/pdf")
        assert inspector.read(document(), "application/pdf").page_count == 2


def test_the_contact_sheet_says_what_is_no_picture():
    assert label_of(ShownMedium(b"")) == ""
    assert label_of(ShownMedium(b"", "video/mp4", 64.6)) == "video 1:05"
    assert label_of(ShownMedium(b"", "video/mp4")) == "video"
    assert label_of(ShownMedium(b"", "application/pdf", None, 1)) == "1 page"
    assert label_of(ShownMedium(b"", "application/pdf", None, 1200)) == "1,200 pages"
    copies = [read_content(picture(seed=seed), "image/jpeg").thumbnail or b"" for seed in range(2)]
    plain, labelled = (
        contact_sheet([ShownMedium(copy, kind, 5.0) for copy in copies] * 5) for kind in ("image/jpeg", "video/mp4")
    )
    assert size_of(plain) == size_of(labelled) == (8 * 132 + 4, 2 * 132 + 4)
    assert plain != labelled
