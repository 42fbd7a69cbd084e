"""Whom a problem would reach: the places without a route."""

from syndication_assets.database.connection import Connection

INSTALLATION = "installation"
_PLACES = """
select
    coalesce(
        array_agg(o.slug order by o.slug) filter (
            where told.routes = 0 and o.is_active and not coalesce(o.settings @> '{"is_sample": true}', false)
        ),
        '{}'
    ),
    coalesce(bool_or(told.of_installation), false)
from tenancy.organizations as o
cross join lateral (
    select count(*) as routes, bool_or(r.tells_of_installation) as of_installation
    from operations.alert_routes as r
    where r.organization_id = o.organization_id and r.is_active
) as told
"""


def places_without_route(connection: Connection) -> list[str]:
    """The slugs of active organizations without an active route, then `installation` if no route tells of it.

    Sample organizations are left out.
    """
    slugs, is_told = connection.execute(_PLACES).fetchall()[0]
    return [*slugs, *([] if is_told else [INSTALLATION])]
