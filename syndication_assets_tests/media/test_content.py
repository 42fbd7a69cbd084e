"""Content is what its bytes say: what may be stored, what a picture shows, and what is refused before it is decoded."""

import io
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest
from PIL import Image

from syndication_assets.media.cache.outcomes import CacheState, after_failure, after_status
from syndication_assets.media.contents.content_kind import mime_type_of, why_rejected
from syndication_assets.media.contents.inspecting import MediaInspector
from syndication_assets.media.contents.pictures import read_picture
from syndication_assets.media.contents.preview import DamagedMediaError
from syndication_assets.settings import PROJECT_DIRECTORY
from syndication_assets_tests.media.media_samples import (
    DOCUMENT,
    PAGE,
    VIDEO,
    animation,
    picture,
    png_of_claimed_size,
)

NOW = datetime(2025, 11, 3, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (picture("JPEG"), "image/jpeg"),
        (picture("PNG"), "image/png"),
        (picture("GIF"), "image/gif"),
        (picture("WEBP"), "image/webp"),
        (picture("BMP"), "image/bmp"),
        (picture("AVIF"), "image/avif"),
        (b"\x00\x00\x00\x18ftypheic", "image/heic"),
        (VIDEO, "video/mp4"),
        (DOCUMENT, "application/pdf"),
        (PAGE, "text/html"),
        (b"\xef\xbb\xbf\n  <svg onload='x()'>", "text/html"),
        (b'{"error": 404}', "text/html"),
        (b"", None),
        (b"plain words", None),
    ],
)
def test_the_kind_is_read_from_the_content(content: bytes, expected: str | None):
    assert mime_type_of(content) == expected


@pytest.mark.parametrize(
    ("media_type", "declared", "mime_type", "expected"),
    [
        ("image", "image/jpeg", "image/png", None),
        ("image", None, "image/png", None),
        ("image", "application/octet-stream", "image/png", None),
        ("document", "application/pdf", "application/pdf", None),
        ("video", "video/mp4", "video/mp4", None),
        ("image", "image/jpeg", "text/html", "the server answered with a page instead of a file"),
        ("image", "text/html", "image/gif", "the server declares text, and the content is image/gif"),
        ("image", "image/jpeg", "video/mp4", "the post has an image here, and the content is video/mp4"),
        ("document", None, "video/mp4", "the post has a document here, and the content is video/mp4"),
        ("image", "image/jpeg", None, "the content is of an unknown kind"),
    ],
)
def test_content_must_be_what_the_post_and_the_server_say(
    media_type: str, declared: str | None, mime_type: str | None, expected: str | None
):
    assert why_rejected(media_type, declared, mime_type) == expected


def notes(values: dict[int, object]) -> bytes:
    exif = Image.Exif()
    exif.update(values)
    return exif.tobytes()


def test_a_picture_is_measured_as_it_is_shown():
    read = read_picture(picture("JPEG", (640, 480)), "image/jpeg")
    assert (read.width, read.height, read.frame_count) == (640, 480, 1)
    turned = read_picture(picture("JPEG", (640, 480), exif=notes({0x0112: 6})), "image/jpeg")
    assert (turned.width, turned.height) == (480, 640)


def test_the_small_copy_has_no_metadata_of_the_file():
    content = picture("JPEG", exif=notes({0x010F: "CANARY"}))
    assert b"CANARY" in content
    assert b"CANARY" not in read_picture(content, "image/jpeg").thumbnail


def test_damaged_notes_of_a_camera_do_not_damage_the_picture():
    damaged = b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x09\x01\x12\x00\x03\x00\x00\x00\x01"
    assert read_picture(picture("JPEG", (640, 480), exif=damaged), "image/jpeg").width == 640


def differing_bits(first: bytes, second: bytes, *mime_types: str) -> int:
    read = [read_picture(content, kind) for content, kind in zip((first, second), mime_types, strict=True)]
    hashes = [picture.perceptual_hash for picture in read]
    return ((hashes[0] ^ hashes[1]) & (2**64 - 1)).bit_count()


def test_the_same_picture_has_nearly_the_same_hash_in_another_size_and_format():
    assert differing_bits(picture("JPEG", (640, 480)), picture("PNG", (320, 240)), "image/jpeg", "image/png") <= 8
    assert differing_bits(picture(seed=0), picture(seed=3), "image/jpeg", "image/jpeg") > 8


def test_an_animation_has_its_frames():
    assert read_picture(animation(7), "image/gif").frame_count == 7


@pytest.mark.parametrize(("image_format", "mime_type"), [("WEBP", "image/webp"), ("AVIF", "image/avif")])
def test_a_picture_that_moves_is_read_in_each_format_that_can(image_format: str, mime_type: str):
    frames = [Image.new("RGB", (64, 48), colour) for colour in ("red", "green", "blue")]
    buffer = io.BytesIO()
    frames[0].save(buffer, image_format, save_all=True, append_images=frames[1:])
    content = buffer.getvalue()
    assert mime_type_of(content) == mime_type
    read = read_picture(content, mime_type)
    assert (read.width, read.height, read.frame_count) == (64, 48, 3)
    with pytest.raises(DamagedMediaError, match="cannot be decoded"):
        read_picture(content[: len(content) // 2], mime_type)


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<?xml version='1.0'?><!DOCTYPE svg><svg onload='alert(1)'/>",
        b"\xef\xbb\xbf<!-- a drawing --><svg><script/></svg>",
        b"<!DOCTYPE svg><svg/>",
        "<svg><script/></svg>".encode("utf-16"),
        b"",
    ],
)
def test_a_drawing_that_may_hold_scripts_is_never_stored(content: bytes):
    assert why_rejected("image", "image/svg+xml", mime_type_of(content)) is not None


@pytest.mark.parametrize(
    ("content", "mime_type", "reason"),
    [
        (png_of_claimed_size(20_000, 20_000), "image/png", "more than 50,000,000 pixels"),
        (png_of_claimed_size(8_000, 8_000), "image/png", "more than 50,000,000 pixels"),
        (png_of_claimed_size(64, 64), "image/png", "cannot be decoded"),
        (picture("JPEG")[:2000], "image/jpeg", "cannot be decoded"),
        (picture("PNG"), "image/jpeg", "cannot be decoded"),
        (b"\xff\xd8\xff", "image/jpeg", "cannot be decoded"),
    ],
)
def test_a_picture_that_is_damaged_or_too_large_is_refused(content: bytes, mime_type: str, reason: str):
    with pytest.raises(DamagedMediaError, match=reason):
        read_picture(content, mime_type)


def test_an_animation_that_would_fill_the_memory_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("syndication_assets.media.contents.pictures.MAXIMUM_PIXELS_OF_FRAMES", 64 * 64 * 6)
    with pytest.raises(DamagedMediaError, match="the animation has 7 frames"):
        read_picture(animation(7), "image/gif")
    assert read_picture(animation(6), "image/gif").frame_count == 6


def test_a_picture_that_ends_its_process_takes_no_other_along(monkeypatch: pytest.MonkeyPatch):
    with MediaInspector() as inspector:
        first = inspector.read(picture(), "image/jpeg")
        process, _ = inspector._child._child
        process.kill()
        process.join()
        with pytest.raises(DamagedMediaError, match="ended the process"):
            inspector.read(picture(), "image/jpeg")
        assert inspector.read(picture(), "image/jpeg") == first


@pytest.mark.parametrize(
    ("status", "expires_in", "expected"),
    [
        (404, None, CacheState.GONE),
        (410, timedelta(1), CacheState.GONE),
        (403, timedelta(-1), CacheState.EXPIRED),
        (404, timedelta(-1), CacheState.EXPIRED),
        (401, None, CacheState.REJECTED),
        (204, None, CacheState.REJECTED),
        (429, None, CacheState.WAITING),
        (503, timedelta(1), CacheState.WAITING),
    ],
)
def test_what_a_status_means(status: int, expires_in: timedelta | None, expected: CacheState):
    outcome = after_status(status, 1, NOW, None if expires_in is None else NOW + expires_in)
    assert outcome.state == expected
    assert (outcome.next_attempt_at is None) == (expected is not CacheState.WAITING)


def test_attempts_get_rarer_and_end():
    waits = [after_failure("no answer", attempts, NOW) for attempts in range(1, 6)]
    assert [outcome.next_attempt_at and outcome.next_attempt_at - NOW for outcome in waits] == [
        timedelta(minutes=5), timedelta(hours=1), timedelta(hours=6), timedelta(hours=24), None,
    ]  # fmt: skip
    assert waits[-1].state is CacheState.FAILED
    assert waits[-1].reason == "no answer, in 5 attempts"


def test_a_server_may_ask_to_wait_longer_but_a_day_at_most():
    assert after_status(429, 1, NOW, None, 3600.0).next_attempt_at == NOW + timedelta(hours=1)
    assert after_status(429, 1, NOW, None, 1e9).next_attempt_at == NOW + timedelta(days=1)


_DECODING = """
import sys, time
from syndication_assets.media.contents.inspecting import MediaInspector
from syndication_assets_tests.media.media_samples import picture

if __name__ == "__main__":
    inspector = MediaInspector()
    inspector.read(picture(), "image/jpeg")
    print(inspector._child._child[0].pid, flush=True)
    time.sleep(600)
"""


def test_the_process_that_decodes_ends_with_a_killed_run(tmp_path: Path):
    script = tmp_path / "decoding.py"
    script.write_text(_DECODING)
    environment = os.environ | {"PYTHONPATH": str(PROJECT_DIRECTORY)}
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, env=environment) as run:
        assert run.stdout is not None
        child = psutil.Process(int(run.stdout.readline()))
        run.kill()
    child.wait(timeout=30)
