"""A configuration file: its model, made of the sections, and reading one with all of its problems at once.

A file begins with `organization`, or with `shared: true` if it is about what all organizations share.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from syndication_assets.configuration.entry import Entry
from syndication_assets.configuration.file.problems import ConfigurationError, Place, Problem
from syndication_assets.configuration.file.suspected_secrets import PLACEHOLDER, is_secret_in, secret_fields
from syndication_assets.configuration.file.validation_messages import message_of
from syndication_assets.configuration.file.yaml_tree import Node, Step, read_yaml
from syndication_assets.configuration.organization import Organization
from syndication_assets.configuration.section import Finding, Key, Section
from syndication_assets.configuration.sections import OF_ORGANIZATIONS, SHARED


@dataclass
class Document:
    """A file that was read: the entries of each section that it has, with their places."""

    file: str
    organization: Organization | None
    """None in the file of what all organizations share."""
    entries: dict[str, list[Entry]]
    places: dict[tuple[str, Key], "EntryPlace"] = field(default_factory=dict)

    @property
    def sections(self) -> Sequence[Section]:
        """All sections of this kind of file, in the order in which they are written."""
        return SHARED if self.organization is None else OF_ORGANIZATIONS

    def add(self, section: Section, found: "list[tuple[EntryPlace, Entry]]") -> list[Problem]:
        """Adds entries of a section, which the document manages from then on; returns a problem for each duplicate."""
        problems = []
        entries = self.entries.setdefault(section.name, [])
        for place, entry in found:
            key = (section.name, section.key_of(entry))
            first = self.places.setdefault(key, place)
            if first is not place:
                message = f"`{section.title_of(entry)}` is already in line {first.of('').line}: remove one of them."
                problems.append(Problem(place.of(""), message))
            entries.append(entry)
        return problems

    def problem(self, section: Section, entry: Entry, finding: Finding) -> Problem:
        """A finding about an entry, with its place in the file."""
        where = self.places.get((section.name, section.key_of(entry)))
        place = where.of(finding.field) if where is not None else Place(self.file)
        return Problem(place, f"{section.path_of(entry)}: {finding.message}.")


@dataclass(frozen=True)
class EntryPlace:
    """Where an entry stands: in the tree of the file, or in a line of another file."""

    tree: Node | None
    path: tuple[Step, ...] = ()
    line: Place | None = None

    def of(self, field_name: str) -> Place:
        if self.line is not None or self.tree is None:
            return self.line or Place("")
        return self.tree.place_of((*self.path, field_name) if field_name else self.path)


@cache
def model_of(*, is_shared: bool) -> type[BaseModel]:
    """The model of a whole file."""
    fields: dict[str, Any] = {}
    if is_shared:
        fields["shared"] = (Literal[True], Field(description="The file is about what all organizations share."))
    else:
        fields["organization"] = (Organization, Field(description=_first_line(Organization)))
    for section in SHARED if is_shared else OF_ORGANIZATIONS:
        kind: Any = section.entry if section.is_single else list[section.entry]  # type: ignore[name-defined]
        fields[section.name] = (kind, Field(default=None, description=_first_line(section.entry)))
        if section.from_file is not None:
            meaning = f"Path of a CSV file with more {section.name}, relative to this file."
            fields[f"{section.name}_file"] = (str, Field(default=None, min_length=1, description=meaning))
    name = "SharedConfiguration" if is_shared else "OrganizationConfiguration"
    return create_model(name, __config__=ConfigDict(strict=True, extra="forbid", frozen=True), **fields)


def read_document(path: Path) -> Document:
    """Reads a file. ConfigurationError with every problem of it and of the files that it names."""
    try:
        content = path.read_bytes()
    except OSError as error:
        message = f"The file cannot be read: {error.strerror or error}."
        raise ConfigurationError([Problem(Place(str(path)), message)]) from None
    tree, problems = read_yaml(content, str(path))
    if tree.members is None:
        raise ConfigurationError(
            [*problems, Problem(tree.place, "The file is no mapping: begin with `organization:`.")]
        )
    has_head = {"organization", "shared"} & tree.members.keys()
    if len(has_head) != 1:
        message = (
            "Begin the file with `organization:` and its slug and name, or, if it is about what all organizations "
            "share (channel rules, prices, processes, ranking), with `shared: true`; not with both."
        )
        raise ConfigurationError([*problems, Problem(tree.place, message)])
    suspected = list(_suspected_secrets(tree))
    problems += [Problem(tree.place_of(path), _SECRET) for path in suspected]
    model = model_of(is_shared="shared" in has_head)
    try:
        parsed = model.model_validate(tree.plain())
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=True)
        # A value that may be a secret is shown by no other message.
        found = [item for item in found if not any(tuple(item["loc"])[: len(path)] == path for path in suspected)]
        problems += [_problem(tree, model, item) for item in found]
        raise ConfigurationError(problems) from None
    document = Document(str(path), getattr(parsed, "organization", None), {})
    problems += _collect(document, parsed, tree, path.parent)
    if problems:
        raise ConfigurationError(problems)
    return document


_SECRET = (
    "This looks like a secret, and a file holds only names of secrets. Store it with "
    "`syndication credentials set NAME` and write its name; in the URL of a feed, write "
    f"{PLACEHOLDER} where it stands. Replace the secret at its source if others could read this file."
)


def _suspected_secrets(tree: Node) -> list[tuple[Step, ...]]:
    found = []
    for path, text in tree.texts():
        name = next((step for step in reversed(path) if isinstance(step, str)), "")
        if is_secret_in(name, text):
            found.append(path)
    return found


def _problem(tree: Node, model: type[BaseModel], item: Any) -> Problem:
    path = tuple(step for step in item["loc"] if isinstance(step, str | int))
    if item["type"] == "extra_forbidden":
        return Problem(tree.place_of(path, of_key=True), _unknown_key(model, path))
    return Problem(tree.place_of(path), message_of(item, path))


def _unknown_key(model: type[BaseModel], path: tuple[Step, ...]) -> str:
    sections = {section.name: section.entry for section in (*OF_ORGANIZATIONS, *SHARED)}
    sections["organization"] = Organization
    name = str(path[-1])
    fields = model.model_fields if len(path) == 1 else sections[str(path[0])].model_fields
    other_file = {*(section.name for section in (*OF_ORGANIZATIONS, *SHARED))} - fields.keys()
    if len(path) == 1 and name in other_file:
        is_shared = name in {section.name for section in SHARED}
        where = "a file that begins with `shared: true`" if is_shared else "the file of an organization"
        return f"`{name}` belongs into {where}: move it there."
    close = get_close_matches(name, fields, n=1)
    hint = f"did you mean `{close[0]}`? " if close else ""
    return f"The key `{name[:60]}` is unknown: {hint}The keys here are {', '.join(fields)}."


def _collect(document: Document, parsed: BaseModel, tree: Node, directory: Path) -> list[Problem]:
    """Fills the entries and their places into the document; returns duplicates and problems of other files."""
    problems: list[Problem] = []
    for section in document.sections:
        value = getattr(parsed, section.name)
        if section.is_single and value is not None:
            problems += document.add(section, [(EntryPlace(tree, (section.name,)), value)])
        elif value is not None:
            problems += document.add(
                section, [(EntryPlace(tree, (section.name, number)), entry) for number, entry in enumerate(value)]
            )
        file_name = getattr(parsed, f"{section.name}_file", None) if section.from_file is not None else None
        if file_name is not None:
            problems += entries_of_file(document, section, directory / file_name)
    return problems


def entries_of_file(document: Document, section: Section, path: Path) -> list[Problem]:
    """Adds the entries of a file of another format to the document; returns what is wrong with them."""
    assert section.from_file is not None  # noqa: S101 - for the type checker
    found: list[tuple[EntryPlace, Entry]] = []
    read = section.from_file(path)
    problems = list(read.problems)
    for place, values in read.entries:
        if secret_fields(values):
            problems.append(Problem(place, _SECRET))
            continue
        try:
            found.append((EntryPlace(None, line=place), section.entry.model_validate(values)))
        except ValidationError as error:
            problems += [
                Problem(place, message_of(item, tuple(item["loc"]))) for item in error.errors(include_url=False)
            ]
    return problems + document.add(section, found)


def _first_line(model: type[BaseModel]) -> str:
    return (model.__doc__ or "").strip().split("\n", 1)[0]
