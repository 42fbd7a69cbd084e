"""`syndication organization`: the tenants of the database."""

import click

from syndication_assets.cli.command import command, migrated_database_url
from syndication_assets.cli.listing import json_option, show_rows
from syndication_assets.settings import Settings
from syndication_assets.tenancy.organizations import Organization, add_organization, list_organizations


@click.group()
def organization() -> None:
    """Adds and lists organizations, the tenants that own all data."""


@organization.command()
@click.argument("slug")
@click.option("--name", required=True, metavar="NAME", help="Display name.")
@command
def add(slug: str, name: str) -> None:
    """Adds an organization. SLUG is its name in paths and commands."""
    added = add_organization(migrated_database_url(Settings.from_environment()), slug, name)
    click.echo(f"Added {added.slug} ({added.organization_id}).")


@organization.command("list")
@json_option
@command
def list_all(as_json: bool) -> None:
    """Lists the organizations."""
    organizations = list_organizations(migrated_database_url(Settings.from_environment()))
    show_rows(
        organizations, _line, "There is no organization: add one with `syndication organization add`.", as_json=as_json
    )


def _line(listed: Organization) -> str:
    paused = "" if listed.is_active else " (not active)"
    return f"{listed.slug:20} {listed.organization_id}  {listed.name}{paused}"
