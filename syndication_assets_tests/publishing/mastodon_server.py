"""A small Mastodon server: what docs.joinmastodon.org documents of the methods that publishing calls.

Modelled: `POST /api/v1/statuses` with Idempotency-Key (the first status of a key is returned again for an hour), the
HTML of a status (links in three spans, mentions without their server), `POST /api/v2/media` with 202 while a picture is
processed, `GET /api/v1/media/:id` with 206 until it is, an account's statuses with max_id, verify_credentials,
`configuration` of `GET /api/v2/instance`, and errors as `{"error": …}`.
"""

import html
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from syndication_assets_tests.publishing.graph_server import Response
from syndication_assets_tests.publishing.network_server import FakeNetwork, Request

ACCOUNT = "109"
TOKEN = "canary-mastodon/token+"


@dataclass
class FakeMastodon(FakeNetwork):
    statuses: list[dict[str, Any]] = field(default_factory=list)
    keys: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The status of each Idempotency-Key; emptied by a test when the hour is over."""
    media: dict[str, dict[str, Any]] = field(default_factory=dict)
    rounds_to_process: int = 0
    """How often a picture is asked for before it is processed."""
    media_response: Response | None = None
    listing_response: Response | None = None
    instance: dict[str, Any] = field(
        default_factory=lambda: {
            "configuration": {
                "statuses": {"max_characters": 500, "characters_reserved_per_url": 23},
                "media_attachments": {"image_size_limit": 16_777_216},
            }
        }
    )
    page_size: int = 40

    def answer(self, request: Request) -> Response:  # noqa: PLR0911 - one for each method
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return Response(401, {"error": "The access token is invalid"})
        match request.method, request.path:
            case "POST", "/api/v1/statuses":
                return self._publish(request)
            case "POST", "/api/v2/media":
                return self.media_response or self._upload(request)
            case "GET", "/api/v1/accounts/verify_credentials":
                return Response(body={"id": ACCOUNT, "acct": "kilts"})
            case "GET", "/api/v2/instance":
                return Response(body=self.instance)
            case "GET", path if path.startswith("/api/v1/media/"):
                return self._processed(path.rpartition("/")[2])
            case "GET", path if path == f"/api/v1/accounts/{ACCOUNT}/statuses":
                return self.listing_response or self._listing(request.query)
            case "GET", path if path.startswith("/api/v1/statuses/"):
                found = [status for status in self.statuses if status["id"] == path.rpartition("/")[2]]
                return Response(body=found[0]) if found else Response(404, {"error": "Record not found"})
        return Response(404, {"error": "Record not found"})

    def texts(self) -> list[str]:
        return [status["text"] for status in self.statuses]

    def calls(self) -> int:
        return sum((request.method, request.path) == ("POST", "/api/v1/statuses") for request in self.requests)

    def _publish(self, request: Request) -> Response:
        response = self.responses.popleft() if self.responses else None
        if response is not None and not response.is_accepted:
            return response
        key = request.headers["idempotency-key"]
        if key not in self.keys:
            self.keys[key] = self._status(request.form)
            self.statuses.append(self.keys[key])
        return response or Response(body=self.keys[key])

    def _status(self, form: dict[str, str]) -> dict[str, Any]:
        status_id = str(1000 + len(self.statuses))
        return {
            "id": status_id,
            "created_at": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "url": f"https://mastodon.example/@kilts/{status_id}",
            "content": as_html(form["status"]),
            "visibility": form["visibility"],
            "language": form["language"],
            "media_attachments": [self.media[form["media_ids[]"]]] if "media_ids[]" in form else [],
            "replies_count": 0,
            "reblogs_count": 0,
            "favourites_count": 0,
            "text": form["status"],
        }

    def _upload(self, request: Request) -> Response:
        media_id = str(len(self.media) + 1)
        description = re.search(rb'name="description"\r\n\r\n(.*?)\r\n', request.body)
        self.media[media_id] = {
            "id": media_id,
            "type": "image",
            "url": None if self.rounds_to_process else f"{self.url}/files/{media_id}.png",
            "description": description and description[1].decode(),
        }
        return Response(202 if self.rounds_to_process else 200, self.media[media_id])

    def _processed(self, media_id: str) -> Response:
        self.rounds_to_process -= 1
        if self.rounds_to_process > 0:
            return Response(206, {})
        self.media[media_id]["url"] = f"{self.url}/files/{media_id}.png"
        return Response(body=self.media[media_id])

    def _listing(self, query: dict[str, str]) -> Response:
        newest_first = [s for s in reversed(self.statuses) if int(s["id"]) < int(query.get("max_id", 10**9))]
        return Response(body=newest_first[: min(int(query["limit"]), self.page_size)])


def as_html(text: str) -> str:
    """A text as Mastodon shows it."""
    shown = html.escape(text, quote=False)
    shown = re.sub(
        r"@(\w+)@[\w.-]+\w", r'<span class="h-card"><a href="#" class="mention">@<span>\1</span></a></span>', shown
    )
    shown = re.sub(
        r"(https://)(\S{1,30})(\S*)",
        r'<a href="\g<0>"><span class="invisible">\1</span><span class="ellipsis">\2</span>'
        r'<span class="invisible">\3</span></a>',
        shown,
    )
    paragraphs = shown.split("\n\n")
    return "".join(f"<p>{paragraph.replace(chr(10), '<br />')}</p>" for paragraph in paragraphs)
