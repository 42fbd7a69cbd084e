"""The `media` and `article` of LinkedIn items, in the shapes found in the actor's datasets."""

from dataclasses import dataclass
from random import Random
from typing import Any, Literal

from syndication_assets.demo.samples.people import Profile
from syndication_assets.demo.samples.post_texts import draw_title
from syndication_assets.demo.samples.signed_urls import signed_url

MediaForm = Literal[
    "image",
    "images",
    "video",
    "document",
    "items",
    "image_without_images",
    "image_with_empty_images",
]

SIZES = ((800, 600), (1200, 1200), (1080, 1350), (1600, 900))


@dataclass(frozen=True, slots=True)
class PostMedia:
    """The attachment of a post. `paths` are the stable parts of the URLs, one per picture."""

    form: MediaForm
    paths: tuple[str, ...]
    size: tuple[int, int] = SIZES[0]
    title: str = ""
    page_count: int = 1

    def as_media(self, observed_ms: int) -> dict[str, Any]:
        """The `media` object with the URLs as scraped at this time."""
        urls = [signed_url(path, observed_ms) for path in self.paths]
        width, height = self.size
        pictures = [{"url": url, "width": width, "height": height} for url in urls]
        if self.form == "video":
            thumbnail = signed_url(f"{self.paths[0]}/thumbnail", observed_ms)
            return {"type": "video", "url": urls[0], "thumbnail": thumbnail}
        if self.form == "document":
            document = {
                "title": self.title,
                "page_count": self.page_count,
                "url": urls[0],
                "thumbnail": signed_url(f"{self.paths[0]}/cover", observed_ms),
            }
            return {"type": "document", "document": document}
        if self.form == "items":
            return {"type": "images", "items": pictures}
        if self.form == "image_without_images":
            return {"type": "image", "url": urls[0]}
        if self.form == "image_with_empty_images":
            return {"type": "image", "url": urls[0], "images": []}
        return {"type": self.form, "url": urls[0], "images": pictures}


def media_of_form(form: MediaForm, rng: Random, author: Profile) -> PostMedia:
    """Media of this form with new asset ids."""
    count = rng.randint(2, 4) if form in ("images", "items") else 1
    folder = {"video": "playlist", "document": "document"}.get(form, "image")
    paths = tuple(f"{folder}/v2/D4E{rng.getrandbits(60):015X}/feedshare_{number}" for number in range(count))
    title = draw_title(rng, author) if form == "document" else ""
    return PostMedia(form, paths, rng.choice(SIZES), title, rng.randint(3, 24))


def draw_media(rng: Random, author: Profile) -> PostMedia | None:
    """The attachment of an ordinary post: usually a picture, in one of four cases nothing."""
    forms: tuple[MediaForm, ...] = ("image", "images", "video", "document")
    form = rng.choices((None, *forms), weights=(25, 40, 20, 10, 5))[0]
    return None if form is None else media_of_form(form, rng, author)


def draw_article(rng: Random, author: Profile) -> dict[str, Any]:
    """A linked page; one in two has a thumbnail."""
    title = draw_title(rng, author)
    article = {
        "url": f"https://journal.example/{author.topic}/{rng.getrandbits(32):08x}",
        "title": title,
        "subtitle": "journal.example",
    }
    if rng.random() < 0.5:
        article["thumbnail"] = f"https://journal.example/covers/{rng.getrandbits(32):08x}.jpg"
    return article
