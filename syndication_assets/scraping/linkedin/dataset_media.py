"""The pictures, videos and documents of a LinkedIn item, in all forms found in the actor's datasets."""

from typing import Literal

from syndication_assets.scraping.items.item_values import clean_text, media_key
from syndication_assets.scraping.items.observation import Media
from syndication_assets.scraping.linkedin.dataset_shapes import Document, Picture, PostMedia, QuotedPost

MediaType = Literal["image", "video", "document", "thumbnail"]


class _MediaCollector:
    """The distinct media of one post: the first occurrence of a medium determines its type."""

    def __init__(self) -> None:
        self.found: dict[str, Media] = {}

    def add(
        self, media_type: MediaType | None, url: str | None, path: str, picture: Picture | Document | None = None
    ) -> None:
        """Adds a medium; ignores it without a URL, or if its type is not supported (a poll, an audio event)."""
        url = clean_text(url)
        if url is None or media_type is None:
            return
        key = media_key(url, path)
        if key in self.found:
            return
        if isinstance(picture, Picture):
            media = Media(key, media_type, url, width=picture.width, height=picture.height)
        elif isinstance(picture, Document):
            media = Media(key, media_type, url, title=clean_text(picture.title), page_count=picture.page_count)
        else:
            media = Media(key, media_type, url)
        self.found[key] = media

    def add_document(self, document: Document, path: str) -> None:
        self.add("document", document.url, f"{path}.url", document)
        self.add("thumbnail", document.thumbnail, f"{path}.thumbnail")

    def add_media(self, media: PostMedia, path: str) -> None:
        media_type = _media_type(media.type, "image")
        for picture in media.images or ():
            self.add("thumbnail" if media_type == "video" else "image", picture.url, f"{path}.images[].url", picture)
        if media_type == "video" or not self.found:
            self.add(media_type, media.url, f"{path}.url")
        for item in media.items or ():
            self.add(_media_type(item.type, media_type), item.url, f"{path}.items[].url", item)
            self.add("thumbnail", item.thumbnail, f"{path}.items[].thumbnail")
        if media.document:
            self.add_document(media.document, f"{path}.document")
        self.add("thumbnail", media.thumbnail, f"{path}.thumbnail")


def _media_type(source_type: str | None, default: MediaType | None) -> MediaType | None:
    if source_type is None:
        return default
    types: dict[str, MediaType] = {"image": "image", "images": "image", "video": "video", "document": "document"}
    return types.get(source_type.lower())


def media_of(post: QuotedPost, path: str) -> tuple[Media, ...]:
    """The media of a post, including its document and article; `path` locates the post in its item."""
    if post.media is None and post.document is None and post.article is None:
        return ()
    collector = _MediaCollector()
    if post.media:
        collector.add_media(post.media, f"{path}.media")
    if post.document:
        collector.add_document(post.document, f"{path}.document")
    if post.article:
        collector.add("thumbnail", post.article.thumbnail, f"{path}.article.thumbnail")
    return tuple(collector.found.values())
