"""What a person asks for, as commands and batch files say it. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from syndication_assets.errors import SyndicationError
from syndication_assets.text.outside import clean

_Line = Annotated[str, Field(min_length=1, max_length=500)]
_MOST_BRIEFS = 1000


class BriefError(SyndicationError):
    """A brief cannot be added or changed; the message says what to change."""


class NewBrief(BaseModel):
    """One brief in one language."""

    model_config = ConfigDict(extra="forbid")

    title: Annotated[str, Field(min_length=1, max_length=300)]
    brief: Annotated[str, Field(min_length=1, max_length=10_000)]
    channels: Annotated[list[str], Field(min_length=1)]
    """As in facebook/feed_post."""
    template: _Line
    brand_name: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    """None for the brand of the template, or the only one."""
    language: Annotated[str, Field(pattern="^[a-z]{2}$")] | None = None
    """None for the setting studio.language."""
    content_type: _Line = "announcement"
    fields: dict[str, str] = {}
    facts: list[_Line] = []
    keywords: list[_Line] = []
    search_terms: _Line | None = None
    photo: Annotated[str, Field(pattern="^stk-[0-9a-f]{8}$")] | None = None
    audience: _Line | None = None
    style: _Line | None = None
    """None for the tone that whoever asks prefers, else for the setting studio.tone."""
    call_to_action: _Line | None = None
    link_url: Annotated[str, Field(pattern="^https?://[^ ]+$", max_length=2000)] | None = None
    alt_text: _Line | None = None
    mode: Literal["template_based", "stock_enhanced", "hybrid", "brand_only"] = "hybrid"
    quality: Literal["draft", "standard", "premium", "executive"] = "standard"
    variations: Annotated[int, Field(ge=1, le=5)] = 1
    """How many briefs it becomes, each with another photo."""
    stop_before: list[Literal["pictures", "texts", "decision"]] = []
    """Steps before which it waits for a person."""
    priority: Annotated[int, Field(ge=-1000, le=1000)] = 0
    due_on: date | None = None

    @field_validator("title", "brief", "call_to_action", "alt_text", mode="after")
    @classmethod
    def _clean(cls, value: str | None) -> str | None:
        if value is None:
            return None
        cleaned = clean(value).strip()
        if not cleaned:
            raise ValueError("is empty")
        return cleaned

    @field_validator("channels", mode="after")
    @classmethod
    def _pairs(cls, value: list[str]) -> list[str]:
        for channel in value:
            platform, separator, channel_type = channel.partition("/")
            if not (platform and separator and channel_type):
                raise ValueError(f"{channel!r} is no channel: write platform and channel, as in facebook/feed_post")
        return list(dict.fromkeys(value))


def changed(brief: NewBrief, values: Mapping[str, object]) -> NewBrief:
    """The brief with other values; fields are added to those that it has. BriefError with every problem."""
    kept = brief.model_dump(exclude_unset=True)
    fields = {**brief.fields, **dict(values["fields"])} if values.get("fields") else brief.fields  # type: ignore[call-overload]
    return brief_of({**kept, **values, "fields": fields})


def brief_of(values: dict[str, object]) -> NewBrief:
    """BriefError with every problem."""
    try:
        return NewBrief.model_validate({name: value for name, value in values.items() if value is not None})
    except ValidationError as error:
        raise BriefError("\n".join(_problems(error))) from None


def briefs_of_file(content: str) -> list[NewBrief]:
    """The briefs of a YAML file: a list, each with the fields of a brief. BriefError with every problem."""
    try:
        entries = yaml.safe_load(content)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = "" if mark is None else f" in line {mark.line + 1}"
        raise BriefError(
            f"The file is no YAML{place}: {getattr(error, 'problem', None) or 'it cannot be read'}."
        ) from None
    if not isinstance(entries, list) or not entries:
        raise BriefError("The file is no list of briefs: begin each brief with '- title:'.")
    if len(entries) > _MOST_BRIEFS:
        raise BriefError(f"The file has {len(entries):,} briefs: add at most {_MOST_BRIEFS:,} at a time.")
    briefs, problems = [], []
    for number, entry in enumerate(entries, start=1):
        if not isinstance(entry, dict):
            problems.append(f"brief {number}: it has no fields: write 'title: …', 'brief: …'.")
            continue
        try:
            briefs.append(NewBrief.model_validate(entry))
        except ValidationError as error:
            problems += [f"brief {number}: {problem}" for problem in _problems(error)]
    if problems:
        raise BriefError("\n".join(problems))
    return briefs


def _problems(error: ValidationError) -> list[str]:
    return [
        f"{'.'.join(map(str, each['loc'])) or 'brief'}: {each['msg'].removeprefix('Value error, ')}"
        for each in error.errors(include_url=False, include_input=False)
    ]
