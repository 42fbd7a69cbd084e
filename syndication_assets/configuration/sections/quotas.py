"""`quotas`: how much each provider allows in a window of time."""

import zoneinfo
from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field

from syndication_assets.configuration.entry import Day, Entry, Text
from syndication_assets.configuration.rows import delete, reader, upsert
from syndication_assets.configuration.section import Context, Finding, Section, check_source

_KEY = ("provider", "unit", "counted_per", "window_seconds")
_DAY_SECONDS = 86_400
_LARGEST = 2_147_483_647


class Quota(Entry):
    """How many requests or units a provider allows in a window of time. No call passes it."""

    provider: Text = Field(description="Provider of the calls, as `syndication usage` names it, such as youtube.")
    unit: Literal["requests", "units"] = Field(
        description="What the provider counts: requests, or units of its own, of which a call may use several."
    )
    counted_per: Literal["installation", "organization", "account"] = Field(
        description="Whose calls it counts together: of one key or address, of an organization, or of a social account."
    )
    window_seconds: Annotated[int, Field(gt=0, le=_LARGEST)] = Field(description="Length of the window in seconds.")
    amount: Annotated[int, Field(gt=0, le=_LARGEST)] = Field(description="Most requests or units in a window.")
    reset_zone: Text | None = Field(
        default=None,
        description="IANA time zone at whose midnight the provider resets a quota of a day (86400 seconds). Without "
        "it, a window ends with each call.",
    )
    source_url: Text | None = Field(default=None, description="Page on which the provider states the quota.")
    checked_on: Day | None = Field(default=None, description="Day on which a person read the quota there.")


def _check(context: Context, quota: Quota) -> Iterable[Finding]:
    yield from check_source(context, quota)
    if quota.reset_zone is not None and quota.window_seconds != _DAY_SECONDS:
        yield Finding("reset_zone", "only a window of a day, 86400 seconds, is reset at midnight")
    if quota.reset_zone is not None and quota.reset_zone not in zoneinfo.available_timezones():
        yield Finding("reset_zone", f"there is no time zone {quota.reset_zone!r}: write it as America/Los_Angeles")


def _write(context: Context, quota: Quota) -> None:
    upsert(context.connection, "operations.api_quotas", _KEY, quota.model_dump())


def _remove(context: Context, quota: Quota) -> None:
    delete(context.connection, "operations.api_quotas", {name: getattr(quota, name) for name in _KEY})


QUOTAS = Section(
    name="quotas",
    noun="quota",
    removed="What was called stays recorded.",
    entry=Quota,
    permission="rules.edit",
    key=_KEY,
    read=reader(
        Quota,
        "select provider, unit, counted_per, window_seconds, amount, reset_zone, source_url, checked_on"
        " from operations.api_quotas order by provider, unit, counted_per, window_seconds",
    ),
    write=_write,
    remove=_remove,
    check=_check,
)
