"""Keeps two files without a time from becoming one observation.

The time of such a file is assumed to be noon. A second file of the day that observed the same post has the same assumed
time, and of two snapshots of one post at one time only one can be kept.
"""

from collections.abc import Hashable
from pathlib import PurePosixPath

from syndication_assets.landing.loading.rejections import Rejected
from syndication_assets.scraping.reading.file_reading import FileReading


class UntimedFiles:
    """The posts that the day's files without a time have observed so far. Files are given in the order of their paths,
    so the result depends on which files have landed, not on when.
    """

    def __init__(self) -> None:
        self._first: dict[Hashable, tuple[str, set[bytes]]] = {}

    def reject_repeated(self, reading: FileReading) -> None:
        """Rejects the items whose post another file without a time has observed, unless the items are identical."""
        if reading.observed_at_source != "noon":
            return
        file = reading.file
        kept = []
        for item in reading.items:
            key = (file.organization, file.source, item.parsed.observations[0].ids[0])
            first_path, hashes = self._first.setdefault(key, (file.path, set()))
            if first_path == file.path:
                hashes.add(item.payload_hash)
            elif item.payload_hash not in hashes:
                reason = (
                    f"neither this file nor {PurePosixPath(first_path).name} has a time, and both observed this post: "
                    "name them as in dataset_<profile>_2025-11-25_06-00-00-000.json, or write the time into their "
                    ".meta.json"
                )
                reading.rejected.append(Rejected(item.position, reason, item.payload))
                continue
            kept.append(item)
        reading.items = kept
