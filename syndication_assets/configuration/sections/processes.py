"""`processes`: the ways of making posts for a channel, and which of them are switched off."""

from collections.abc import Iterable
from typing import Literal

from pydantic import Field

from syndication_assets.configuration.entry import Channel, Entry, Platform, Text
from syndication_assets.configuration.rows import delete, reader, upsert
from syndication_assets.configuration.section import Context, Finding, Section, channel_findings


class Process(Entry):
    """A way of making posts for a channel."""

    platform: Platform
    channel: Channel
    process: Literal["product_post", "blog_post"]
    display_name: Text = Field(description="Display name.")
    description: Text | None = Field(default=None, description="How it makes posts, in a sentence.")
    development_status: Literal["draft", "developed", "testing", "production"] = Field(
        default="draft", description="Informative only: is_active decides."
    )
    priority: int = Field(default=0, description="Display order, the greatest first.")
    is_active: bool = Field(default=True, description="false: nothing is selected, planned or published by it.")


def _check(context: Context, process: Process) -> Iterable[Finding]:
    return channel_findings(context, process.platform, process.channel, is_written_for=False)


def _write(context: Context, process: Process) -> None:
    values = process.model_dump()
    values = {"channel_type": values.pop("channel"), "process_name": values.pop("process"), **values}
    upsert(context.connection, "publishing.content_processes", ("platform", "channel_type", "process_name"), values)


def _remove(context: Context, process: Process) -> None:
    key = {"platform": process.platform, "channel_type": process.channel, "process_name": process.process}
    delete(context.connection, "publishing.content_processes", key)


PROCESSES = Section(
    name="processes",
    entry=Process,
    permission="rules.edit",
    key=("platform", "channel", "process"),
    read=reader(
        Process,
        "select platform, channel_type as channel, process_name as process, display_name, description,"
        " development_status::text, priority, is_active from publishing.content_processes"
        " order by platform, channel_type, process_name",
    ),
    write=_write,
    remove=_remove,
    check=_check,
)
