"""Registers the publisher of LinkedIn pages and profiles."""

from contextlib import AbstractContextManager, closing

from syndication_assets.publishing.linkedin.linkedin_publisher import PUBLISHER, LinkedIn
from syndication_assets.publishing.registration import Registration
from syndication_assets.settings import Settings


def _open(settings: Settings) -> AbstractContextManager[LinkedIn]:
    return closing(
        LinkedIn(
            settings.linkedin_url,
            settings.linkedin_version,
            login_url=settings.linkedin_login_url,
            client_id=settings.linkedin_client_id,
            client_secret=settings.linkedin_client_secret,
            connections=settings.publish_concurrency,
        )
    )


REGISTRATION = Registration(PUBLISHER, _open)
