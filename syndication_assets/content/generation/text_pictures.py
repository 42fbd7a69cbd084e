"""Reads the picture of ours that a text is published with: its licence, and the rules that it breaks."""

from collections.abc import Mapping
from typing import Any

from syndication_assets.content.generation.brand_voice import BrandVoice
from syndication_assets.content.generation.post_pictures import PostPicture
from syndication_assets.database.connection import Connection, run_file


def read_picture(connection: Connection, organization_id: str, picture_file_id: str | None) -> PostPicture | None:
    """The picture of a text; None for a text without a picture of ours."""
    if picture_file_id is None:
        return None
    rows = run_file(
        connection,
        "content/picture_of_text.sql",
        {"organization_id": organization_id, "picture_file_id": picture_file_id},
    )
    return _picture(rows.fetchall()[0])


def _picture(values: Mapping[str, Any]) -> PostPicture:
    return PostPicture(
        values["picture_file_id"],
        values["alt_text"],
        values["attribution"],
        values["licence_problem"],
        tuple(values["broken_rules"]),
        None if values["brand_name"] is None else _voice(values),
    )


def _voice(values: Mapping[str, Any]) -> BrandVoice:
    return BrandVoice(
        values["brand_name"],
        values["voice"],
        values["messaging_guidelines"],
        values["usage_restrictions"],
        tuple(values["vocabulary"]),
        tuple(values["banned_words"]),
    )
