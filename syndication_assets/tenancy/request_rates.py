"""How often somebody may ask within a minute, counted in the database: for all processes of the web page together.

The minute slides: of the requests of the minute before, the share counts that lies within the last 60 seconds.
"""

import hashlib
from datetime import timedelta

from syndication_assets.database.connection import Connection

_KEPT = timedelta(minutes=5)

_COUNT = """
insert into tenancy.request_rates as r (limit_name, who_hash, minute, requests, requests_before)
values (%(limit_name)s, %(who_hash)s, date_trunc('minute', now(), 'utc'), 1, 0)
on conflict (limit_name, who_hash) do update set
    minute = greatest(r.minute, excluded.minute),
    requests = case when r.minute >= excluded.minute then r.requests else 0 end + 1,
    requests_before = case
        when r.minute >= excluded.minute then r.requests_before
        when r.minute = excluded.minute - interval '1 minute' then r.requests
        else 0
    end
where
    case when r.minute >= excluded.minute then r.requests else 0 end
    + case
        when r.minute >= excluded.minute then r.requests_before
        when r.minute = excluded.minute - interval '1 minute' then r.requests
        else 0
    end * (1 - extract(epoch from now() - excluded.minute) / 60)
    < %(most)s
returning requests
"""


def count_in_minute(connection: Connection, limit_name: str, who: str, most: int) -> bool:
    """Counts a request of somebody; False if it is one too many, also for requests at the same time."""
    # Lost in a crash of the server, a count would only let in a few more.
    connection.execute("set local synchronous_commit = off")
    parameters = {"limit_name": limit_name, "who_hash": hashlib.sha256(who.encode()).digest(), "most": most}
    return connection.execute(_COUNT, parameters).fetchone() is not None


def forget_old_rates(connection: Connection) -> None:
    """Removes the counts of those who have not asked for minutes."""
    connection.execute("delete from tenancy.request_rates where minute < now() - %s", [_KEPT])
