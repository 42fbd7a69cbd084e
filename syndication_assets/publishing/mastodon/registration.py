"""Registers the publisher of Mastodon accounts."""

from contextlib import AbstractContextManager, closing

from syndication_assets.publishing.mastodon.mastodon_publisher import PUBLISHER, Mastodon
from syndication_assets.publishing.registration import Registration
from syndication_assets.settings import Settings


def _open(settings: Settings) -> AbstractContextManager[Mastodon]:
    return closing(Mastodon(connections=settings.publish_concurrency))


REGISTRATION = Registration(PUBLISHER, _open, needs_server=True)
