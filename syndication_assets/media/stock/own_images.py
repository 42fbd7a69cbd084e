"""Adds a picture of the organization's own to the stock images, under the licence that a person states."""

import hashlib
from collections.abc import Callable

from syndication_assets.database.connection import transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.media.contents.content_kind import mime_type_of
from syndication_assets.media.contents.pictures import FORMATS
from syndication_assets.media.contents.preview import DamagedMediaError, Preview
from syndication_assets.media.media_store import MediaStore
from syndication_assets.media.stock.candidate import Candidate
from syndication_assets.media.stock.sources import OWN
from syndication_assets.media.stock.use import add_image
from syndication_assets.media.stored_media import add_file, store_file


class OwnImageError(SyndicationError):
    """The picture cannot be added; the message says why."""


def add_own_image(
    url: str,
    store: MediaStore,
    organization_id: str,
    content: bytes,
    read: Callable[[bytes, str], Preview],
    *,
    title: str,
    words: str | None = None,
    author: str | None = None,
    licence: str = OWN,
    attribution: str | None = None,
) -> str:
    """The id of the picture. The same file again keeps its id, and gets the new words. OwnImageError."""
    mime_type = mime_type_of(content)
    if mime_type not in FORMATS:
        raise OwnImageError(f"The file is no picture that can be drawn: give one of {', '.join(sorted(FORMATS))}.")
    try:
        preview = read(content, mime_type)
    except DamagedMediaError as error:
        raise OwnImageError(f"The file cannot be used: {error}.") from None
    store.claim(url)
    stored = store_file(store, organization_id, content, mime_type, preview)
    image = Candidate(
        source=OWN,
        source_image_id=hashlib.sha256(content).hexdigest(),
        download_url="",
        title=title,
        author=author,
        licence=licence,
        attribution=attribution,
        is_attribution_required=attribution is not None,
        allows_commercial_use=True,
        allows_changes=True,
    )
    with transaction(url) as connection:
        media_file_id = add_file(connection, organization_id, stored)
        return add_image(connection, organization_id, image, media_file_id, words)
