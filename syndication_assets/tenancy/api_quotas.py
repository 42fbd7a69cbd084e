"""How many requests of the API a key may make on a UTC day."""

from syndication_assets.database.connection import Connection

_COUNT = """
insert into tenancy.api_key_days as d (organization_id, key_id, day, requests)
select k.organization_id, k.key_id, (now() at time zone 'utc')::date, 1
from tenancy.api_keys as k
where k.key_id = %s
on conflict (organization_id, key_id, day) do update set requests = d.requests + 1
where (
    select coalesce(
        d.requests
        < coalesce(k.requests_per_day, tenancy.setting('api.requests_per_day', k.organization_id)::integer),
        true
    )
    from tenancy.api_keys as k
    where k.organization_id = d.organization_id and k.key_id = d.key_id
)
returning requests
"""


def count_request(connection: Connection, key_id: str) -> bool:
    """Counts a request of a key; False if its quota of the day is used up, also for requests at the same time."""
    return connection.execute(_COUNT, [key_id]).fetchone() is not None
