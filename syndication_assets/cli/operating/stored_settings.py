"""`syndication settings`: the settings that are in the database, of the installation and of organizations."""

from typing import NamedTuple

import click

from syndication_assets.cli.command import command, migrated_database_url
from syndication_assets.cli.listing import json_option, printable, show_rows
from syndication_assets.cli.people.acting import in_organization, person_who_acts, requires
from syndication_assets.cli.secret_input import read_secret
from syndication_assets.configuration.entries import ALL, add_entry, change_entry, list_entries, remove_entry
from syndication_assets.configuration.sections.stored_settings import INSTALLATION_SETTINGS, SETTINGS
from syndication_assets.database.connection import transaction
from syndication_assets.database.secret_box import SecretBox
from syndication_assets.database.stored_settings import read_setting, store_secret_setting
from syndication_assets.errors import SyndicationError
from syndication_assets.settings import Settings
from syndication_assets.tenancy.known_settings import KnownSetting, Value, known_settings
from syndication_assets.tenancy.organizations import require_organization

_OF = click.option(
    "--organization", metavar="SLUG", help="Of this organization; default: of all that have no value of their own."
)


class ShownSetting(NamedTuple):
    """What `list` shows of a setting."""

    setting: str
    value: Value | None
    """That holds; None for none, and for a secret."""
    default_value: Value | None
    is_own: bool
    """Whether somebody has set it, for the organization or the installation that was asked for."""
    is_secret: bool
    is_read_only: bool
    is_of_organizations: bool
    description: str


@click.group()
def settings() -> None:
    """Lists, shows, sets and resets the settings that are in the database. Secrets are never shown."""


@settings.command("list")
@_OF
@json_option
@command
def list_all(organization: str | None, as_json: bool) -> None:
    """Lists the settings with the values that hold for the installation, or for an organization."""
    show_rows(_shown(organization), _line, "There are no settings.", as_json=as_json)


@settings.command()
@click.argument("name", metavar="SETTING")
@_OF
@command
def show(name: str, organization: str | None) -> None:
    """Shows what a setting means, what it may be, and the value that holds."""
    known = _known(_url(), name)
    (row,) = [each for each in _shown(organization) if each.setting == name]
    click.echo(printable(_line(row)))
    click.echo(f"It may be {_range(known)}. Default: {'none' if row.default_value is None else row.default_value}.")


@settings.command("set")
@click.argument("name", metavar="SETTING")
@click.argument("value", required=False)
@_OF
@command
@requires("settings.edit", in_organization())
def set_value(name: str, value: str | None, organization: str | None) -> None:
    """Gives SETTING a value. A secret is read from stdin, or prompted for, and never given as an argument."""
    url = _url()
    known = _known(url, name)
    if known.is_encrypted and organization is None:
        _set_secret(url, known, value)
        return
    if value is None:
        raise SyndicationError(f"Give {name} a value: {_range(known)}.")
    is_whole = known.data_type == "integer" and value.removeprefix("-").isdecimal()
    values = {"value": int(value) if is_whole else value}
    where, section = (ALL, INSTALLATION_SETTINGS) if organization is None else (organization, SETTINGS)
    entries = {(each.organization, each.entry.model_dump()["setting"]) for each in list_entries(url, section)}
    if (where, name) in entries:
        change_entry(url, where, section, (name,), values, person_who_acts())
    else:
        add_entry(url, where, section, {"setting": name, **values}, person_who_acts())
    click.echo(f"{name} of {_whose(organization)} is {printable(value)}.")


@settings.command()
@click.argument("name", metavar="SETTING")
@_OF
@command
@requires("settings.edit", in_organization())
def reset(name: str, organization: str | None) -> None:
    """Takes the value of SETTING back: that of the installation holds again, or the default."""
    url = _url()
    _known(url, name)
    where, section = (ALL, INSTALLATION_SETTINGS) if organization is None else (organization, SETTINGS)
    remove_entry(url, where, section, (name,), person_who_acts())
    (row,) = [each for each in _shown(organization) if each.setting == name]
    click.echo(f"{name} of {_whose(organization)} is {_value(row)} again.")


def _set_secret(url: str, known: KnownSetting, value: str | None) -> None:
    if value is not None:
        raise SyndicationError(
            f"{known.setting} is a secret, which everybody who lists processes would see: leave it out, and type or "
            "pipe it when asked."
        )
    box = SecretBox(Settings.from_environment().secret_keys)
    secret = read_secret()
    if (problem := known.problem_of(secret.get_secret_value())) is not None:
        raise SyndicationError(f"{known.setting}: {problem}")
    with transaction(url) as connection:
        store_secret_setting(connection, box, known.setting, secret)
    click.echo(f"{known.setting} is stored, encrypted with the key {box.first_key_id}.")


def _shown(organization: str | None) -> list[ShownSetting]:
    """All settings, or those that the organization may have values of."""
    url = _url()
    organization_id = None if organization is None else require_organization(url, organization).organization_id
    with transaction(url) as connection:
        own = dict(
            connection.execute(
                "select setting, value from tenancy.organization_settings where organization_id = %s", [organization_id]
            ).fetchall()
        )
        return [
            ShownSetting(
                each.setting,
                read_setting(connection, each.setting, organization_id),
                each.default_value,
                each.setting in own or (organization is None and each.has_value),
                each.is_encrypted,
                each.is_read_only,
                each.is_of_organizations,
                each.description,
            )
            for each in known_settings(connection).values()
            if organization is None or each.is_of_organizations
        ]


def _line(row: ShownSetting) -> str:
    marks = "".join(
        f" [{mark}]"
        for mark, holds in (("set", row.is_own), ("read-only", row.is_read_only), ("secret", row.is_secret))
        if holds
    )
    return f"{row.setting:32} {_value(row)}{marks}  {row.description}"


def _value(row: ShownSetting) -> str:
    if row.is_secret:
        return "stored" if row.is_own else "none"
    return "none" if row.value is None else str(row.value)


def _range(known: KnownSetting) -> str:
    if known.data_type == "integer":
        return f"a whole number from {known.minimum:,} to {known.maximum:,}"
    if known.choices is not None:
        return " or ".join(known.choices)
    return "a text of one line" if known.pattern is None else f"a text that matches {known.pattern}"


def _known(url: str, name: str) -> KnownSetting:
    with transaction(url) as connection:
        known = known_settings(connection)
    if name not in known:
        raise SyndicationError(f"There is no setting {name!r}: choose from {', '.join(known)}.")
    return known[name]


def _whose(organization: str | None) -> str:
    return organization or "the installation"


def _url() -> str:
    return migrated_database_url(Settings.from_environment())
