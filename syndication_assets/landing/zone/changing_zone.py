"""The two exceptions to "a landed file never changes": a person is erased, or the file is older than what is kept.

Only the erasure of a person and the retention of landed files use it. `landing.redactions` records each change before
it is made, `landing.left_files` each removal.
"""

from pathlib import Path

from syndication_assets.files.whole_files import OWNER_AND_GROUP, replace_file
from syndication_assets.landing.zone.landing_zone import LandingZone


class ChangingZone(LandingZone):
    """A landing zone whose files can be replaced and removed."""

    def replace(self, path: str, content: bytes) -> None:
        """Replaces a file, or writes a new one: a reader sees the old content or the new one, never a part."""
        absolute = self._absolute(path)
        if not self._is_local:
            self._filesystem.pipe_file(absolute, content)
            return
        replace_file(Path(absolute), content, OWNER_AND_GROUP)

    def remove(self, path: str) -> None:
        """Removes a file if it is there."""
        absolute = self._absolute(path)
        if self._filesystem.exists(absolute):
            self._filesystem.rm_file(absolute)
