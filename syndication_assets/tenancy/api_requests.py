"""Requests that name a key of their own: sent again, one gets the first answer, and nothing is done twice.

A request whose process dies stays under way for some minutes; afterwards it is done again. Whatever it did is safe to
repeat: a decision on a text that was taken is taken no second time.
"""

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from psycopg.types.json import Jsonb

from syndication_assets.database.connection import Connection
from syndication_assets.errors import SyndicationError

KEPT_FOR = timedelta(days=1)
_UNDER_WAY_FOR = timedelta(minutes=5)

_FORGET = """
delete from tenancy.api_requests
where organization_id = %(organization_id)s and requested_at < now() - %(kept_for)s
"""
_BEGIN = """
insert into tenancy.api_requests as r (organization_id, person, idempotency_key, request_hash)
values (%(organization_id)s, %(person)s, %(key)s, %(hash)s)
on conflict (organization_id, person, idempotency_key) do update
set requested_at = now()
where
    r.status is null
    and r.request_hash = excluded.request_hash
    and r.requested_at < now() - %(under_way_for)s::interval
returning r.requested_at
"""
_FIND = """
select request_hash, status, answer from tenancy.api_requests
where organization_id = %(organization_id)s and person = %(person)s and idempotency_key = %(key)s
"""


class RequestUnderWayError(SyndicationError):
    """The same request is being answered."""


class AnotherRequestError(SyndicationError):
    """The key was used for another request."""


class NamedRequest(NamedTuple):
    """Who asks, under which key of their own."""

    organization_id: str
    person: str
    key: str


def hash_of_request(method: str, path: str, body: bytes) -> bytes:
    return hashlib.sha256(b"\0".join((method.encode(), path.encode(), body))).digest()


def begin_request(connection: Connection, request: NamedRequest, request_hash: bytes) -> tuple[int, Any] | None:
    """None if the request is new and the caller has to do it, else the status and the answer that it got.

    AnotherRequestError if the key was used for another request, RequestUnderWayError if the first one is not answered.
    """
    parameters: Mapping[str, Any] = {
        **request._asdict(),
        "hash": request_hash,
        "kept_for": KEPT_FOR,
        "under_way_for": _UNDER_WAY_FOR,
    }
    connection.execute(_FORGET, parameters)
    if connection.execute(_BEGIN, parameters).fetchone() is not None:
        return None
    known_hash, status, answer = connection.execute(_FIND, parameters).fetchall()[0]
    if known_hash != request_hash:
        raise AnotherRequestError("This Idempotency-Key was used for another request: choose a new one.")
    if status is None:
        raise RequestUnderWayError("The same request is being answered: ask again in a minute.")
    return int(status), answer


def end_request(connection: Connection, request: NamedRequest, status: int, answer: Any) -> None:
    """Keeps the answer."""
    connection.execute(
        "update tenancy.api_requests set status = %s, answer = %s"
        " where organization_id = %s and person = %s and idempotency_key = %s",
        [status, Jsonb(answer), *request],
    )
