"""Reads the landed files of a day: when each was observed, whose profile it is, and what its items say.

Nothing here knows the database. What cannot be read becomes a `Rejected` with its place and a reason; the rest of the
file is read all the same.
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

# Platforms whose user names mean the same in any case.
_CASELESS_PLATFORMS = {"linkedin"}
_DATASET_NAME = re.compile(r"^dataset_(?P<username>.+?)(?:_\d{4}-\d{2}-\d{2}.*)?\.json(?:\.gz)?$")
# What the landing zone writes for a byte of a name that is no UTF-8.
_ESCAPED_BYTE = re.compile(r"\\udc[89a-f][0-9a-f]")


@dataclass(frozen=True, slots=True)
class Item:
    """One good item: its exact text, its place and what it says."""

    position: int
    payload: bytes
    payload_hash: bytes
    parsed: ParsedItem


@dataclass(slots=True)
class FileReading:
    """One landed file, read."""

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
    """Reads one file; never raises for what is in it."""
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
        reading.rejected.append(Rejected(None, "the file's name ends in neither .json nor .json.gz", b""))
        return reading
    try:
        content = zone.read(file.path, maximum_file_bytes)
        meta = zone.read_meta(file.path)
        reading.content_hash = hashlib.blake2b(content, digest_size=16).digest()
        reading.observed_at, reading.observed_at_source = observation_time(file.name, meta, file.landed_on)
        reading.tracked_username = tracked_username(file.name)
        if reading.tracked_username is not None and reading.source.platform in _CASELESS_PLATFORMS:
            reading.tracked_username = reading.tracked_username.lower()
    except LandingError as error:
        reading.rejected.append(Rejected(None, str(error), b""))
        return reading
    _read_items(reading, reading.source, content)
    return reading


def tracked_username(name: str) -> str | None:
    """The profile that a `<kind>_<username>_<time>.json` or `dataset_<username>.json` file was scraped for."""
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
                f"adapter {source.name} version {source.version} failed with {type(error).__name__}: mend it and replay"
            )
            reading.rejected.append(Rejected(piece.position, reason, piece.payload))
            continue
        payload_hash = hashlib.blake2b(piece.payload, digest_size=16).digest()
        reading.items.append(Item(piece.position, piece.payload, payload_hash, parsed))
        reading.unknown_keys.update(parsed.unknown_keys)
    reading.rejected = _one_for_each_place(reading.rejected)


def _one_for_each_place(rejected: list[Rejected]) -> list[Rejected]:
    """The same, but of several about one place (an empty list with something behind it) one that says all."""
    by_place: dict[int | None, Rejected] = {}
    for other in rejected:
        first = by_place.get(other.position)
        if first is not None:
            other = Rejected(first.position, f"{first.reason}; {other.reason}", first.payload or other.payload)  # noqa: PLW2901
        by_place[other.position] = other
    return list(by_place.values())
