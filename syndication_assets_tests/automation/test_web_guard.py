"""The UI on this machine: a page of another site cannot start runs in it, stop schedules, or read from it."""

import asyncio
import json
import sys
from typing import Any
from urllib.parse import quote

import click
import dagster as dg
import pytest
from dagster._cli import dev
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import EmptyWorkspaceTarget

from syndication_assets.automation.web import guarded_dev

OURS = "127.0.0.1:3000"
JSON = {"content-type": "application/json"}
MUTATION = "mutation { setNuxSeen }"
BODY = json.dumps({"query": MUTATION}).encode()
MUTATION_BY_GET = f"/graphql?query={quote(MUTATION)}"


@pytest.fixture(scope="module")
def workspace():
    with dg.instance_for_test() as instance, WorkspaceProcessContext(instance, EmptyWorkspaceTarget()) as context:
        yield context


@pytest.fixture
def unguarded(workspace: WorkspaceProcessContext):
    """Dagster's web server as it comes."""
    from dagster_webserver.app import create_app_from_workspace_process_context  # noqa: PLC0415 - slow

    return create_app_from_workspace_process_context(workspace)


@pytest.fixture(scope="module")
def guarded(workspace: WorkspaceProcessContext):
    """The same, made in a process that called `guard`."""
    from dagster_webserver.app import create_app_from_workspace_process_context  # noqa: PLC0415 - slow
    from dagster_webserver.webserver import DagsterWebserver  # noqa: PLC0415

    from syndication_assets.automation.web.guarded_webserver import guard  # noqa: PLC0415

    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(DagsterWebserver, "build_middleware", DagsterWebserver.build_middleware)
        guard()
        return create_app_from_workspace_process_context(workspace)


def send(app: Any, method: str, url: str, headers: dict[str, str], body: bytes = b"") -> tuple[int, str]:
    """Status and body of the answer to one request."""
    path, _, query = url.partition("?")
    messages = exchange(
        app,
        {"type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": query.encode()},
        headers,
        [{"type": "http.request", "body": body, "more_body": False}],
    )
    (start,) = (message for message in messages if message["type"] == "http.response.start")
    return start["status"], b"".join(message.get("body", b"") for message in messages).decode()


def exchange(app: Any, scope: dict[str, Any], headers: dict[str, str], received: list[dict[str, Any]]) -> list[Any]:
    sent: list[dict[str, Any]] = []
    waiting = list(received)

    async def receive() -> dict[str, Any]:
        if waiting:
            return waiting.pop(0)
        return {"type": "http.disconnect" if scope["type"] == "http" else "websocket.disconnect", "code": 1000}

    async def answer(message: dict[str, Any]) -> None:
        sent.append(message)

    common = {"asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "http", "root_path": ""}
    encoded = [(name.encode(), value.encode("latin-1")) for name, value in ({"host": OURS} | headers).items()]
    asyncio.run(app({**common, **scope, "headers": encoded, "server": ("127.0.0.1", 3000)}, receive, answer))
    return sent


FOREIGN = [
    ("GET", MUTATION_BY_GET, {}),  # the picture of any page
    ("GET", MUTATION_BY_GET, {"sec-fetch-site": "same-origin"}),
    ("HEAD", MUTATION_BY_GET, {}),
    ("POST", MUTATION_BY_GET, {}),  # a form of any page, in a browser that says nothing about it
    ("POST", MUTATION_BY_GET, {"content-type": "application/x-www-form-urlencoded"}),
    ("POST", MUTATION_BY_GET, {"content-type": "text/plain; application/json"}),
    ("POST", "/graphql", {"content-type": "text/plain;application/json"}),
    ("POST", "/graphql", {**JSON, "origin": "http://evil.example"}),
    ("POST", "/graphql", {**JSON, "origin": "null"}),
    ("POST", "/graphql", {**JSON, "origin": "http://127.0.0.1:8000"}),  # another program on this machine
    ("POST", "/graphql", {**JSON, "origin": "https://127.0.0.1:3000"}),
    ("POST", "/graphql", {**JSON, "origin": "http://127.0.0.1:3000.evil.example"}),
    ("POST", "/graphql", {**JSON, "sec-fetch-site": "cross-site"}),
    ("POST", "/graphql", {**JSON, "sec-fetch-site": "same-site"}),
    ("POST", "/report_asset_materialization/scraping/posts", {}),
    ("POST", "/report_asset_materialization/scraping/posts", {**JSON, "origin": "http://evil.example"}),
    # A name that was rebound to this machine.
    ("POST", "/graphql", {**JSON, "host": "evil.example:3000", "origin": "http://evil.example:3000"}),
    ("GET", "/", {"host": "evil.example"}),
    ("GET", "/runs", {"host": "127.0.0.1.evil.example:3000"}),
    ("GET", "/logs/a/b", {"host": "127.0.0.1@evil.example"}),
    ("GET", "/", {"host": "[::1"}),
    ("GET", "/", {"host": ""}),
]
OWN = [
    ("GET", "/server_info", {}),
    ("GET", "/server_info", {"host": "localhost:3000", "sec-fetch-site": "cross-site"}),  # a link in a chat
    ("GET", "/graphql", {"accept": "text/html,*/*"}),
    ("POST", "/graphql", {**JSON}),  # a program
    ("POST", "/graphql", {"content-type": "application/json; charset=utf-8", "origin": "http://127.0.0.1:3000"}),
    ("POST", "/graphql", {**JSON, "host": "LOCALHOST:3000", "origin": "http://localhost:3000"}),
    ("POST", "/graphql", {**JSON, "host": "[::1]:3000", "origin": "http://[::1]:3000"}),
    ("POST", "/graphql", {**JSON, "sec-fetch-site": "same-origin"}),
]


@pytest.mark.parametrize(("method", "url", "headers"), FOREIGN)
def test_what_a_page_of_another_site_can_send_is_rejected(guarded, method: str, url: str, headers: dict[str, str]):
    status, text = send(guarded, method, url, headers, BODY)
    assert status == 403
    assert text.endswith(".\n")
    assert "setNuxSeen" not in text


@pytest.mark.parametrize(("method", "url", "headers"), OWN)
def test_what_the_ui_and_programs_send_is_answered(guarded, method: str, url: str, headers: dict[str, str]):
    status, text = send(guarded, method, url, headers, BODY)
    assert status == 200
    assert method == "GET" or json.loads(text) == {"data": {"setNuxSeen": True}}


def test_two_hosts_are_rejected(guarded):
    sent = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def answer(message):
        sent.append(message)

    headers = [(b"host", OURS.encode()), (b"host", b"evil.example")]
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": headers}
    asyncio.run(guarded(scope, receive, answer))
    assert sent[0]["status"] == 403


@pytest.mark.parametrize(("origin", "is_accepted"), [("http://evil.example", False), ("http://127.0.0.1:3000", True)])
def test_only_the_ui_opens_a_websocket(guarded, origin: str, is_accepted: bool):
    scope = {"type": "websocket", "path": "/graphql", "query_string": b"", "subprotocols": ["graphql-ws"]}
    sent = exchange(guarded, scope, {"origin": origin}, [{"type": "websocket.connect"}])
    assert sent[0]["type"] == ("websocket.accept" if is_accepted else "websocket.close")


@pytest.mark.parametrize(
    ("method", "url", "headers"),
    [FOREIGN[0], FOREIGN[4], FOREIGN[7], FOREIGN[16]],
)
def test_dagsters_own_web_server_still_needs_the_guard(unguarded, method: str, url: str, headers: dict[str, str]):
    """The negative control. If this fails, upstream checks where a request comes from: see what of ours may go."""
    status, text = send(unguarded, method, url, headers, BODY)
    assert (status, json.loads(text)) == (200, {"data": {"setNuxSeen": True}})


def test_dagster_dev_starts_the_guarded_web_server(monkeypatch: pytest.MonkeyPatch, tmp_path):
    """Runs `dagster dev` until it has started its programs. If this fails, upstream starts them in another way."""
    started: list[list[str]] = []

    def record(parts: list[str], **_: Any) -> Any:
        started.append(parts)
        if len(started) == 2:
            raise KeyboardInterrupt
        return object()

    (tmp_path / "dagster.yaml").write_text("telemetry:\n  enabled: false\n")
    (tmp_path / "code.py").write_text("import dagster as dg\ndefs = dg.Definitions()\n")
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    monkeypatch.setattr(guarded_dev, "_open_subprocess", record)
    monkeypatch.setattr(dev, "open_ipc_subprocess", guarded_dev.open_guarded)
    arguments = ["-f", str(tmp_path / "code.py"), "-h", "127.0.0.1", "-p", "1"]
    with pytest.warns(Warning, match="superseded"), pytest.raises((KeyboardInterrupt, click.Abort)):
        dev.dev_command(arguments, standalone_mode=False)
    assert started[0][:3] == [sys.executable, "-m", "syndication_assets.automation.web.guarded_webserver"]
    assert started[0][started[0].index("--host") + 1] == "127.0.0.1"
    assert started[1][:3] == [sys.executable, "-m", "dagster._daemon"]


def test_a_program_that_is_not_known_is_not_started():
    with pytest.raises(click.ClickException, match=r"starts .* some_server, which is not known"):
        guarded_dev.open_guarded([sys.executable, "-m", "some_server", "--port", "1"])
