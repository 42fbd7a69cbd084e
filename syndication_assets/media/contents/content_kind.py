"""What a file is by its first bytes, whatever its name and its server say. Pure.

The signatures are our own: they are the short, closed list of what may be stored, and a library that knows hundreds of
kinds would need the same list beside it, and has none for the pages that servers answer instead of a file.
"""

from typing import Final, Literal

Kind = Literal["image", "video", "audio", "document", "page"]

_SIGNATURES: Final[tuple[tuple[int, bytes, str], ...]] = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (0, b"BM", "image/bmp"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"OggS", "audio/ogg"),
    (0, b"PK\x03\x04", "application/zip"),
)
_BRANDS: Final[dict[bytes, str]] = {
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"mif1": "image/heic",
    b"avif": "image/avif",
    b"avis": "image/avif",
    b"qt  ": "video/quicktime",
    b"M4A ": "audio/mp4",
}
"""Brands of the ISO base media file format (the four bytes after `ftyp`); any other brand is video/mp4."""
_BYTES_OF_PAGES = 1024
_PAGES = (b"<!doctype html", b"<html", b"<head", b"<body", b"<?xml", b"<svg", b"<script", b"{")
"""What a server answers instead of a file: a page, a drawing that may hold scripts, an error as JSON."""

SUFFIXES: Final[dict[str, str]] = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/bmp": "bmp",
    "image/heic": "heic",
    "image/avif": "avif",
    "application/pdf": "pdf",
    "application/zip": "zip",
    "video/webm": "webm",
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/ogg": "ogg",
    "font/ttf": "ttf",
    "font/otf": "otf",
    "font/collection": "ttc",
}
"""MIME type → suffix of a stored file."""


def mime_type_of(content: bytes) -> str | None:
    """The MIME type; `text/html` for pages, drawings and JSON; None for content of an unknown kind."""
    if content[4:8] == b"ftyp":
        return _BRANDS.get(content[8:12], "video/mp4")
    for offset, signature, mime_type in _SIGNATURES:
        if content[offset : offset + len(signature)] == signature:
            return mime_type
    start = content[:_BYTES_OF_PAGES].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return "text/html" if start.startswith(_PAGES) else None


def kind_of(mime_type: str) -> Kind:
    if mime_type == "text/html":
        return "page"
    major = mime_type.partition("/")[0]
    return major if major in {"image", "video", "audio"} else "document"  # type: ignore[return-value] # the three are kinds


def why_rejected(media_type: str, declared: str | None, mime_type: str | None) -> str | None:
    """Why content may not be stored as a medium of this type; None if it may.

    `media_type` is that of the post (image, video, document, thumbnail), `declared` the server's Content-Type.
    """
    if mime_type is None:
        return "the content is of an unknown kind"
    kind = kind_of(mime_type)
    if kind == "page":
        return "the server answered with a page instead of a file"
    wanted: dict[str, set[Kind]] = {
        "image": {"image"},
        "thumbnail": {"image"},
        "video": {"video", "audio"},
        "document": {"document", "image"},
    }
    if kind not in wanted[media_type]:
        return f"the post has {_article(media_type)} {media_type} here, and the content is {mime_type}"
    major = (declared or "").partition(";")[0].strip().lower().partition("/")[0]
    if major in {"image", "video", "audio", "text"} and major != kind:
        return f"the server declares {major}, and the content is {mime_type}"
    return None


def _article(word: str) -> str:
    return "an" if word[0] in "aeiou" else "a"
