"""Small fakes of Apify's API and the YouTube Data API on 127.0.0.1, including typical faults.

The functions at the end set up a fetch and inspect its results.
"""

import json
import re
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

import dagster as dg
import psycopg
import pytest

from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets_tests.loopback_server import LoopbackServer


@dataclass(frozen=True)
class Answer:
    """One HTTP response. A `body` of bytes is sent unchanged, anything else as JSON; `delay` is in seconds."""

    status: int = 200
    body: Any = b""
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0

    @property
    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass(frozen=True)
class Request:
    """A request of the client."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any


@dataclass
class FakeApi:
    """Answers with `respond`, unless a fault is queued for a part of the path."""

    url: str = ""
    requests: list[Request] = field(default_factory=list)
    faults: dict[str, deque[Answer]] = field(default_factory=lambda: defaultdict(deque))

    def fail_next(self, path_part: str, *answers: Answer) -> None:
        self.faults[path_part].extend(answers)

    def answer(self, request: Request) -> Answer:
        self.requests.append(request)
        for path_part, answers in self.faults.items():
            if path_part in request.path and answers:
                return answers.popleft()
        return self.respond(request)

    def respond(self, request: Request) -> Answer:
        raise NotImplementedError


@dataclass
class FakeApify(FakeApi):
    """Actor runs that finish immediately. Each profile has its posts, or a status other than SUCCEEDED."""

    posts: dict[str, bytes] = field(default_factory=dict)
    """Username → dataset; other profiles have an empty dataset."""
    lists: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """Username → posts, the newest first, of which a run gives the page that it is asked for."""
    inputs: list[dict[str, Any]] = field(default_factory=list)
    inputs_before: int = 0
    """Number of the runs before those that a test looks at."""
    statuses: dict[str, str] = field(default_factory=dict)
    finished_at: dict[str, datetime] = field(default_factory=dict)
    cost_usd: float | None = 0.25
    before_dataset: Callable[[str], None] = lambda _username: None
    runs: list[str] = field(default_factory=list)
    """The usernames of the runs that were started; run number N has the id `actorRunN`."""
    aborted: list[str] = field(default_factory=list)

    def respond(self, request: Request) -> Answer:
        if request.method == "POST" and request.path.endswith("/runs"):
            self.runs.append(_scraped_profile(request.body))
            self.inputs.append(request.body)
            return Answer(201, {"data": self._run(len(self.runs) - 1, "READY")})
        match = re.search(r"/(?:actor-runs/actorRun|datasets/dataset)(\d+)", request.path)
        if match is None:
            return Answer(404, {"error": {"type": "page-not-found", "message": f"no {request.path}"}})
        number = int(match[1])
        username = self.runs[number]
        if request.path.endswith("/items"):
            self.before_dataset(username)
            if username in self.lists:
                limit, page = (self.inputs[number][name] for name in ("limit", "page_number"))
                return Answer(200, self.lists[username][limit * (page - 1) : limit * page])
            return Answer(200, self.posts.get(username, b"[]"))
        if request.path.endswith("/abort"):
            self.aborted.append(username)
            return Answer(200, {"data": self._run(number, "ABORTING")})
        return Answer(200, {"data": self._run(number, self.statuses.get(username, "SUCCEEDED"))})

    def _run(self, number: int, status: str) -> dict[str, Any]:
        has_finished = status not in ("READY", "RUNNING")
        finished_at = self.finished_at.get(self.runs[number], datetime.now(UTC)) if has_finished else None
        return {
            "id": f"actorRun{number}",
            "actId": "actor",
            "userId": "user",
            "startedAt": "2026-01-01T00:00:00.000Z",
            "finishedAt": finished_at and finished_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "status": status,
            "statusMessage": f"It is {status}" if has_finished else None,
            "meta": {"origin": "API"},
            "stats": {},
            "options": {"build": "latest", "timeoutSecs": 600, "memoryMbytes": 256, "diskMbytes": 512},
            "buildId": "build",
            "defaultKeyValueStoreId": f"store{number}",
            "defaultDatasetId": f"dataset{number}",
            "defaultRequestQueueId": f"queue{number}",
            "usageTotalUsd": self.cost_usd if has_finished else None,
        }


def _scraped_profile(run_input: dict[str, Any]) -> str:
    """The profile of a run: by its name, or by its address on Instagram."""
    name = run_input.get("username") or run_input["directUrls"][0].rstrip("/").rsplit("/", 1)[1]
    return str(name)


@dataclass
class FakeYouTube(FakeApi):
    """Channels with videos; other channels are a 404."""

    channels: dict[str, list[str]] = field(default_factory=dict)
    """Channel id → video ids, the newest first."""
    published: dict[str, datetime] = field(default_factory=dict)
    """Video id → when it was published; the others do not say."""

    def respond(self, request: Request) -> Answer:
        if request.path.endswith("/playlistItems"):
            channel_id = f"UC{request.query['playlistId'][2:]}"
            if channel_id not in self.channels:
                return youtube_error(404, "playlistNotFound", "The playlist cannot be found.")
            return Answer(200, self._page(self.channels[channel_id], request.query))
        ids = request.query["id"].split(",")
        assert len(ids) <= 50
        items = [
            {
                "id": i,
                "snippet": {"title": f"Video {i}", "channelId": "UCx"}
                | ({"publishedAt": self.published[i].isoformat()} if i in self.published else {}),
                "statistics": {"viewCount": "7"},
            }
            for i in ids
        ]
        return Answer(200, {"kind": "youtube#videoListResponse", "items": items})

    def _page(self, videos: list[str], query: dict[str, str]) -> dict[str, Any]:
        start = int(query.get("pageToken", "0"))
        end = start + int(query["maxResults"])
        page: dict[str, Any] = {"items": [{"contentDetails": {"videoId": video}} for video in videos[start:end]]}
        return page | ({"nextPageToken": str(end)} if end < len(videos) else {})


def youtube_error(status: int, reason: str, message: str, **headers: str) -> Answer:
    error = {
        "code": status,
        "message": message,
        "errors": [{"reason": reason, "domain": "youtube", "message": message}],
    }
    return Answer(status, {"error": error}, {name.replace("_", "-"): value for name, value in headers.items()})


@contextmanager
def serve(api: FakeApi) -> Iterator[None]:
    """Serves the API on a free port for the duration of the block; `api.url` is its address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            request = Request(self.command, parts.path, query, dict(self.headers), json.loads(body) if body else None)
            answer = api.answer(request)
            time.sleep(answer.delay)
            try:
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer.content)))
                self.end_headers()
                self.wfile.write(answer.content)
            except ConnectionError:
                pass  # the client gave up waiting

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_: Any) -> None:
            pass

    server = LoopbackServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    api.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def track(url: str, *usernames: str, slug: str = "default", platform: str = "linkedin") -> None:
    with psycopg.connect(url) as connection:
        connection.execute(
            "insert into tenancy.organizations (slug, name) values (%s, %s) on conflict do nothing", [slug, slug]
        )
        connection.cursor().executemany(
            "insert into scraping.profiles (organization_id, platform, username, is_tracked)"
            " select organization_id, %s, %s, true from tenancy.organizations where slug = %s",
            [(platform, username, slug) for username in usernames],
        )


def runs(url: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(
            "select run_id, status::text, posts_fetched, cost_usd::float, error_message"
            " from scraping.download_runs order by started_at"
        ).fetchall()


def landed(zone: LandingZone) -> dict[str, dict[str, Any]]:
    files = [file for _, _, day in set(zone.days()) for file in zone.files(day)]
    return {file.path: zone.read_meta(file.path) for file in files}


def materialize(
    asset: dg.AssetsDefinition,
    monkeypatch: pytest.MonkeyPatch,
    day: date,
    *,
    together_with: Sequence[dg.AssetsDefinition] = (),
    tags: Mapping[str, str] | None = None,
    resources: Mapping[str, object] | None = None,
    **environment: str,
) -> dg.ExecuteInProcessResult:
    """One run of a fetch asset, and of other assets, with only these environment variables."""
    for name in ("SYNDICATION_APIFY_TOKEN", "SYNDICATION_YOUTUBE_API_KEY", "SYNDICATION_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with dg.DagsterInstance.ephemeral() as instance:
        return dg.materialize(
            [*together_with, asset],
            partition_key=day.isoformat(),
            instance=instance,
            tags=dict(tags or {}),
            resources=resources,
            raise_on_error=False,
        )


def failure_of(result: dg.ExecuteInProcessResult) -> str:
    (event,) = (event for event in result.all_events if event.event_type_value == "STEP_FAILURE")
    return str(event.step_failure_data)
