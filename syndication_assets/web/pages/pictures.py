"""Stored pictures, for the pages of their organization."""

from starlette.responses import Response

from syndication_assets.media.media_store import MediaStore
from syndication_assets.web.page import NotFoundError, Page
from syndication_assets.web.routes import PageRoute
from syndication_assets.web.stored_pictures import PICTURE_HEADERS, read_stored_picture


def show_picture(page: Page) -> Response:
    """The picture as it is stored; with `small`, its thumbnail."""
    media_file_id = str(page.request.path_params["media_file_id"])
    is_small = "small" in page.request.query_params
    with page.reading() as connection:
        found = read_stored_picture(connection, MediaStore.of(page.site.settings), media_file_id, is_small=is_small)
    if found is None:
        raise NotFoundError("There is no such picture.")
    return Response(found.content, media_type=found.mime_type, headers=PICTURE_HEADERS)


ROUTES = (PageRoute("GET", "/pictures/{media_file_id}", show_picture),)
