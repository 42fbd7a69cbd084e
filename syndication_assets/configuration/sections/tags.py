"""`tags`: the tags that people, rules and models give to posts and profiles."""

import unicodedata
from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field

from syndication_assets.configuration.entry import Entry, Number, Text
from syndication_assets.configuration.rows import delete, reader, upsert
from syndication_assets.configuration.section import Context, Finding, Section

TagName = Annotated[str, Field(pattern=r"^\S.*$", max_length=100)]
Confidence = Annotated[Number, Field(ge=0, le=1, decimal_places=3)]


class Tag(Entry):
    """A tag."""

    name: TagName = Field(description="Its name, in lower case.")
    description: Text | None = Field(default=None, description="What it is for.")
    color: Literal["red", "green", "yellow", "blue", "magenta", "cyan", "white"] = Field(
        default="cyan", description="Its color in a terminal."
    )
    is_for_models: bool = Field(default=False, description="Whether language models may give it to posts.")
    model_threshold: Confidence | None = Field(
        default=None,
        description="From which confidence of a model on posts have it; below, it is a suggestion. Without it, "
        "`model_tagging` says so.",
    )


_JOINERS = "\u200c\u200d"
"""Persian words and emoji are written with them."""


def _check(_: Context, tag: Tag) -> Iterable[Finding]:
    # Names that look the same are the same.
    name = unicodedata.normalize("NFC", tag.name.strip().lower())
    if hidden := sorted({sign for sign in name if not (sign.isprintable() or sign in _JOINERS)}):
        yield Finding("name", f"leave out what nobody sees: {', '.join(f'U+{ord(sign):04X}' for sign in hidden)}")
    elif tag.name != name:
        in_which_way = "in lower case" if unicodedata.normalize("NFC", tag.name) != name else "with composed letters"
        yield Finding("name", f"write it {in_which_way}, as {name!r}")


def missing_tag(context: Context, name: str) -> Iterable[Finding]:
    """Whether there is a tag of this name."""
    known = context.keys.get("tags", set())
    if (name,) not in known:
        there_are = ", ".join(sorted(each for (each,) in known)) or "none"
        yield Finding("tag", f"there is no tag {name!r}: add it to `tags`; there are {there_are}")


def tag_id_of(context: Context, name: str) -> str:
    """The id of a tag that exists."""
    rows = context.connection.execute(
        "select tag_id from curation.tags where organization_id = %s and tag_name = %s", [context.organization_id, name]
    )
    return str(rows.fetchall()[0][0])


def _write(context: Context, tag: Tag) -> None:
    values = tag.model_dump()
    values = {"organization_id": context.organization_id, "tag_name": values.pop("name"), **values}
    upsert(context.connection, "curation.tags", ("organization_id", "tag_name"), values)


def _remove(context: Context, tag: Tag) -> None:
    key = {"organization_id": context.organization_id, "tag_name": tag.name}
    delete(context.connection, "curation.tags", key)


TAGS = Section(
    name="tags",
    noun="tag",
    removed="The posts and profiles that had it stay.",
    entry=Tag,
    permission="tags.edit",
    key=("name",),
    read=reader(
        Tag,
        "select tag_name as name, description, color, is_for_models, model_threshold from curation.tags"
        " where organization_id = %(organization_id)s order by tag_name",
    ),
    write=_write,
    remove=_remove,
    check=_check,
)
