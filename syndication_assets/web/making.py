"""Making briefs as soon as they are asked for, so that whoever waits sees it, and not when the schedule comes by."""

import logging

from syndication_assets.content.briefs.brief_posts import write_brief_posts
from syndication_assets.errors import SyndicationError
from syndication_assets.settings import Settings
from syndication_assets.studio.making.making import Studio

STATES = (*("pending", "processing", "generated", "review", "approved", "rejected", "published", "failed", "archived"),)
"""The states of a brief, in their order."""
UNDER_WAY = ("pending", "processing", "generated")
"""The states of a brief that go on by themselves."""
_MADE_AT_ONCE = 10
_log = logging.getLogger(__name__)


def make_briefs(url: str, settings: Settings, organization: str) -> None:
    """What the job studio does, after the answer. Whatever fails stays in the queue, where the job finds it."""
    try:
        Studio(url, settings, organization, limit=_MADE_AT_ONCE).run()
        write_brief_posts(url, settings, organization=organization)
    except SyndicationError:
        _log.exception("making briefs of %s failed", organization)
