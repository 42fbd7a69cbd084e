"""What a user prefers: defaults of commands, where the command itself says nothing."""

import re
from datetime import time
from typing import NamedTuple
from zoneinfo import available_timezones

from syndication_assets.database.connection import Connection
from syndication_assets.errors import SyndicationError

_TONE = re.compile(r"|[^\x00-\x1f\x7f-\x9f\s](?:[^\x00-\x1f\x7f-\x9f]{0,498}[^\x00-\x1f\x7f-\x9f\s])?")


class Preferences(NamedTuple):
    """One row of tenancy.user_preferences; None where the user prefers nothing."""

    time_zone: str | None = None
    posting_time: time | None = None
    digest_at: time | None = None
    alerts_from: str | None = None
    """warning, error or critical."""
    tone: str | None = None
    """How the texts of the user's briefs speak."""


def read_preferences(connection: Connection, user_id: str | None) -> Preferences:
    """Those of the user; none for None."""
    row = connection.execute(
        "select time_zone, posting_time, digest_at, alerts_from::text, tone from tenancy.user_preferences"
        " where user_id = %s",
        [user_id],
    ).fetchone()
    return Preferences() if row is None else Preferences(*row)


def prefer(connection: Connection, user_id: str, preferences: Preferences) -> Preferences:
    """Changes what is not None, and removes a tone that is empty; returns all preferences of the user.

    SyndicationError for an unknown time zone, or a tone that is no line of at most 500 characters.
    """
    if preferences.time_zone is not None and preferences.time_zone not in available_timezones():
        raise SyndicationError(f"{preferences.time_zone!r} is not a time zone: write it as Europe/London.")
    if preferences.tone is not None and not _TONE.fullmatch(preferences.tone):
        raise SyndicationError("The tone is one line of at most 500 characters, such as: warm and short.")
    row = connection.execute(
        "insert into tenancy.user_preferences as p (user_id, time_zone, posting_time, digest_at, alerts_from, tone)"
        " values (%s, %s, %s, %s, %s, nullif(%s, ''))"
        " on conflict (user_id) do update set time_zone = coalesce(excluded.time_zone, p.time_zone),"
        " posting_time = coalesce(excluded.posting_time, p.posting_time),"
        " digest_at = coalesce(excluded.digest_at, p.digest_at),"
        " alerts_from = coalesce(excluded.alerts_from, p.alerts_from),"
        " tone = case when %s = '' then null else coalesce(excluded.tone, p.tone) end"
        " returning time_zone, posting_time, digest_at, alerts_from::text, tone",
        [user_id, *preferences, preferences.tone],
    ).fetchall()[0]
    return Preferences(*row)
