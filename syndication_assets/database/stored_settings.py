"""Settings in the database: typed rows with the value of the installation, and values of organizations.

What a machine needs before it can open the database, such as URLs and keys, is in the environment instead.
"""

from datetime import timedelta
from typing import Any

from pydantic import SecretStr

from syndication_assets.database.connection import Connection
from syndication_assets.database.secret_box import SecretBox, SecretError

_OF_THE_INSTALLATION = ""
"""What stands for an organization in the authenticated data of a secret of all of them."""


def read_setting(connection: Connection, setting: str, organization_id: str | None = None) -> Any:
    """The value that holds for an organization, or for the installation: int, str, or None for none."""
    ((value,),) = connection.execute("select tenancy.setting(%s, %s)", [setting, organization_id]).fetchall()
    return value


def minutes_of(connection: Connection, setting: str, organization_id: str | None = None) -> timedelta:
    """The time of a setting in minutes."""
    return timedelta(minutes=read_setting(connection, setting, organization_id))


def read_secret_setting(connection: Connection, keys: SecretStr | None, setting: str) -> SecretStr | None:
    """The value of an encrypted setting; None if it has none. SecretError if it cannot be opened."""
    ((sealed,),) = connection.execute("select secret from tenancy.settings where setting = %s", [setting]).fetchall()
    if sealed is None:
        return None
    try:
        return SecretBox(keys).open(sealed, organization_id=_OF_THE_INSTALLATION, row_id=setting)
    except SecretError as error:
        raise SecretError(f"The setting {setting} cannot be opened. {error}") from None


def store_secret_setting(connection: Connection, box: SecretBox, setting: str, secret: SecretStr) -> None:
    """Encrypts the value of a setting, replacing the one that it had."""
    sealed = box.seal(secret, organization_id=_OF_THE_INSTALLATION, row_id=setting)
    connection.execute("update tenancy.settings set secret = %s where setting = %s", [sealed, setting])


def rotate_secret_settings(connection: Connection, box: SecretBox) -> tuple[int, int]:
    """Seals anew what another key than the first has sealed; returns how many were, and how many already had it.

    SecretError, which names the first one that cannot be opened; the caller's transaction must then roll back.
    """
    rows = connection.execute(
        "select setting, secret from tenancy.settings where secret is not null order by setting for update"
    ).fetchall()
    outdated = [setting for setting, sealed in rows if sealed.split(":")[1] != box.first_key_id]
    for setting, sealed in rows:
        if setting in outdated:
            try:
                secret = box.open(sealed, organization_id=_OF_THE_INSTALLATION, row_id=setting)
            except SecretError as error:
                raise SecretError(f"The setting {setting} cannot be opened. {error}") from None
            store_secret_setting(connection, box, setting, secret)
    return len(outdated), len(rows) - len(outdated)


def unopenable_settings(connection: Connection, keys: SecretStr | None) -> dict[str, str]:
    """Encrypted setting → why it cannot be opened."""
    reasons = {}
    rows = connection.execute("select setting from tenancy.settings where secret is not null order by setting")
    for (setting,) in rows.fetchall():
        try:
            read_secret_setting(connection, keys, setting)
        except SecretError as error:
            reasons[setting] = str(error)
    return reasons
