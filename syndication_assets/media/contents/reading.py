"""Reads a file of any kind that has small copies: pictures, videos and PDF documents.

Reading runs in a process of its own with a limit on its memory (`inspecting.py`): a file from outside may be made to
need more than the machine has.
"""

from syndication_assets.media.contents.pictures import FORMATS, read_picture
from syndication_assets.media.contents.preview import Preview

_DOCUMENT = "application/pdf"
_VIDEOS = {"video/mp4", "video/quicktime", "video/webm"}


def has_preview(mime_type: str) -> bool:
    """Whether files of this kind are read. Others are stored as they are."""
    return mime_type in FORMATS or mime_type in _VIDEOS or mime_type == _DOCUMENT


def read_content(content: bytes, mime_type: str) -> Preview:
    """DamagedMediaError if the content is damaged, or larger than what is decoded."""
    if mime_type in FORMATS:
        return read_picture(content, mime_type)
    # The libraries of videos and documents are loaded once there is one.
    if mime_type in _VIDEOS:
        from syndication_assets.media.contents.videos import read_video  # noqa: PLC0415

        return read_video(content, mime_type)
    if mime_type == _DOCUMENT:
        from syndication_assets.media.contents.documents import read_document  # noqa: PLC0415

        return read_document(content)
    return unread(mime_type)


def unread(mime_type: str) -> Preview:
    return Preview(reason=f"no small copy is made of {mime_type}")
