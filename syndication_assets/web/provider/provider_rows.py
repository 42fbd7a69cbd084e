"""The provider of an organization, as its row says, with the secret of the web page there."""

from typing import NamedTuple

from pydantic import SecretStr

from syndication_assets.channels.accounts.credentials import open_credential
from syndication_assets.database.connection import Connection
from syndication_assets.settings import Settings

_PROVIDERS = """
select p.organization_id, o.slug, p.label, p.issuer, p.client_id, p.credential_id
from tenancy.sign_in_providers as p
inner join tenancy.organizations as o on p.organization_id = o.organization_id
where o.is_active and coalesce(o.slug = %s, true)
order by o.slug
limit %s
"""


class Provider(NamedTuple):
    """A row of tenancy.sign_in_providers."""

    organization_id: str
    slug: str
    label: str
    issuer: str
    client_id: str
    credential_id: str | None

    def secret(self, connection: Connection, settings: Settings) -> SecretStr | None:
        """The secret of the web page at the provider; None for a public client. SecretError if it cannot be opened."""
        if self.credential_id is None:
            return None
        return open_credential(connection, settings, self.organization_id, self.credential_id)


def provider_of(connection: Connection, slug: str) -> Provider | None:
    """The provider of an active organization; None if it has none."""
    return next(iter(_read(connection, slug, 1)), None)


def only_provider(connection: Connection) -> Provider | None:
    """The provider if the installation has exactly one, so that nobody has to name their organization."""
    found = _read(connection, None, 2)
    return found[0] if len(found) == 1 else None


def has_providers(connection: Connection) -> bool:
    """Whether any organization has a provider."""
    return bool(_read(connection, None, 1))


def _read(connection: Connection, slug: str | None, most: int) -> list[Provider]:
    return [Provider(*row) for row in connection.execute(_PROVIDERS, [slug, most])]
