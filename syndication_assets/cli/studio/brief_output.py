"""What `syndication brief` prints and writes of a brief."""

from pathlib import Path
from typing import Any

import click

from syndication_assets.settings import Settings
from syndication_assets.studio.requests.listing import ListedBrief


def write_pictures(settings: Settings, directory: Path, request_id: str, variants: list[Any]) -> None:
    from syndication_assets.media.media_store import MediaStore  # noqa: PLC0415 - slow

    store = MediaStore(settings.media_url)
    directory.mkdir(parents=True, exist_ok=True)
    for variant in variants:
        suffix = Path(variant.object_path).suffix
        name = f"{request_id}_{variant.channel.replace('/', '_')}_{variant.format_name}{suffix}"
        (directory / name).write_bytes(store.content(variant.object_path))
    click.echo(f"{len(variants)} pictures are in {directory}.")


def brief_line(row: ListedBrief) -> str:
    score = "" if row.lowest_score is None else f" {row.lowest_score:.2f}"
    reason = "" if row.reason is None else f": {row.reason}"
    return (
        f"{row.organization} {row.request_id} {row.state}{score} {row.language} {', '.join(row.channels)} "
        f"{row.title!r}{reason}"
    )
