"""The definitions of all rooms, merged. A new room is one line here."""

import dagster as dg

from syndication_assets.ai.definitions import defs as ai
from syndication_assets.approval.definitions import defs as approval
from syndication_assets.brand.definitions import defs as brand
from syndication_assets.catalogue.definitions import defs as catalogue
from syndication_assets.channels.definitions import defs as channels
from syndication_assets.content.definitions import defs as content
from syndication_assets.curation.definitions import defs as curation
from syndication_assets.documents.definitions import defs as documents
from syndication_assets.engagement.definitions import defs as engagement
from syndication_assets.landing.definitions import defs as landing
from syndication_assets.media.definitions import defs as media
from syndication_assets.operations.definitions import defs as operations
from syndication_assets.publishing.definitions import defs as publishing
from syndication_assets.scraping.definitions import defs as scraping
from syndication_assets.studio.definitions import defs as studio
from syndication_assets.tenancy.definitions import defs as tenancy

rooms = dg.Definitions.merge(
    tenancy,
    landing,
    channels,
    ai,
    approval,
    operations,
    scraping,
    engagement,
    catalogue,
    documents,
    content,
    publishing,
    curation,
    media,
    brand,
    studio,
)
