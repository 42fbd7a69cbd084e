"""Adds, changes and removes single entries: what commands do, over the same models, checks and writes as a file."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import psycopg
from pydantic import ValidationError

from syndication_assets.configuration.difference import differing_fields
from syndication_assets.configuration.entry import Entry
from syndication_assets.configuration.file.suspected_secrets import secret_fields
from syndication_assets.configuration.file.validation_messages import message_of
from syndication_assets.configuration.plan import SHARED_TITLE, refusal
from syndication_assets.configuration.section import Context, Key, Section
from syndication_assets.configuration.sections import OF_ORGANIZATIONS, SHARED
from syndication_assets.database.connection import Connection, transaction
from syndication_assets.errors import SyndicationError

ALL = "all organizations"
"""Stands for an organization where a section is shared."""


class NamedValues(dict[str, str]):
    """Values by name that replace those of the same names and leave the others; an empty text removes one."""

    def onto(self, old: dict[str, str]) -> dict[str, str]:
        return {name: value for name, value in {**old, **self}.items() if value}


class ListedEntry(NamedTuple):
    """An entry with the slug of its organization."""

    organization: str
    entry: Entry


def list_entries(url: str, section: Section) -> list[ListedEntry]:
    """The entries of all organizations, those that come with the project included."""
    listed = []
    with transaction(url) as connection:
        rows = connection.execute("select slug, organization_id from tenancy.organizations order by slug").fetchall()
        for slug, organization_id in [(ALL, "")] if section in SHARED else rows:
            found = _existing(connection, section, organization_id)
            listed += [ListedEntry(slug, entry) for _, entry in sorted(found.items())]
    return listed


def add_entry(url: str, organization: str, section: Section, values: dict[str, Any], actor: str) -> Entry:
    """Adds an entry. SyndicationError if there is one with its key, or a value cannot be used."""
    with _entries(url, organization, section, actor) as (context, known):
        entry = _validated(section, values)
        key = section.key_of(entry)
        if key in known:
            raise SyndicationError(f"{organization} already has {_title(section, key)}: change it with `edit`.")
        _write(context, section, entry)
    return entry


def change_entry(
    url: str, organization: str, section: Section, key: Key, values: dict[str, Any], actor: str
) -> dict[str, tuple[Any, Any]]:
    """Gives an entry other values and returns the fields that changed: (old, new)."""
    with _entries(url, organization, section, actor) as (context, known):
        old = _known(organization, section, known, key)
        merged = {
            name: value.onto(getattr(old, name)) if isinstance(value, NamedValues) else value
            for name, value in values.items()
        }
        new = _validated(section, {**old.model_dump(), **merged})
        changed = differing_fields(old, new)
        if changed:
            _write(context, section, new)
    return changed


def remove_entry(url: str, organization: str, section: Section, key: Key, actor: str) -> None:
    """Removes an entry. SyndicationError if there is none, or rows refer to it."""
    with _entries(url, organization, section, actor) as (context, known):
        entry = _known(organization, section, known, key)
        try:
            section.remove(context, entry)
        except ValueError as error:
            raise SyndicationError(f"{_title(section, key)} cannot be removed: {error}.") from None
        except (psycopg.errors.ForeignKeyViolation, psycopg.errors.RestrictViolation):
            remedy = " Pause it instead." if "is_active" in section.entry.model_fields else ""
            raise SyndicationError(
                f"{_title(section, key)} cannot be removed, because {section.in_use}.{remedy}"
            ) from None


@contextmanager
def _entries(url: str, organization: str, section: Section, actor: str) -> Iterator[tuple[Context, dict[Key, Entry]]]:
    """A transaction with the entries of the section by key, one writer of an organization's configuration at a time."""
    is_shared = section in SHARED
    with transaction(url, lock=f"configuration of {SHARED_TITLE if is_shared else organization}") as (connection):
        connection.execute("select set_config('app.actor', %s, true)", [actor])
        slugs = dict(connection.execute("select slug, organization_id from tenancy.organizations").fetchall())
        if not is_shared and organization not in slugs:
            raise SyndicationError(
                f"There is no organization {organization!r}; there are {', '.join(sorted(slugs))}. Add it first with "
                "`syndication organization add`."
            )
        context = Context(connection, "" if is_shared else slugs[organization])
        for other in SHARED if is_shared else OF_ORGANIZATIONS:
            context.keys[other.name] = set(_existing(connection, other, context.organization_id))
        yield context, _existing(connection, section, context.organization_id)


def _existing(connection: Connection, section: Section, organization_id: str) -> dict[Key, Entry]:
    """The entries by key, those that come with the project included."""
    found = section.read(connection, organization_id)
    if section.read_defaults is not None:
        found = [*section.read_defaults(connection, organization_id), *found]
    return {section.key_of(entry): entry for entry in found}


def _validated(section: Section, values: dict[str, Any]) -> Entry:
    suspected = secret_fields(values)
    if suspected:
        raise SyndicationError(
            f"`{suspected[0]}` looks like a secret, which is never shown or stored in plain text. Store it with "
            "`syndication credentials set NAME` and give its name; in a feed's URL, write {credential} in its place."
        )
    try:
        return section.entry.model_validate(values)
    except ValidationError as error:
        problems = error.errors(include_url=False)
        raise SyndicationError("\n".join(message_of(item, tuple(item["loc"])) for item in problems)) from None


def _write(context: Context, section: Section, entry: Entry) -> None:
    context.keys[section.name].add(section.key_of(entry))
    findings = list(section.check(context, entry))
    if findings:
        raise SyndicationError("\n".join(f"{finding.field}: {finding.message}." for finding in findings))
    try:
        section.write(context, entry)
    except (psycopg.errors.IntegrityError, psycopg.errors.DataError, ValueError) as error:
        raise SyndicationError(f"{section.path_of(entry)}: {refusal(error)}.") from None


def _known(organization: str, section: Section, known: dict[Key, Entry], key: Key) -> Entry:
    entry = known.get(key)
    if entry is None:
        titles = ", ".join(sorted("/".join(map(str, other)) for other in known)[:20]) or "none"
        raise SyndicationError(f"{organization} has no {_title(section, key)}; there are {titles}.")
    return entry


def _title(section: Section, key: Key) -> str:
    return f"{section.name}/{'/'.join(map(str, key))}" if key else section.name
