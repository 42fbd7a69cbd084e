"""Gives a setting of a test's database a value."""

import psycopg
from psycopg.types.json import Jsonb


def give_setting(url: str, setting: str, value: int | str | None, organization: str | None = None) -> None:
    """For the installation, or for an organization by its slug; None takes the installation's value back."""
    with psycopg.connect(url, autocommit=True) as connection:
        if organization is None:
            stored = None if value is None else Jsonb(value)
            connection.execute("update tenancy.settings set value = %s where setting = %s", [stored, setting])
            return
        connection.execute(
            "insert into tenancy.organization_settings (organization_id, setting, value)"
            " select organization_id, %s, %s from tenancy.organizations where slug = %s"
            " on conflict (organization_id, setting) do update set value = excluded.value",
            [setting, Jsonb(value), organization],
        )
