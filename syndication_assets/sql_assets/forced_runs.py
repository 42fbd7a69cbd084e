"""The tag of a run that does what it usually avoids, such as paying for a profile again. Pure."""

from typing import Final

FORCE_TAG: Final = "syndication/force"
"""`true` forces."""
