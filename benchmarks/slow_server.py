"""A server on loopback that answers every POST after a fixed time, in a separate process.

As a separate process, it adds nothing to the client's processor time. It is cheap, because it shares the machine: it
parses only the length of a request, and prepares its answers before it listens.

`python -m benchmarks.slow_server completions|graph LATENCY ANSWERS` prints its port.
"""

import asyncio
import itertools
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Literal

Kind = Literal["completions", "graph"]

_WORDS = (
    "morning", "evening", "window", "garden", "river", "village", "market", "kitchen", "winter", "summer",
    "holiday", "family", "neighbour", "visitor", "stranger", "walk", "journey", "story", "letter", "music",
    "laughter", "supper", "breakfast", "weather", "island", "harbour", "mountain", "meadow", "orchard", "bridge",
    "corner", "table", "chair", "candle", "mirror", "basket", "drawer", "pocket", "button", "ribbon", "colour",
    "pattern", "texture", "warmth", "comfort", "patience", "friend", "brother", "sister", "mother", "father",
    "teacher", "painter", "baker", "gardener", "sailor", "keeper", "maker", "owner", "dancer", "singer", "writer",
    "quiet", "gentle", "bright", "steady", "honest", "simple", "careful", "cheerful", "thoughtful", "friendly",
    "familiar", "welcome", "lovely", "pleasant",
)  # fmt: skip
_WORDS_OF_TEXT = 18


@contextmanager
def serve_slowly(kind: Kind, latency: float, answers: int) -> Iterator[str]:
    """The base URL of a server whose first `answers` answers differ; it ends with the context."""
    command = [sys.executable, "-m", "benchmarks.slow_server", kind, str(latency), str(answers)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).resolve().parent.parent)
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.terminate()
        process.wait()


def bodies_of(kind: Kind, answers: int) -> list[bytes]:
    """The answers, no two of them alike: a post in the JSON of a chat completion, or the id of a published post."""
    if kind == "graph":
        return [json.dumps({"id": f"page_{number}"}).encode() for number in range(answers)]
    chance = Random(7)
    return [json.dumps(_completion(chance, number)).encode() for number in range(answers)]


def _completion(chance: Random, number: int) -> dict[str, object]:
    post = {
        "text": f"For {', '.join(chance.sample(_WORDS, _WORDS_OF_TEXT))} and the {chance.choice(_WORDS)}.",
        "hashtags": ["MadeWithCare", "SmallWorkshop", "FromOurShop"],
        "call_to_action": "See it in our shop.",
        "alt_text": "What the shop made",
    }
    message = {"role": "assistant", "content": json.dumps(post), "refusal": None}
    return {
        "id": f"c-{number}",
        "object": "chat.completion",
        "created": 1,
        "model": "small",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}],
        "usage": {"prompt_tokens": 1000, "completion_tokens": 200, "prompt_tokens_details": {"cached_tokens": 400}},
    }


class _Connection(asyncio.Protocol):
    """Serves one client, request after request."""

    def __init__(self, answers: Iterator[bytes], latency: float) -> None:
        self._answers = answers
        self._latency = latency
        self._received = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        end = self._received.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self._received[:end].lower()
        _, _, after_name = head.partition(b"content-length:")
        length = int(after_name.split(b"\r\n", 1)[0] or 0)
        if len(self._received) >= end + 4 + length:
            del self._received[: end + 4 + length]
            asyncio.get_running_loop().call_later(self._latency, self._answer, next(self._answers))

    def _answer(self, answer: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(answer)  # type: ignore[attr-defined] # a socket's transport can write


async def _serve(kind: Kind, latency: float, count: int) -> None:
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
    answers = itertools.cycle([head % len(body) + body for body in bodies_of(kind, count)])
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(answers, latency), "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1], float(sys.argv[2]), int(sys.argv[3])))  # type: ignore[arg-type] # a kind
