"""The four services on one server of this machine, as their documentation says that they answer."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from syndication_assets_tests.media.media_samples import picture

PHOTO, OTHER_PHOTO = picture(seed=3), picture(seed=4)


@dataclass
class StockServer:
    """`answers` replace an answer: path → status, headers."""

    requests: list[tuple[str, dict[str, str], dict[str, str]]] = field(default_factory=list)
    """Path, query and headers, in order."""
    answers: dict[str, tuple[int, dict[str, str]]] = field(default_factory=dict)
    photos: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    url: str = ""

    def paths(self) -> list[str]:
        return [path for path, _, _ in self.requests]

    def answer(self, path: str) -> Any:
        lists = {
            "/v1/search": ("photos", [self.of_pexels(11), self.of_pexels(12)]),
            "/search/photos": ("results", [self.of_unsplash("u1")]),
            "/v1/images/": ("results", [self.of_openverse("o1", "by", "4.0")]),
            "/v1/resources": ("data", [self.of_freepik(77)]),
        }
        if path in lists:
            name, photos = lists[path]
            return {name: self.photos.get(path, photos)}
        if path.startswith("/v1/resources/"):
            return {"data": [{"filename": "a.jpg", "signed_url": "https://photos.example/freepik.jpg"}]}
        return {"url": "https://photos.example/unsplash.jpg"}

    def of_pexels(self, number: int) -> dict[str, Any]:
        return {
            "id": number,
            "url": f"https://www.pexels.com/photo/{number}/",
            "photographer": "Isla MacLeod",
            "src": {"original": f"https://photos.example/pexels-{number}.jpg"},
            "alt": "a loom",
        }

    def of_unsplash(self, name: str) -> dict[str, Any]:
        return {
            "id": name,
            "links": {
                "html": f"https://unsplash.com/photos/{name}",
                "download_location": f"https://api.unsplash.com/photos/{name}/download?ixid=1",
            },
            "urls": {"regular": "https://photos.example/hotlink.jpg"},
            "user": {"name": "Ewan Reid"},
        }

    def of_openverse(self, name: str, licence: str, version: str) -> dict[str, Any]:
        return {
            "id": name,
            "url": f"https://photos.example/{name}.jpg",
            "license": licence,
            "license_version": version,
            "license_url": f"https://creativecommons.org/licenses/{licence}/{version}/",
            "creator": "Mairi",
            "title": "Loom",
            "attribution": f'"Loom" by Mairi is licensed under CC {licence.upper()} {version}.',
        }

    def of_freepik(self, number: int) -> dict[str, Any]:
        return {
            "id": number,
            "title": "Loom",
            "url": f"https://www.freepik.com/{number}",
            "licenses": [{"type": "freemium", "url": "https://www.freepik.com/licence"}],
            "author": {"name": "Studio Skye"},
        }


@contextmanager
def serve() -> Iterator[StockServer]:
    stock = StockServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            stock.requests.append((parts.path, query, {name.lower(): value for name, value in self.headers.items()}))
            status, headers = stock.answers.get(parts.path, (200, {}))
            body = json.dumps(stock.answer(parts.path)).encode() if status == 200 else b"{}"
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    stock.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield stock
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
