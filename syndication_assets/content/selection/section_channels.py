"""Adds, lists and stops channels that get a section of a document each day."""

from datetime import date
from typing import NamedTuple

from syndication_assets.database.connection import transaction
from syndication_assets.errors import SyndicationError


class SectionChannel(NamedTuple):
    """One row of content.section_channels, with whether the channel has a publishing schedule."""

    organization: str
    platform: str
    channel_type: str
    starts_on: date
    instead_of_products: bool
    is_active: bool
    has_schedule: bool
    """Whether the channel's posts are scheduled for publishing."""


def add_section_channel(
    url: str,
    organization_id: str,
    platform: str,
    channel_type: str,
    starts_on: date,
    *,
    instead_of_products: bool,
) -> None:
    """Starts a daily section for a channel from a day on, also if it was stopped before.

    SyndicationError if the channel gets sections already, is unknown, or is not in use.
    """
    with transaction(url) as connection:
        status = connection.execute(
            "select case when p.status = 'active' then c.status::text else 'of a platform that is ' || p.status end"
            " from channels.platform_channels as c inner join channels.platforms as p on c.platform = p.platform"
            " where c.platform = %s and c.channel_type = %s",
            [platform, channel_type],
        ).fetchone()
        if status is None:
            raise SyndicationError(f"There is no channel {platform} {channel_type}: `syndication channels` lists them.")
        if status[0] not in ("active", "beta"):
            raise SyndicationError(
                f"{platform} {channel_type} is {status[0]}, so it gets no posts: change its row in "
                "channels.platform_channels or channels.platforms first."
            )
        written = connection.execute(
            "insert into content.section_channels as c (organization_id, platform, channel_type, starts_on,"
            " instead_of_products) values (%s, %s, %s, %s, %s)"
            " on conflict (organization_id, platform, channel_type) do update set is_active = true,"
            " starts_on = excluded.starts_on, instead_of_products = excluded.instead_of_products"
            " where not c.is_active",
            [organization_id, platform, channel_type, starts_on, instead_of_products],
        ).rowcount
    if not written:
        raise SyndicationError(
            f"{platform} {channel_type} gets sections already: change it with "
            f"`syndication sections edit {platform} {channel_type}`."
        )


def list_section_channels(url: str) -> list[SectionChannel]:
    """All section channels, paused ones included, by organization and channel."""
    with transaction(url) as connection:
        rows = connection.execute(
            "select o.slug, c.platform, c.channel_type, c.starts_on, c.instead_of_products, c.is_active,"
            " exists (select from publishing.publishing_schedules as s"
            "   where s.organization_id = c.organization_id and s.platform = c.platform"
            "   and s.channel_type = c.channel_type and s.is_active)"
            " from content.section_channels as c inner join tenancy.organizations as o using (organization_id)"
            " order by o.slug, c.platform, c.channel_type"
        ).fetchall()
    return [SectionChannel(*row) for row in rows]
