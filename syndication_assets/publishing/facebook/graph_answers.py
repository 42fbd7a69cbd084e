"""The parts of the Graph API's answers that are read."""

import msgspec

from syndication_assets.publishing.graph.paging import Paging


class Created(msgspec.Struct):
    """A page, or a post that was made; a photo has an id of its own beside that of its post."""

    id: str
    post_id: str | None = None


class PublishedPost(msgspec.Struct):
    """A post in the listing of a page."""

    id: str
    created_time: str
    message: str = ""
    permalink_url: str | None = None


class Page(msgspec.Struct):
    """A part of the listing of a page, and where the next part is."""

    data: list[PublishedPost]
    paging: Paging = msgspec.field(default_factory=Paging)
