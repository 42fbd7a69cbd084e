"""`syndication channels`: the channels to publish in, and their rules."""

from datetime import date
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from syndication_assets.channels.rule_sentences import contradiction_of
from syndication_assets.cli.command import command, migrated_database_url
from syndication_assets.database.connection import Connection, load_sql, transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.settings import Settings


@click.command()
@click.argument("platform", required=False)
@click.argument("channel_type", metavar="[CHANNEL]", required=False)
@command
def channels(platform: str | None, channel_type: str | None) -> None:
    """Lists the channels, or shows the rules of one: `syndication channels facebook feed_post`.

    The rules are rows of channels.channel_requirements; a change there applies to the next text.
    """
    with transaction(migrated_database_url(Settings.from_environment())) as connection:
        rows = connection.execute(load_sql("channels/channels_in_order.sql")).fetchall()
        if not rows:
            raise SyndicationError(
                "There are no channels yet: load them with `syndication materialize --select group:channels "
                "--partitions <today>`."
            )
        warnings: list[str] = []
        formats = None
        if platform is None:
            table = _table("platform", "channel", "name", "status", "rules")
            for *shown, _ in rows:
                table.add_row(*map(str, shown))
        else:
            table, warnings = _rules(connection, rows, platform, channel_type)
            formats = _formats(connection, platform, channel_type)
    # A pipe has no width; without one, rich would wrap the table at 80 columns.
    console = Console(width=None if Console().is_terminal else 320, markup=False)
    console.print(table)
    if formats is not None and formats.row_count:
        console.print(formats)
    for warning in warnings:
        click.echo(warning, err=True)


def _rules(
    connection: Connection, channels: list[tuple[Any, ...]], platform: str, channel_type: str | None
) -> tuple[Table, list[str]]:
    """The rules of a channel, and a warning for each whose sentence contradicts it."""
    of_platform = [row[1] for row in channels if row[0] == platform]
    if not of_platform:
        names = ", ".join(dict.fromkeys(row[0] for row in channels))
        raise SyndicationError(f"There are no channels of a platform {platform!r}: choose from {names}.")
    if channel_type not in of_platform:
        problem = "Name a channel" if channel_type is None else f"{platform} has no channel {channel_type!r}"
        raise SyndicationError(f"{problem}: choose from {', '.join(of_platform)}.")
    warnings = []
    table = _table("category", "rule", "value", "unit", "severity", "description", "source")
    table.title, table.caption = next((row[2], row[5]) for row in channels if row[:2] == (platform, channel_type))
    for rule in connection.execute(
        load_sql("channels/requirements_of_channel.sql"), {"platform": platform, "channel_type": channel_type}
    ):
        category, key, value, minimum, maximum, unit, severity, _, description, source_url, checked_on = rule
        shown_value, source = _value(value, minimum, maximum), _source(source_url, checked_on)
        table.add_row(category, key, shown_value, unit, severity, description, source)
        contradiction = contradiction_of(key, description, value, minimum, maximum)
        if contradiction is not None:
            warnings.append(
                f"Warning: {category}/{key}: {contradiction}. The rule counts, and prompts leave the sentence out: "
                "correct channel_requirements.description, or the numbers."
            )
    return table, warnings


def _formats(connection: Connection, platform: str, channel_type: str | None) -> Table:
    """The sizes of pictures in the channel."""
    table = _table("picture", "pixels", "covered by the platform", "file", "source")
    for (
        name,
        width,
        height,
        top,
        right,
        bottom,
        left,
        maximum_bytes,
        mime_types,
        source_url,
        checked_on,
    ) in connection.execute(
        load_sql("channels/picture_formats_of_channel.sql"), {"platform": platform, "channel_type": channel_type}
    ):
        sides = {"top": top, "right": right, "bottom": bottom, "left": left}
        covered = ", ".join(f"{pixels} at the {side}" for side, pixels in sides.items() if pixels)
        kinds = " or ".join(kind.removeprefix("image/").upper() for kind in mime_types)
        file = kinds if maximum_bytes is None else f"{kinds}, at most {maximum_bytes:,} bytes"
        table.add_row(name, f"{width} by {height}", covered, file, _source(source_url, checked_on, "common practice"))
    return table


def _source(source_url: str | None, checked_on: date | None, otherwise: str = "house rule") -> str:
    if source_url is None:
        return otherwise
    return f"{source_url} ({f'checked on {checked_on}' if checked_on else 'not checked'})"


def _value(value: Any, minimum: Any, maximum: Any) -> str:
    parts = []
    if value is not None:
        parts.append(
            ", ".join(map(str, value))
            if isinstance(value, list)
            else str(value).lower()
            if isinstance(value, bool)
            else str(value)
        )
    if minimum is not None and maximum is not None:
        parts.append(f"{minimum}" if minimum == maximum else f"{minimum} to {maximum}")
    elif minimum is not None:
        parts.append(f"at least {minimum}")
    elif maximum is not None:
        parts.append(f"at most {maximum}")
    return "; ".join(parts)


def _table(*columns: str) -> Table:
    table = Table()
    for column in columns:
        table.add_column(column, justify="right" if column == "rules" else "left")
    return table
