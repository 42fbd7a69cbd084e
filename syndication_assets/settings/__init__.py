"""Every setting: its environment variable, its default and its meaning, by subject.

The one place that reads the environment. `make settings` writes docs/settings.md from it.
"""

from syndication_assets.settings.environment import PROJECT_DIRECTORY
from syndication_assets.settings.input import Loading, Shops, Sources
from syndication_assets.settings.installation import (
    Alerts,
    Archive,
    Backups,
    Machines,
    Media,
    People,
    Places,
    WebPage,
)
from syndication_assets.settings.output import Publishing, Writing

__all__ = ["PROJECT_DIRECTORY", "Settings"]


class Settings(
    People,
    Machines,
    Media,
    Archive,
    Backups,
    WebPage,
    Alerts,
    Publishing,
    Writing,
    Shops,
    Sources,
    Loading,
    Places,
):
    """What the environment says, with defaults that need nothing but Python."""
