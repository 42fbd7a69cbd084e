"""The analysis of `make demo`: the dominant colours of the cached pictures, which needs no model and no network."""

from syndication_assets.database.connection import transaction
from syndication_assets.media.analysis.analysing import PictureAnalysis
from syndication_assets.media.analysis.prepared_pictures import prepared_picture
from syndication_assets.settings import Settings

_ANALYZER = "colours"


def analyse_samples(url: str, settings: Settings, organization: str) -> None:
    """Chooses the analyzer for the organization, and lets it look at the pictures that it has not seen."""
    with transaction(url) as connection:
        connection.execute(
            "insert into media.analyzers (organization_id, analyzer)"
            " select organization_id, %s from tenancy.organizations where slug = %s on conflict do nothing",
            [_ANALYZER, organization],
        )
    # The demo's own pictures need no process of their own.
    PictureAnalysis(url, settings, organization, _ANALYZER, prepare=prepared_picture).run()
