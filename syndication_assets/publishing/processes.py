"""The ways of making posts for a channel: how far each has come, what that means, and what each reads."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from syndication_assets.database.connection import Connection, load_sql
from syndication_assets.errors import SyndicationError

STATES = ("draft", "developed", "testing", "production")
"""In the order in which a process rises."""

EFFECTS = {
    "draft": "does not run",
    "developed": "runs only by hand, and simulates",
    "testing": "runs by schedules, and simulates",
    "production": "runs by schedules, and sends",
}


class ListedProcess(NamedTuple):
    """One row of publishing.content_processes."""

    platform: str
    channel: str
    process: str
    display_name: str
    description: str | None
    development_status: str
    priority: int
    is_active: bool

    @property
    def effect(self) -> str:
        """What its state means, in words."""
        return EFFECTS[self.development_status] if self.is_active else "is paused: nothing is made by it"


class Change(NamedTuple):
    """One change of its state, or of whether it is paused."""

    occurred_at: datetime
    actor: str
    what: str


class Input(NamedTuple):
    """One row that decides what a process does, with the organization that it is for; None for all of them."""

    organization: str | None
    what: str
    value: str


@dataclass(frozen=True, slots=True)
class ProcessPage:
    """All that is known of a process."""

    process: ListedProcess
    inputs: list[Input]
    changes: list[Change]
    to_be_sent: int
    """Targets in the queue, on accounts that send, which it only simulates as long as it is not in production."""


def list_processes(connection: Connection) -> list[ListedProcess]:
    """All processes, the greatest priority first."""
    rows = connection.execute(
        "select platform, channel_type, process_name, display_name, description, development_status::text, priority,"
        " is_active from publishing.content_processes order by priority desc, platform, channel_type, process_name"
    ).fetchall()
    return [ListedProcess(*row) for row in rows]


def show_process(connection: Connection, platform: str, channel: str, process: str) -> ProcessPage:
    """One process with what it reads. SyndicationError if there is none."""
    wanted = (platform, channel, process)
    found = [each for each in list_processes(connection) if (each.platform, each.channel, each.process) == wanted]
    if not found:
        raise SyndicationError(
            f"There is no process {process!r} for {platform}/{channel}: `syndication process list` shows them."
        )
    key = {"platform": platform, "channel_type": channel, "process_name": process}
    inputs = connection.execute(load_sql("publishing/process_inputs.sql"), key).fetchall()
    changes = connection.execute(load_sql("publishing/process_changes.sql"), key).fetchall()
    ((to_be_sent,),) = connection.execute(load_sql("publishing/targets_of_process.sql"), key).fetchall()
    return ProcessPage(found[0], [Input(*row) for row in inputs], [Change(*row) for row in changes], to_be_sent)


def next_state(present: str) -> str:
    """The state above. SyndicationError for production."""
    if present == STATES[-1]:
        raise SyndicationError("It is in production already: there is no higher state.")
    return STATES[STATES.index(present) + 1]


def lower_state(present: str, wanted: str | None) -> str:
    """A lower state: `wanted`, by default the next below. SyndicationError if it is not lower."""
    if present == STATES[0]:
        raise SyndicationError("It is a draft already: there is no lower state.")
    lower = wanted or STATES[STATES.index(present) - 1]
    if STATES.index(lower) >= STATES.index(present):
        raise SyndicationError(f"{lower} is not below {present}: use `syndication process promote`.")
    return lower
