"""Texts that wait for a decision, and the decisions."""

from datetime import date, datetime
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from syndication_assets.content.review.reviewed_texts import read_text, show, waiting
from syndication_assets.content.review.text_decisions import approve, edit, reject
from syndication_assets.web.api.caller import Caller, CallerOfRequest
from syndication_assets.web.api.described import TextId, with_example
from syndication_assets.web.api.named_requests import OnceOnly
from syndication_assets.web.text_changes import changes_in, versions_of

router = APIRouter(prefix="/texts", tags=["texts"], route_class=OnceOnly)
RIGHTS = ("approvals.decide", "texts.decide")
"""Either lets a caller decide; approvers of a workflow need no other."""


class WaitingText(BaseModel):
    """A text that waits for a decision."""

    content_id: str
    planned_on: date
    channel: str
    kind: str
    generator: str
    state: str
    broken_rules: str = Field(description="The hard rules that it breaks; empty if none.")


class WaitingTexts(BaseModel):
    """All texts that wait."""

    items: list[WaitingText]
    total: int


class Rule(BaseModel):
    """A rule that a text breaks."""

    rule_name: str
    severity: str
    reason: str


class VersionOfText(BaseModel):
    """One version of a text, at /texts/{content_id}."""

    model_config = ConfigDict(from_attributes=True)

    content_id: str
    version: int
    state: str
    author: str | None = Field(description="A name; null if no person wrote it.")
    created_at: datetime


class TakenDecision(BaseModel):
    """A decision that was taken on this version."""

    decision: str
    decided_by: str
    decided_at: datetime
    reason: str | None


class Change(BaseModel):
    """A part of a text beside the version before."""

    model_config = ConfigDict(from_attributes=True)

    kind: Literal["equal", "insert", "delete"]
    words: str


class Text(BaseModel):
    """One version of a text, with the rules that it breaks, its decisions and what an edit changed."""

    content_id: str
    state: str
    platform: str
    channel_type: str
    planned_on: date
    variation: int
    version: int
    text: str
    language: str
    link_url: str | None
    image_url: str | None
    alt_text: str | None
    event: str | None = Field(description="The facts of the event that it is about; null for other texts.")
    broken_rules: list[Rule]
    decisions: list[TakenDecision]
    changes: list[Change] | None = Field(
        description="The words of the version before and of this one, in the order of the text; null for the first."
    )
    versions: list[VersionOfText] = Field(description="The newest first.")


class DecidedText(BaseModel):
    """A text after a decision. It still waits if its workflow has further steps."""

    content_id: str
    state: str
    is_new: bool = Field(description="False if the decision was taken already, so that nothing changed.")


class Rejection(BaseModel):
    """Why a text is rejected."""

    model_config = with_example(reason="The price is last year's.")

    reason: str = Field(min_length=1, max_length=1000)


class Edit(BaseModel):
    """A person's text in place of the one that waits."""

    model_config = with_example(text="A kilt of wool, made by hand.")

    text: str = Field(min_length=1, max_length=100_000)


@router.get("", summary="List the texts that wait for a decision")
def list_texts(caller: CallerOfRequest) -> WaitingTexts:
    """The earliest planned day first."""
    found = waiting(caller.site.database_url, caller.organization.slug)
    items = [
        WaitingText(
            content_id=text.content_id,
            planned_on=text.planned_on,
            channel=text.channel,
            kind=text.kind,
            generator=text.generator,
            state=text.state,
            broken_rules=text.reasons,
        )
        for text in found
    ]
    return WaitingTexts(items=items, total=len(items))


@router.get("/{content_id}", summary="Show a text")
def show_text(content_id: TextId, caller: CallerOfRequest) -> Text:
    """The text as it would be published."""
    _require_own(caller, content_id)
    text, findings, decisions = show(caller.site.database_url, content_id)
    with caller.reading() as connection:
        versions = versions_of(connection, text)
    changes = changes_in(text, versions)
    return Text(
        content_id=text.content_id,
        state=text.state,
        platform=text.platform,
        channel_type=text.channel_type,
        planned_on=text.planned_on,
        variation=text.variation,
        version=text.version,
        text=text.draft.text_content,
        language=text.draft.language,
        link_url=text.draft.link_url,
        image_url=text.draft.image_url,
        alt_text=text.draft.alt_text,
        event=text.event,
        broken_rules=[
            Rule(rule_name=finding.rule_name, severity=finding.severity, reason=finding.reason or "")
            for finding in findings
            if not finding.is_passed
        ],
        decisions=[
            TakenDecision(
                decision=each.decision, decided_by=each.decided_by, decided_at=each.decided_at, reason=each.reason
            )
            for each in decisions
        ],
        changes=None if changes is None else [Change.model_validate(change) for change in changes],
        versions=[VersionOfText.model_validate(version) for version in versions],
    )


@router.post("/{content_id}/approve", summary="Approve a text")
def approve_text(content_id: TextId, caller: CallerOfRequest) -> DecidedText:
    """Its rules are checked again with today's facts; one that breaks a hard rule is not approved."""
    caller.require(*RIGHTS)
    _require_own(caller, content_id)
    with caller.acting():
        is_new = approve(caller.site.database_url, content_id, caller.person)
    with caller.reading() as connection:
        state = read_text(connection, content_id).state
    return DecidedText(content_id=content_id, state=state, is_new=is_new)


@router.post("/{content_id}/reject", summary="Reject a text")
def reject_text(content_id: TextId, rejection: Rejection, caller: CallerOfRequest) -> DecidedText:
    """Withdraws its approval, if it has one."""
    caller.require(*RIGHTS)
    _require_own(caller, content_id)
    with caller.acting():
        is_new = reject(caller.site.database_url, content_id, caller.person, rejection.reason)
    return DecidedText(content_id=content_id, state="rejected", is_new=is_new)


@router.post("/{content_id}/edit", summary="Replace a text by another version")
def edit_text(content_id: TextId, version: Edit, caller: CallerOfRequest) -> Text:
    """The new version waits for a decision; the old one is superseded."""
    caller.require("texts.edit")
    _require_own(caller, content_id)
    with caller.acting():
        new_id, _ = edit(caller.site.database_url, content_id, caller.person, version.text)
    return show_text(new_id, caller)


def _require_own(caller: Caller, content_id: str) -> None:
    caller.require_own("content.posts_content", "content_id", content_id, f"There is no text {content_id}.")
