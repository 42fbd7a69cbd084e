"""`organization`: the head of the file of one organization, and its row."""

from typing import Any

from pydantic import Field, ValidationError

from syndication_assets.configuration.difference import differing_fields
from syndication_assets.configuration.entry import Entry, Text
from syndication_assets.configuration.file.validation_messages import message_of
from syndication_assets.database.connection import Connection, transaction
from syndication_assets.errors import SyndicationError


class Organization(Entry):
    """The organization that the file is about; it is added if there is none with this slug."""

    slug: str = Field(
        pattern="^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
        description="Name in commands and in the paths of the landing zone: lower-case letters, digits and '-'.",
    )
    name: Text = Field(description="Display name.")
    description: Text | None = Field(default=None, description="Purpose of the organization.")
    is_active: bool = Field(default=True, description="false pauses its fetches.")


def read_organization(connection: Connection, slug: str) -> tuple[str, Organization] | None:
    """The id and the head of an organization; None if there is none with this slug."""
    row = connection.execute(
        "select organization_id, name, description, is_active from tenancy.organizations where slug = %s", [slug]
    ).fetchone()
    if row is None:
        return None
    organization_id, name, description, is_active = row
    return organization_id, Organization.model_construct(
        slug=slug, name=name, description=description, is_active=is_active
    )


def write_organization(connection: Connection, organization: Organization) -> str:
    """Adds or changes the row, and returns its id."""
    rows = connection.execute(
        "insert into tenancy.organizations (slug, name, description, is_active)"
        " values (%(slug)s, %(name)s, %(description)s, %(is_active)s)"
        " on conflict (slug) do update set name = excluded.name, description = excluded.description,"
        " is_active = excluded.is_active returning organization_id",
        organization.model_dump(),
    ).fetchall()
    return str(rows[0][0])


def change_organization(url: str, slug: str, values: dict[str, Any], actor: str) -> dict[str, tuple[Any, Any]]:
    """Gives an organization other values; returns the fields that changed: (old, new)."""
    with transaction(url, lock=f"configuration of {slug}") as connection:
        connection.execute("select set_config('app.actor', %s, true)", [actor])
        found = read_organization(connection, slug)
        if found is None:
            raise SyndicationError(
                f"There is no organization {slug!r}: `syndication organization list` shows what there is."
            )
        try:
            organization = Organization.model_validate({**found[1].model_dump(), **values})
        except ValidationError as error:
            problems = error.errors(include_url=False)
            raise SyndicationError("\n".join(message_of(item, tuple(item["loc"])) for item in problems)) from None
        write_organization(connection, organization)
    return differing_fields(found[1], organization)
