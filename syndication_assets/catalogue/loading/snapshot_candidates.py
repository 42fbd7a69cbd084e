"""Finds the catalogue snapshots that landed on a day: which files belong together, their vendor and their time."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import PurePosixPath

from syndication_assets.catalogue.fetching.snapshot_manifest import (
    MANIFEST_PREFIX,
    PIECE_PREFIXES,
    Manifest,
    ManifestError,
    decode_manifest,
)
from syndication_assets.catalogue.vendors import Vendor
from syndication_assets.landing.loading.rejections import Rejected
from syndication_assets.landing.zone.landing_zone import LandedFile, LandingError, LandingZone
from syndication_assets.landing.zone.observation_time import observation_time

# The landing zone writes this for a byte of a file name that is not UTF-8.
_ESCAPED_BYTE = "\\udc"


class _NotReadableError(Exception):
    """The file is not a catalogue snapshot; the message says why."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A landed snapshot: a manifest, or a single file with a whole catalogue."""

    vendor: Vendor
    path: str
    landed_on: date
    observed_at: datetime
    manifest: Manifest | None
    content_hash: bytes
    """BLAKE2b-128 of the manifest; empty without a manifest."""


@dataclass(slots=True)
class DayListing:
    """The snapshots of a day in the order of their times, and the files that belong to none of them."""

    candidates: list[Candidate] = field(default_factory=list)
    rejected: list[tuple[LandedFile, Rejected]] = field(default_factory=list)
    unlisted: list[str] = field(default_factory=list)
    """Files of a fetch that died before it landed a manifest."""


def list_day(
    zone: LandingZone, files: Sequence[LandedFile], vendors: Sequence[Vendor], maximum_file_bytes: int
) -> DayListing:
    """Finds the snapshots by the names and manifests of a day's files. Files without a vendor are rejected."""
    listing = DayListing()
    is_manifest = {file.path: file.name.startswith(MANIFEST_PREFIX) for file in files}
    listed: set[str] = set()
    # Manifests first: a file that a manifest lists is not a snapshot of its own.
    for file in sorted(files, key=lambda file: (not is_manifest[file.path], file.path)):
        if file.path in listed:
            continue
        if not is_manifest[file.path] and file.name.startswith(PIECE_PREFIXES):
            listing.unlisted.append(file.path)
            continue
        try:
            candidate = candidate_of(zone, file.path, file.landed_on, vendors, maximum_file_bytes)
            _reject_same_moment(candidate, listing.candidates)
        except (_NotReadableError, LandingError, ManifestError) as error:
            listing.rejected.append((file, Rejected(None, str(error), b"")))
            continue
        listing.candidates.append(candidate)
        if candidate.manifest is not None:
            listed.update(candidate.manifest.paths)
    listing.candidates.sort(key=lambda candidate: candidate.observed_at)
    return listing


def candidate_of(
    zone: LandingZone, path: str, landed_on: date, vendors: Sequence[Vendor], maximum_file_bytes: int
) -> Candidate:
    """The snapshot that a file holds or lists. LandingError, ManifestError or _NotReadableError if there is none."""
    organization, source = path.split("/")[:2]
    name = PurePosixPath(path).name
    if _ESCAPED_BYTE in path:
        raise _NotReadableError("the file's path is not valid UTF-8: rename it")
    if not name.endswith((".json", ".json.gz")):
        raise _NotReadableError("the file's name ends in neither .json nor .json.gz")
    if name.startswith(MANIFEST_PREFIX):
        content = zone.read(path, maximum_file_bytes)
        manifest = decode_manifest(content, organization, source, landed_on)
        content_hash = hashlib.blake2b(content, digest_size=16).digest()
        vendor = _vendor_of(organization, source, manifest.vendor, vendors)
        return Candidate(vendor, path, landed_on, manifest.observed_at, manifest, content_hash)
    meta = zone.read_meta(path)
    vendor = _vendor_of(organization, source, meta.get("vendor"), vendors)
    observed_at, _ = observation_time(name, meta, landed_on)
    return Candidate(vendor, path, landed_on, observed_at, None, b"")


def _vendor_of(organization: str, source: str, name: object, vendors: Sequence[Vendor]) -> Vendor:
    of_source = [vendor for vendor in vendors if vendor.organization == organization and vendor.source == source]
    matching = [vendor for vendor in of_source if name is None or vendor.vendor == name]
    if len(matching) == 1:
        return matching[0]
    if matching:
        names = ", ".join(vendor.vendor for vendor in matching)
        raise _NotReadableError(
            f"{organization} has several vendors of {source} ({names}): name the vendor in the file's .meta.json, "
            '{"vendor": "…"}'
        )
    missing = f"vendor {name!r}" if name is not None else "vendor"
    raise _NotReadableError(
        f"{organization} has no {missing} of {source}: add it with `syndication vendor add`, and load the day again"
    )


def _reject_same_moment(candidate: Candidate, others: Sequence[Candidate]) -> None:
    for other in others:
        if (other.vendor, other.observed_at) == (candidate.vendor, candidate.observed_at):
            raise _NotReadableError(
                f"it was observed at the same moment as {other.path}: state its time in its .meta.json, or withdraw "
                "one of the two files"
            )
