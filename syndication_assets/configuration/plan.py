"""Plans and applies a file: one transaction that writes every difference, or tries to and rolls back.

A plan makes all writes and takes them back, so a plan without problems can be applied: every rule that the database
enforces was asked.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg

from syndication_assets.configuration.configuration_document import Document
from syndication_assets.configuration.difference import Difference, compare, differing_fields
from syndication_assets.configuration.file.problems import ConfigurationError, Place, Problem
from syndication_assets.configuration.organization import Organization, read_organization, write_organization
from syndication_assets.configuration.section import Context, Finding, Section
from syndication_assets.database.connection import Connection, describe, transaction
from syndication_assets.errors import SyndicationError

SHARED_TITLE = "what all organizations share"
"""Stands for the slug in the plan and the lock of a shared file."""


@dataclass
class Plan:
    """What applying a file changes."""

    title: str
    is_new: bool = False
    """Whether the organization does not exist yet."""
    head: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    """The fields of the organization that differ."""
    differences: dict[str, Difference[Any]] = field(default_factory=dict)
    """By section, in the order of the file."""
    unmanaged: dict[str, int] = field(default_factory=dict)
    """Sections that the file does not have → number of their entries in the database."""
    removes: bool = False
    """Whether entries that are not in the file are removed."""
    removable: frozenset[str] = frozenset()

    @property
    def added(self) -> int:
        return self.is_new + sum(len(difference.added) for difference in self.differences.values())

    @property
    def changed(self) -> int:
        return bool(self.head) + sum(len(difference.changed) for difference in self.differences.values())

    @property
    def removed(self) -> int:
        return sum(len(self.removed_from(name)) for name in self.differences)

    @property
    def kept(self) -> int:
        return sum(len(difference.not_in_file) for difference in self.differences.values()) - self.removed

    @property
    def is_empty(self) -> bool:
        """Whether applying the file changes nothing."""
        return not (self.added or self.changed or self.removed)

    def removed_from(self, section: str) -> list[Any]:
        is_removed = self.removes and section in self.removable
        return self.differences[section].not_in_file if is_removed else []


Require = Callable[[Connection, str, Collection[str] | None], None]
"""Raises if whoever acts lacks a right in these organizations, by id; None means in all of them."""


class _RollBackError(Exception):
    """Ends the transaction of a plan."""


def _nothing_is_required(_: Connection, __: str, ___: Collection[str] | None) -> None:
    pass


def plan(
    url: str, document: Document, *, actor: str, removes: bool = False, require: Require = _nothing_is_required
) -> Plan:
    """What applying the file would change. ConfigurationError if it cannot be applied as it is."""
    planned: Plan | None = None
    try:
        with _transaction(url, document, actor) as connection:
            planned = _apply(connection, document, removes=removes, require=require)
            raise _RollBackError
    except _RollBackError:
        assert planned is not None  # noqa: S101 - the transaction set it
        return planned


def apply(
    url: str,
    document: Document,
    *,
    actor: str,
    removes: bool = False,
    expected: Plan | None = None,
    require: Require = _nothing_is_required,
) -> Plan:
    """Applies the file in one transaction and returns what it changed. `require` is asked for each right it takes.

    SyndicationError, with nothing changed, if that is not what the `expected` plan says.
    """
    with _transaction(url, document, actor) as connection:
        applied = _apply(connection, document, removes=removes, require=require)
        if expected is not None and applied != expected:
            raise SyndicationError(
                "The database has changed since the plan was shown, so nothing was applied: run the command again."
            )
    return applied


@contextmanager
def _transaction(url: str, document: Document, actor: str) -> Iterator[Connection]:
    """One apply of an organization at a time; its triggers log the actor."""
    scope = SHARED_TITLE if document.organization is None else document.organization.slug
    with transaction(url, lock=f"configuration of {scope}") as connection:
        connection.execute("select set_config('app.actor', %s, true)", [actor])
        yield connection


def _apply(connection: Connection, document: Document, *, removes: bool, require: Require) -> Plan:
    result, organization_id = _head(connection, document.organization, require)
    result.removes = removes
    result.removable = frozenset(section.name for section in document.sections if section.is_removable)
    context = Context(connection, organization_id)
    for section in document.sections:
        in_database = {section.key_of(entry): entry for entry in section.read(connection, organization_id)}
        defaults = section.read_defaults(connection, organization_id) if section.read_defaults is not None else []
        if section.name not in document.entries:
            context.keys[section.name] = set(in_database)
            if in_database:
                result.unmanaged[section.name] = len(in_database)
            continue
        in_file = {section.key_of(entry): entry for entry in document.entries[section.name]}
        difference = compare(
            in_file, in_database, {section.key_of(entry): entry for entry in defaults}, section.only_when_added
        )
        result.differences[section.name] = difference
        kept = set(in_database) if not (removes and section.is_removable) else set()
        context.keys[section.name] = set(in_file) | kept
    problems = [
        document.problem(section, entry, finding)
        for section in document.sections
        for entry in document.entries.get(section.name, ())
        for finding in section.check(context, entry)
    ]
    if problems:
        raise ConfigurationError(problems)
    # Before anything is written: a file that makes its author an owner gives no right to apply it.
    changed = [section for section in document.sections if _changes(result, section)]
    for permission, is_everywhere in sorted({(each.permission, each.is_for_the_installation) for each in changed}):
        require(connection, permission, None if document.organization is None or is_everywhere else [organization_id])
    _write(context, document, result)
    written = [
        Problem(Place(document.file), f"{section.name}: {finding.message}.")
        for section in document.sections
        if _changes(result, section)
        for finding in section.check_written(context)
    ]
    if written:
        raise ConfigurationError(written)
    return result


def _changes(result: Plan, section: Section) -> bool:
    difference = result.differences.get(section.name)
    return difference is not None and bool(difference.added or difference.changed or result.removed_from(section.name))


def _head(connection: Connection, organization: Organization | None, require: Require) -> tuple[Plan, str]:
    if organization is None:
        return Plan(SHARED_TITLE), ""
    existing = read_organization(connection, organization.slug)
    result = Plan(organization.slug, is_new=existing is None)
    if existing is not None:
        organization_id, current = existing
        result.head = differing_fields(current, organization)
        if not result.head:
            return result, organization_id
        require(connection, "organizations.edit", [organization_id])
    else:
        require(connection, "organizations.add", None)
    return result, write_organization(connection, organization)


def _write(context: Context, document: Document, result: Plan) -> None:
    """Removes first, from the last section to the first, then writes from the first to the last."""
    problems: list[Problem] = []
    for section in reversed(document.sections):
        if section.name in result.differences:
            for entry in result.removed_from(section.name):
                problems += _attempt(context, document, section, entry, removes=True)
    for section in document.sections:
        difference = result.differences.get(section.name)
        if difference is None:
            continue
        entries = [change.new for change in (*difference.added, *difference.changed)]
        if not _write_at_once(context, section, entries):
            for entry in entries:
                problems += _attempt(context, document, section, entry, removes=False)
    if problems:
        raise ConfigurationError(problems)


def _write_at_once(context: Context, section: Section, entries: list[Any]) -> bool:
    """Writes all entries in one savepoint; False, with nothing written, if one of them is refused."""
    try:
        with context.connection.transaction():
            if section.write_all is not None and entries:
                section.write_all(context, entries)
            else:
                for entry in entries:
                    section.write(context, entry)
    except (psycopg.errors.IntegrityError, psycopg.errors.DataError, ValueError):
        return False
    return True


def _attempt(context: Context, document: Document, section: Section, entry: Any, *, removes: bool) -> list[Problem]:
    """Writes or removes an entry. What the database refuses is a problem at its place; the others are tried, too."""
    try:
        with context.connection.transaction():
            (section.remove if removes else section.write)(context, entry)
    except psycopg.errors.ForeignKeyViolation as error:
        if removes:
            remedy = (
                "add it with `is_active: false` instead" if "is_active" in section.entry.model_fields else "keep it"
            )
            message = f"{section.path_of(entry)} cannot be removed, because {section.in_use}: {remedy}."
            return [Problem(Place(document.file), message)]
        return [document.problem(section, entry, Finding("", describe(error).rstrip(".")))]
    except (psycopg.errors.IntegrityError, psycopg.errors.DataError, ValueError) as error:
        return [document.problem(section, entry, Finding("", refusal(error)))]
    return []


def refusal(error: psycopg.Error | ValueError) -> str:
    """Why an entry cannot be written, as the end of a sentence."""
    if isinstance(error, psycopg.errors.UniqueViolation):
        return "another entry has the same value where each must differ, such as a URL: change one of them"
    return (describe(error) if isinstance(error, psycopg.Error) else str(error)).rstrip(".")
