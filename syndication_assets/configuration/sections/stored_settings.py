"""`settings`: values of one organization, and `installation_settings`: those of all that have none of their own."""

import os
from collections.abc import Iterable
from typing import Annotated

from psycopg.types.json import Jsonb
from pydantic import Field, SecretStr

from syndication_assets.configuration.entry import Entry
from syndication_assets.configuration.rows import delete, reader, upsert
from syndication_assets.configuration.section import Context, Finding, Section
from syndication_assets.database.secret_box import SecretBox, SecretError
from syndication_assets.database.stored_settings import store_secret_setting
from syndication_assets.settings import Settings
from syndication_assets.tenancy.known_settings import KnownSetting, known_settings

_Name = Annotated[
    str,
    Field(pattern=r"^[a-z]+\.[a-z_]+$", description="Name of the setting, as `syndication settings list` shows it."),
]
_Value = Annotated[int, Field(strict=True)] | Annotated[str, Field(strict=True, min_length=1, max_length=500)]


class Setting(Entry):
    """The value of a setting that the organization has in place of that of the installation."""

    setting: _Name
    value: _Value = Field(description="The value: a whole number or a text.")


class InstallationSetting(Entry):
    """The value of a setting for the installation, and for all organizations without one of their own."""

    setting: _Name
    value: _Value | None = Field(default=None, description="The value; none for an encrypted setting.")
    environment: str | None = Field(
        default=None,
        pattern="^[A-Z][A-Z0-9_]{2,63}$",
        description="Name of the environment variable to store an encrypted setting from, if it has no value yet.",
    )


def _check(context: Context, entry: Setting) -> Iterable[Finding]:
    known = known_settings(context.connection)
    found = known.get(entry.setting)
    if found is None or not found.is_of_organizations:
        of_organizations = [name for name, each in known.items() if each.is_of_organizations]
        yield Finding(
            "setting",
            f"an organization has no setting {entry.setting!r}: choose from {', '.join(of_organizations)}",
        )
    elif (problem := found.problem_of(entry.value)) is not None:
        yield Finding("value", problem)


def _check_of_installation(context: Context, entry: InstallationSetting) -> Iterable[Finding]:
    known = known_settings(context.connection)
    found = known.get(entry.setting)
    if found is None:
        yield Finding("setting", f"there is no setting {entry.setting!r}: choose from {', '.join(known)}")
    elif found.is_read_only:
        yield Finding("setting", f"{entry.setting} is read-only: the project sets it")
    elif not found.is_encrypted:
        if entry.environment is not None:
            yield Finding("environment", f"{entry.setting} is no secret: give its value")
        problem = "give its value" if entry.value is None else found.problem_of(entry.value)
        if problem is not None:
            yield Finding("value", problem)
    elif entry.value is not None:
        yield Finding("value", f"{entry.setting} is a secret: leave the value out, and set it with {_how(entry)}")
    elif not found.has_value:
        yield from _check_secret(found, entry)


def _check_secret(found: KnownSetting, entry: InstallationSetting) -> Iterable[Finding]:
    if entry.environment is None:
        yield Finding("setting", f"it has no value: set it with {_how(entry)}, or name a variable with `environment`")
        return
    secret = os.environ.get(entry.environment, "").strip()
    if not secret:
        yield Finding("environment", f"{entry.environment} is not set: set it to the secret, or use {_how(entry)}")
        return
    if (problem := found.problem_of(secret)) is not None:
        yield Finding("environment", f"the secret in {entry.environment} does not fit: {problem}")
    try:
        SecretBox(Settings.from_environment().secret_keys)
    except SecretError as error:
        yield Finding("environment", str(error).rstrip("."))


def _how(entry: InstallationSetting) -> str:
    return f"`syndication settings set {entry.setting}`"


def _write(context: Context, entry: Setting) -> None:
    values = {"organization_id": context.organization_id, **entry.model_dump()}
    upsert(context.connection, "tenancy.organization_settings", ("organization_id", "setting"), values)


def _write_of_installation(context: Context, entry: InstallationSetting) -> None:
    if entry.value is not None:
        context.connection.execute(
            "update tenancy.settings set value = %s where setting = %s", [Jsonb(entry.value), entry.setting]
        )
    elif not known_settings(context.connection)[entry.setting].has_value:
        box = SecretBox(Settings.from_environment().secret_keys)
        secret = SecretStr(os.environ[entry.environment or ""].strip())
        store_secret_setting(context.connection, box, entry.setting, secret)


def _remove(context: Context, entry: Setting) -> None:
    key = {"organization_id": context.organization_id, "setting": entry.setting}
    delete(context.connection, "tenancy.organization_settings", key)


def _remove_of_installation(context: Context, entry: InstallationSetting) -> None:
    context.connection.execute(
        "update tenancy.settings set value = null, secret = null where setting = %s", [entry.setting]
    )


SETTINGS = Section(
    name="settings",
    noun="setting",
    removed="From now on, the value of the installation holds: `syndication settings list`.",
    entry=Setting,
    permission="settings.edit",
    key=("setting",),
    read=reader(
        Setting,
        "select setting, value from tenancy.organization_settings where organization_id = %(organization_id)s"
        " order by setting",
    ),
    write=_write,
    remove=_remove,
    check=_check,
)

INSTALLATION_SETTINGS = Section(
    name="installation_settings",
    noun="setting of the installation",
    removed="From now on, the default holds: `syndication settings list`.",
    entry=InstallationSetting,
    permission="settings.edit",
    key=("setting",),
    read=reader(
        InstallationSetting,
        "select setting, value, null as environment from tenancy.settings where num_nonnulls(value, secret) > 0"
        " order by setting",
    ),
    write=_write_of_installation,
    remove=_remove_of_installation,
    check=_check_of_installation,
    only_when_added=frozenset({"environment"}),
)
