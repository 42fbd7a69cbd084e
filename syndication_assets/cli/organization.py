"""`syndication organization`: the tenants."""

import click

from syndication_assets.cli.command import command, migrated_database_url
from syndication_assets.settings import Settings
from syndication_assets.tenancy.organizations import add_organization, list_organizations


@click.group()
def organization() -> None:
    """Adds and lists organizations: everything belongs to one."""


@organization.command()
@click.argument("slug")
@click.option("--name", required=True, metavar="NAME", help="what people call it")
@command
def add(slug: str, name: str) -> None:
    """Makes an organization. SLUG is its name in paths and commands."""
    added = add_organization(migrated_database_url(Settings.from_environment()), slug, name)
    click.echo(f"added {added.slug} ({added.organization_id})")


@organization.command("list")
@command
def list_all() -> None:
    """Lists the organizations."""
    for one in list_organizations(migrated_database_url(Settings.from_environment())):
        paused = "" if one.is_active else " (not active)"
        click.echo(f"{one.slug:20} {one.organization_id}  {one.name}{paused}")
