"""Registers the publisher of Instagram professional accounts."""

from contextlib import AbstractContextManager, closing

from syndication_assets.publishing.instagram.instagram_publisher import PUBLISHER, Instagram
from syndication_assets.publishing.registration import Registration
from syndication_assets.settings import Settings


def _open(settings: Settings) -> AbstractContextManager[Instagram]:
    return closing(
        Instagram(
            settings.facebook_url,
            settings.facebook_version,
            connections=settings.publish_concurrency,
            app_id=settings.facebook_app_id,
            app_secret=settings.facebook_app_secret,
        )
    )


REGISTRATION = Registration(PUBLISHER, _open, fetches_pictures=True)
