"""The shapes of one item of a LinkedIn dataset: of the actor for posts of a profile, and of the actor for posts of a
company, each with its variations over time.

| | posts of a profile | posts of a company |
|---|---|---|
| id | `urn {activity_urn, share_urn, ugcPost_urn}` | `activity_urn` |
| address | `url` | `post_url` |
| author | `first_name, last_name, username, profile_url` | `name, company_url, follower_count` |
| scraped for | | `source_company`: a name or an address |
| reactions | our six kinds | LinkedIn's own names, such as `entertainment` for `funny` |
| a counter of zero | `0` | left out |

So in posts of a company, and only there, missing comments and reposts are 0: its `stats` give the total of reactions,
which shows that they were measured. Without that total nothing was measured.

Missing keys are None; wrong types are rejected when the item is decoded.
"""

import msgspec

from syndication_assets.scraping.items.item_decoding import Counter, Ignored, Size

Id = str | int | float | None
"""Digits in a string, bare or as a URN. The shape accepts numbers, so that they are rejected with a specific reason."""


class Urn(msgspec.Struct, gc=False):
    activity_urn: Id = None
    ugc_post_urn: Id = msgspec.field(default=None, name="ugcPost_urn")
    share_urn: Id = None


class PostedAt(msgspec.Struct, gc=False):
    """`date` is the scraper's local time and `relative` a phrase of the page: neither can be used as a time."""

    timestamp: int | None = None
    date: Ignored = None
    relative: Ignored = None
    is_edited: Ignored = None


class PostAuthor(msgspec.Struct, gc=False):
    first_name: str | None = None
    last_name: str | None = None
    headline: str | None = None
    username: str | None = None
    profile_url: str | None = None
    profile_picture: Ignored = None
    name: str | None = None
    company_url: str | None = None
    follower_count: Counter | None = None
    logo_url: Ignored = None


class Stats(msgspec.Struct, gc=False):
    """The reactions by kind come under our names or under LinkedIn's (`praise` is its name for celebrate)."""

    total_reactions: Counter | None = None
    like: Counter | None = None
    support: Counter | None = None
    love: Counter | None = None
    insight: Counter | None = None
    celebrate: Counter | None = None
    funny: Counter | None = None
    appreciation: Counter | None = None
    empathy: Counter | None = None
    interest: Counter | None = None
    praise: Counter | None = None
    entertainment: Counter | None = None
    comments: Counter | None = None
    comments_count: Counter | None = None
    reposts: Counter | None = None


class Picture(msgspec.Struct, gc=False):
    """An element of `media.images` or `media.items`; only the latter have a type."""

    url: str | None = None
    width: Size | None = None
    height: Size | None = None
    type: str | None = None
    thumbnail: str | None = None


class Document(msgspec.Struct, gc=False):
    title: str | None = None
    page_count: Size | None = None
    url: str | None = None
    thumbnail: str | None = None


class PostMedia(msgspec.Struct, gc=False):
    type: str | None = None
    url: str | None = None
    images: list[Picture] | None = None
    items: list[Picture] | None = None
    document: Document | None = None
    thumbnail: str | None = None


class Article(msgspec.Struct, gc=False):
    url: str | None = None
    title: str | None = None
    subtitle: str | None = None
    thumbnail: str | None = None


class QuotedPost(msgspec.Struct, gc=False):
    urn: Id | Urn = None
    activity_urn: Id = None
    full_urn: str | None = None
    posted_at: PostedAt | None = None
    text: str | None = None
    url: str | None = None
    post_url: str | None = None
    post_type: str | None = None
    author: PostAuthor | None = None
    stats: Stats | None = None
    media: PostMedia | None = None
    document: Document | None = None
    article: Article | None = None
    post_language_code: Ignored = None


class Post(QuotedPost, gc=False):
    reshared_post: msgspec.Raw = msgspec.Raw(b"null")
    pagination_token: Ignored = None
    source_company: str | None = None

    @property
    def is_of_company(self) -> bool:
        """Whether the item comes from the actor for posts of a company."""
        return self.source_company is not None or (self.author is not None and self.author.company_url is not None)
