"""Files that people upload: pictures of brands and of briefs, and what is refused early and in little memory."""

import io
import resource
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from syndication_assets.web import uploads
from syndication_assets_tests.studio.studio_desk import StudioDesk, plain
from syndication_assets_tests.web.desk import ADDRESS, Browser, Desk

pytestmark = pytest.mark.one_server

CHANNEL = "channel facebook/feed_post"
BRIEF = {"title": "Open day", "brief": "Come and see.", "template": "Statement", "language": "en", CHANNEL: "on"}
_MEBIBYTES = 1024 * 1024


@pytest.fixture
def studio(desk: Desk, tmp_path: Path) -> StudioDesk:
    return StudioDesk(desk.url, directory=tmp_path)


@pytest.fixture
def browser(desk: Desk, studio: StudioDesk) -> Browser:
    browser = desk.browser()
    browser.open_link(desk.link())
    return browser


def _send(browser: Browser, path: str, content: Any, /, **fields: str) -> tuple[int, str]:
    response = browser.client.post(
        path,
        data={"form_token": browser.form_token(), **fields},
        files={"file": ("../../logo.png", content)},
        headers={"Origin": ADDRESS},
    )
    return response.status_code, response.text


def _add(browser: Browser, studio: StudioDesk, content: Any, **fields: str) -> tuple[int, str]:
    fields = {"name": "new logo", "asset_type": "logo", **fields}
    return _send(browser, f"/brand/{studio.brand_id}/files", content, **fields)


def _bomb(pixels: int) -> bytes:
    """A small PNG of one colour that claims to be, and is, very large."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    row = zlib.compressobj(9)
    packed = b"".join(row.compress(bytes(pixels // 8 + 1)) for _ in range(pixels)) + row.flush()
    header = struct.pack(">IIBBBBB", pixels, pixels, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def test_a_logo_takes_the_place_of_the_one_before_in_a_new_version(browser: Browser, studio: StudioDesk):
    status, page = _add(browser, studio, plain("#123456", (80, 40)), description="For spring")
    assert (status, "The file is stored." in page) == (200, True)
    assert studio.rows(
        "select a.asset_name, a.description from brand.brand_version_assets as v join brand.brand_assets as a"
        " using (organization_id, asset_id) where v.version = 2"
    ) == [("new logo", "For spring")]
    status, page = _add(browser, studio, plain("#654321"))
    assert (status, "has a file" in page) == (409, True)


def test_only_the_pixels_of_a_picture_are_kept(browser: Browser, studio: StudioDesk):
    camera = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6  # it was held upright
    exif[0x010E] = "at home, 50.0N 0.0E"
    Image.new("RGB", (60, 30), "#123456").save(camera, "JPEG", exif=exif)
    polyglot = camera.getvalue() + b"<script>alert(1)</script>PK\x03\x04"
    assert _add(browser, studio, polyglot, asset_type="image", name="camera")[0] == 200
    (path,) = studio.rows(
        "select f.object_path from brand.brand_assets as a join media.media_files as f"
        " using (organization_id, media_file_id) where a.asset_name = 'camera'"
    )[0]
    stored = studio.store.content(path)
    assert b"<script>" not in stored
    assert b"at home" not in stored
    with Image.open(io.BytesIO(stored)) as picture:
        assert (picture.format, picture.size, dict(picture.getexif())) == ("JPEG", (30, 60), {})


def test_a_requester_s_own_picture_is_used_with_their_word_that_it_may_be(browser: Browser, studio: StudioDesk):
    picture = plain("#ff0000", (640, 640))
    status, page = _send(browser, "/requests", picture, **BRIEF)
    assert (status, "you may publish the picture" in page) == (422, True)
    assert 'value="Open day"' in page
    assert _send(browser, "/requests", picture, **BRIEF, may_use="on")[0] == 200
    assert studio.rows(
        "select s.source, s.title, s.licence from studio.content_requests as r join media.stock_images as s"
        " using (organization_id, stock_image_id)"
    ) == [("own", "Open day", "own")]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "no PNG, JPEG or WebP"),
        (b"GIF89a<script>alert(1)</script>", "no PNG, JPEG or WebP"),
        (b"%PDF-1.7", "no PNG, JPEG or WebP"),
        (b"\x89PNG\r\n\x1a\n<html>", "cannot be decoded"),
        (b"\xff\xd8\xff\xe0<?php", "cannot be decoded"),
        (b"", "Choose a file."),
    ],
)
def test_what_is_no_picture_is_refused_whatever_its_name(
    browser: Browser, studio: StudioDesk, content: bytes, why: str
):
    status, page = _add(browser, studio, content)
    assert (status, why in page) == (409, True)
    assert studio.value("select count(*) from brand.brand_assets") == 1


def test_a_picture_of_too_many_pixels_is_refused_in_little_memory(browser: Browser, studio: StudioDesk):
    bomb = _bomb(30_000)
    assert len(bomb) < 300_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    status, page = _add(browser, studio, bomb)
    assert (status, "50,000,000 pixels" in page) == (409, True)
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 < 64


def test_a_file_that_is_too_large_is_refused_by_its_length(browser: Browser, studio: StudioDesk):
    too_long = b"\x89PNG\r\n\x1a\n" + bytes(uploads.MOST_FILE_BYTES + uploads.MOST_FORM_BYTES)
    assert _add(browser, studio, too_long)[0] == 413
    only_the_file = b"\x89PNG\r\n\x1a\n" + bytes(uploads.MOST_FILE_BYTES)
    status, page = _add(browser, studio, only_the_file)
    assert (status, "15,000,000 bytes" in page) == (413, True)


class Pieces:
    """A body without a length, which counts how much of it was asked for."""

    def __init__(self, piece: bytes, pieces: int) -> None:
        self.sent = 0
        self._piece = piece
        self._pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        for _ in range(self._pieces):
            self.sent += len(self._piece)
            yield self._piece


def _stream(browser: Browser, path: str, pieces: Pieces, boundary: str = "x") -> int:
    headers = {"Origin": ADDRESS, "Content-Type": f"multipart/form-data; boundary={boundary}"}
    return int(browser.client.post(path, content=iter(pieces), headers=headers).status_code)


def test_a_body_without_an_end_is_ended(browser: Browser, studio: StudioDesk):
    path = f"/brand/{studio.brand_id}/files"
    begin = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert _stream(browser, path, Pieces(begin + bytes(_MEBIBYTES), 40)) == 413
    assert _stream(browser, "/sign-in", Pieces(bytes(64 * 1024), 100)) == 413
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 < 128


def test_a_form_of_a_million_parts_is_refused_at_the_first_too_many(browser: Browser, studio: StudioDesk):
    part = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n'
    for path in (f"/brand/{studio.brand_id}/files", "/requests"):
        assert _stream(browser, path, Pieces(part * 1000, 200)) == 400
    file = b'--x\r\nContent-Disposition: form-data; name="a"; filename="b"\r\n\r\nb\r\n'
    assert _stream(browser, f"/brand/{studio.brand_id}/files", Pieces(file * 2, 1)) == 400
    assert _stream(browser, "/sign-in", Pieces(file, 1)) == 400
    assert _stream(browser, "/requests", Pieces(b"--x\r\n" + b"A: b\r\n" * 30_000, 1)) == 400


def test_of_a_file_that_the_visitor_may_not_send_no_byte_is_read(desk: Desk, studio: StudioDesk):
    desk.person("olga@bakery.example", "owner", studio.organization_id)
    desk.person("vera@bakery.example", "viewer", studio.organization_id)
    viewer, nobody = desk.browser(), desk.browser()
    viewer.sign_in("vera@bakery.example")
    malformed = Pieces(b"this is no form", 1)  # whoever reads it answers 400
    for path in (f"/brand/{studio.brand_id}/files", "/requests"):
        assert _stream(viewer, path, malformed) == 403
        assert _stream(nobody, path, malformed) == 200  # the sign-in page
    owner = desk.browser()
    owner.sign_in("olga@bakery.example")
    assert _stream(owner, f"/brand/{studio.brand_id}/files", malformed) == 400  # the control
    assert _send(owner, f"/brand/{studio.brand_id}/files", b"x", form_token="0" * 64)[0] == 403


def test_a_form_that_does_not_arrive_in_time_is_given_up(
    browser: Browser, studio: StudioDesk, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(uploads, "_SECONDS", 0.0)
    assert _add(browser, studio, bytes(3 * _MEBIBYTES))[0] == 408


def test_a_file_for_a_brand_of_another_organization_is_for_none(desk: Desk, browser: Browser, studio: StudioDesk):
    other = studio.value(
        "insert into tenancy.organizations (slug, name) values ('other', 'O') returning organization_id"
    )
    desk.person("vera@other.example", "owner", str(other))
    stranger = desk.browser()
    stranger.sign_in("vera@other.example")
    assert _add(stranger, studio, plain("#123456"))[0] == 404
    assert studio.value("select count(*) from brand.brand_assets") == 1
