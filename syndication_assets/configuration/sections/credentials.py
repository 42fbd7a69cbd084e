"""`credentials`: names of secrets. A secret itself comes from the environment once, and is stored encrypted."""

import os
from collections.abc import Iterable

from pydantic import Field, SecretStr

from syndication_assets.channels.accounts.credentials import store_credential
from syndication_assets.configuration.entry import DashedName, Entry, Platform
from syndication_assets.configuration.rows import delete, reader
from syndication_assets.configuration.section import Context, Finding, Section, platform_findings
from syndication_assets.database.secret_box import SecretBox, SecretError
from syndication_assets.settings import Settings


class Credential(Entry):
    """A stored secret, by its name."""

    name: DashedName = Field(description="Name in commands, and wherever the file refers to it.")
    platform: Platform | None = Field(default=None, description="The platform that it gives access to.")
    environment: str | None = Field(
        default=None,
        pattern="^[A-Z][A-Z0-9_]{2,63}$",
        description="Name of the environment variable to store it from, if it is not stored yet.",
    )


def credential_id(context: Context, name: str | None) -> str | None:
    """The id of a stored credential of the organization; None if it has none of this name."""
    row = context.connection.execute(
        "select credential_id from channels.credentials where organization_id = %s and credential_name = %s",
        [context.organization_id, name],
    ).fetchone()
    return None if row is None else str(row[0])


def credential_findings(context: Context, name: str | None, *, platform: str | None) -> Iterable[Finding]:
    """Whether the credential that an entry names is stored, or in the file, and fits the platform."""
    if name is None:
        return
    if (name,) not in context.keys.get("credentials", set()):
        yield Finding(
            "credential",
            f"there is no credential {name!r}: store it with `syndication credentials set {name}`, or add it to "
            "`credentials` with the environment variable that holds it",
        )
        return
    row = context.connection.execute(
        "select platform from channels.credentials where organization_id = %s and credential_name = %s",
        [context.organization_id, name],
    ).fetchone()
    if row is not None and platform is not None and row[0] not in {None, platform}:
        yield Finding("credential", f"the credential {name!r} belongs to {row[0]}, not to {platform}")


def _check(context: Context, credential: Credential) -> Iterable[Finding]:
    if credential.platform is not None:
        yield from platform_findings(context, credential.platform)
    if credential_id(context, credential.name) is not None:
        return
    how = f"store it with `syndication credentials set {credential.name}`"
    if credential.environment is None:
        yield Finding("name", f"it is not stored: {how}, or name the variable that holds it with `environment`")
        return
    if not os.environ.get(credential.environment, "").strip():
        yield Finding("environment", f"{credential.environment} is not set: set it to the secret, or {how}")
        return
    try:
        SecretBox(Settings.from_environment().secret_keys)
    except SecretError as error:
        yield Finding("environment", str(error).rstrip("."))


def _write(context: Context, credential: Credential) -> None:
    if credential_id(context, credential.name) is not None:
        context.connection.execute(
            "update channels.credentials set platform = %s where organization_id = %s and credential_name = %s",
            [credential.platform, context.organization_id, credential.name],
        )
        return
    store_credential(
        context.connection,
        SecretBox(Settings.from_environment().secret_keys),
        context.organization_id,
        credential.name,
        SecretStr(os.environ[credential.environment or ""].strip()),
        platform=credential.platform,
        expires_at=None,
    )


def _remove(context: Context, credential: Credential) -> None:
    key = {"organization_id": context.organization_id, "credential_name": credential.name}
    delete(context.connection, "channels.credentials", key)


CREDENTIALS = Section(
    name="credentials",
    noun="credential",
    removed="What was fetched or published with it stays.",
    entry=Credential,
    permission="credentials.edit",
    key=("name",),
    read=reader(
        Credential,
        "select credential_name as name, platform, null as environment from channels.credentials"
        " where organization_id = %(organization_id)s order by credential_name",
    ),
    write=_write,
    remove=_remove,
    check=_check,
    only_when_added=frozenset({"environment"}),
    in_use="an account or a feed uses it",
)
