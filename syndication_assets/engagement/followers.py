"""The followers of a profile by day: rows of the view engagement.profile_followers_daily."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from syndication_assets.database.connection import Connection


class FollowersOfDay(NamedTuple):
    """One profile on one UTC day on which its followers were counted."""

    activity_date: date
    followers: int
    followers_delta: int | None
    """Change since the last earlier day that counted them; None on the first one."""
    gap_days: int | None
    """Days that the change covers."""
    engagement_delta: int | None
    """Public engagement that the profile's posts gained on the day."""
    engagement_rate: Decimal | None
    """engagement_delta / followers, as a fraction."""


def followers_by_day(
    connection: Connection, organization_id: str, platform: str, username: str, days: int
) -> list[FollowersOfDay]:
    """The newest `days` days on which followers were counted, the newest first."""
    rows = connection.execute(
        "select f.activity_date, f.followers, f.followers_delta, f.gap_days, f.engagement_delta, f.engagement_rate"
        " from engagement.profile_followers_daily as f"
        " where f.organization_id = %s and f.platform = %s and f.username = %s"
        " order by f.activity_date desc limit %s",
        [organization_id, platform, username, days],
    ).fetchall()
    return [FollowersOfDay(*row) for row in rows]
