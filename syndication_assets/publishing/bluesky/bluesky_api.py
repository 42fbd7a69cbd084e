"""The XRPC calls that publishing makes to the server of a Bluesky account: the lexicons com.atproto.* of atproto.com.

Sessions are made from an app password and kept in memory: servers allow few new ones a day. An access token lives for
minutes; when the server calls it expired, the session is refreshed, or created again, and the rejected call is sent
again with the new token. No token and no password is in a URL or a message.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

import msgspec
from pydantic import SecretStr

from syndication_assets.http.clients.http_client import HttpClient
from syndication_assets.http.clients.public_transport import PublicTransport
from syndication_assets.http.clients.public_urls import PublicUrlError
from syndication_assets.http.http_errors import HttpError
from syndication_assets.http.response import HttpResponse
from syndication_assets.http.retries import NO_RETRIES
from syndication_assets.publishing.network_answers import RejectedError, read_answer, unreachable_network
from syndication_assets.publishing.publisher import Picture
from syndication_assets.text.outside import read_as

PUBLISHER = "bluesky"
NAME = "Bluesky"
_MAXIMUM_BYTES = 16 * 1024 * 1024
T = TypeVar("T")


class _Tokens(msgspec.Struct):
    """What createSession and refreshSession return."""

    accessJwt: str  # noqa: N815 - the lexicon's name
    refreshJwt: str  # noqa: N815
    did: str


class Created(msgspec.Struct):
    uri: str


class _PostValue(msgspec.Struct):
    text: str = ""
    createdAt: str = ""  # noqa: N815


class Record(msgspec.Struct):
    """A record as getRecord returns it."""

    uri: str
    value: _PostValue


class _Uploaded(msgspec.Struct):
    blob: dict[str, Any]


class _Error(msgspec.Struct):
    error: str = ""
    message: str = ""


@dataclass(slots=True)
class Session:
    """Tokens of one account on one server."""

    server: str
    did: str
    access: str = field(repr=False)
    refresh: str = field(repr=False)


class BlueskyApi:
    """The calls to any server. Several threads may share one; close it when done."""

    def __init__(self, addresses_of: Callable[[str], list[str]], timeout: timedelta, connections: int) -> None:
        self._client = HttpClient(
            maximum_bytes=_MAXIMUM_BYTES,
            request_timeout=timeout,
            retries=NO_RETRIES,
            connections=connections,
            transport=PublicTransport(addresses_of),
            provider=PUBLISHER,
        )
        self._sessions: dict[tuple[str, str, str], Session] = {}
        self._lock = threading.Lock()

    def close(self) -> None:
        self._client.close()

    def session(self, server: str, identifier: str, password: SecretStr) -> Session:
        """The session of the account, a new one if there is none yet. RejectedError."""
        key = (server, identifier, password.get_secret_value())
        with self._lock:  # of several posts that are due, one makes the session
            if key not in self._sessions:
                self._sessions[key] = self._new_session(*key)
            return self._sessions[key]

    def upload(self, session: Session, password: SecretStr, picture: Picture) -> dict[str, Any]:
        """The blob to embed. RejectedError."""
        try:
            response = self._authorized(
                session,
                password,
                lambda headers: self._client.post_once(
                    f"{session.server}/xrpc/com.atproto.repo.uploadBlob",
                    content=picture.content,
                    headers={**headers, "Content-Type": picture.media_type},
                    operation="uploadBlob",
                ),
            )
        except (HttpError, PublicUrlError) as error:
            raise RejectedError(unreachable_network(NAME, error)) from None
        return self._read(response, _Uploaded, session, password).blob

    def create_record(self, session: Session, password: SecretStr, record: dict[str, Any], key: str) -> Created:
        """The new record. RejectedError, or HttpError, after which the server may have made it."""
        body = {"repo": session.did, "collection": record["$type"], "rkey": key, "record": record}
        response = self._authorized(
            session,
            password,
            lambda headers: self._client.post_once(
                f"{session.server}/xrpc/com.atproto.repo.createRecord",
                json=body,
                headers=headers,
                operation="createRecord",
            ),
        )
        return self._read(response, Created, session, password)

    def record(self, server: str, repo: str, collection: str, key: str) -> Record | None:
        """The record, which everybody may read; None if the repository has none of this key. RejectedError."""
        try:
            response = self._client.get(
                f"{server}/xrpc/com.atproto.repo.getRecord",
                {"repo": repo, "collection": collection, "rkey": key},
                operation="getRecord",
            )
        except (HttpError, PublicUrlError) as error:
            raise RejectedError(unreachable_network(NAME, error)) from None
        if response.status == 400 and _is_missing(response):
            return None
        return self._read(response, Record)

    def _new_session(self, server: str, identifier: str, password: str) -> Session:
        try:
            response = self._client.post_once(
                f"{server}/xrpc/com.atproto.server.createSession",
                json={"identifier": identifier, "password": password},
                operation="createSession",
            )
        except (HttpError, PublicUrlError) as error:
            raise RejectedError(unreachable_network(NAME, error)) from None
        tokens = self._read(response, _Tokens, None, SecretStr(password))
        return Session(server, tokens.did, tokens.accessJwt, tokens.refreshJwt)

    def _authorized(
        self, session: Session, password: SecretStr, call: Callable[[dict[str, str]], HttpResponse]
    ) -> HttpResponse:
        """The response to a call; to its repetition if the server rejected the session's token as expired."""
        access = session.access
        response = call(_bearer(access))
        if _error_of(response).error != "ExpiredToken":
            return response
        with self._lock:
            if session.access == access:  # no other thread has renewed it since
                self._renew(session, password)
        return call(_bearer(session.access))

    def _renew(self, session: Session, password: SecretStr) -> None:
        """RejectedError if neither the refresh token nor the password is accepted."""
        try:
            response = self._client.post_once(
                f"{session.server}/xrpc/com.atproto.server.refreshSession",
                headers=_bearer(session.refresh),
                operation="refreshSession",
            )
        except (HttpError, PublicUrlError) as error:
            raise RejectedError(unreachable_network(NAME, error)) from None
        try:
            tokens = read_as(response.content, _Tokens) if response.is_ok else None
        except ValueError:
            tokens = None
        if tokens is None:
            fresh = self._new_session(session.server, session.did, password.get_secret_value())
            session.access, session.refresh = fresh.access, fresh.refresh
        else:
            session.access, session.refresh = tokens.accessJwt, tokens.refreshJwt

    def _read(
        self,
        response: HttpResponse,
        shape: type[T],
        session: Session | None = None,
        password: SecretStr | None = None,
    ) -> T:
        """The response in this shape. RejectedError with what it means instead."""
        secrets = [password.get_secret_value()] if password is not None else []
        secrets += [session.access, session.refresh] if session is not None else []
        return read_answer(PUBLISHER, NAME, response, shape, secrets, is_ok=response.is_ok)


def _is_missing(response: HttpResponse) -> bool:
    """Older servers name no error of its own."""
    error = _error_of(response)
    return error.error == "RecordNotFound" or error.message.startswith("Could not locate record")


def _error_of(response: HttpResponse) -> _Error:
    try:
        return _Error() if response.is_ok else read_as(response.content, _Error)
    except ValueError:
        return _Error()


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
