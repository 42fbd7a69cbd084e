"""Writes the posts of briefs whose visuals are made: one text for each channel, with its picture, to be decided on.

A text goes the way of every other one: the rules of its channel, its facts, near-duplicates, an approval by rule or by
a person. What a brief may claim are the facts that its requester states. A visual that was made again gets the words of
the former text, as a new version that waits for a decision.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from syndication_assets import fault_points
from syndication_assets.content.briefs.brief import Brief, draft_of, with_picture
from syndication_assets.content.briefs.brief_decisions import decide_on_days
from syndication_assets.content.generation.model_writing import DayOfTexts, write_posts_with_model
from syndication_assets.content.generation.post_pictures import PostPicture
from syndication_assets.content.generation.posts_to_write import (
    Channel,
    PostToWrite,
    materials_of,
    new_content_id,
    read_channel,
)
from syndication_assets.content.generation.text_pictures import read_picture
from syndication_assets.content.generation.writing import WrittenText, findings_of, remember, store
from syndication_assets.content.review.reviewed_texts import read_text
from syndication_assets.content.review.text_decisions import supersede
from syndication_assets.database.connection import Connection, run_file, transaction
from syndication_assets.settings import Settings

_LOCK = "content.brief_posts"
_BRIEF_FIELDS = (
    "request_id",
    "title",
    "message",
    "language",
    "content_type",
    "audience",
    "style",
    "call_to_action",
    "link_url",
)


@dataclass(slots=True)
class BriefRun:
    """What one run wrote."""

    texts: list[WrittenText] = field(default_factory=list)
    unwritten: Counter[str] = field(default_factory=Counter)
    """Reason → how many texts were not written."""
    warnings: list[str] = field(default_factory=list)


def write_brief_posts(
    url: str,
    settings: Settings,
    *,
    organization: str | None = None,
    day: date | None = None,
    run_id: str | None = None,
) -> BriefRun:
    """Writes what briefs wait for, in all organizations or one (slug); `day` is the day of new posts, by default today.

    SyndicationError if the model's settings are incomplete.
    """
    day = day or datetime.now(UTC).date()
    run = BriefRun()
    # Without the lock, two concurrent runs would pay for each text twice.
    with transaction(url, lock=_LOCK):
        with transaction(url) as connection:
            posts = _posts(connection, organization, day, run)
            made_anew = [_with_new_picture(connection, post, old) for _, post, old in posts if old is not None]
            new = [(brief, post) for brief, post, content_id in posts if content_id is None]
            store(connection, made_anew)
            if settings.openai_api_key is None:
                run.texts += [_written(brief, post) for brief, post in new]
                store(connection, run.texts)
            fault_points.reach("brief_posts.before_commit")
        if new and settings.openai_api_key is not None:
            run.texts += _written_by_model(url, [post for _, post in new], settings, run, run_id)
        run.texts += made_anew
        decide_on_days(url, (text.post.planned_on for text in run.texts))
    return run


def _posts(
    connection: Connection, organization: str | None, day: date, run: BriefRun
) -> list[tuple[Brief, PostToWrite, str | None]]:
    """What is to be written, each with its brief and the text that it replaces, if any."""
    channels: dict[tuple[str, str, str], Channel] = {}
    found = []
    for row in run_file(connection, "content/brief_posts/waiting.sql", {"organization": organization}).fetchall():
        if not row["is_active"]:
            run.unwritten[
                f"The process announcement of {row['platform']}/{row['channel_type']} does not run: "
                "`syndication process list`."
            ] += 1
            continue
        brief = Brief(
            **{name: row[name] for name in _BRIEF_FIELDS}, facts=tuple(row["facts"]), keywords=tuple(row["keywords"])
        )
        planned_on = row["planned_on"] or day
        key = (row["organization_id"], row["platform"], row["channel_type"])
        if key not in channels:
            channels[key] = read_channel(connection, *key, planned_on)
        picture = read_picture(connection, row["organization_id"], row["picture_file_id"])
        post = _post(connection, row, brief, channels[key], picture, planned_on)
        found.append((brief, post, row["content_id"]))
    return found


def _post(
    connection: Connection,
    row: dict[str, Any],
    brief: Brief,
    channel: Channel,
    picture: PostPicture | None,
    planned_on: date,
) -> PostToWrite:
    post_core_id = row["post_core_id"]
    if post_core_id is None:
        ((post_core_id,),) = connection.execute(
            "insert into content.posts_core"
            " (organization_id, post_kind, platform, channel_type, planned_on, request_id)"
            " values (%s, 'announcement', %s, %s, %s, %s) returning post_core_id",
            [row["organization_id"], row["platform"], row["channel_type"], planned_on, brief.request_id],
        ).fetchall()
    return PostToWrite(
        organization_id=row["organization_id"],
        post_core_id=str(post_core_id),
        content_id=new_content_id(connection),
        planned_on=planned_on,
        variation=1,
        variations_by="content",
        facts=brief.claimable(),
        channel=channel,
        templates=[],
        materials=materials_of(connection, row["organization_id"]),
        post_kind="announcement",
        instructions=_instructions(brief, picture),
        language=brief.language,
        picture=picture,
    )


def _instructions(brief: Brief, picture: PostPicture | None) -> str:
    """What a language model is told: the brief, in the voice of the brand that its visual was made for."""
    brand = None if picture is None else picture.brand
    return "\n".join(filter(None, [brief.instructions, None if brand is None else brand.instructions]))


def _written(brief: Brief, post: PostToWrite) -> WrittenText:
    """The text without a language model."""
    assert post.picture is not None  # noqa: S101 - the query has posts with a visual only
    draft = draft_of(brief, post.rules, post.picture)
    text = WrittenText(post, draft, findings_of(post, draft), "template")
    remember(text)
    return text


def _written_by_model(
    url: str, posts: Sequence[PostToWrite], settings: Settings, run: BriefRun, run_id: str | None
) -> list[WrittenText]:
    result = DayOfTexts(datetime.now(UTC).date())
    outcome = asyncio.run(write_posts_with_model(url, list(posts), settings, result, run_id))
    run.unwritten.update({reason: len(unwritten) for reason, unwritten in outcome.unwritten.items()})
    run.warnings += result.warnings
    return outcome.texts


def _with_new_picture(connection: Connection, post: PostToWrite, content_id: str) -> WrittenText:
    """The words of a former text with the newest visual of its brief, as the next version."""
    assert post.picture is not None  # noqa: S101 - the query has posts with a visual only
    old = read_text(connection, content_id, for_update=True)
    former = read_picture(connection, old.organization_id, old.draft.picture_file_id)
    draft = with_picture(old.draft, post.picture, former)
    supersede(connection, old)
    return WrittenText(
        post,
        draft,
        findings_of(post, draft),
        old.generator,
        old.model,
        attempts=old.attempts,
        version=old.version + 1,
        created_by=old.created_by,
    )
