"""`writing`: what happens when texts cannot be written."""

from typing import Literal

from pydantic import Field

from syndication_assets.configuration.entry import Entry
from syndication_assets.configuration.rows import delete, reader, upsert
from syndication_assets.configuration.section import Context, Section


class Writing(Entry):
    """What the organization does when its texts cannot be written."""

    when_model_is_down: Literal["wait", "template"] = Field(
        default="wait",
        description="While the language model gives no answer, texts wait for it, or a template writes them.",
    )


def _write(context: Context, writing: Writing) -> None:
    values = {"organization_id": context.organization_id, **writing.model_dump()}
    upsert(context.connection, "content.writing_rules", ("organization_id",), values)


def _remove(context: Context, _: Writing) -> None:
    delete(context.connection, "content.writing_rules", {"organization_id": context.organization_id})


WRITING = Section(
    name="writing",
    noun="rule for texts that cannot be written",
    removed="The texts that were written stay.",
    entry=Writing,
    permission="rules.edit",
    key=(),
    read=reader(
        Writing,
        "select when_model_is_down from content.writing_rules where organization_id = %(organization_id)s",
    ),
    write=_write,
    remove=_remove,
)
