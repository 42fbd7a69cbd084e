"""Leaves erased people, or their names, out of what a load has read.

The erasure redacts the files that have landed; others may land later.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import replace

from msgspec.structs import replace as replace_fields

from syndication_assets.landing.loading.rejections import ItemRejectedError
from syndication_assets.landing.zone.landing_zone import LandedFile
from syndication_assets.scraping.erasure.erased_people import ErasedPeople
from syndication_assets.scraping.erasure.item_redaction import redacted_payload
from syndication_assets.scraping.items.usernames import canonical_username
from syndication_assets.scraping.post_sources import SOURCES
from syndication_assets.scraping.reading.file_reading import FileReading, Item, profile_in_name


def without_files_of_erased(
    files: list[LandedFile], organizations: Mapping[str, str], erased: ErasedPeople
) -> list[LandedFile]:
    """The files that are not named after an erased person: of the others, not even the path is stored.

    `organizations`: slug → organization_id.
    """
    return [file for file in files if not _is_named_after_erased(file, organizations, erased)]


def leave_out_erased(reading: FileReading, organization_id: str, erased: ErasedPeople) -> None:
    """Removes the posts of erased people from the items of a file, and the profile that it was scraped for."""
    if reading.source is None or not erased.has_any(organization_id):
        return
    treatment = None
    if reading.tracked_username is not None:
        treatment = erased.of_profile(organization_id, reading.source.platform, reading.tracked_username)
    is_of_erased = treatment is not None and not treatment.is_anonymised
    kept = (
        _without_erased(reading, item, organization_id, erased, is_of_erased=is_of_erased) for item in reading.items
    )
    reading.items = [item for item in kept if item is not None]
    if treatment is not None:
        reading.tracked_username = treatment.erasure_id if treatment.is_anonymised else None
        reading.rejected = [replace_fields(rejected, payload=b"") for rejected in reading.rejected]


def _is_named_after_erased(file: LandedFile, organizations: Mapping[str, str], erased: ErasedPeople) -> bool:
    name, source = profile_in_name(file.name), SOURCES.get(file.source)
    return (
        name is not None
        and source is not None
        and file.organization in organizations
        and erased.of_profile(
            organizations[file.organization], source.platform, canonical_username(source.platform, name)
        )
        is not None
    )


def _without_erased(
    reading: FileReading, item: Item, organization_id: str, erased: ErasedPeople, *, is_of_erased: bool
) -> Item | None:
    if reading.source is None or (is_of_erased and item.parsed.observations[0].author is None):
        return None
    payload = redacted_payload(
        reading.source,
        item.payload,
        reading.tracked_username,
        item.parsed,
        lambda observation: erased.of_post(organization_id, observation),
    )
    if payload is None or payload is item.payload:
        return None if payload is None else item
    try:
        parsed = reading.source.parse_item(payload, _name_to_store(reading, organization_id, erased))
    except ItemRejectedError:
        return None
    return replace(item, payload=payload, payload_hash=hashlib.blake2b(payload, digest_size=16).digest(), parsed=parsed)


def _name_to_store(reading: FileReading, organization_id: str, erased: ErasedPeople) -> str | None:
    """The profile of the file, which is the author of its reposts, under the name that is stored."""
    if reading.source is None or reading.tracked_username is None:
        return None
    treatment = erased.of_profile(organization_id, reading.source.platform, reading.tracked_username)
    if treatment is None:
        return reading.tracked_username
    return treatment.erasure_id if treatment.is_anonymised else None
