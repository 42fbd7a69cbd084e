"""A section: one part of a configuration file, and how its entries are read from rows and written to them.

A room adds its part with one module below `sections/`, which makes a `Section`, and one line in `sections/__init__.py`.
The file, its JSON Schema, `plan`, `apply`, `export` and the commands for single entries follow from it.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, NamedTuple, Protocol

from pydantic import BaseModel, TypeAdapter, ValidationError

from syndication_assets.configuration.entry import Entry
from syndication_assets.configuration.file.problems import EntriesOfFile
from syndication_assets.database.connection import Connection
from syndication_assets.scraping.erasure.erased_people import ErasedPeople
from syndication_assets.scraping.erasure.erasure_list import erased_people

Key = tuple[Any, ...]
"""The values of an entry's key fields."""


class Finding(NamedTuple):
    """What is wrong with a field of an entry, which the model alone cannot see."""

    field: str
    message: str


@dataclass
class Context:
    """What the checks and the writes of an entry may look up."""

    connection: Connection
    organization_id: str
    """Empty for the file of what all organizations share."""
    keys: dict[str, set[Key]] = field(default_factory=dict)
    """The keys that each section has once the file is applied."""

    @cached_property
    def platforms(self) -> list[str]:
        rows = self.connection.execute("select platform from channels.platforms order by priority desc, platform")
        return [platform for (platform,) in rows]

    @cached_property
    def channels(self) -> dict[tuple[str, str], str]:
        """(platform, channel) → its status, or that of its platform if that is not active."""
        rows = self.connection.execute(
            "select c.platform, c.channel_type, case when p.status = 'active' then c.status::text"
            " else 'of a platform that is ' || p.status end"
            " from channels.platform_channels as c inner join channels.platforms as p on c.platform = p.platform"
            " order by p.priority desc, c.platform, c.priority desc, c.channel_type"
        )
        return {(platform, channel): status for platform, channel, status in rows}

    @cached_property
    def erased(self) -> ErasedPeople | None:
        """The people who must not come back; None if nobody was erased."""
        return erased_people(self.connection)


class SourcedEntry(Protocol):
    """An entry whose values a person has read on a page."""

    source_url: str | None


def check_source(_: Context, entry: SourcedEntry) -> Iterable[Finding]:
    """The page is named by its address."""
    if entry.source_url is not None and not entry.source_url.startswith("https://"):
        yield Finding("source_url", "it does not begin with https://: write the address of the page")


def _nothing_to_check(_: Context, __: Any) -> Iterable[Finding]:
    return ()


def _nothing_left_to_check(_: Context) -> Iterable[Finding]:
    return ()


@dataclass(frozen=True, kw_only=True)
class Section:
    """One section. `read` returns the entries of an organization in the order of its file; `write` adds or changes the
    row of an entry; `remove` ends what the entry asked for.
    """

    name: str
    """Its key in the file."""
    noun: str
    """One of its entries in a sentence, without an article."""
    entry: type[Entry]
    permission: str
    """The right that a change of its entries needs: a row of tenancy.permissions."""
    is_for_the_installation: bool = False
    """True: the right is needed in all organizations, because who runs it decides for each organization."""
    key: tuple[str, ...]
    """The fields that tell entries apart; empty for a section that is one entry and not a list."""
    read: Callable[[Connection, str], list[Any]]
    write: Callable[[Context, Any], None]
    remove: Callable[[Context, Any], None]
    write_all: Callable[[Context, list[Any]], None] | None = None
    """Writes many entries in one statement, for a section that may have thousands."""
    check: Callable[[Context, Any], Iterable[Finding]] = _nothing_to_check
    check_written: Callable[[Context], Iterable[Finding]] = _nothing_left_to_check
    """What is wrong with its rows once all sections are written, about no entry alone."""
    only_when_added: frozenset[str] = frozenset()
    """Fields that the file sets with a new row and that no plan compares later."""
    paused: str = ""
    """What a pause of an entry means, as the end of a sentence; empty for a section whose entries cannot be paused."""
    removed: str = ""
    """What stays or goes once an entry is removed, as sentences; empty for a section whose entries stay."""
    in_use: str = "other rows refer to it"
    """Why PostgreSQL may refuse to remove its row, as the end of a sentence."""
    read_defaults: Callable[[Connection, str], list[Any]] | None = None
    """Reads the entries that come with the project: no file has to name them, but it may change them."""
    is_removable: bool = True
    """False: `remove` always refuses, and an entry that the file does not name is kept."""
    spell: Callable[[Key], Key] = lambda key: key
    """The one spelling of a key, where a field alone does not tell it."""
    from_file: Callable[[Path], EntriesOfFile] | None = None
    """Reads the file that `<name>_file` names."""

    @property
    def is_single(self) -> bool:
        return not self.key

    def key_of(self, entry: BaseModel) -> Key:
        return tuple(getattr(entry, name) for name in self.key)

    def canonical_key(self, typed: dict[str, Any]) -> Key:
        """The key as entries have it, from what a person typed; what is no value of its field comes back unchanged."""
        key = []
        for name in self.key:
            field_info = self.entry.model_fields[name]
            kind: Any = field_info.annotation
            if field_info.metadata:
                kind = Annotated[kind, *field_info.metadata]
            adapter: TypeAdapter[Any] = TypeAdapter(kind)
            value = typed[name]
            with suppress(ValidationError):
                value = adapter.validate_python(value, strict=True)
            key.append(value)
        return self.spell(tuple(key))

    def title_of(self, entry: BaseModel) -> str:
        """The entry within its section."""
        return "/".join(map(str, self.key_of(entry)))

    def path_of(self, entry: BaseModel) -> str:
        """The entry with its section."""
        return "/".join((self.name, *map(str, self.key_of(entry))))


def platform_findings(context: Context, platform: str | None) -> Iterable[Finding]:
    """Whether the platform exists."""
    if not context.platforms:
        yield Finding("platform", _NO_PLATFORMS)
    elif platform is not None and platform not in context.platforms:
        yield Finding("platform", f"there is no platform {platform!r}: choose from {', '.join(context.platforms)}")


def channel_findings(context: Context, platform: str, channel: str, *, is_written_for: bool) -> Iterable[Finding]:
    """Whether the channel exists and, `is_written_for`, whether it is in use."""
    problems = list(platform_findings(context, platform))
    yield from problems
    if problems:
        return
    status = context.channels.get((platform, channel))
    if status is None:
        known = [other for of_platform, other in context.channels if of_platform == platform]
        yield Finding("channel", f"{platform} has no channel {channel!r}: choose from {', '.join(known)}")
    elif is_written_for and status not in {"active", "beta"}:
        yield Finding("channel", f"{platform} {channel} is {status}, so it gets no posts: choose another channel")


_NO_PLATFORMS = (
    "there are no platforms yet: load them with `syndication materialize --select group:channels --partitions <today>`"
)
