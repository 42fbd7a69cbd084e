"""Decides whether the profile that a file is named after is one.

A file name alone proves nothing: exports are named after actors, people rename files. A profile is confirmed by the
companion of the file or by an item (see `file_reading`), or because somebody tracks it.
"""

from syndication_assets.database.connection import Connection
from syndication_assets.scraping.file_reading import FileReading

TrackedProfiles = frozenset[tuple[str, str, str]]
"""(organization_id, platform, username)"""


def tracked_profiles(connection: Connection) -> TrackedProfiles:
    rows = connection.execute("select organization_id, platform, username from scraping.profiles where is_tracked")
    return frozenset((organization_id, platform, username) for organization_id, platform, username in rows)


def is_confirmed(reading: FileReading, organization_id: str, tracked: TrackedProfiles) -> bool:
    if reading.is_profile_confirmed or reading.tracked_username is None or reading.source is None:
        return True
    return (organization_id, reading.source.platform, reading.tracked_username) in tracked
