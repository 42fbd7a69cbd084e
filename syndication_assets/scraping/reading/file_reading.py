"""Reads landed files: the observation time, the scraped profile and the parsed items of each.

Nothing here knows the database. What cannot be read becomes a `Rejected` with its position and a reason; the rest of
the file is still read.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from msgspec.structs import replace as replace_fields

from syndication_assets.http.redaction import redact_secrets
from syndication_assets.landing.loading.rejections import ItemRejectedError, Rejected
from syndication_assets.landing.zone.landing_zone import LandedFile, LandingError, LandingZone
from syndication_assets.landing.zone.observation_time import TIME_IN_NAME, ObservedAtSource, observation_time
from syndication_assets.scraping.items.observation import ParsedItem
from syndication_assets.scraping.items.source_errors import source_error
from syndication_assets.scraping.items.unknown_shapes import UnknownShapeError
from syndication_assets.scraping.items.usernames import canonical_username
from syndication_assets.scraping.post_sources import SOURCES, Source
from syndication_assets.scraping.reading.splitting import Defect, split_items

_KIND_AND_NAME = re.compile(r"[a-z]+_(.+)", re.DOTALL)
_DAY_IN_NAME = re.compile(r"_[0-9]{4}-[0-9]{2}-[0-9]{2}")
# Landing has removed secrets, but files may also be copied into the zone. A secret is an unknown key or, in Graph's
# links to the next page of comments, this parameter: looking for more in every item would cost a third of its parsing.
_USUAL_SECRET = b"access_token"
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
    """The profile that the file was scraped for, as far as its name, its companion and its items tell."""
    is_profile_confirmed: bool = False
    """Whether more than the file's name tells the profile: programs name files after all sorts of things."""
    items: list[Item] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    source_errors: int = 0
    """How many of the rejected are errors of the source."""
    unknown_keys: Counter[str] = field(default_factory=Counter)

    def forget_profile(self) -> None:
        """Removes what only the file's name tells: the scraped profile, who is also the author of its reposts."""
        unconfirmed, self.tracked_username = self.tracked_username, None
        self.items = [
            replace(item, parsed=_without_author_of_act(item.parsed)) if _is_act_of(item.parsed, unconfirmed) else item
            for item in self.items
        ]


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
    except LandingError as error:
        reading.rejected.append(Rejected(None, str(error), b""))
        return reading
    _set_profile(reading, reading.source, meta)
    _read_items(reading, reading.source, content)
    _confirm_profile(reading)
    return reading


def profile_in_name(name: str) -> str | None:
    """The profile in a name `<kind>_<username>_<time>.json` or `dataset_<username>.json`, as it is spelled there."""
    time = TIME_IN_NAME.search(name)
    if time is not None:
        match = _KIND_AND_NAME.fullmatch(name[: time.start()].rstrip("_ "))
        return match[1] if match is not None else None
    stem = name.removesuffix(".gz").removesuffix(".json")
    return _DAY_IN_NAME.split(stem.removeprefix("dataset_"), 1)[0] or None if stem.startswith("dataset_") else None


def _set_profile(reading: FileReading, source: Source, meta: Mapping[str, Any]) -> None:
    """The profile by the companion, which a fetch of the tracked profiles writes, or by the file's name."""
    fetched = meta.get("tracked_username")
    reading.is_profile_confirmed = isinstance(fetched, str)
    name = fetched if isinstance(fetched, str) else profile_in_name(reading.file.name)
    reading.tracked_username = (canonical_username(source.platform, name) or None) if name is not None else None


def _confirm_profile(reading: FileReading) -> None:
    """The profile is confirmed by an own post of it among the items. Where items name it themselves, they decide."""
    if reading.is_profile_confirmed:
        return
    named = {item.parsed.scraped_profile for item in reading.items} - {None}
    if len(named) == 1:
        (reading.tracked_username,) = named
        reading.is_profile_confirmed = True
        return
    reading.is_profile_confirmed = any(
        observation.observed_as == "post"
        and observation.post_type != "repost"
        and observation.author is not None
        and observation.author.username == reading.tracked_username
        for item in reading.items
        for observation in item.parsed.observations
    )


def _is_act_of(parsed: ParsedItem, username: str | None) -> bool:
    act = parsed.observations[0]
    return act.post_type == "repost" and act.author is not None and act.author.username == username


def _without_author_of_act(parsed: ParsedItem) -> ParsedItem:
    act, *others = parsed.observations
    return replace_fields(parsed, observations=(replace_fields(act, author=None), *others))


def _read_items(reading: FileReading, source: Source, content: bytes) -> None:
    for piece in split_items(content, source.list_paths, one_object_is_an_item=source.one_object_is_an_item):
        if isinstance(piece, Defect):
            _reject(reading, piece.position, piece.reason, piece.payload)
            continue
        try:
            parsed = source.parse_item(piece.payload, reading.tracked_username)
        except ItemRejectedError as error:
            if isinstance(error, UnknownShapeError):
                reading.unknown_keys.update(error.unknown_keys)
            _reject(reading, piece.position, str(error), _stored(source, piece.payload))
            continue
        except Exception as error:
            reason = (
                f"adapter {source.name} version {source.version} failed with {type(error).__name__}: fix it and replay"
            )
            payload = redact_secrets(_stored(source, piece.payload))
            reading.rejected.append(Rejected(piece.position, reason, payload))
            continue
        payload = _stored(source, piece.payload)
        if parsed.unknown_keys or _USUAL_SECRET in payload:
            payload = redact_secrets(payload)
        payload_hash = hashlib.blake2b(payload, digest_size=16).digest()
        reading.items.append(Item(piece.position, payload, payload_hash, parsed))
        reading.unknown_keys.update(parsed.unknown_keys)
    reading.rejected = _combined_by_position(reading.rejected)


def _stored(source: Source, payload: bytes) -> bytes:
    return payload if source.stored_part is None else source.stored_part(payload)


def _reject(reading: FileReading, position: int | None, reason: str, payload: bytes) -> None:
    """Rejects an item or the file; if it is an error of the source, with the source's message as the reason."""
    payload = redact_secrets(payload)
    message = source_error(payload)
    if message is not None:
        reading.source_errors += 1
        reason = f"the source answered with an error: {message}"
    reading.rejected.append(Rejected(position, reason, payload))


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
