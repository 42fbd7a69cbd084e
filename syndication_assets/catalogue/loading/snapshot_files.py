"""Reads the files of one catalogue snapshot from the landing zone, and hashes all that its products follow from.

What the files say is found by `snapshot_parsing`.
"""

import hashlib
from dataclasses import dataclass, field
from functools import cached_property

import msgspec

from syndication_assets.catalogue.catalogue_sources import SOURCES, CatalogueSource
from syndication_assets.catalogue.loading.snapshot_candidates import Candidate
from syndication_assets.catalogue.products.product_facts import CLEANING_VERSION
from syndication_assets.errors import SyndicationError
from syndication_assets.landing.zone.landing_zone import LandingError, LandingZone

_encode = msgspec.json.Encoder(decimal_format="string").encode


@dataclass
class SnapshotFiles:
    """The files of one snapshot: of each listed file its content, or that it is missing or why it is unreadable."""

    candidate: Candidate
    contents: dict[str, bytes] = field(default_factory=dict)
    """By path."""
    unreadable: dict[str, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)

    @property
    def source(self) -> CatalogueSource:
        return SOURCES[self.candidate.vendor.source]

    @cached_property
    def hashes(self) -> dict[str, bytes]:
        """BLAKE2b-128 of each content, by path."""
        return {path: _hash(content) for path, content in self.contents.items()}

    @cached_property
    def content_hash(self) -> bytes:
        """BLAKE2b-128 of the files in their order and parts, the parser's version and the vendor's rules.

        Snapshots with equal hashes are the same catalogue, so the second one need not be parsed. Empty if a file is
        missing or unreadable.
        """
        if self.unreadable or self.missing:
            return b""
        manifest = self.candidate.manifest
        parts: list[object] = [[self.hashes[self.candidate.path].hex()]] if manifest is None else [
            manifest.is_complete,
            manifest.reasons,
            [self.hashes[path].hex() for path in manifest.product_lists],
            [self.hashes[path].hex() for path in manifest.product_details],
            self.hashes[manifest.category_tree].hex() if manifest.category_tree is not None else None,
        ]  # fmt: skip
        versions = (self.source.name, self.source.version, CLEANING_VERSION)
        return _hash(_encode([*versions, self.candidate.vendor.rules, *parts]))


def read_files(zone: LandingZone, candidate: Candidate, maximum_file_bytes: int) -> SnapshotFiles:
    """Reads all files of a snapshot. SyndicationError if the zone cannot deliver a file that it has."""
    files = SnapshotFiles(candidate)
    for path in candidate.manifest.paths if candidate.manifest is not None else (candidate.path,):
        try:
            files.contents[path] = zone.read(path, maximum_file_bytes)
        except LandingError as error:
            files.unreadable[path] = str(error)
        except SyndicationError:
            if zone.exists(path):
                raise
            files.missing.append(path)
    return files


def _hash(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=16).digest()
