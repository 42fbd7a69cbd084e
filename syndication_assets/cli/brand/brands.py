"""`syndication brand`: what it says, its versions, and the demo brand."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import click

from syndication_assets.brand.profiles.brand_versions import BrandVersion, brand_id_of, roll_back, versions_of
from syndication_assets.cli.command import command, migrated_database_url, organization_option, url_and_organization
from syndication_assets.cli.listing import json_option, printable, show_rows
from syndication_assets.cli.people.acting import in_organization, requires
from syndication_assets.configuration.file.validation_messages import shown
from syndication_assets.database.connection import Connection, transaction
from syndication_assets.settings import Settings
from syndication_assets.tenancy.organizations import require_organization


@click.group()
def brand() -> None:
    """Manages brands: what pictures and texts look and sound like, in versions, with files and visual templates."""


@brand.command()
@click.argument("name")
@organization_option
@json_option
@command
def show(name: str, organization: str, as_json: bool) -> None:
    """Shows the current version of a brand."""
    url, organization_id = url_and_organization(organization)
    with transaction(url) as connection:
        brand_id = brand_id_of(connection, organization_id, name)
        current = versions_of(connection, organization_id, brand_id)[0]
        score = _minimum_score(connection, organization_id, brand_id)
    if as_json:
        show_rows([current], str, "", as_json=True)
        return
    click.echo(printable(f"{name} ({brand_id}), version {current.version} of {current.created_at:%Y-%m-%d}"))
    for field, value in current.content.as_values().items():
        if field == "minimum_score":
            click.echo(f"  {field}: {score}")
        elif value:
            click.echo(printable(f"  {field}: {_text(value)}"))


@dataclass(frozen=True)
class _Change:
    version: int
    changed_at: datetime
    changed_by: str
    repeats_version: int | None
    changes: dict[str, tuple[Any, Any]]
    """Field → (value of the version before, value of this one)."""


@brand.command()
@click.argument("name")
@organization_option
@json_option
@command
def history(name: str, organization: str, as_json: bool) -> None:
    """Lists the versions of a brand with what each changed, the newest first."""
    url, organization_id = url_and_organization(organization)
    with transaction(url) as connection:
        brand_id = brand_id_of(connection, organization_id, name)
        versions = versions_of(connection, organization_id, brand_id)
        actors = dict(
            connection.execute(
                "select actor, tenancy.actor_name(actor) from unnest(%s::text[]) as a (actor)",
                [list({each.changed_by for each in versions})],
            ).fetchall()
        )
        files = dict(
            connection.execute(
                "select asset_id, asset_name from brand.brand_assets where organization_id = %s and brand_id = %s",
                [organization_id, brand_id],
            ).fetchall()
        )
    rows = [
        _Change(
            each.version, each.created_at, actors[each.changed_by], each.repeats_version, _changes(older, each, files)
        )
        for each, older in zip(versions, [*versions[1:], None], strict=True)
    ]
    show_rows(rows, _change_line, f"{name} has no version.", as_json=as_json)


@brand.command("roll-back")
@click.argument("name")
@click.argument("version", type=click.IntRange(min=1))
@organization_option
@command
@requires("brands.edit", in_organization())
def roll_back_command(name: str, version: int, organization: str) -> None:
    """Makes a brand what it was in VERSION, by a new version: what was made since keeps its own version."""
    url, organization_id = url_and_organization(organization)
    with transaction(url) as connection:
        new = roll_back(connection, organization_id, brand_id_of(connection, organization_id, name), version)
    click.echo(printable(f"{name} is as in version {version} again; this is version {new}."))


@brand.command("add-example")
@organization_option
@command
@requires("brands.edit", in_organization())
def add_example_command(organization: str) -> None:
    """Adds the demo brand Meridian, with its logo, to try the pictures with."""
    from syndication_assets.brand.example.example_brand import EXAMPLE_NAME, add_example  # noqa: PLC0415 - slow
    from syndication_assets.media.media_store import MediaStore  # noqa: PLC0415

    settings = Settings.from_environment()
    url = migrated_database_url(settings)
    organization_id = require_organization(url, organization).organization_id
    store = MediaStore.of(settings)
    store.claim(url)
    with transaction(url) as connection:
        add_example(connection, store, organization_id)
    click.echo(
        f"{organization} has the brand {EXAMPLE_NAME}. See it: `syndication brand template preview Statement"
        " --output statement.png`."
    )


def _minimum_score(connection: Connection, organization_id: str, brand_id: str) -> str:
    ((own, score, level),) = connection.execute(
        "select p.minimum_score is not null, v.minimum_score, v.enforcement_level from brand.brand_versions as v"
        " inner join brand.brand_profile_versions as p"
        " on v.organization_id = p.organization_id and v.brand_id = p.brand_id and v.version = p.version"
        " where v.organization_id = %s and v.brand_id = %s and v.is_current",
        [organization_id, brand_id],
    ).fetchall()
    return f"{score}" if own else f"{score}, as the level {level} has it"


def _changes(older: BrandVersion | None, newer: BrandVersion, files: dict[str, str]) -> dict[str, tuple[Any, Any]]:
    if older is None:
        return {}
    changes = older.content.differences(newer.content)
    before, after = (sorted(files[a.asset_id] for a in each.assets) for each in (older, newer))
    return changes if before == after else {**changes, "files": (before, after)}


def _change_line(change: _Change) -> str:
    what = f", repeats version {change.repeats_version}" if change.repeats_version else ""
    changes = "".join(f"\n    {name}: {_text(old)} → {_text(new)}" for name, (old, new) in change.changes.items())
    return f"{change.version:>4}  {change.changed_at:%Y-%m-%d %H:%M} UTC  {change.changed_by}{what}{changes}"


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {each}" for name, each in value.items())
    return ", ".join(map(str, value)) or "none" if isinstance(value, list) else shown(value)
