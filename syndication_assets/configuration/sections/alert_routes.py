"""`alert_routes`: who is told of the organization's problems, how, and when."""

import zoneinfo
from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field

from syndication_assets.configuration.entry import ACTIVE, DashedName, Entry, Name, Text
from syndication_assets.configuration.rows import delete, reader, upsert
from syndication_assets.configuration.section import Context, Finding, Section

_Variable = Annotated[str, Field(pattern="^[A-Z][A-Z0-9_]*$")]
_TIME = "([01][0-9]|2[0-3]):[0-5][0-9]"
_COLUMNS = {"mail": "mail", "slack": "slack_variable", "webhook": "webhook_variable"}
"""Channel → the field with its address."""


class AlertRoute(Entry):
    """Somebody who is told of the organization's problems, by one of mail, slack_variable and webhook_variable."""

    name: DashedName
    mail: Annotated[str, Field(pattern=r"^[^\s@]+@[^\s@]+$")] | None = Field(
        default=None, description="Address that gets mails."
    )
    slack_variable: _Variable | None = Field(
        default=None, description="Environment variable with the URL of an incoming webhook, such as SLACK_URL."
    )
    webhook_variable: _Variable | None = Field(
        default=None, description="Environment variable with the URL that gets signed JSON, such as OPS_URL."
    )
    key_variable: _Variable | None = Field(
        default=None, description="Environment variable with the key that signs what the webhook gets, such as OPS_KEY."
    )
    kind: Name | None = Field(default=None, description="The only kind of problem that is told; none tells every kind.")
    minimum_severity: Literal["warning", "error", "critical"] = Field(
        default="warning", description="Severity from which on problems are told."
    )
    tells_of_installation: bool = Field(
        default=False, description="true tells also of problems of no organization, such as failed runs."
    )
    quiet_hours: Annotated[str, Field(pattern=f"^{_TIME}-{_TIME}$")] | None = Field(
        default=None, description="Local hours in which nothing below critical is told, such as 22:00-07:00."
    )
    digest_at: Annotated[str, Field(pattern=f"^{_TIME}$")] | None = Field(
        default=None, description="Local time of one message a day instead of one for each event, such as 09:00."
    )
    time_zone: Text = Field(default="UTC", description="IANA name of the zone of these times, such as Europe/London.")
    is_active: bool = ACTIVE

    @property
    def addresses(self) -> dict[str, str]:
        """Channel → its address; a usable route has one."""
        given = {channel: getattr(self, field) for channel, field in _COLUMNS.items()}
        return {channel: address for channel, address in given.items() if address is not None}


def _check(context: Context, route: AlertRoute) -> Iterable[Finding]:
    if len(route.addresses) != 1:
        yield Finding("name", f"give one of {', '.join(_COLUMNS.values())}")
    elif (route.webhook_variable is None) != (route.key_variable is None):
        yield Finding("key_variable", "give it with webhook_variable, and only there: it signs what the webhook gets")
    if route.quiet_hours is not None and len(set(route.quiet_hours.split("-"))) == 1:
        yield Finding("quiet_hours", "they begin when they end: write them as 22:00-07:00")
    if route.time_zone not in zoneinfo.available_timezones():
        yield Finding("time_zone", f"there is no time zone {route.time_zone!r}: write it as Europe/London")
    rows = context.connection.execute("select kind from operations.condition_kinds order by kind")
    kinds = [kind for (kind,) in rows]
    if route.kind is not None and route.kind not in kinds:
        yield Finding("kind", f"there is no kind of problem {route.kind!r}: choose from {', '.join(kinds)}")


def _write(context: Context, route: AlertRoute) -> None:
    ((channel, address),) = route.addresses.items()
    quiet_from, _, quiet_until = (route.quiet_hours or "").partition("-")
    values = {
        "organization_id": context.organization_id,
        "route_name": route.name,
        "channel": channel,
        "address": address,
        "secret_name": route.key_variable,
        "kind": route.kind,
        "minimum_severity": route.minimum_severity,
        "tells_of_installation": route.tells_of_installation,
        "quiet_from": quiet_from or None,
        "quiet_until": quiet_until or None,
        "digest_at": route.digest_at,
        "time_zone": route.time_zone,
        "is_active": route.is_active,
    }
    upsert(context.connection, "operations.alert_routes", ("organization_id", "route_name"), values)


def _remove(context: Context, route: AlertRoute) -> None:
    key = {"organization_id": context.organization_id, "route_name": route.name}
    delete(context.connection, "operations.alert_routes", key)


ALERT_ROUTES = Section(
    name="alert_routes",
    noun="route of alerts",
    paused="what happens meanwhile is not told later",
    removed="The record of its deliveries goes with it.",
    entry=AlertRoute,
    permission="alerts.edit",
    key=("name",),
    read=reader(
        AlertRoute,
        "select route_name as name, case when channel = 'mail' then address end as mail,"
        " case when channel = 'slack' then address end as slack_variable,"
        " case when channel = 'webhook' then address end as webhook_variable, secret_name as key_variable, kind,"
        " minimum_severity::text as minimum_severity, tells_of_installation,"
        " to_char(quiet_from, 'HH24:MI') || '-' || to_char(quiet_until, 'HH24:MI') as quiet_hours,"
        " to_char(digest_at, 'HH24:MI') as digest_at, time_zone, is_active"
        " from operations.alert_routes where organization_id = %(organization_id)s order by route_name",
    ),
    write=_write,
    remove=_remove,
    check=_check,
)
