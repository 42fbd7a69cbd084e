"""The posts that are watched, own ones among them: search, history, marks."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from syndication_assets.curation.posts.post_states import set_flag
from syndication_assets.curation.posts.searched_posts import FoundPost, Search, find_posts, found_post
from syndication_assets.curation.posts.shown_post import measurements_of
from syndication_assets.database.connection import DatabaseError, transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.web.api.caller import Caller, CallerOfRequest
from syndication_assets.web.api.described import PostId, with_example
from syndication_assets.web.api.errors import ApiError, Code
from syndication_assets.web.api.named_requests import OnceOnly

router = APIRouter(prefix="/posts", tags=["posts"], route_class=OnceOnly)


class PostFilter(BaseModel):
    """What is looked for. `tag` may be given several times: a post has all of them. Days are UTC days, inclusive."""

    model_config = ConfigDict(extra="forbid")

    text: str | None = Field(default=None, max_length=200)
    tag: list[str] = Field(default_factory=list, max_length=20)
    since: date | None = None
    until: date | None = None
    marked: bool = False
    unread: bool = False
    limit: int = Field(default=50, ge=1, le=500)


class Post(BaseModel):
    """A post by its newest observations. A counter that was not measured is null."""

    post_id: str
    platform: str
    author: str | None
    posted_at: datetime | None
    language: str | None
    reactions: int | None
    comments: int | None
    shares: int | None
    engagement: int | None
    tags: list[str]
    is_read: bool
    is_marked: bool
    url: str | None
    text: str | None


class PostPage(BaseModel):
    """The newest posts that were found."""

    items: list[Post]
    filters: PostFilter = Field(description="The filters as they were understood.")


class Measured(BaseModel):
    """Reactions, comments and shares at one time; null if none was measured."""

    observed_at: datetime
    engagement: int | None


class PostHistory(BaseModel):
    """A post and its engagement over time, the oldest measurement first."""

    post: Post
    measurements: list[Measured]


class Flags(BaseModel):
    """What a person sets on a post; what is left out stays."""

    model_config = with_example(is_marked=True)

    is_read: bool | None = None
    is_marked: bool | None = None


@router.get("", summary="Search posts")
def search_posts(caller: CallerOfRequest, filters: Annotated[PostFilter, Query()]) -> PostPage:
    """The newest first."""
    search = Search(
        text=(filters.text or "").strip() or None,
        tags=tuple(filters.tag),
        since=filters.since,
        until=filters.until,
        is_marked=filters.marked,
        is_unread=filters.unread,
        person=caller.person,
    )
    with caller.reading() as connection:
        try:
            found = find_posts(connection, caller.organization.organization_id, search, filters.limit)
        except DatabaseError:
            raise
        except SyndicationError as error:
            raise ApiError(Code.INVALID_FILTER, str(error)) from None
    return PostPage(items=[_post(each) for each in found], filters=filters)


@router.get("/{post_id}", summary="Show a post with its history")
def show_post(post_id: PostId, caller: CallerOfRequest) -> PostHistory:
    """Its counters and its engagement over time."""
    organization_id = caller.organization.organization_id
    _require_own(caller, post_id)
    with caller.reading() as connection:
        post = found_post(connection, organization_id, post_id, caller.person)
        measurements = measurements_of(connection, organization_id, post_id)
    return PostHistory(
        post=_post(post),
        measurements=[Measured(observed_at=each.observed_at, engagement=each.engagement) for each in measurements],
    )


@router.post("/{post_id}/flags", summary="Mark a post, or note that it was read")
def set_flags(post_id: PostId, flags: Flags, caller: CallerOfRequest) -> PostHistory:
    """For the caller alone."""
    caller.require("posts.read")
    _require_own(caller, post_id)
    organization_id = caller.organization.organization_id
    with caller.acting(), transaction(caller.site.database_url) as connection:
        if flags.is_read is not None:
            set_flag(connection, organization_id, [post_id], caller.person, "is_read", value=flags.is_read)
        if flags.is_marked is not None:
            set_flag(connection, organization_id, [post_id], caller.person, "is_marked", value=flags.is_marked)
    return show_post(post_id, caller)


def _post(found: FoundPost) -> Post:
    return Post(**found._asdict())


def _require_own(caller: Caller, post_id: str) -> None:
    caller.require_own("scraping.post_records", "post_id", post_id, f"There is no post {post_id}.")
