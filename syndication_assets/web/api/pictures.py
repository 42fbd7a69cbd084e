"""Stored pictures, for programs."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from syndication_assets.media.media_store import MediaStore
from syndication_assets.web.api.caller import CallerOfRequest
from syndication_assets.web.api.described import PictureId
from syndication_assets.web.api.errors import ApiError, Code
from syndication_assets.web.stored_pictures import PICTURE_HEADERS, read_stored_picture

router = APIRouter(prefix="/pictures", tags=["pictures"])
_KINDS: dict[int | str, dict[str, object]] = {200: {"content": {"image/png": {}, "image/jpeg": {}, "image/webp": {}}}}


@router.get("/{picture_id}", summary="Send a picture", response_class=Response, responses=_KINDS)
def send_picture(
    picture_id: PictureId,
    caller: CallerOfRequest,
    small: Annotated[bool, Query(description="Its small copy instead.")] = False,
) -> Response:
    """As it is stored."""
    with caller.reading() as connection:
        found = read_stored_picture(connection, MediaStore.of(caller.site.settings), picture_id, is_small=small)
    if found is None:
        raise ApiError(Code.ITEM_NOT_FOUND, f"There is no picture {picture_id}.")
    return Response(found.content, media_type=found.mime_type, headers=PICTURE_HEADERS)
