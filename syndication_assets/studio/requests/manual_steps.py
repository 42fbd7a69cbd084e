"""What a person does while a brief waits: change what it says, change one picture, let it go on.

Where it waits is in the database (`stop_before`, `stopped_before`), so any run goes on from there, and what was made
before is not made again.
"""

import json
from collections.abc import Mapping
from typing import Any

from syndication_assets.database.connection import Connection, load_sql, run_file, transaction
from syndication_assets.studio.requests.new_brief import BriefError, NewBrief, changed
from syndication_assets.studio.requests.request_states import move, problems_of

STEPS = ("pictures", "texts", "decision")
_WHAT_FOLLOWS = {
    "pictures": "its pictures are made",
    "texts": "its texts are written",
    "decision": "rules and people decide on its texts",
}


def resume(url: str, organization_id: str, request_id: str) -> str:
    """Lets a brief go on; returns the step that it waited before. BriefError if it does not wait."""
    with transaction(url) as connection:
        rows = run_file(
            connection,
            "studio/content_requests/resume.sql",
            {"organization_id": organization_id, "request_id": request_id},
        ).fetchall()
    if not rows:
        raise BriefError(f"{request_id} does not wait for a person: `syndication brief show {request_id}`.")
    return str(rows[0]["stopped_before"])


def edit_brief(url: str, organization_id: str, request_id: str, values: Mapping[str, object]) -> None:
    """Changes what a brief says before its pictures are made. BriefError with every reason against it."""
    with transaction(url) as connection:
        brief = changed(_stored(connection, organization_id, request_id), values)
        if problems := problems_of(connection, organization_id, brief):
            raise BriefError("\n".join(problems))
        edited = connection.execute(
            load_sql("studio/content_requests/edit.sql"),
            brief.model_dump()
            | {
                "organization_id": organization_id,
                "request_id": request_id,
                "fields": json.dumps(brief.fields),
            },
        ).fetchall()
    if not edited:
        raise BriefError(
            f"{request_id} has pictures already, or a run makes them: `syndication brief edit-picture` changes one of "
            "them, and `syndication review edit` a text."
        )


def edit_variant(url: str, variant_id: str, fields: Mapping[str, str]) -> str:
    """Lets the visual of a brief be made again with other texts in one of its pictures; an empty text takes one back.

    Returns the id of the brief. The other pictures are taken over as they are. BriefError if there is no such picture,
    it is not of the newest visual, or its posts are approved.
    """
    with transaction(url) as connection:
        rows = run_file(connection, "studio/asset_variants/place.sql", {"variant_id": variant_id}).fetchall()
        if not rows:
            raise BriefError(f"There is no picture {variant_id} of a newest visual: `syndication brief show`.")
        place: Mapping[str, Any] = rows[0]
        unknown = [name for name in fields if name not in place["text_fields"]]
        if unknown:
            raise BriefError(
                f"The template has no text {unknown[0]!r}: it has {', '.join(sorted(place['text_fields']))}."
            )
        own = {**place["variant_fields"].get(place["name"], {}), **fields}
        variant_fields = {**place["variant_fields"], place["name"]: {name: text for name, text in own.items() if text}}
        parameters = {
            "organization_id": place["organization_id"],
            "request_id": place["request_id"],
            "state": "pending",
            "reason": None,
            "corrections": None,
            "variant_fields": json.dumps({name: texts for name, texts in variant_fields.items() if texts}),
            "keeps_photo": True,
        }
        move(connection, parameters)
    return str(place["request_id"])


def wait_line(request_id: str, step: str) -> str:
    """What a person is told of a brief that waits."""
    return f"waits for you before {_WHAT_FOLLOWS[step]}: `syndication brief resume {request_id}`"


def _stored(connection: Connection, organization_id: str, request_id: str) -> NewBrief:
    rows = run_file(
        connection,
        "studio/content_requests/stored.sql",
        {"organization_id": organization_id, "request_id": request_id},
    ).fetchall()
    if not rows:
        raise BriefError(f"There is no brief {request_id}: `syndication brief list`.")
    # What is stored was checked when it was added.
    return NewBrief.model_construct(**rows[0])
