"""Registers the publisher of Bluesky accounts."""

from contextlib import AbstractContextManager, closing

from syndication_assets.publishing.bluesky.bluesky_publisher import PUBLISHER, Bluesky
from syndication_assets.publishing.registration import Registration
from syndication_assets.settings import Settings


def _open(settings: Settings) -> AbstractContextManager[Bluesky]:
    return closing(Bluesky(connections=settings.publish_concurrency))


REGISTRATION = Registration(PUBLISHER, _open, server_url="https://bsky.social")
