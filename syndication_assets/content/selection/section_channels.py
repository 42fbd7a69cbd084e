"""The channels that get a section of a blog each day: adding one, listing them, stopping one."""

from datetime import date
from typing import NamedTuple

from syndication_assets.database.connection import transaction
from syndication_assets.errors import SyndicationError


class SectionChannel(NamedTuple):
    """One row of content.section_channels, with what decides whether it does anything."""

    organization: str
    platform: str
    channel_type: str
    starts_on: date
    instead_of_products: bool
    is_active: bool
    has_schedule: bool
    """Whether its posts get a slot."""


def add_section_channel(
    url: str,
    organization_id: str,
    platform: str,
    channel_type: str,
    starts_on: date,
    *,
    instead_of_products: bool,
) -> None:
    """Gives a channel a section a day from a day on; one that was stopped begins again.

    SyndicationError if it gets them already, or no post is written for it.
    """
    with transaction(url) as connection:
        status = connection.execute(
            "select case when p.status = 'active' then c.status::text else 'of a platform that is ' || p.status end"
            " from channels.platform_channels as c inner join channels.platforms as p on c.platform = p.platform"
            " where c.platform = %s and c.channel_type = %s",
            [platform, channel_type],
        ).fetchone()
        if status is None:
            raise SyndicationError(f"There is no channel {platform} {channel_type}: look at `syndication channels`.")
        if status[0] not in ("active", "beta"):
            raise SyndicationError(
                f"{platform} {channel_type} is {status[0]}, so no post is written for it: change its row in "
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
            f"{platform} {channel_type} gets sections already: `syndication sections stop {platform} {channel_type}` "
            "first, then add it as it should be."
        )


def list_section_channels(url: str) -> list[SectionChannel]:
    """All of them, by organization and channel."""
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


def stop_section_channel(url: str, organization_id: str, platform: str, channel_type: str) -> None:
    """No section is selected for the channel any more; what was selected stays. SyndicationError if it gets none."""
    with transaction(url) as connection:
        stopped = connection.execute(
            "update content.section_channels set is_active = false"
            " where organization_id = %s and platform = %s and channel_type = %s and is_active",
            [organization_id, platform, channel_type],
        ).rowcount
    if not stopped:
        raise SyndicationError(f"{platform} {channel_type} gets no sections: look at `syndication sections list`.")
