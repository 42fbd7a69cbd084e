"""Registers the publisher of Facebook pages."""

from contextlib import AbstractContextManager, closing

from syndication_assets.publishing.facebook.graph_publisher import PUBLISHER, FacebookGraph
from syndication_assets.publishing.registration import Registration
from syndication_assets.settings import Settings


def _open(settings: Settings) -> AbstractContextManager[FacebookGraph]:
    return closing(
        FacebookGraph(
            settings.facebook_url,
            settings.facebook_version,
            connections=settings.publish_concurrency,
            app_id=settings.facebook_app_id,
            app_secret=settings.facebook_app_secret,
        )
    )


REGISTRATION = Registration(PUBLISHER, _open)
