"""What people do with briefs: add them, cancel them, let them be made again, with or without corrections."""

import json
from collections.abc import Sequence

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
            for problem in _problems(connection, organization_id, brief)
        ]
        if problems:
            raise BriefError("\n".join(problems))
        return [_add(connection, organization_id, brief, person, batch_name) for brief in briefs]


def cancel(url: str, organization_id: str, request_id: str) -> None:
    """Puts a brief away. BriefError if a run makes it at the moment, or if it is archived already."""
    _move(url, organization_id, request_id, "archived", "cancelled by a person")


def make_again(url: str, organization_id: str, request_id: str) -> None:
    """Lets a brief be made again, with another photo if it was searched for. BriefError if its posts are approved."""
    _move(url, organization_id, request_id, "pending", None)


def correct(url: str, organization_id: str, request_id: str, corrections: Sequence[str]) -> None:
    """Lets the visual of a brief be made again with these corrections and no others. BriefError as of `make_again`."""
    _move(url, organization_id, request_id, "pending", None, corrections)


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


def _problems(connection: Connection, organization_id: str, brief: NewBrief) -> list[str]:
    rows = connection.execute(
        load_sql("studio/content_requests/problems.sql"),
        {
            "organization_id": organization_id,
            "template": brief.template,
            "brand_name": brief.brand_name,
            "language": brief.language,
            "photo": brief.photo,
            "search_terms": brief.search_terms,
            **_channels(brief),
        },
    )
    return [problem for (problem,) in rows]


def _add(connection: Connection, organization_id: str, brief: NewBrief, person: str, batch_name: str | None) -> str:
    values = brief.model_dump(exclude={"channels"}) | {
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
    reason: str | None,
    corrections: Sequence[str] | None = None,
) -> None:
    parameters = {
        "organization_id": organization_id,
        "request_id": request_id,
        "state": state,
        "reason": reason,
        "corrections": None if corrections is None else list(corrections),
    }
    with transaction(url) as connection:
        try:
            moved = connection.execute(load_sql("studio/content_requests/move.sql"), parameters).fetchall()
        except psycopg.errors.IntegrityError as error:
            raise BriefError(f"{request_id}: {error.diag.message_primary}.") from None
    if not moved:
        raise BriefError(f"There is no brief {request_id}: `syndication brief list`.")
