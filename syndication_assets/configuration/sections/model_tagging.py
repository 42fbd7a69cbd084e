"""`model_tagging`: how language models tag posts."""

from pydantic import Field

from syndication_assets.configuration.entry import Entry
from syndication_assets.configuration.rows import delete, reader, upsert
from syndication_assets.configuration.section import Context, Section
from syndication_assets.configuration.sections.tags import Confidence
from syndication_assets.curation.tagging.classifications import DEFAULT_POSTS_A_RUN, DEFAULT_THRESHOLD


class ModelTagging(Entry):
    """How language models tag the organization's posts, from the tags that are for models."""

    threshold: Confidence = Field(
        default=DEFAULT_THRESHOLD,
        description="From which confidence on a post has a tag that has no threshold of its own; below, it is a "
        "suggestion.",
    )
    posts_a_run: int = Field(
        default=DEFAULT_POSTS_A_RUN,
        ge=1,
        le=1_000_000,
        description="How many posts a run asks about at most; the newest come first.",
    )


def _write(context: Context, tagging: ModelTagging) -> None:
    values = {"organization_id": context.organization_id, **tagging.model_dump()}
    upsert(context.connection, "curation.model_tagging", ("organization_id",), values)


def _remove(context: Context, _: ModelTagging) -> None:
    delete(context.connection, "curation.model_tagging", {"organization_id": context.organization_id})


MODEL_TAGGING = Section(
    name="model_tagging",
    noun="setting of tagging by models",
    removed="The tags that models gave stay, and the defaults hold.",
    entry=ModelTagging,
    permission="tags.edit",
    key=(),
    read=reader(
        ModelTagging,
        "select threshold, posts_a_run from curation.model_tagging where organization_id = %(organization_id)s",
    ),
    write=_write,
    remove=_remove,
)
