"""The analysis of `make demo`: the dominant colours of the cached pictures, which needs no model and no network."""

from syndication_assets.media.analysis.analysing import PictureAnalysis
from syndication_assets.media.analysis.prepared_pictures import prepared_picture
from syndication_assets.settings import Settings


def analyse_samples(url: str, settings: Settings, organization: str) -> None:
    """Looks at the pictures of the organization that nobody has looked at."""
    # The demo's own pictures need no process of their own.
    PictureAnalysis(url, settings, organization, "colours", prepare=prepared_picture).run()
