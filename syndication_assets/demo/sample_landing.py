"""Lands the samples of the demo: invented posts, and the catalogue and the journal of an invented shop.

It imports neither Dagster nor a database driver: it runs in a process of its own while the server starts.
"""

from collections.abc import Iterable
from datetime import date
from itertools import chain
from typing import Any

import msgspec

from syndication_assets.demo.samples.blog import blog_files
from syndication_assets.demo.samples.catalogue import catalogue_files
from syndication_assets.demo.samples.landing_files import sample_files
from syndication_assets.demo.samples.sample_file import SampleFile
from syndication_assets.landing.zone.landing_zone import LandingZone

ORGANIZATION = "demo"
FIRST_DAY = date(2025, 11, 3)
DAYS = 28


def land_samples(landing_url: str) -> tuple[int, int]:
    """Lands the files of all days; returns how many files were new, and how many known."""
    return land(
        LandingZone(landing_url),
        chain(
            sample_files(first_day=FIRST_DAY, days=DAYS),
            catalogue_files(ORGANIZATION, first_day=FIRST_DAY, days=DAYS),
            blog_files(first_day=FIRST_DAY, days=DAYS),
        ),
    )


def land(zone: LandingZone, files: Iterable[SampleFile]) -> tuple[int, int]:
    """Lands what is not there yet; returns how many files were new, and how many known."""
    landed = known = 0
    metas: dict[str, dict[str, Any]] = {}
    for file in files:
        if file.name.endswith(".meta.json"):
            metas[file.name.removesuffix(".meta.json")] = msgspec.json.decode(file.content)
            continue
        _, is_new = zone.land(
            ORGANIZATION, file.source, file.landed_on, file.name, file.content, metas.pop(file.name, None)
        )
        landed, known = landed + is_new, known + (not is_new)
    return landed, known
