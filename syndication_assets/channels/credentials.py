"""The secrets of organizations: `channels.credentials`, sealed by the secret box. The one place that opens them."""

from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

from pydantic import SecretStr

from syndication_assets.channels.secret_box import SecretBox, SecretError
from syndication_assets.database.connection import Connection
from syndication_assets.settings import Settings


@dataclass(frozen=True, slots=True)
class Credential:
    """What may be shown of a credential: everything but the secret."""

    organization_id: str
    organization_slug: str
    credential_id: str
    credential_name: str
    platform: str | None
    key_id: str
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Rotation:
    """How many credentials were sealed anew with the first key, and how many were already."""

    sealed_anew: int
    left_alone: int


_ALL: LiteralString = """
    select c.organization_id, o.slug, c.credential_id, c.credential_name, c.platform, c.key_id, c.expires_at, c.secret
    from channels.credentials c join tenancy.organizations o using (organization_id)
    order by o.slug, c.credential_name
"""


def open_credential(connection: Connection, settings: Settings, organization_id: str, credential_id: str) -> SecretStr:
    """The secret, which no repr, log line or JSON shows; `get_secret_value()` gives it to the request that needs it.

    SecretError, which names the credential, if there is none or it does not open.
    """
    row = connection.execute(
        "select credential_name, secret from channels.credentials where organization_id = %s and credential_id = %s",
        [organization_id, credential_id],
    ).fetchone()
    if row is None:
        raise SecretError(
            f"Organization {organization_id} has no credential {credential_id}: look at `syndication credentials list`."
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
) -> str:
    """Makes the organization's credential of that name, or gives the one that is there another secret and expiry.

    A `platform` of None leaves that of a known credential as it is. Returns the credential's id.
    """
    # The ciphertext is bound to the id, so the id comes first.
    (credential_id,) = connection.execute(
        "select coalesce((select credential_id from channels.credentials where organization_id = %s"
        " and credential_name = %s), tenancy.public_id('crd', nextval('channels.credential_id_sequence')))",
        [organization_id, credential_name],
    ).fetchall()[0]
    connection.execute(
        "insert into channels.credentials as c (organization_id, credential_id, credential_name, platform, secret,"
        " expires_at, last_refreshed_at) values (%s, %s, %s, %s, %s, %s, now())"
        " on conflict (organization_id, credential_id) do update set secret = excluded.secret,"
        " platform = coalesce(excluded.platform, c.platform), expires_at = excluded.expires_at,"
        " last_refreshed_at = now(), refresh_attempts = 0",
        [
            organization_id,
            credential_id,
            credential_name,
            platform,
            box.seal(secret, organization_id=organization_id, row_id=credential_id),
            expires_at,
        ],
    )
    return str(credential_id)


def count_failed_refresh(connection: Connection, organization_id: str, credential_id: str | None) -> None:
    """Counts a refresh that gave no new secret."""
    connection.execute(
        "update channels.credentials set refresh_attempts = refresh_attempts + 1"
        " where organization_id = %s and credential_id = %s",
        [organization_id, credential_id],
    )


def list_credentials(connection: Connection) -> list[Credential]:
    """All of them, by organization and name."""
    return [credential for credential, _ in _read(connection, _ALL)]


def rotate_credentials(connection: Connection, box: SecretBox) -> Rotation:
    """Seals with the first key what another one sealed.

    SecretError, which names the credential, at the first one that does not open: the caller's transaction ends there.
    """
    rows = _read(connection, f"{_ALL} for update of c")
    former = [(credential, sealed) for credential, sealed in rows if credential.key_id != box.first_key_id]
    for credential, sealed in former:
        organization_id, credential_id = credential.organization_id, credential.credential_id
        secret = _open(box, sealed, organization_id, credential_id, credential.credential_name)
        connection.execute(
            "update channels.credentials set secret = %s, last_refreshed_at = now()"
            " where organization_id = %s and credential_id = %s",
            [box.seal(secret, organization_id=organization_id, row_id=credential_id), organization_id, credential_id],
        )
    return Rotation(sealed_anew=len(former), left_alone=len(rows) - len(former))


def unopenable_credentials(connection: Connection, box: SecretBox) -> dict[str, str]:
    """Why each credential that does not open does not, by its id."""
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
