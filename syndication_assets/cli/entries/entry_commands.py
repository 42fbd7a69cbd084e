"""The commands for single entries of a section: add, list, edit, pause, resume, remove, made from its model.

A group of commands is one line: its arguments are the section's key, its options the other fields.
"""

from collections.abc import Callable
from copy import copy
from functools import wraps
from typing import Any

import click

from syndication_assets.cli.command import command, migrated_database_url, organization_option
from syndication_assets.cli.entries.entry_options import (
    Decorator,
    arguments,
    changeable,
    options,
    typed_key,
    typed_values,
)
from syndication_assets.cli.listing import json_option, show_rows
from syndication_assets.cli.people.acting import everywhere, in_organization, person_who_acts, requires
from syndication_assets.configuration.entries import (
    ALL,
    ListedEntry,
    add_entry,
    change_entry,
    list_entries,
    remove_entry,
)
from syndication_assets.configuration.entry import Entry
from syndication_assets.configuration.file.validation_messages import shown
from syndication_assets.configuration.section import Section
from syndication_assets.configuration.sections import SHARED
from syndication_assets.errors import SyndicationError
from syndication_assets.settings import Settings


def entry_group(section: Section, name: str, meaning: str) -> click.Group:
    """A group with all commands that the section allows."""
    group = click.Group(name, help=meaning)
    names = ["add", "list", "edit"]
    names += ["pause", "resume"] if "is_active" in section.entry.model_fields else []
    names += ["remove"] if section.is_removable else []
    add_entry_commands(group, section, *names)
    return group


def add_entry_commands(group: click.Group, section: Section, *names: str) -> None:
    """Adds the named commands to a group."""
    makers = {
        "add": _add_command,
        "list": _list_command,
        "edit": _edit_command,
        "pause": lambda of: _switch_command(of, is_active=False),
        "resume": lambda of: _switch_command(of, is_active=True),
        "remove": _remove_command,
    }
    for name in names:
        made = makers[name](section)
        made.name = name
        group.add_command(made)


def add_former_name(group: click.Group, name: str, *, of: str) -> None:
    """Keeps the name that a command had in a release: it works, is listed nowhere, and says the new name."""
    former = copy(group.commands[of])
    former.name, former.hidden = name, True
    former.deprecated = f"Its name is `{of}` now."
    group.add_command(former)


def _add_command(section: Section) -> click.Command:
    @_common(section)
    @command
    @_requires(section)
    def add(organization: str, **given: Any) -> None:
        values = {name: value for name, value in typed_values(section, given).items() if value is not None}
        entry = add_entry(_url(), organization, section, values, person_who_acts())
        click.echo(f"Added {section.path_of(entry)}.")

    add = options(section, is_new=True)(add)
    text = f"Adds {_one(section)}. In a configuration file, it is an entry of `{section.name}`."
    return click.command(help=text)(arguments(section)(add))


def _edit_command(section: Section) -> click.Command:
    @_common(section)
    @command
    @_requires(section)
    def edit(organization: str, **given: Any) -> None:
        key = tuple(given.pop(name) for name in section.key)
        values = typed_values(section, {name: value for name, value in given.items() if value not in {None, ()}})
        if not values:
            raise SyndicationError(f"Name what to change, such as --{changeable(section)[0][0].replace('_', '-')}.")
        changed = change_entry(_url(), organization, section, typed_key(section, key), values, person_who_acts())
        title = "/".join(key) or section.name
        for name, (old, new) in changed.items():
            click.echo(f"{title}: {name}: {_shown(old)} → {_shown(new)}")
        if not changed:
            click.echo(f"{title} has these values already.")

    edit = options(section, is_new=False)(edit)
    text = f'Changes what is given of the {section.noun}, and leaves the rest. An empty text ("") removes a value.'
    return click.command(help=text)(arguments(section)(edit))


def _switch_command(section: Section, *, is_active: bool) -> click.Command:
    @_common(section)
    @command
    @_requires(section)
    def switch(organization: str, **given: Any) -> None:
        key = tuple(given.values())
        changed = change_entry(
            _url(), organization, section, typed_key(section, key), {"is_active": is_active}, person_who_acts()
        )
        state = "active again" if is_active else "paused"
        click.echo(
            f"{'/'.join(key)} {'is' if changed else 'was already'} {state if changed or not is_active else 'active'}."
        )

    text = f"Ends the pause of the {section.noun}." if is_active else f"Pauses the {section.noun}: {section.paused}."
    return click.command(help=text)(arguments(section)(switch))


def _remove_command(section: Section) -> click.Command:
    @_common(section)
    @click.option("--yes", is_flag=True, help="Do not ask.")
    @command
    @_requires(section)
    def remove(organization: str, yes: bool, **given: Any) -> None:
        key = tuple(given.values())
        title = "/".join(key) or section.name
        if not yes:
            where = "" if organization == ALL else f" of {organization}"
            click.confirm(f"Remove {title}{where}?", abort=True)
        remove_entry(_url(), organization, section, typed_key(section, key), person_who_acts())
        click.echo(f"Removed {title}.")

    return click.command(help=f"Removes the {section.noun}. {section.removed}")(arguments(section)(remove))


def _list_command(section: Section) -> click.Command:
    @json_option
    @command
    def list_all(as_json: bool) -> None:
        show_entries(section, list_entries(_url(), section), as_json=as_json)

    return click.command(help=f"Lists the rows of `{section.name}`, with the organization of each.")(list_all)


def show_entries(section: Section, listed: list[ListedEntry], *, as_json: bool) -> None:
    """Entries as every list shows them."""
    rows = [_Row(each.organization, each.entry) for each in listed]
    show_rows(rows, _Row.line, f"There are no {section.name.replace('_', ' ')} yet.", as_json=as_json)


class _Row(tuple[str, Entry]):
    """An entry in a list: a line for people, an object for programs."""

    __slots__ = ()

    def __new__(cls, organization: str, entry: Entry) -> "_Row":
        return super().__new__(cls, (organization, entry))

    def _asdict(self) -> dict[str, Any]:
        return {"organization": self[0], **self[1].model_dump(mode="json")}

    def line(self) -> str:
        organization, entry = self
        values = [
            _shown(getattr(entry, name)).strip("'") if field.is_required() else f"{name} {_shown(getattr(entry, name))}"
            for name, field in type(entry).model_fields.items()
            if field.is_required() or getattr(entry, name) != field.default
        ]
        return f"{organization:16} {'  '.join(values)}"


def _shown(value: Any) -> str:
    """A value in a line; a mapping of texts is short enough to be shown, such as the colours of a brand."""
    if isinstance(value, dict) and all(isinstance(each, str) for each in value.values()):
        return ", ".join(f"{name} {each}" for name, each in value.items())
    return shown(value)


def _one(section: Section) -> str:
    return f"{'an' if section.noun[0] in 'aeio' else 'a'} {section.noun}"


def _common(section: Section) -> Decorator:
    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        if section in SHARED:
            return _with_all(function)
        return organization_option(function)

    return decorate


def _requires(section: Section) -> Decorator:
    is_everywhere = section in SHARED or section.is_for_the_installation
    return requires(section.permission, everywhere if is_everywhere else in_organization())


def _with_all(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def shared(**given: Any) -> Any:
        return function(organization=ALL, **given)

    return shared


def _url() -> str:
    return migrated_database_url(Settings.from_environment())
