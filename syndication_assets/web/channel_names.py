"""What platforms and channels are called on pages: `Facebook`, and `Feed post` in the language of the page.

The names are rows that people may edit, so that they are read again every minute.
"""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from syndication_assets.database.connection import transaction
from syndication_assets.web.languages import Language

_READ_EVERY_SECONDS = 60.0
_PLATFORMS = "select platform, display_name from channels.platforms"
_TYPES = "select channel_type, display_name from channels.channel_types"


@dataclass
class ChannelNames:
    """Those of one database. Threads may share it."""

    database_url: str
    _platforms: Mapping[str, str] = field(default_factory=dict)
    _types: Mapping[str, str] = field(default_factory=dict)
    _read_at: float = float("-inf")

    def platform(self, platform: str) -> str:
        """Its name; as it is where no row names it."""
        self._read()
        return self._platforms.get(platform, platform)

    def channel(self, channel: str, language: Language) -> str:
        """The name of a channel such as facebook/feed_post, however its parts are separated."""
        platform, channel_type = re.split("[/ ]", channel, maxsplit=1)
        name = self.platform(platform)
        kind = language.translations.gettext(self._types.get(channel_type, channel_type))
        return f"{name} · {kind}"

    def _read(self) -> None:
        if time.monotonic() - self._read_at < _READ_EVERY_SECONDS:
            return
        with transaction(self.database_url) as connection:
            self._platforms = dict(connection.execute(_PLATFORMS).fetchall())
            self._types = dict(connection.execute(_TYPES).fetchall())
        self._read_at = time.monotonic()
