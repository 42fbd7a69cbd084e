"""Who asks the API: a program with an API key or a token of its provider, or a page in a session."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Annotated

from fastapi import Depends, Request

from syndication_assets.database.acting import acting_as
from syndication_assets.database.connection import Connection, transaction
from syndication_assets.tenancy import own_rows
from syndication_assets.tenancy.api_keys import use_key
from syndication_assets.tenancy.api_quotas import count_request
from syndication_assets.web.api.errors import ApiError, Code
from syndication_assets.web.provider.api_tokens import Bearer, bearer_of, is_token
from syndication_assets.web.rate_limits import KEYS, PAGES, WRONG_KEYS
from syndication_assets.web.site import Site
from syndication_assets.web.visitors import VisitedOrganization, find_visitor, permissions_of_role

FORM_TOKEN = "X-Form-Token"  # noqa: S105 - the name of a header
_BEARER = "bearer "
_ORGANIZATION = """
select o.organization_id, o.slug, o.name, m.role::text
from tenancy.organizations as o
inner join tenancy.organization_members as m on o.organization_id = m.organization_id
where o.organization_id = %s and m.user_id = %s
"""


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody with a valid key or session, in one organization."""

    site: Site
    organization: VisitedOrganization
    user_id: str | None
    """None for whoever runs the server."""
    person: str
    """Under which name decisions are stored."""
    permissions: frozenset[str] | None
    """None for all."""

    def may(self, *permissions: str) -> bool:
        """Whether the caller has one of the rights."""
        return self.permissions is None or not self.permissions.isdisjoint(permissions)

    def require(self, *permissions: str) -> None:
        """ApiError unless the caller has one of the rights."""
        if not self.may(*permissions):
            raise ApiError(Code.PERMISSION_DENIED, f"This needs the right {' or '.join(permissions)}: ask an admin.")

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees the caller's organization and nothing else, and changes nothing."""
        with own_rows.reading(self.site.database_url, self.organization.organization_id) as connection:
            yield connection

    def require_own(self, table: str, column: str, identifier: str, missing: str) -> None:
        """ApiError for a row of another organization, as for none at all."""
        with self.reading() as connection:
            if not own_rows.has_row(connection, table, column, identifier):
                raise ApiError(Code.ITEM_NOT_FOUND, missing)

    @contextmanager
    def acting(self) -> Iterator[None]:
        """Transactions within are those of the caller, in the audit log too."""
        if self.user_id is None:
            yield
            return
        with acting_as(self.user_id):
            yield


def find_caller(request: Request) -> Caller:
    """ApiError without a valid key or session, beyond a quota, and for a form of another session.

    A request is counted once, however often it is asked who sent it.
    """
    if not hasattr(request.state, "caller"):
        site: Site = request.app.state.site
        token = _bearer_text(request)
        if token is not None and is_token(token):
            # Before any transaction: its provider may have to be asked for keys.
            bearer = bearer_of(site.database_url, site.discovery, token)
            with transaction(site.database_url) as connection:
                request.state.caller = _by_token(connection, site, request, bearer)
        else:
            with transaction(site.database_url) as connection:
                request.state.caller = _find(connection, request, token)
    caller: Caller = request.state.caller
    return caller


def _bearer_text(request: Request) -> str | None:
    """What is sent as a key or a token; None without one."""
    given = request.headers.get("authorization")
    if given is None:
        return None
    if not given.lower().startswith(_BEARER):
        raise ApiError(Code.NOT_SIGNED_IN, "Send the API key as: Authorization: Bearer KEY.")
    return given[len(_BEARER) :].strip()


def _find(connection: Connection, request: Request, key: str | None) -> Caller:
    site: Site = request.app.state.site
    return _by_session(connection, site, request) if key is None else _by_key(connection, site, request, key)


def _by_token(connection: Connection, site: Site, request: Request, bearer: Bearer | None) -> Caller:
    if bearer is None:
        _count_wrong(site, request)
        raise ApiError(Code.NOT_SIGNED_IN, "The token is not valid for the API, or is of no service account here.")
    if not site.limits.allows(KEYS, bearer.user_id):
        raise _too_many()
    organization = VisitedOrganization(
        *connection.execute(_ORGANIZATION, [bearer.organization_id, bearer.user_id]).fetchall()[0]
    )
    permissions = permissions_of_role(connection, organization.role)
    return Caller(site, organization, bearer.user_id, bearer.user_id, permissions)


def _count_wrong(site: Site, request: Request) -> None:
    client = request.client
    if not site.limits.allows(WRONG_KEYS, "unknown" if client is None else client.host):
        raise _too_many()


def _by_key(connection: Connection, site: Site, request: Request, key: str) -> Caller:
    used = use_key(connection, key)
    if used is None:
        _count_wrong(site, request)
        raise ApiError(Code.NOT_SIGNED_IN, "The API key is unknown, expired or revoked, or its user is not active.")
    if not site.limits.allows(KEYS, used.key_id):
        raise _too_many()
    if not count_request(connection, used.key_id):
        raise ApiError(
            Code.QUOTA_USED_UP,
            "The key has made all requests of this UTC day: see `syndication key list`.",
            retry_after=_seconds_to_midnight(),
        )
    organization = VisitedOrganization(
        *connection.execute(_ORGANIZATION, [used.organization_id, used.user_id]).fetchall()[0]
    )
    permissions = permissions_of_role(connection, organization.role) & set(used.permissions)
    return Caller(site, organization, used.user_id, used.user_id, permissions)


def _by_session(connection: Connection, site: Site, request: Request) -> Caller:
    token = site.session_token(request)
    visitor = None if token is None else find_visitor(connection, token)
    if visitor is None or visitor.organization is None:
        raise ApiError(Code.NOT_SIGNED_IN, "Send an API key as: Authorization: Bearer KEY, or sign in to the page.")
    if not site.limits.allows(PAGES, visitor.session.session_id):
        raise _too_many()
    if request.method != "GET" and request.headers.get(FORM_TOKEN) != visitor.form_token:
        raise ApiError(Code.PERMISSION_DENIED, f"The header {FORM_TOKEN} is not that of this session.")
    return Caller(site, visitor.organization, visitor.session.user_id, visitor.person, visitor.permissions)


def _too_many() -> ApiError:
    return ApiError(Code.QUOTA_USED_UP, "Too many requests: wait a minute.", retry_after=60)


def _seconds_to_midnight() -> int:
    now = datetime.now(UTC)
    midnight = datetime.combine(now.date() + timedelta(days=1), time.min, UTC)
    return max(int((midnight - now).total_seconds()), 1)


CallerOfRequest = Annotated[Caller, Depends(find_caller)]
