"""`syndication credentials`: secrets, encrypted. No command prints one or takes one as an argument."""

import re
import sys
from datetime import UTC, datetime, timedelta

import click
from pydantic import SecretStr

from syndication_assets.channels.accounts import require_platform
from syndication_assets.channels.credentials import (
    Credential,
    list_credentials,
    rotate_credentials,
    store_credential,
    unopenable_credentials,
)
from syndication_assets.channels.secret_box import SecretBox, new_key
from syndication_assets.cli.command import command, migrated_database_url
from syndication_assets.database.connection import transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.settings import Settings
from syndication_assets.tenancy.organizations import require_organization


@click.group()
def credentials() -> None:
    """Keeps access tokens and keys, encrypted with SYNDICATION_SECRET_KEYS."""


@credentials.command("set")
@click.argument("name")
@click.option("--organization", default="default", show_default=True, metavar="SLUG")
@click.option("--platform", default=None, metavar="PLATFORM", help="the platform that it opens")
@click.option("--expires-at", default=None, metavar="TIME", help="when it stops working, as 2026-01-31T12:00:00Z")
@command
def set_secret(name: str, organization: str, platform: str | None, expires_at: str | None) -> None:
    """Stores a secret under NAME, or puts it in place of the one there. It is read from stdin, or asked for."""
    settings = Settings.from_environment()
    if re.fullmatch(r"[a-z][a-z0-9_-]{0,62}", name) is None:
        raise SyndicationError(
            f"{name!r} cannot be a name: write lower-case letters, digits, '-' and '_', a letter first."
        )
    expires = _parse_expiry(expires_at)
    box = SecretBox(settings.secret_keys)
    url = migrated_database_url(settings)
    organization_id = require_organization(url, organization).organization_id
    with transaction(url) as connection:
        if platform is not None:
            require_platform(connection, platform)
        credential_id = store_credential(
            connection, box, organization_id, name, _read_secret(), platform=platform, expires_at=expires
        )
    click.echo(f"stored {name} ({credential_id}), encrypted with the key {box.first_key_id}")


@credentials.command("list")
@command
def list_all() -> None:
    """Lists the credentials, without what is secret of them."""
    with transaction(migrated_database_url(Settings.from_environment())) as connection:
        known = list_credentials(connection)
    for credential in known:
        click.echo(f"{_line(credential)}  {_expiry(credential, datetime.now(UTC))}")
    if not known:
        click.echo("There are no credentials: `syndication credentials set` stores one.")


@credentials.command()
@command
def rotate() -> None:
    """Encrypts every credential with the first key of SYNDICATION_SECRET_KEYS, all or none of them.

    After that the other keys may be taken out of the variable.
    """
    settings = Settings.from_environment()
    box = SecretBox(settings.secret_keys)
    with transaction(migrated_database_url(settings)) as connection:
        rotation = rotate_credentials(connection, box)
    click.echo(
        f"{rotation.sealed_anew} encrypted anew with the key {box.first_key_id}, {rotation.left_alone} were already"
    )


@credentials.command()
@command
def check() -> None:
    """Opens each credential, and says which do not open, have expired or will soon. Exits with 1 if one does."""
    settings = Settings.from_environment()
    url = migrated_database_url(settings)
    now = datetime.now(UTC)
    soon = now + timedelta(days=settings.credential_warning_days)
    with transaction(url) as connection:
        known = list_credentials(connection)
        unopenable = unopenable_credentials(connection, SecretBox(settings.secret_keys)) if known else {}
    problems = 0
    for credential in known:
        reason = unopenable.get(credential.credential_id)
        ends_soon = credential.expires_at is not None and credential.expires_at < soon
        problems += reason is not None or ends_soon
        verdict = f"cannot be opened. {reason}" if reason else _expiry(credential, now)
        click.echo(f"{'PROBLEM' if reason or ends_soon else 'ok':8} {_line(credential)}  {verdict}")
    if problems:
        raise SyndicationError(
            f"{problems} of {len(known)} credentials need you: store a new one with `syndication credentials set`."
        )
    click.echo(f"{len(known)} credentials are in order.")


@credentials.command()
@command
def key() -> None:
    """Prints a fresh key for SYNDICATION_SECRET_KEYS. It is kept nowhere: keep it where you keep passwords."""
    click.echo(new_key())


def _read_secret() -> SecretStr:
    stream = sys.stdin.buffer
    if stream.isatty():
        return SecretStr(click.prompt("Secret", hide_input=True))
    try:
        text = stream.read().decode()
    except UnicodeDecodeError:
        raise SyndicationError("The secret on stdin is not UTF-8 text: encode it, as base64 for example.") from None
    text = text.removesuffix("\n").removesuffix("\r")
    if not text.strip():
        raise SyndicationError("There is no secret on stdin: pipe it in, or call this from a terminal to be asked.")
    return SecretStr(text)


def _parse_expiry(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        expires_at = datetime.fromisoformat(text)
    except ValueError:
        raise SyndicationError(f"{text!r} is no time: write it as 2026-01-31T12:00:00Z, or as a day.") from None
    expires_at = expires_at.replace(tzinfo=UTC) if expires_at.tzinfo is None else expires_at
    if expires_at <= datetime.now(UTC):
        raise SyndicationError(f"{text} is past (UTC): a secret that has expired is of no use.")
    return expires_at


def _line(credential: Credential) -> str:
    platform = credential.platform or "-"
    return f"{credential.organization_slug:16} {credential.credential_name:24} {platform:10} key {credential.key_id:14}"


def _expiry(credential: Credential, now: datetime) -> str:
    if credential.expires_at is None:
        return "no expiry known"
    days = (credential.expires_at - now) // timedelta(days=1)
    when = f"{credential.expires_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return f"expires {when}, in {days} days" if credential.expires_at > now else f"expired {when}"
