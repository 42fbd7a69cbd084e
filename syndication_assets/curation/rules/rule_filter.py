"""What a rule or a search may ask of a post, besides its text. Pure."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Word = Annotated[str, Field(min_length=1)]
Count = Annotated[int, Field(ge=0)]


class RuleFilter(BaseModel):
    """Conditions that a post must all meet; of each list, one value is enough. A counter that was not measured meets
    no minimum.
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    platforms: list[Word] = Field(default=[], description="Platforms of the post, such as linkedin.")
    authors: list[Word] = Field(default=[], description="Handles of its author, regardless of case.")
    profile_tags: list[Word] = Field(default=[], description="Tags of its author's profile.")
    post_types: list[Word] = Field(default=[], description="Its kinds, such as regular, quote or video.")
    media: list[Literal["image", "video", "document", "thumbnail"]] = Field(
        default=[], description="Kinds of media that it has."
    )
    hashtags: list[Word] = Field(default=[], description="Hashtags in its text, with or without #.")
    languages: list[Annotated[str, Field(pattern="^[a-z]{2}$")]] = Field(
        default=[], description="Languages of its text, such as en."
    )
    minimum_engagement: Count | None = Field(default=None, description="Least reactions, comments and shares together.")
    minimum_reactions: Count | None = Field(default=None, description="Least reactions.")
    minimum_comments: Count | None = Field(default=None, description="Least comments.")
    minimum_shares: Count | None = Field(default=None, description="Least shares.")
    minimum_views: Count | None = Field(default=None, description="Least views.")
    minimum_age_days: Count | None = Field(
        default=None, description="Least days from its publication to its newest observation."
    )
    maximum_age_days: Count | None = Field(
        default=None, description="Most days from its publication to its newest observation."
    )


def stored_filter(rule: RuleFilter) -> dict[str, Any]:
    """The conditions as the column `filter` has them: those that were given."""
    values = {name: getattr(rule, name) for name in RuleFilter.model_fields}
    return {name: value for name, value in values.items() if value is not None and value != []}
