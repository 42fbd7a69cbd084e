"""Briefs as the API is asked for them and tells them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from syndication_assets.studio.requests.new_brief import NewBrief
from syndication_assets.web.api.described import with_example

State = Literal[
    "pending", "processing", "generated", "review", "approved", "rejected", "published", "archived", "failed"
]


class BriefFilter(BaseModel):
    """What the listed briefs have in common."""

    model_config = ConfigDict(extra="forbid")

    state: State | None = None
    batch: str | None = Field(default=None, max_length=200, description="The name of a batch.")
    language: str | None = Field(default=None, pattern="^[a-z]{2}$", description="ISO 639-1 code.")
    words: str | None = Field(default=None, max_length=200, description="A part of title or message, in any case.")
    limit: int = Field(default=50, ge=1, le=500)
    offset: int = Field(default=0, ge=0, le=1_000_000)


class Brief(BaseModel):
    """A brief in one language. What is not known or not measured is null."""

    request_id: str
    batch: str | None
    title: str
    language: str
    channels: list[str]
    template: str
    state: str
    state_since: datetime
    is_under_way: bool = Field(description="Whether it goes on by itself.")
    priority: int
    due_on: date | None
    attempts: int
    reason: str | None = Field(description="Why it failed or was put away.")
    lowest_score: Decimal | None = Field(description="Of the pictures of its newest visual, from 0 to 1.")


class BriefPage(BaseModel):
    """Some briefs."""

    items: list[Brief]
    total: int = Field(description="How many briefs the filters let through, listed or not.")
    filters: BriefFilter = Field(description="The filters as they were understood.")


class BrokenRule(BaseModel):
    """A rule of the brand or of a platform that a picture breaks, or that was not measured: /variants has all rules."""

    rule: str
    severity: str
    measured: float | None
    threshold: float | None
    is_passed: bool | None = Field(description="Null if it was not measured.")
    reason: str | None


class Variant(BaseModel):
    """A picture for one channel in one format."""

    variant_id: str
    channel: str
    format: str
    is_posted: bool = Field(description="Whether the post of the channel has this one.")
    width: int
    height: int
    size_bytes: int
    alt_text: str
    score: Decimal | None
    level: str | None
    picture_id: str = Field(description="For /pictures/{picture_id}.")
    broken_rules: list[BrokenRule]


class TextOfBrief(BaseModel):
    """The newest text of a channel, at /texts/{content_id}: decided there, or with the whole brief."""

    model_config = ConfigDict(from_attributes=True)

    channel: str
    content_id: str
    version: int
    state: str


class ShownBrief(BaseModel):
    """A brief with what was made."""

    request: Brief
    variants: list[Variant]
    texts: list[TextOfBrief]
    content_hash: str | None = Field(
        description="Of the texts with their pictures: what a decision on the whole brief names; null without a text."
    )
    proposed_corrections: list[str]


class Progress(BaseModel):
    """How far a brief has come."""

    request_id: str
    state: str
    state_since: datetime
    is_under_way: bool
    reason: str | None
    pictures: int = Field(description="How many pictures the newest visual has by now.")
    texts: int


class SeenBrief(BaseModel):
    """What is decided on: a brief as it was when it was shown."""

    model_config = with_example(content_hash="0a1b2c3d" * 8)

    content_hash: str = Field(pattern="^[0-9a-f]{64}$", description="That of /requests/{request_id}.")


class RejectedBrief(SeenBrief):
    """What is rejected, and why."""

    model_config = with_example(content_hash="0a1b2c3d" * 8, reason="The open day is on Sunday.")

    reason: str = Field(min_length=1, max_length=1000)


class DecidedBrief(BaseModel):
    """A brief after a decision on all of it. Texts still wait if their workflow has further steps."""

    request: Brief
    texts: list[TextOfBrief]
    is_new: bool = Field(description="False if each text was decided so already, so that nothing changed.")


class AskedBrief(NewBrief):
    """What is asked for, in one language."""

    model_config = with_example(
        title="Woven by hand",
        brief="Our mill has woven tweed by hand for generations. Come and see the looms at work.",
        channels=["facebook/feed_post"],
        template="Statement",
        language="en",
        facts=["Tweed, woven by hand"],
        keywords=["Tweed"],
    )


class Corrections(BaseModel):
    """What is to be different in the pictures."""

    model_config = with_example(corrections=["darker_overlay"])

    corrections: list[Literal["darker_overlay", "light_text", "dark_text"]] = Field(min_length=1, max_length=3)
