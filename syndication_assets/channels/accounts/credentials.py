"""Secrets of organizations in `channels.credentials`, sealed by the secret box. Secrets are opened only here."""

from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

from pydantic import SecretStr

from syndication_assets.database.connection import Connection
from syndication_assets.database.secret_box import SecretBox, SecretError
from syndication_assets.settings import Settings


@dataclass(frozen=True, slots=True)
class Credential:
    """A credential without its secret."""

    organization_id: str
    organization_slug: str
    credential_id: str
    credential_name: str
    platform: str | None
    key_id: str
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Rotation:
    """How many credentials were resealed with the first key, and how many already had it."""

    resealed: int
    unchanged: int


_ALL: LiteralString = """
    select c.organization_id, o.slug, c.credential_id, c.credential_name, c.platform, c.key_id, c.expires_at, c.secret
    from channels.credentials c join tenancy.organizations o using (organization_id)
    order by o.slug, c.credential_name
"""


def open_credential(connection: Connection, settings: Settings, organization_id: str, credential_id: str) -> SecretStr:
    """The secret; it never appears in a repr, log line or JSON, only `get_secret_value()` returns it.

    SecretError, which names the credential, if it does not exist or cannot be opened.
    """
    row = connection.execute(
        "select credential_name, secret from channels.credentials where organization_id = %s and credential_id = %s",
        [organization_id, credential_id],
    ).fetchone()
    if row is None:
        raise SecretError(
            f"Organization {organization_id} has no credential {credential_id}: see `syndication credentials list`."
        )
    return _open(SecretBox(settings.secret_keys), row[1], organization_id, credential_id, row[0])


def store_credential(
    connection: Connection,
    box: SecretBox,
    organization_id: str,
    credential_name: str,
    secret: SecretStr,
    *,
    platform: str | None,
    expires_at: datetime | None,
    renewed_with: str | None = None,
) -> str:
    """Stores a secret under a name, replacing secret and expiry if the name exists; returns the credential's id.

    A `platform` of None keeps the platform of an existing credential. `renewed_with` is the id of the credential that
    the secret was made from.
    """
    # The ciphertext is bound to the id, so the id is needed first.
    (credential_id,) = connection.execute(
        "select coalesce((select credential_id from channels.credentials where organization_id = %s"
        " and credential_name = %s), tenancy.public_id('crd', nextval('channels.credential_id_sequence')))",
        [organization_id, credential_name],
    ).fetchall()[0]
    connection.execute(
        "insert into channels.credentials as c (organization_id, credential_id, credential_name, platform, secret,"
        " expires_at, renewed_with, last_refreshed_at) values (%s, %s, %s, %s, %s, %s, %s, now())"
        " on conflict (organization_id, credential_id) do update set secret = excluded.secret,"
        " platform = coalesce(excluded.platform, c.platform), expires_at = excluded.expires_at,"
        " renewed_with = excluded.renewed_with,"
        " last_refreshed_at = now(), refresh_attempts = 0",
        [
            organization_id,
            credential_id,
            credential_name,
            platform,
            box.seal(secret, organization_id=organization_id, row_id=credential_id),
            expires_at,
            renewed_with,
        ],
    )
    return str(credential_id)


def count_failed_refresh(connection: Connection, organization_id: str, credential_id: str | None) -> None:
    """Counts a refresh that returned no new secret."""
    connection.execute(
        "update channels.credentials set refresh_attempts = refresh_attempts + 1"
        " where organization_id = %s and credential_id = %s",
        [organization_id, credential_id],
    )


def list_credentials(connection: Connection) -> list[Credential]:
    """All credentials, by organization and name."""
    return [credential for credential, _ in _read(connection, _ALL)]


def rotate_credentials(connection: Connection, box: SecretBox) -> Rotation:
    """Reseals with the first key every credential that was sealed with another.

    SecretError, which names the first credential that cannot be opened; the caller's transaction must then roll back.
    """
    rows = _read(connection, f"{_ALL} for update of c")
    outdated = [(credential, sealed) for credential, sealed in rows if credential.key_id != box.first_key_id]
    for credential, sealed in outdated:
        organization_id, credential_id = credential.organization_id, credential.credential_id
        secret = _open(box, sealed, organization_id, credential_id, credential.credential_name)
        connection.execute(
            "update channels.credentials set secret = %s, last_refreshed_at = now()"
            " where organization_id = %s and credential_id = %s",
            [box.seal(secret, organization_id=organization_id, row_id=credential_id), organization_id, credential_id],
        )
    return Rotation(resealed=len(outdated), unchanged=len(rows) - len(outdated))


def unopenable_credentials(connection: Connection, box: SecretBox) -> dict[str, str]:
    """Credential id → why it cannot be opened."""
    reasons: dict[str, str] = {}
    for credential, sealed in _read(connection, _ALL):
        try:
            box.open(sealed, organization_id=credential.organization_id, row_id=credential.credential_id)
        except SecretError as error:
            reasons[credential.credential_id] = str(error)
    return reasons


def _read(connection: Connection, query: LiteralString) -> list[tuple[Credential, str]]:
    return [(Credential(*row[:-1]), row[-1]) for row in connection.execute(query)]


def _open(box: SecretBox, sealed: str, organization_id: str, credential_id: str, credential_name: str) -> SecretStr:
    try:
        return box.open(sealed, organization_id=organization_id, row_id=credential_id)
    except SecretError as error:
        raise SecretError(f"The credential {credential_name!r} ({credential_id}) cannot be opened. {error}") from None
