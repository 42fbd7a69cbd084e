"""Organizations, the tenants: adding one, listing them."""

from typing import NamedTuple

import psycopg

from syndication_assets.database.connection import Connection, transaction
from syndication_assets.errors import SyndicationError


class Organization(NamedTuple):
    """One row of tenancy.organizations."""

    slug: str
    name: str
    organization_id: str
    is_active: bool


def add_organization(url: str, slug: str, name: str) -> Organization:
    """Makes an organization; the table's trigger writes the audit row. SyndicationError if it cannot be."""
    name = name.strip()
    if not name:
        raise SyndicationError("The name is empty: it is what people read, as in --name 'Acme Bakery'.")
    with transaction(url) as connection:
        try:
            row = connection.execute(
                "insert into tenancy.organizations (slug, name) values (%s, %s)"
                " returning slug, name, organization_id, is_active",
                [slug, name],
            ).fetchall()[0]
        except psycopg.errors.UniqueViolation:
            raise SyndicationError(
                f"There is an organization {slug!r} already: take another slug, or look at `syndication organization "
                "list`."
            ) from None
        except psycopg.errors.CheckViolation:
            raise SyndicationError(
                f"{slug!r} cannot be a slug: it names a folder of the landing zone. Write lower-case letters, digits "
                "and '-', 63 at most, with a letter or digit at both ends."
            ) from None
    return Organization(*row)


def list_organizations(url: str) -> list[Organization]:
    """All of them, by slug."""
    with transaction(url) as connection:
        rows = connection.execute(
            "select slug, name, organization_id, is_active from tenancy.organizations order by slug"
        ).fetchall()
    return [Organization(*row) for row in rows]


def organization_ids(connection: Connection) -> dict[str, str]:
    """The id of each slug."""
    return dict(connection.execute("select slug, organization_id from tenancy.organizations").fetchall())


def require_organization(url: str, slug: str) -> Organization:
    """The organization of that slug; SyndicationError, naming those that exist, if there is none."""
    organizations = {organization.slug: organization for organization in list_organizations(url)}
    if slug not in organizations:
        raise SyndicationError(
            f"There is no organization {slug!r}: there are {', '.join(organizations)}. Make it first, with "
            "`syndication organization add`."
        )
    return organizations[slug]
