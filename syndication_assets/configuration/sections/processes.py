"""`processes`: the ways of making posts for a channel, and how far each has come."""

from collections.abc import Iterable
from typing import Annotated, Literal, get_args

from pydantic import Field

from syndication_assets.configuration.entry import Channel, Entry, Platform, Text
from syndication_assets.configuration.rows import delete, reader, upsert
from syndication_assets.configuration.section import Context, Finding, Section, channel_findings

State = Literal["draft", "developed", "testing", "production"]
STATES: tuple[State, ...] = get_args(State)
"""In the order in which a process rises."""


class Process(Entry):
    """A way of making posts for a channel."""

    platform: Platform
    channel: Channel
    process: Literal["product_post", "blog_post", "announcement", "event"]
    display_name: Text = Field(description="Display name.")
    description: Text | None = Field(default=None, description="How it makes posts, in a sentence.")
    development_status: State = Field(
        default="production",
        description="draft does not run; developed runs only by hand, and simulates; testing runs by schedules, and "
        "simulates; production sends.",
    )
    instructions: Annotated[str, Field(min_length=1, max_length=2000)] | None = Field(
        default=None,
        description="What a language model is told beside the rules of the channel, such as the tone.",
    )
    priority: int = Field(default=0, description="Display order, the greatest first.")
    is_active: bool = Field(default=True, description="false: nothing is selected, planned or published by it.")


def _check(context: Context, process: Process) -> Iterable[Finding]:
    return channel_findings(context, process.platform, process.channel, is_written_for=False)


def _write(context: Context, process: Process) -> None:
    values = process.model_dump()
    values = {"channel_type": values.pop("channel"), "process_name": values.pop("process"), **values}
    key = ("platform", "channel_type", "process_name")
    for state in _states_to(context, process):
        upsert(context.connection, "publishing.content_processes", key, {**values, "development_status": state})


def _states_to(context: Context, process: Process) -> Iterable[State]:
    """The states that an existing process goes through to the one of the entry: it rises by one at a time."""
    rows = context.connection.execute(
        "select development_status::text from publishing.content_processes"
        " where platform = %s and channel_type = %s and process_name = %s",
        [process.platform, process.channel, process.process],
    ).fetchall()
    wanted = STATES.index(process.development_status)
    present = STATES.index(rows[0][0]) if rows else wanted
    return STATES[present + 1 : wanted + 1] if wanted > present else (process.development_status,)


def _remove(context: Context, process: Process) -> None:
    key = {"platform": process.platform, "channel_type": process.channel, "process_name": process.process}
    delete(context.connection, "publishing.content_processes", key)


PROCESSES = Section(
    name="processes",
    noun="process",
    paused="nothing is selected, planned or published by it",
    removed="The posts that were made by it stay.",
    entry=Process,
    permission="rules.edit",
    key=("platform", "channel", "process"),
    read=reader(
        Process,
        "select platform, channel_type as channel, process_name as process, display_name, description,"
        " development_status::text, instructions, priority, is_active from publishing.content_processes"
        " order by platform, channel_type, process_name",
    ),
    write=_write,
    remove=_remove,
    check=_check,
)
