"""What `syndication brief` prints and writes of a brief."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from syndication_assets.errors import SyndicationError
from syndication_assets.settings import Settings
from syndication_assets.studio.requests.listing import ListedBrief


def write_pictures(settings: Settings, directory: Path, request_id: str, variants: list[Any]) -> None:
    from syndication_assets.media.media_store import MediaStore  # noqa: PLC0415 - slow

    store = MediaStore.of(settings)
    directory.mkdir(parents=True, exist_ok=True)
    for variant in variants:
        suffix = Path(variant.object_path).suffix
        name = f"{request_id}_{variant.channel.replace('/', '_')}_{variant.format_name}{suffix}"
        (directory / name).write_bytes(store.content(variant.object_path))
    click.echo(f"{len(variants)} pictures are in {directory}.")


def write_evidence(settings: Settings, url: str, directory: Path, organization_id: str, request_id: str) -> None:
    from syndication_assets.media.media_store import MediaStore  # noqa: PLC0415 - slow
    from syndication_assets.studio.compliance.evidence import evidence_pictures  # noqa: PLC0415

    store = MediaStore.of(settings)
    directory.mkdir(parents=True, exist_ok=True)
    count = 0
    for picture in evidence_pictures(url, store, organization_id, request_id):
        name = f"{picture.variant_id}_{picture.format_name}_{picture.rule_name}.png"
        (directory / name).write_bytes(picture.content)
        count += 1
    click.echo(f"{count} pictures with marks are in {directory}: green is as the rule wants it, red is not.")


def pairs_of(texts: Iterable[str]) -> dict[str, str]:
    """Fields as commands take them: name=text."""
    pairs = {}
    for text in texts:
        name, separator, value = text.partition("=")
        if not (name and separator):
            raise SyndicationError(f"{text!r} is no field: write it as name=text.")
        pairs[name] = value
    return pairs


def brief_line(row: ListedBrief) -> str:
    score = "" if row.lowest_score is None else f" {row.lowest_score:.2f}"
    reason = "" if row.reason is None else f": {row.reason}"
    waiting = "" if row.stopped_before is None else f", waits for you before the step {row.stopped_before}"
    variation = "" if row.variation == 1 else f" (variation {row.variation})"
    return (
        f"{row.organization} {row.request_id} {row.state}{waiting}{score} {row.language} {', '.join(row.channels)} "
        f"{row.title!r}{variation}{reason}"
    )
