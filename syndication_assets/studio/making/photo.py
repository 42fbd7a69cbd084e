"""The photo of a visual: the stock image that the requester chose, one that was searched for, or none."""

from collections.abc import Callable
from dataclasses import dataclass, field

from syndication_assets.errors import SyndicationError
from syndication_assets.studio.making.inputs import ChannelFormat
from syndication_assets.studio.making.request_queue import LeasedBrief


class NoPhotoError(SyndicationError):
    """No source has a photo now, and nothing may stand for it."""


@dataclass(frozen=True, slots=True)
class Photo:
    """A stored stock image."""

    stock_image_id: str
    content: bytes = field(repr=False)
    title: str | None
    attribution: str | None
    """The words that its licence wants in caption or picture; None if it wants none."""
    give_back: Callable[[], None] | None = field(default=None, repr=False)
    """Lets others use a photo that was searched for, if nothing is made of it."""


FindPhoto = Callable[[LeasedBrief, tuple[ChannelFormat, ...]], tuple[Photo | None, str | None]]
"""The photo of a brief in these formats; without one, why: None if the brief wants none. NoPhotoError."""
