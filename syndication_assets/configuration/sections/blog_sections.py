"""`sections`: the channels that get a section of a blog each day."""

from collections.abc import Iterable

from pydantic import Field

from syndication_assets.configuration.entry import ACTIVE, Channel, Day, Entry, Platform
from syndication_assets.configuration.rows import delete, reader, upsert
from syndication_assets.configuration.section import Context, Finding, Section, channel_findings


class BlogSection(Entry):
    """A channel that gets the next section of the newest blog post each day."""

    platform: Platform
    channel: Channel
    starts_on: Day = Field(description="First UTC day with a section.")
    instead_of_products: bool = Field(default=False, description="true: the channel gets no products from then on.")
    is_active: bool = ACTIVE


def _check(context: Context, section: BlogSection) -> Iterable[Finding]:
    return channel_findings(context, section.platform, section.channel, is_written_for=section.is_active)


def _write(context: Context, section: BlogSection) -> None:
    values = section.model_dump()
    values = {"organization_id": context.organization_id, "channel_type": values.pop("channel"), **values}
    upsert(context.connection, "content.section_channels", ("organization_id", "platform", "channel_type"), values)


def _remove(context: Context, section: BlogSection) -> None:
    key = {
        "organization_id": context.organization_id,
        "platform": section.platform,
        "channel_type": section.channel,
    }
    delete(context.connection, "content.section_channels", key)


BLOG_SECTIONS = Section(
    name="sections",
    noun="channel of blog sections",
    paused="it gets no more sections",
    removed="The posts that were made stay.",
    entry=BlogSection,
    permission="sections.edit",
    key=("platform", "channel"),
    read=reader(
        BlogSection,
        "select platform, channel_type as channel, starts_on, instead_of_products, is_active"
        " from content.section_channels where organization_id = %(organization_id)s order by platform, channel_type",
    ),
    write=_write,
    remove=_remove,
    check=_check,
)
