"""`syndication credentials`: encrypted secrets. No command prints a secret or takes one as an argument."""

import re
from datetime import UTC, datetime, timedelta

import click

from syndication_assets.channels.accounts.accounts import require_platform
from syndication_assets.channels.accounts.credentials import (
    Credential,
    list_credentials,
    rotate_credentials,
    store_credential,
    unopenable_credentials,
)
from syndication_assets.cli.command import command, migrated_database_url, organization_option
from syndication_assets.cli.listing import json_option, show_rows
from syndication_assets.cli.people.acting import everywhere, in_organization, requires
from syndication_assets.cli.secret_input import read_secret
from syndication_assets.database.connection import transaction
from syndication_assets.database.secret_box import SecretBox, new_key
from syndication_assets.database.stored_settings import rotate_secret_settings, unopenable_settings
from syndication_assets.errors import SyndicationError
from syndication_assets.operations.thresholds import lowest_threshold
from syndication_assets.settings import Settings
from syndication_assets.tenancy.organizations import require_organization


@click.group()
def credentials() -> None:
    """Manages access tokens and keys, encrypted with SYNDICATION_SECRET_KEYS."""


@credentials.command("set")
@click.argument("name")
@organization_option
@click.option("--platform", default=None, metavar="PLATFORM", help="Platform that it gives access to.")
@click.option("--expires-at", default=None, metavar="TIME", help="When it expires, e.g. 2026-01-31T12:00:00Z.")
@command
@requires("credentials.edit", in_organization())
def set_secret(name: str, organization: str, platform: str | None, expires_at: str | None) -> None:
    """Stores a secret under NAME, replacing an existing one. Reads it from stdin, or prompts for it."""
    settings = Settings.from_environment()
    if re.fullmatch(r"[a-z][a-z0-9_-]{0,62}", name) is None:
        raise SyndicationError(
            f"{name!r} is not a valid name: use lower-case letters, digits, '-' and '_', starting with a letter."
        )
    expires = _parse_expiry(expires_at)
    box = SecretBox(settings.secret_keys)
    url = migrated_database_url(settings)
    organization_id = require_organization(url, organization).organization_id
    with transaction(url) as connection:
        if platform is not None:
            require_platform(connection, platform)
        credential_id = store_credential(
            connection, box, organization_id, name, read_secret(), platform=platform, expires_at=expires
        )
    click.echo(f"Stored {name} ({credential_id}), encrypted with the key {box.first_key_id}.")


@credentials.command("list")
@json_option
@command
def list_all(as_json: bool) -> None:
    """Lists the credentials without their secrets."""
    with transaction(migrated_database_url(Settings.from_environment())) as connection:
        known = list_credentials(connection)
    now = datetime.now(UTC)
    show_rows(
        known,
        lambda credential: f"{_line(credential)}  {_expiry(credential, now)}",
        "There are no credentials: store one with `syndication credentials set`.",
        as_json=as_json,
    )


@credentials.command()
@command
@requires("credentials.edit", everywhere)
def rotate() -> None:
    """Encrypts credentials and secret settings with the first key of SYNDICATION_SECRET_KEYS, in one transaction.

    Afterwards the other keys can be removed from the variable.
    """
    settings = Settings.from_environment()
    box = SecretBox(settings.secret_keys)
    with transaction(migrated_database_url(settings)) as connection:
        rotation = rotate_credentials(connection, box)
        resealed, unchanged = rotate_secret_settings(connection, box)
    click.echo(
        f"Re-encrypted {rotation.resealed} credentials with the key {box.first_key_id}; {rotation.unchanged} already "
        "had it."
    )
    if resealed or unchanged:
        click.echo(f"Re-encrypted {resealed} settings with it; {unchanged} already had it.")


@credentials.command()
@command
def check() -> None:
    """Opens every credential and reports those that cannot be opened, have expired or will soon.

    Exits with 1 if there are any.
    """
    settings = Settings.from_environment()
    url = migrated_database_url(settings)
    now = datetime.now(UTC)
    with transaction(url) as connection:
        # Without a threshold, only those that have expired are problems.
        soon = now - timedelta(days=float(lowest_threshold(connection, "credential_expires") or 0))
        known = list_credentials(connection)
        unopenable = unopenable_credentials(connection, SecretBox(settings.secret_keys)) if known else {}
        closed = unopenable_settings(connection, settings.secret_keys)
    problems = len(closed)
    for credential in known:
        reason = unopenable.get(credential.credential_id)
        ends_soon = credential.expires_at is not None and credential.expires_at < soon
        problems += reason is not None or ends_soon
        verdict = f"cannot be opened. {reason}" if reason else _expiry(credential, now)
        click.echo(f"{'PROBLEM' if reason or ends_soon else 'ok':8} {_line(credential)}  {verdict}")
    for reason in closed.values():
        click.echo(f"PROBLEM  {reason}")
    if problems > len(closed):
        raise SyndicationError(
            f"{problems - len(closed)} of {len(known)} credentials have a problem: store new ones with `syndication "
            "credentials set`."
        )
    if closed:
        raise SyndicationError("A secret setting cannot be opened: store it again with `syndication settings set`.")
    click.echo(f"All {len(known)} credentials can be opened and are not about to expire.")


@credentials.command()
@command
def key() -> None:
    """Prints a new key for SYNDICATION_SECRET_KEYS. Store it in your password manager: it is saved nowhere else."""
    click.echo(new_key())


def _parse_expiry(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        expires_at = datetime.fromisoformat(text)
    except ValueError:
        raise SyndicationError(f"{text!r} is not a time: write it as 2026-01-31T12:00:00Z or 2026-01-31.") from None
    expires_at = expires_at.replace(tzinfo=UTC) if expires_at.tzinfo is None else expires_at
    if expires_at <= datetime.now(UTC):
        raise SyndicationError(f"{text} is in the past (UTC): store a secret that has not expired.")
    return expires_at


def _line(credential: Credential) -> str:
    platform = credential.platform or "-"
    return f"{credential.organization_slug:16} {credential.credential_name:24} {platform:10} key {credential.key_id:14}"


def _expiry(credential: Credential, now: datetime) -> str:
    if credential.expires_at is None:
        return "expiry unknown"
    days = (credential.expires_at - now) // timedelta(days=1)
    when = f"{credential.expires_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return f"expires {when}, in {days} days" if credential.expires_at > now else f"expired {when}"
