"""What people do with briefs: add them, cancel them, let them be made again, with or without corrections.

What they do while a brief waits for them is in `manual_steps`.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import psycopg

from syndication_assets.database.connection import Connection, load_sql, transaction
from syndication_assets.database.stored_settings import read_setting
from syndication_assets.studio.requests.new_brief import BriefError, NewBrief
from syndication_assets.tenancy.people.preferences import read_preferences

CORRECTIONS = ("darker_overlay", "light_text", "dark_text")


def add_briefs(
    url: str, organization_id: str, briefs: Sequence[NewBrief], person: str, batch_name: str | None = None
) -> list[str]:
    """Adds briefs to the queue, all or none; returns their ids. BriefError with every reason against one."""
    with transaction(url) as connection:
        briefs = _with_defaults(connection, organization_id, briefs, person)
        problems = [
            f"{brief.title!r} ({brief.language}): {problem}" if len(briefs) > 1 else problem
            for brief in briefs
            for problem in problems_of(connection, organization_id, brief)
        ]
        if problems:
            raise BriefError("\n".join(problems))
        return [
            _add(connection, organization_id, brief, person, batch_name or _name_of_variations(brief), variation)
            for brief in briefs
            for variation in range(1, brief.variations + 1)
        ]


def cancel(url: str, organization_id: str, request_id: str) -> None:
    """Puts a brief away. BriefError if a run makes it at the moment, or if it is archived already."""
    _move(url, organization_id, request_id, "archived", reason="cancelled by a person")


def make_again(url: str, organization_id: str, request_id: str) -> None:
    """Lets a brief be made again, with another photo if it was searched for. BriefError if its posts are approved."""
    _move(url, organization_id, request_id, "pending")


def correct(url: str, organization_id: str, request_id: str, corrections: Sequence[str]) -> None:
    """Lets the visual of a brief be made again with its photo, with these corrections and no others. BriefError as of
    `make_again`.
    """
    _move(url, organization_id, request_id, "pending", corrections=list(corrections), keeps_photo=True)


def _with_defaults(
    connection: Connection, organization_id: str, briefs: Sequence[NewBrief], person: str
) -> list[NewBrief]:
    """With the language of the organization and the tone of the person, or of the organization, where none is given."""
    language = read_setting(connection, "studio.language", organization_id)
    tone = read_preferences(connection, person).tone or read_setting(connection, "studio.tone", organization_id)
    return [
        brief.model_copy(update={"language": brief.language or language, "style": brief.style or tone})
        for brief in briefs
    ]


def problems_of(connection: Connection, organization_id: str, brief: NewBrief) -> list[str]:
    """Why a brief cannot be made as it is, each as a sentence that says what to change."""
    rows = connection.execute(
        load_sql("studio/content_requests/problems.sql"),
        {
            "organization_id": organization_id,
            "template": brief.template,
            "brand_name": brief.brand_name,
            "language": brief.language,
            "photo": brief.photo,
            "search_terms": brief.search_terms,
            "mode": brief.mode,
            "variations": brief.variations,
            **_channels(brief),
        },
    )
    return [problem for (problem,) in rows]


def _name_of_variations(brief: NewBrief) -> str | None:
    """Variations of a brief that is added by itself are a batch of its title."""
    return brief.title if brief.variations > 1 else None


def _add(
    connection: Connection,
    organization_id: str,
    brief: NewBrief,
    person: str,
    batch_name: str | None,
    variation: int,
) -> str:
    values = brief.model_dump(exclude={"channels", "variations"}) | {
        "variation": variation,
        "organization_id": organization_id,
        "batch_name": batch_name,
        "fields": json.dumps(brief.fields),
        "requested_by": person,
        **_channels(brief),
    }
    ((request_id,),) = connection.execute(load_sql("studio/content_requests/add.sql"), values).fetchall()
    return str(request_id)


def _channels(brief: NewBrief) -> dict[str, list[str]]:
    pairs = [channel.split("/", 1) for channel in brief.channels]
    return {"platforms": [pair[0] for pair in pairs], "channel_types": [pair[1] for pair in pairs]}


def _move(
    url: str,
    organization_id: str,
    request_id: str,
    state: str,
    *,
    reason: str | None = None,
    corrections: list[str] | None = None,
    keeps_photo: bool = False,
) -> None:
    parameters = {
        "organization_id": organization_id,
        "request_id": request_id,
        "state": state,
        "reason": reason,
        "corrections": corrections,
        "variant_fields": None,
        "keeps_photo": keeps_photo,
    }
    with transaction(url) as connection:
        move(connection, parameters)


def move(connection: Connection, parameters: Mapping[str, Any]) -> None:
    """Runs `move.sql`. BriefError if there is no such brief, or if it cannot go there."""
    request_id = parameters["request_id"]
    try:
        moved = connection.execute(load_sql("studio/content_requests/move.sql"), parameters).fetchall()
    except psycopg.errors.IntegrityError as error:
        raise BriefError(f"{request_id}: {error.diag.message_primary}.") from None
    if not moved:
        raise BriefError(f"There is no brief {request_id}: `syndication brief list`.")
