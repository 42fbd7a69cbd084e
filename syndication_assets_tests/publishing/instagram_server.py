"""A small Graph API for Instagram: what developers.facebook.com documents of the methods that are called.

Modelled: containers, which fetch nothing here, with their status; their publication, once, and counted against
`content_publishing_limit`; the limits of a caption (2 200 characters, 30 hashtags); permalinks; the listing of media
with cursors; insights by field expansion, of which one retired name fails the request; pages with their Instagram
accounts and tokens; errors as `{"error": {…}}`.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from syndication_assets_tests.publishing.graph_server import Response, error
from syndication_assets_tests.publishing.network_server import FakeNetwork, Request

ACCOUNT = "17841405822304914"
TOKEN = "canary-instagram/token+"
VERSION = "v25.0"
APP_SECRET = "canary-app-secret"
METRICS = {"reach", "saved", "shares", "views", "likes", "comments", "total_interactions"}


@dataclass
class FakeInstagram(FakeNetwork):
    containers: dict[str, dict[str, str]] = field(default_factory=dict)
    media: list[dict[str, Any]] = field(default_factory=list)
    statuses: list[str] = field(default_factory=list)
    """What the next questions for a container are answered with; then FINISHED."""
    container_response: Response | None = None
    listing_response: Response | None = None
    permalink_response: Response | None = None
    insights_response: Response | None = None
    """The answer to a question with insights."""
    quota_usage: int = 0
    quota_total: int = 50
    page_size: int = 100
    pages: list[dict[str, Any]] = field(default_factory=list)
    insights: dict[str, dict[str, int]] = field(default_factory=dict)
    """Id of a post → its metrics."""

    def answer(self, request: Request) -> Response:  # noqa: PLR0911 - one for each method
        form = request.form if request.method == "POST" else {}
        version, _, path = request.path.strip("/").partition("/")
        if version != VERSION:
            return Response(400, error(2635, "You are calling a deprecated version of the API"))
        if path == "oauth/access_token":
            return self._exchange(form)
        token = form.get("access_token") or request.headers.get("authorization", "").removeprefix("Bearer ")
        if path == "me/accounts":
            return self._accounts(request.query, token)
        if token != TOKEN:
            return Response(401, error(190, "Invalid OAuth access token - Cannot parse access token"))
        match request.method, path.split("/"):
            case "POST", [account, "media"] if account == ACCOUNT:
                return self.container_response or self._container(form)
            case "POST", [account, "media_publish"] if account == ACCOUNT:
                return self._publish(form["creation_id"])
            case "GET", [account, "media"] if account == ACCOUNT:
                return self.listing_response or self._listing(request.query)
            case "GET", [account, "content_publishing_limit"] if account == ACCOUNT:
                config = {"quota_total": self.quota_total, "quota_duration": 86400}
                return Response(body={"data": [{"config": config, "quota_usage": self.quota_usage}]})
            case "GET", [account] if account == ACCOUNT:
                return Response(body={"id": ACCOUNT, "username": "kilts"})
            case "GET", [object_id] if object_id in self.containers:
                status = self.statuses.pop(0) if self.statuses else "FINISHED"
                return Response(body={"id": object_id, "status_code": status, "status": f"{status}: 2207001"})
            case "GET", [object_id]:
                return self._one(object_id, request.query["fields"])
        return Response(400, error(100, "Unsupported request", 33))

    def texts(self) -> list[str]:
        return [media["caption"] for media in self.media]

    def calls(self) -> int:
        return sum(request.path.endswith("/media_publish") for request in self.requests)

    def add_media(self, caption: str, **more: Any) -> dict[str, Any]:
        media_id = str(17_900_000_000_000_000 + len(self.media))
        self.media.append(
            {
                "id": media_id,
                "caption": caption,
                "timestamp": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S+0000}",
                "permalink": f"https://www.instagram.com/p/{media_id}/",
                "media_type": "IMAGE",
                "media_product_type": "FEED",
                "media_url": f"https://cdn.example/{media_id}.jpg?sig=1",
                "username": "kilts",
                "like_count": 0,
                "comments_count": 0,
            }
            | more
        )
        return self.media[-1]

    def _container(self, form: dict[str, str]) -> Response:
        caption = form.get("caption", "")
        if len(caption) > 2200 or len(re.findall(r"#\w+", caption)) > 30:
            return Response(400, error(36004, f"The submitted image's caption was {len(caption)} characters", 2207010))
        container_id = str(17_889_000_000_000_000 + len(self.containers))
        self.containers[container_id] = form
        return Response(body={"id": container_id})

    def _publish(self, container_id: str) -> Response:
        response = self.responses.popleft() if self.responses else None
        if response is not None and not response.is_accepted:
            return response
        if self.quota_usage >= self.quota_total:
            return Response(400, error(9, "Application request limit reached", 2207042))
        media = self.add_media(self.containers[container_id]["caption"])
        self.quota_usage += 1
        return response or Response(body={"id": media["id"]})

    def _listing(self, query: dict[str, str]) -> Response:
        newest_first = list(reversed(self.media))
        start = int(query.get("after", 0))
        end = start + min(int(query["limit"]), self.page_size)
        keys = query["fields"].split(",")
        part = [{key: media[key] for key in keys if key in media} for media in newest_first[start:end]]
        body: dict[str, Any] = {"data": part, "paging": {"cursors": {"after": str(end)}}}
        if end < len(newest_first):
            body["paging"]["next"] = f"{self.url}/next?access_token=in-the-real-one"
        return Response(body=body)

    def _one(self, media_id: str, fields: str) -> Response:
        if fields == "permalink" and self.permalink_response is not None:
            return self.permalink_response
        found = [media for media in self.media if media["id"] == media_id]
        if not found:
            return Response(400, error(100, f"Object with ID '{media_id}' does not exist", 33))
        names, _, expansion = fields.partition(",insights.metric(")
        body = {key: found[0][key] for key in names.split(",") if key in found[0]}
        if not expansion:
            return Response(body=body)
        metrics = expansion.removesuffix(")").split(",")
        if self.insights_response is not None:
            return self.insights_response
        if not set(metrics) <= METRICS:
            return Response(400, error(100, "(#100) metric must be one of the following values: reach, saved …"))
        measured = self.insights.get(media_id, {})
        body["insights"] = {
            "data": [
                {"name": name, "period": "lifetime", "values": [{"value": measured[name]}], "title": name}
                for name in metrics
                if name in measured
            ]
        }
        return Response(body=body)

    def _accounts(self, query: dict[str, str], token: str) -> Response:
        if not token.startswith("canary-long-"):
            return Response(400, error(190, "Error validating access token", 463))
        start = int(query.get("after", 0))
        body: dict[str, Any] = {"data": self.pages[start : start + 1], "paging": {"cursors": {"after": str(start + 1)}}}
        if start + 1 < len(self.pages):
            body["paging"]["next"] = f"{self.url}/next?access_token={token}"
        return Response(body=body)

    def _exchange(self, form: dict[str, str]) -> Response:
        if (form["client_id"], form["client_secret"], form["grant_type"]) != ("42", APP_SECRET, "fb_exchange_token"):
            return Response(400, error(101, "Error validating application"))
        return Response(body={"access_token": "canary-long-1", "token_type": "bearer", "expires_in": 60 * 86_400})
