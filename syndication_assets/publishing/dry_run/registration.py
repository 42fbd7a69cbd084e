"""Registers the publisher that sends nothing."""

from contextlib import AbstractContextManager, nullcontext

from syndication_assets.publishing.dry_run.dry_run_publisher import DryRun
from syndication_assets.publishing.registration import Registration
from syndication_assets.settings import Settings


def _open(settings: Settings) -> AbstractContextManager[DryRun]:
    del settings
    return nullcontext(DryRun())


REGISTRATION = Registration("dry_run", _open)
