"""A small LinkedIn: what learn.microsoft.com/linkedin documents of the methods that are called.

Modelled: the headers `LinkedIn-Version` (426 NONEXISTENT_VERSION for one that has been sunset) and
`X-Restli-Protocol-Version`; `POST /rest/posts` with 201, an empty body and `x-restli-id`, with `little` text whose
reserved characters must be escaped; the finder of an author's posts; `initializeUpload`, the upload with PUT and the
image's status; userinfo; refresh tokens; share statistics, in which posts without activity are missing, and social
actions; errors as `{"status", "code", "message"}`. Posts may be duplicates unless `rejects_duplicates`.
"""

import itertools
import re
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote

from syndication_assets.text.little_text import plain_text
from syndication_assets_tests.publishing.graph_server import Response
from syndication_assets_tests.publishing.network_server import FakeNetwork, Request

PAGE = "urn:li:organization:5583111"
PERSON = "urn:li:person:782bbtaQ"
TOKEN = "canary-linkedin/token+"
REFRESH = "canary-refresh/token+"
CLIENT_SECRET = "canary-client-secret"
VERSION = "202607"
DAY = 86_400
_ELEMENT = re.compile(r"\\.|\{hashtag\|(?:\\#|\uff03)\|(?:\\.|[^}\\])*\}|[^|{}@\[\]()<>#\\*_~]", re.DOTALL)


@dataclass
class FakeLinkedIn(FakeNetwork):
    posts: list[dict[str, Any]] = field(default_factory=list)
    versions: set[str] = field(default_factory=lambda: {VERSION})
    token: str = TOKEN
    images: dict[str, dict[str, Any]] = field(default_factory=dict)
    rounds_to_process: int = 0
    """How often an image is asked for before it is available."""
    image_response: Response | None = None
    upload_host: str = ""
    listing_response: Response | None = None
    rejects_duplicates: bool = False
    token_response: Response | None = None
    minted: int = 0
    statistics: dict[str, dict[str, Any]] = field(default_factory=dict)
    """URN of a post → its totalShareStatistics."""
    social: dict[str, tuple[int, int]] = field(default_factory=dict)
    """URN of a post → reactions and comments."""
    ids: Any = field(default_factory=lambda: itertools.count(7_141_138_937_766_391_808))

    def answer(self, request: Request) -> Response:  # noqa: PLR0911 - one for each method
        if request.path == "/oauth/v2/accessToken":
            return self.token_response or self._tokens(request.form)
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return error(401, None, "Invalid access token")
        if request.path.startswith("/dms-uploads/"):
            return self._upload(request)
        if request.path == "/v2/userinfo":
            return Response(body={"sub": PERSON.rpartition(":")[2], "name": "Isla"})
        version = request.headers.get("linkedin-version")
        if version not in self.versions:
            return error(426, "NONEXISTENT_VERSION", f"Requested version {version}01 is not active")
        if request.headers.get("x-restli-protocol-version") != "2.0.0":
            return error(400, None, "Invalid protocol version")
        return self._resource(request)

    def texts(self) -> list[str]:
        return [plain_text(post["commentary"]) for post in self.posts]

    def calls(self) -> int:
        return sum((request.method, request.path) == ("POST", "/rest/posts") for request in self.requests)

    def add_post(self, commentary: str, author: str = PAGE, **more: Any) -> dict[str, Any]:
        now = int(time.time() * 1000)
        post = {
            "id": f"urn:li:share:{next(self.ids)}",
            "author": author,
            "commentary": commentary,
            "createdAt": now,
            "publishedAt": now,
            "lastModifiedAt": now,
            "lifecycleState": "PUBLISHED",
            "visibility": "PUBLIC",
        }
        self.posts.append(post | more)
        return self.posts[-1]

    def _resource(self, request: Request) -> Response:  # noqa: PLR0911
        match request.method, request.path.removeprefix("/rest"):
            case "POST", "/posts":
                return self._publish(request.json)
            case "POST", "/images":
                return self.image_response or self._initialize_upload(request.json)
            case "GET", "/posts":
                return self.listing_response or self._listing(request)
            case "GET", "/organizationalEntityShareStatistics":
                return self._statistics(request)
            case "GET", "/socialActions":
                return self._social_actions(request)
            case "GET", path if path.startswith("/images/"):
                return self._image(unquote(path.rpartition("/")[2]))
            case "GET", path if path.startswith("/posts/"):
                urn = unquote(path.rpartition("/")[2])
                found = [post for post in self.posts if post["id"] == urn]
                return Response(body=found[0]) if found else error(404, "NOT_FOUND", "Entity not found")
        return error(404, None, "Resource does not exist")

    def _publish(self, body: dict[str, Any]) -> Response:
        response = self.responses.popleft() if self.responses else None
        if response is not None and not response.is_accepted:
            return response
        problem = self._problem(body)
        if problem is not None:
            return problem
        post = self.add_post(body["commentary"], body["author"], content=body.get("content"))
        return response or Response(201, b"", {"x-restli-id": post["id"]})

    def _problem(self, body: dict[str, Any]) -> Response | None:
        text = body["commentary"]
        if body["lifecycleState"] != "PUBLISHED" or body["distribution"]["feedDistribution"] != "MAIN_FEED":
            return error(400, "INVALID_VALUE_FOR_FIELD", "Invalid value for field")
        if "".join(_ELEMENT.findall(text)) != text:
            return error(400, "INVALID_VALUE_FOR_FIELD", "A reserved character of the text is not escaped")
        if len(plain_text(text)) > 3000:
            return error(400, "FIELD_LENGTH_TOO_LONG", "ShareCommentary text length exceeded the maximum allowed")
        image = body.get("content", {}).get("media", {}).get("id")
        if image is not None and self.images[image]["status"] == "WAITING_UPLOAD":
            return error(400, "MEDIA_ASSET_WAITING_UPLOAD", "Media asset is waiting upload")
        earlier = [post for post in self.posts if post["commentary"] == text]
        return duplicate_of(earlier[0]["id"]) if earlier and self.rejects_duplicates else None

    def _listing(self, request: Request) -> Response:
        query = request.query
        if request.headers.get("x-restli-method") != "FINDER" or query["q"] != "author":
            return error(400, None, "Invalid query parameters passed to request")
        newest_first = [post for post in reversed(self.posts) if post["author"] == query["author"]]
        start, count = int(query["start"]), int(query["count"])
        elements = newest_first[start : start + count]
        return Response(body={"paging": {"start": start, "count": count, "links": []}, "elements": elements})

    def _initialize_upload(self, body: dict[str, Any]) -> Response:
        image = f"urn:li:image:C4E{len(self.images)}"
        self.images[image] = {
            "id": image,
            "owner": body["initializeUploadRequest"]["owner"],
            "status": "WAITING_UPLOAD",
        }
        url = f"{self.upload_host or self.url}/dms-uploads/{image.rpartition(':')[2]}/uploaded-image/0?app=1"
        return Response(body={"value": {"uploadUrlExpiresAt": 1, "uploadUrl": url, "image": image}})

    def _upload(self, request: Request) -> Response:
        assert request.method == "PUT"
        image = self.images[f"urn:li:image:{request.path.split('/')[2]}"]
        image |= {"status": "PROCESSING", "content": request.body, "type": request.headers["content-type"]}
        return Response(201, b"")

    def _image(self, urn: str) -> Response:
        image = self.images[urn]
        self.rounds_to_process -= 1
        if self.rounds_to_process < 0 and image["status"] == "PROCESSING":
            image["status"] = "AVAILABLE"
        return Response(body={"id": urn, "owner": image["owner"], "status": image["status"]})

    def _tokens(self, form: dict[str, str]) -> Response:
        if (form["client_id"], form["client_secret"], form["grant_type"]) != ("77", CLIENT_SECRET, "refresh_token"):
            return Response(401, {"error": "invalid_client", "error_description": "Client authentication failed"})
        if form["refresh_token"] != REFRESH:
            description = "The provided authorization grant or refresh token is invalid, expired or revoked."
            return Response(400, {"error": "invalid_request", "error_description": description})
        self.minted += 1
        self.token = f"canary-access-{self.minted}"
        return Response(
            body={
                "access_token": self.token,
                "expires_in": 60 * DAY - 1,
                "refresh_token": REFRESH,
                "refresh_token_expires_in": 300 * DAY,
            }
        )

    def _statistics(self, request: Request) -> Response:
        query = parse_qs(request.raw_query)
        if query["q"] != ["organizationalEntity"] or query["organizationalEntity"] != [PAGE]:
            return error(403, "ACCESS_DENIED", "Not enough permissions to access: organizationalEntityShareStatistics")
        asked = [
            (kind, urn)
            for kind, name in (("share", "shares"), ("ugcPost", "ugcPosts"))
            for urn in listed(query.get(name, ["List()"])[0])
        ]
        elements = [
            {"organizationalEntity": PAGE, kind: urn, "totalShareStatistics": self.statistics[urn]}
            for kind, urn in asked
            if urn in self.statistics
        ]
        return Response(body={"paging": {"start": 0, "count": 10, "links": []}, "elements": elements})

    def _social_actions(self, request: Request) -> Response:
        results, errors = {}, {}
        for urn in listed(parse_qs(request.raw_query)["ids"][0]):
            if urn not in self.social:
                errors[urn] = {"status": 404, "message": "Not found"}
                continue
            reactions, comments = self.social[urn]
            results[urn] = {
                "$URN": urn,
                "target": urn,
                "likesSummary": {
                    "selectedLikes": [],
                    "aggregatedTotalLikes": reactions,
                    "likedByCurrentUser": False,
                    "totalLikes": reactions,
                },
                "commentsSummary": {
                    "selectedComments": [],
                    "totalFirstLevelComments": comments,
                    "aggregatedTotalComments": comments,
                },
            }
        return Response(body={"results": results, "statuses": {}, "errors": errors})


def listed(value: str) -> list[str]:
    """The elements of a Rest.li list: `List(a,b)`."""
    return [element for element in value.removeprefix("List(").removesuffix(")").split(",") if element]


def error(status: int, code: str | None, message: str, headers: dict[str, str] | None = None) -> Response:
    body: dict[str, Any] = {"status": status, "message": message}
    return Response(status, body | ({"code": code} if code else {"serviceErrorCode": status}), headers or {})


def duplicate_of(urn: str) -> Response:
    """As the Posts API answers a text that the author has posted a short time ago."""
    details = {"inputErrors": [{"description": "Duplicate post is detected", "input": {}, "code": "DUPLICATE_POST"}]}
    message = f"Content is a duplicate of {urn}"
    return Response(422, {"status": 422, "message": message, "errorDetails": details})
