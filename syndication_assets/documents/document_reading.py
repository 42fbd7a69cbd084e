"""Reads landed files into documents, with the time of their observation. Nothing here uses the database."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from syndication_assets.documents.document_sources import DocumentSource
from syndication_assets.documents.source_document import DocumentList
from syndication_assets.landing.loading.rejections import FileRejectedError, Rejected
from syndication_assets.landing.zone.landing_zone import LandedFile, LandingError, LandingZone
from syndication_assets.landing.zone.observation_time import ObservedAtSource, observation_time

# The landing zone writes this for a byte of a file name that is not UTF-8.
_ESCAPED_BYTE = "\\udc"


@dataclass(slots=True)
class DocumentReading:
    """The content of one landed file."""

    file: LandedFile
    source: DocumentSource
    content_hash: bytes = b""
    observed_at: datetime | None = None
    """None if the file could not be read."""
    observed_at_source: ObservedAtSource | None = None
    documents: DocumentList = field(default_factory=DocumentList)


def read_file(zone: LandingZone, file: LandedFile, source: DocumentSource, maximum_file_bytes: int) -> DocumentReading:
    """Reads a file; never raises because of its content."""
    reading = DocumentReading(file, source)
    reason = None
    if _ESCAPED_BYTE in file.path:
        reason = "the file's path is not valid UTF-8: rename it"
    elif not file.name.endswith(source.suffixes):
        reason = f"the file's name does not end in {' or '.join(s for s in source.suffixes if not s.endswith('.gz'))}"
    else:
        try:
            content = zone.read(file.path, maximum_file_bytes)
            reading.content_hash = hashlib.blake2b(content, digest_size=16).digest()
            observed_at, observed_at_source = observation_time(file.name, zone.read_meta(file.path), file.landed_on)
            reading.documents = source.parse(content)
            reading.observed_at, reading.observed_at_source = observed_at, observed_at_source
        except (LandingError, FileRejectedError) as error:
            reason = str(error)
        except Exception as error:
            reason = (
                f"adapter {source.name} version {source.version} failed with {type(error).__name__}: fix it and replay"
            )
    if reason is not None:
        reading.documents = DocumentList(rejected=[Rejected(None, reason, b"")])
    return reading
