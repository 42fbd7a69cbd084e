"""Stored pictures, for the pages of their organization."""

from starlette.responses import Response

from syndication_assets.media.media_store import MediaStore
from syndication_assets.web.page import NotFoundError, Page
from syndication_assets.web.routes import PageRoute

_SHOWN_KINDS = ("image/gif", "image/jpeg", "image/png", "image/webp")
_PICTURE = "select object_path, mime_type, thumbnail_path from media.media_files where media_file_id = %s"
_HEADERS = {
    # Its content never changes, and only this visitor's browser may keep it.
    "Cache-Control": "private, max-age=86400, immutable",
    # Opened by itself, it runs nothing.
    "Content-Security-Policy": "default-src 'none'; sandbox",
}


def show_picture(page: Page) -> Response:
    """The picture as it is stored; with `small`, its thumbnail."""
    with page.reading() as connection:
        row = connection.execute(_PICTURE, [page.request.path_params["media_file_id"]]).fetchone()
    if row is None or row[1] not in _SHOWN_KINDS:
        raise NotFoundError("There is no such picture.")
    path, mime_type, thumbnail_path = row
    is_small = "small" in page.request.query_params and thumbnail_path is not None
    content = MediaStore(page.site.settings.media_url).content(thumbnail_path if is_small else path)
    return Response(content, media_type="image/jpeg" if is_small else mime_type, headers=_HEADERS)


ROUTES = (PageRoute("GET", "/pictures/{media_file_id}", show_picture),)
