"""A small server of the AT Protocol (PDS): what the lexicons of com.atproto.server and com.atproto.repo describe.

Modelled: sessions with access tokens that expire (`ExpiredToken`) and refresh tokens that can be used once,
`createRecord` with a key of the client, where a key that exists is a bare 500 as servers answer it, `getRecord` with
`RecordNotFound`, the limits of `app.bsky.feed.post` (300 graphemes, 3 000 bytes), facets that must lie within the text,
`uploadBlob`, and errors as `{"error": …, "message": …}`.
"""

from dataclasses import dataclass, field
from typing import Any

import regex

from syndication_assets_tests.publishing.graph_server import Response
from syndication_assets_tests.publishing.network_server import FakeNetwork, Request

DID = "did:plc:kilts"
PASSWORD = "canary-bluesky/app+pass"


@dataclass
class FakeBluesky(FakeNetwork):
    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    sessions: int = 0
    access: str | None = None
    refresh: str | None = None
    blobs: list[bytes] = field(default_factory=list)
    upload_response: Response | None = None
    session_response: Response | None = None
    lookup_response: Response | None = None

    def answer(self, request: Request) -> Response:  # noqa: PLR0911 - one for each method
        match request.path.removeprefix("/xrpc/"):
            case "com.atproto.server.createSession":
                return self.session_response or self._create_session(request.json)
            case "com.atproto.server.refreshSession":
                if request.headers.get("authorization") != f"Bearer {self.refresh}":
                    return error(400, "ExpiredToken", "Token has been revoked")
                return self._session()
            case "com.atproto.repo.getRecord":
                return self.lookup_response or self._record(request.query)
            case "com.atproto.repo.createRecord":
                return self._rejected_token(request) or self._publish(request.json)
            case "com.atproto.repo.uploadBlob":
                return self._rejected_token(request) or self.upload_response or self._upload(request)
        return error(404, "MethodNotImplemented", "Method Not Implemented")

    def texts(self) -> list[str]:
        return [record["text"] for record in self.records.values()]

    def calls(self) -> int:
        return sum(request.path.endswith("createRecord") for request in self.requests)

    def expire_access(self) -> None:
        self.access = "expired"

    def expire_refresh(self) -> None:
        self.refresh = "expired"

    def _create_session(self, body: dict[str, str]) -> Response:
        if body != {"identifier": DID, "password": PASSWORD}:
            return error(401, "AuthenticationRequired", "Invalid identifier or password")
        return self._session()

    def _session(self) -> Response:
        self.sessions += 1
        self.access, self.refresh = f"canary-access-{self.sessions}", f"canary-refresh-{self.sessions}"
        return Response(
            body={"accessJwt": self.access, "refreshJwt": self.refresh, "did": DID, "handle": "kilts.example"}
        )

    def _rejected_token(self, request: Request) -> Response | None:
        if request.headers.get("authorization") != f"Bearer {self.access}":
            return error(400, "ExpiredToken", "Token has expired")
        return None

    def _publish(self, body: dict[str, Any]) -> Response:
        response = self.responses.popleft() if self.responses else None
        if response is not None and not response.is_accepted:
            return response
        record, key = body["record"], body["rkey"]
        problem = invalid(record)
        if problem is not None:
            return error(400, "InvalidRequest", problem)
        if key in self.records:
            return error(500, "InternalServerError", "Internal Server Error")
        self.records[key] = record
        return response or Response(body={"uri": f"at://{DID}/{body['collection']}/{key}", "cid": "bafy"})

    def _record(self, query: dict[str, str]) -> Response:
        uri = f"at://{DID}/{query['collection']}/{query['rkey']}"
        if query["rkey"] not in self.records:
            return error(400, "RecordNotFound", f"Could not locate record: {uri}")
        return Response(body={"uri": uri, "cid": "bafy", "value": self.records[query["rkey"]]})

    def _upload(self, request: Request) -> Response:
        self.blobs.append(request.body)
        blob = {"$type": "blob", "ref": {"$link": "bafkpicture"}, "size": len(request.body)}
        return Response(body={"blob": {**blob, "mimeType": request.headers["content-type"]}})


def error(status: int, name: str, message: str) -> Response:
    return Response(status, {"error": name, "message": message})


def invalid(record: dict[str, Any]) -> str | None:
    """Why a server rejects the record of a post; None if it does not."""
    text = record["text"]
    if len(regex.findall(r"\X", text)) > 300:
        return "Invalid app.bsky.feed.post record: Record/text must not be longer than 300 graphemes"
    if len(text.encode()) > 3000:
        return "Invalid app.bsky.feed.post record: Record/text must not be longer than 3000 bytes"
    for facet in record.get("facets", ()):
        index = facet["index"]
        if not 0 <= index["byteStart"] < index["byteEnd"] <= len(text.encode()):
            return "Invalid app.bsky.feed.post record: Record/facets is out of the text"
    for image in record.get("embed", {}).get("images", ()):
        if "alt" not in image:
            return 'Invalid app.bsky.feed.post record: Record/embed/images/0 must have the property "alt"'
    return None
