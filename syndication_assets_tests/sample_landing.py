"""Lands sample files as `make demo` does."""

from datetime import date

import msgspec

from syndication_assets.demo.samples.landing_files import sample_files
from syndication_assets.landing.zone.landing_zone import LandingZone


def land_samples(
    zone: LandingZone,
    organization: str = "default",
    *,
    first_day: date,
    days: int,
    profiles: int = 4,
    channels: int = 1,
) -> None:
    """Lands a small set of sample files with their companions."""
    metas = {}
    for file in sample_files(first_day=first_day, days=days, linkedin_profiles=profiles, youtube_channels=channels):
        if file.name.endswith(".meta.json"):
            metas[file.name.removesuffix(".meta.json")] = msgspec.json.decode(file.content)
        else:
            zone.land(organization, file.source, file.landed_on, file.name, file.content, metas.pop(file.name, None))
