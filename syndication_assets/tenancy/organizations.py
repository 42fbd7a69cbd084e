"""Adds, lists and looks up organizations, the tenants."""

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
    """Adds an organization; a trigger writes the audit row. Raises SyndicationError for an invalid or existing slug."""
    name = name.strip()
    if not name:
        raise SyndicationError("The name is empty: give a name that people recognize, as in --name 'Acme Bakery'.")
    with transaction(url) as connection:
        try:
            row = connection.execute(
                "insert into tenancy.organizations (slug, name) values (%s, %s)"
                " returning slug, name, organization_id, is_active",
                [slug, name],
            ).fetchall()[0]
        except psycopg.errors.UniqueViolation:
            raise SyndicationError(
                f"The organization {slug!r} already exists: choose another slug (see `syndication organization list`)."
            ) from None
        except psycopg.errors.CheckViolation:
            raise SyndicationError(
                f"{slug!r} is not a valid slug, the name of a folder in the landing zone: use at most 63 lower-case "
                "letters, digits and '-', with a letter or digit at both ends."
            ) from None
    return Organization(*row)


def list_organizations(url: str) -> list[Organization]:
    """All organizations, ordered by slug."""
    with transaction(url) as connection:
        rows = connection.execute(
            "select slug, name, organization_id, is_active from tenancy.organizations order by slug"
        ).fetchall()
    return [Organization(*row) for row in rows]


def organization_ids(connection: Connection) -> dict[str, str]:
    """Slug → organization_id."""
    return dict(connection.execute("select slug, organization_id from tenancy.organizations").fetchall())


def require_organization(url: str, slug: str) -> Organization:
    """The organization with this slug. Raises SyndicationError, naming the existing slugs, if there is none."""
    organizations = {organization.slug: organization for organization in list_organizations(url)}
    if slug not in organizations:
        raise SyndicationError(
            f"There is no organization {slug!r}; there are {', '.join(organizations)}. Add it first with "
            "`syndication organization add`."
        )
    return organizations[slug]
