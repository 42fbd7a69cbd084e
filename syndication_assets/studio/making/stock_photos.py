"""The photo of a brief from the stock images of `media`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from syndication_assets.database.connection import transaction
from syndication_assets.media.media_store import MediaStore
from syndication_assets.media.stock.finding import StockPhotos, opened_stock_photos
from syndication_assets.media.stock.stock_source import Orientation
from syndication_assets.media.stock.use import StockImage, read_image
from syndication_assets.settings import Settings
from syndication_assets.studio.making.inputs import ChannelFormat, UnmakeableError
from syndication_assets.studio.making.photo import FindPhoto, NoPhotoError, Photo
from syndication_assets.studio.making.request_queue import LeasedBrief

_WIDE, _TALL = 1.15, 0.87


@contextmanager
def stock_photos(url: str, settings: Settings, store: MediaStore, run_id: str | None) -> Iterator[FindPhoto]:
    with opened_stock_photos(url, settings, store, run_id) as stock:
        yield finder(url, store, stock)


def finder(url: str, store: MediaStore, stock: StockPhotos) -> FindPhoto:
    def find(brief: LeasedBrief, formats: tuple[ChannelFormat, ...]) -> tuple[Photo | None, str | None]:
        if brief.stock_image_id is not None:
            with transaction(url) as connection:
                chosen = read_image(connection, brief.organization_id, brief.stock_image_id)
            if chosen is None:
                raise UnmakeableError(
                    f"The stock image {brief.stock_image_id} is gone: add the brief with another one."
                )
            return _photo(store, chosen), None
        if brief.search_terms is None or brief.mode == "template_based":
            return None, None
        found, used_before = stock.take(
            brief.organization_id,
            brief.search_terms,
            orientation_of(formats),
            only_own=brief.mode == "brand_only",
        )
        if found.image is not None:
            give_back = partial(stock.give_back, brief.organization_id, found.image.stock_image_id, used_before)
            return _photo(store, found.image, give_back), None
        reasons = "; ".join(f"{source}: {reason}" for source, reason in sorted(found.reasons.items()))
        if brief.mode == "stock_enhanced":
            raise NoPhotoError(f"No source has a photo, and a brief with --mode stock_enhanced wants one. {reasons}.")
        return None, f"No source has a photo, so the pattern of the brand stands for it. {reasons}."

    return find


def orientation_of(formats: tuple[ChannelFormat, ...]) -> Orientation:
    """The orientation that suits most formats: less of the photo is cut off."""
    ratio = sum(each.format.width / each.format.height for each in formats) / len(formats)
    return "landscape" if ratio > _WIDE else "portrait" if ratio < _TALL else "square"


def _photo(store: MediaStore, image: StockImage, give_back: Callable[[], None] | None = None) -> Photo:
    return Photo(image.stock_image_id, store.content(image.object_path), image.title, image.attribution, give_back)
