"""A server on the loopback interface with OpenAI's chat completions API and all of its failures."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from syndication_assets_tests.loopback_server import LoopbackServer

USAGE = {"prompt_tokens": 1000, "completion_tokens": 200, "prompt_tokens_details": {"cached_tokens": 400}}
GOOD_POST = {
    "text": "Meet something made with care in a small workshop, ready for the colder days.",
    "hashtags": ["MadeWithCare", "SmallWorkshop"],
    "call_to_action": "Have a look:",
    "alt_text": "What the shop made",
}


@dataclass(frozen=True)
class Reply:
    """An answer of the server: status, headers and body, after a delay in seconds."""

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0
    is_cut_off: bool = False


def completion(content: Any, *, finish_reason: str = "stop", refusal: str | None = None, **more: Any) -> Reply:
    """A chat completion with this content."""
    message = {"role": "assistant", "content": content, "refusal": refusal}
    choices = [{"index": 0, "message": message, "finish_reason": finish_reason, "logprobs": None}]
    body = {
        "id": "c-1",
        "object": "chat.completion",
        "created": 1,
        "model": "small",
        "choices": choices,
        "usage": USAGE,
    }
    return Reply(json.dumps({**body, **more}).encode())


def post(**changes: Any) -> Reply:
    """A completion with the good post and changes to it."""
    return completion(json.dumps({**GOOD_POST, **changes}))


def error(status: int, code: str, message: str = "no", **headers: str) -> Reply:
    body = {"error": {"message": message, "type": code, "code": code, "param": None}}
    return Reply(json.dumps(body).encode(), status, {name.replace("_", "-"): value for name, value in headers.items()})


class ChatServer:
    """Answers with the replies in turn and then repeats the last one; records the requests."""

    def __init__(self, *replies: Reply | Callable[[dict[str, Any]], Reply]) -> None:
        self.replies = list(replies) or [post()]
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.most_at_once = 0
        self._now = 0
        self._lock = threading.Lock()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                request = json.loads(self.rfile.read(int(self.headers["content-length"])))
                with server._lock:
                    server._now += 1
                    server.most_at_once = max(server.most_at_once, server._now)
                    server.requests.append(request)
                    server.keys.append(self.headers["authorization"])
                    reply = server.replies[min(len(server.requests), len(server.replies)) - 1]
                try:
                    # The client may have disconnected.
                    with suppress(BrokenPipeError, ConnectionResetError):
                        server._answer(self, reply if isinstance(reply, Reply) else reply(request))
                finally:
                    with server._lock:
                        server._now -= 1

            def log_message(self, *_: object) -> None:
                pass

        self._http = LoopbackServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    @staticmethod
    def _answer(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
        time.sleep(reply.seconds)
        handler.send_response(reply.status)
        for name, value in {"content-type": "application/json", **reply.headers}.items():
            handler.send_header(name, value)
        handler.send_header("content-length", str(len(reply.body)))
        handler.end_headers()
        handler.wfile.write(reply.body[: len(reply.body) // 2] if reply.is_cut_off else reply.body)
        if reply.is_cut_off:
            handler.close_connection = True

    def questions(self) -> list[str]:
        """The last message of each request."""
        return [request["messages"][-1]["content"] for request in self.requests]

    @contextmanager
    def running(self) -> Iterator["ChatServer"]:
        thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._http.shutdown()
            self._http.server_close()
            thread.join()
