"""The routes of alerts: adds, lists, pauses and removes them."""

from dataclasses import dataclass
from datetime import time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import psycopg

from syndication_assets.database.connection import Connection, describe
from syndication_assets.errors import SyndicationError

CHANNELS = ("mail", "slack", "webhook")
SEVERITIES = ("warning", "error", "critical")


@dataclass(frozen=True, slots=True)
class Route:
    """One row of operations.alert_routes, without its id."""

    organization: str
    """The slug."""
    route_name: str
    channel: str
    address: str
    secret_name: str | None = None
    kind: str | None = None
    minimum_severity: str = "warning"
    tells_of_installation: bool = False
    quiet_from: time | None = None
    quiet_until: time | None = None
    digest_at: time | None = None
    time_zone: str = "UTC"
    is_active: bool = True


def add_route(connection: Connection, route: Route) -> None:
    """Adds a route. SyndicationError for an unknown organization, kind or zone, and for a name that exists."""
    try:
        ZoneInfo(route.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise SyndicationError(
            f"{route.time_zone!r} is not a time zone: use an IANA name, e.g. Europe/London."
        ) from None
    try:
        added = connection.execute(
            "insert into operations.alert_routes (organization_id, route_name, channel, address, secret_name, kind,"
            " minimum_severity, tells_of_installation, quiet_from, quiet_until, digest_at, time_zone)"
            " select organization_id, %(route_name)s, %(channel)s, %(address)s, %(secret_name)s, %(kind)s,"
            " %(minimum_severity)s, %(tells_of_installation)s, %(quiet_from)s, %(quiet_until)s, %(digest_at)s,"
            " %(time_zone)s from tenancy.organizations where slug = %(organization)s returning route_id",
            {name: getattr(route, name) for name in Route.__slots__},
        ).fetchall()
    except psycopg.errors.UniqueViolation:
        raise SyndicationError(
            f"{route.organization} has a route {route.route_name!r} already: choose another name, or remove it first."
        ) from None
    except psycopg.errors.ForeignKeyViolation:
        raise SyndicationError(f"{route.kind!r} is no kind of problem: see `syndication alert kinds`.") from None
    except psycopg.errors.CheckViolation as error:
        raise SyndicationError(f"The route cannot be added: {_ADVICE.get(route.channel, describe(error))}") from None
    if not added:
        raise SyndicationError(f"There is no organization {route.organization!r}: see `syndication organization list`.")


_ADVICE = {
    "mail": "its address is an e-mail address, and mail has no signing key. Quiet hours have a start and another end.",
    "slack": "its address is the name of the environment variable with the URL, such as SLACK_URL, and it has no "
    "signing key. Quiet hours have a start and another end.",
    "webhook": "its address and its signing key are names of environment variables, such as OPS_URL and OPS_KEY. Quiet "
    "hours have a start and another end.",
}


def list_routes(connection: Connection) -> list[Route]:
    """All routes, ordered by organization and name."""
    rows = connection.execute(
        "select o.slug, r.route_name, r.channel, r.address, r.secret_name, r.kind, r.minimum_severity::text,"
        " r.tells_of_installation, r.quiet_from, r.quiet_until, r.digest_at, r.time_zone, r.is_active"
        " from operations.alert_routes as r join tenancy.organizations as o using (organization_id)"
        " order by o.slug, r.route_name"
    ).fetchall()
    return [Route(*row) for row in rows]


def set_active(connection: Connection, organization: str, route_name: str, *, is_active: bool) -> None:
    """Pauses or resumes a route. SyndicationError if there is none."""
    _require_changed(
        connection.execute(
            "update operations.alert_routes as r set is_active = %s from tenancy.organizations as o"
            " where r.organization_id = o.organization_id and o.slug = %s and r.route_name = %s",
            [is_active, organization, route_name],
        ).rowcount,
        organization,
        route_name,
    )


def remove_route(connection: Connection, organization: str, route_name: str) -> None:
    """Removes a route and its deliveries. SyndicationError if there is none."""
    _require_changed(
        connection.execute(
            "delete from operations.alert_routes as r using tenancy.organizations as o"
            " where r.organization_id = o.organization_id and o.slug = %s and r.route_name = %s",
            [organization, route_name],
        ).rowcount,
        organization,
        route_name,
    )


def _require_changed(rows: int, organization: str, route_name: str) -> None:
    if not rows:
        raise SyndicationError(f"{organization} has no route {route_name!r}: see `syndication alert routes`.")
