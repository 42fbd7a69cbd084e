"""Reads landed files: the observation time, the tracked profile and the parsed items of each.

Nothing here knows the database. What cannot be read becomes a `Rejected` with its position and a reason; the rest of
the file is still read.
"""

import hashlib
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import unquote

from syndication_assets.landing.landing_zone import LandedFile, LandingError, LandingZone
from syndication_assets.landing.observation_time import FILE_NAME, ObservedAtSource, observation_time
from syndication_assets.landing.rejections import ItemRejectedError, Rejected
from syndication_assets.scraping.observation import ParsedItem
from syndication_assets.scraping.post_sources import SOURCES, Source
from syndication_assets.scraping.splitting import Defect, split_items

# Platforms with case-insensitive user names.
_CASE_INSENSITIVE_PLATFORMS = {"linkedin"}
_DATASET_NAME = re.compile(r"^dataset_(?P<username>.+?)(?:_\d{4}-\d{2}-\d{2}.*)?\.json(?:\.gz)?$")
# How the landing zone escapes a byte of a file name that is not valid UTF-8.
_ESCAPED_BYTE = re.compile(r"\\udc[89a-f][0-9a-f]")


@dataclass(frozen=True, slots=True)
class Item:
    """One accepted item: its position, exact text and parsed content."""

    position: int
    payload: bytes
    payload_hash: bytes
    parsed: ParsedItem


@dataclass(slots=True)
class FileReading:
    """The content of one landed file."""

    file: LandedFile
    source: Source | None
    content_hash: bytes = b""
    size_bytes: int = 0
    observed_at: datetime | None = None
    observed_at_source: ObservedAtSource | None = None
    tracked_username: str | None = None
    items: list[Item] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    unknown_keys: Counter[str] = field(default_factory=Counter)


def read_file(zone: LandingZone, file: LandedFile, maximum_file_bytes: int) -> FileReading:
    """Reads one file; never raises because of its content."""
    reading = FileReading(file, SOURCES.get(file.source), size_bytes=file.size_bytes)
    if reading.source is None:
        known = ", ".join(sorted(SOURCES))
        reading.rejected.append(
            Rejected(None, f"unknown source {file.source!r}: no adapter reads it (known: {known})", b"")
        )
        return reading
    if _ESCAPED_BYTE.search(file.path):
        reading.rejected.append(Rejected(None, "the file's path is not valid UTF-8: rename it", b""))
        return reading
    if not file.name.endswith((".json", ".json.gz")):
        reading.rejected.append(Rejected(None, "the file name ends in neither .json nor .json.gz", b""))
        return reading
    try:
        content = zone.read(file.path, maximum_file_bytes)
        meta = zone.read_meta(file.path)
        reading.content_hash = hashlib.blake2b(content, digest_size=16).digest()
        reading.observed_at, reading.observed_at_source = observation_time(file.name, meta, file.landed_on)
        reading.tracked_username = tracked_username(file.name)
        if reading.tracked_username is not None and reading.source.platform in _CASE_INSENSITIVE_PLATFORMS:
            reading.tracked_username = reading.tracked_username.lower()
    except LandingError as error:
        reading.rejected.append(Rejected(None, str(error), b""))
        return reading
    _read_items(reading, reading.source, content)
    return reading


def tracked_username(name: str) -> str | None:
    """The profile that a file named `<kind>_<username>_<time>.json` or `dataset_<username>.json` was scraped for."""
    match = FILE_NAME.match(name) or _DATASET_NAME.match(name)
    return unquote(match["username"]) if match is not None and match["username"] is not None else None


def _read_items(reading: FileReading, source: Source, content: bytes) -> None:
    for piece in split_items(content, source.list_paths, one_object_is_an_item=source.one_object_is_an_item):
        if isinstance(piece, Defect):
            reading.rejected.append(Rejected(piece.position, piece.reason, piece.payload))
            continue
        try:
            parsed = source.parse_item(piece.payload, reading.tracked_username)
        except ItemRejectedError as error:
            reading.rejected.append(Rejected(piece.position, str(error), piece.payload))
            continue
        except Exception as error:
            reason = (
                f"adapter {source.name} version {source.version} failed with {type(error).__name__}: fix it and replay"
            )
            reading.rejected.append(Rejected(piece.position, reason, piece.payload))
            continue
        payload_hash = hashlib.blake2b(piece.payload, digest_size=16).digest()
        reading.items.append(Item(piece.position, piece.payload, payload_hash, parsed))
        reading.unknown_keys.update(parsed.unknown_keys)
    reading.rejected = _combined_by_position(reading.rejected)


def _combined_by_position(rejected: list[Rejected]) -> list[Rejected]:
    """Combines rejections of the same position, such as those of an empty list that is followed by more text."""
    by_position: dict[int | None, Rejected] = {}
    for rejection in rejected:
        first = by_position.get(rejection.position)
        by_position[rejection.position] = (
            rejection
            if first is None
            else Rejected(first.position, f"{first.reason}; {rejection.reason}", first.payload or rejection.payload)
        )
    return list(by_position.values())
