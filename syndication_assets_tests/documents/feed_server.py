"""A fake internet for tests of fetching feeds: blogs behind TLS on 127.0.0.1, and host names that lead to them."""

import ssl
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from syndication_assets.http.clients.public_client import PublicClient
from syndication_assets.http.clients.public_urls import public_addresses

PUBLIC = "93.184.215.14"


@dataclass(frozen=True)
class Answer:
    """One HTTP response, sent in pieces with a pause between them."""

    status: int = 200
    body: bytes = b"<rss/>"
    headers: dict[str, str] = field(default_factory=dict)
    pieces: int = 1
    seconds_between: float = 0.0


@dataclass
class Internet:
    """One server with many host names, which resolve to the addresses that the test sets."""

    directory: Path
    names: dict[str, list[str]] = field(default_factory=lambda: {"blog.example": [PUBLIC]})
    pages: dict[str, deque[Answer] | Answer] = field(default_factory=dict)
    """The response for each path; a deque gives one response per request."""
    requests: list[tuple[str, str]] = field(default_factory=list)
    """Host header and path of each request, in order."""
    resolved: list[str] = field(default_factory=list)
    port: int = 0

    def url(self, path: str = "/feed", host: str = "blog.example") -> str:
        return f"https://{host}:{self.port}{path}"

    def addresses_of(self, url: str) -> list[str]:
        """Checks a URL as in production, with the test's names; URLs that pass lead to this machine."""
        return ["127.0.0.1" for _ in public_addresses(url, self._resolve)]

    def client(self, **changes: object) -> PublicClient:
        context = ssl.create_default_context(cafile=str(self.directory / "certificate.pem"))
        defaults = {"maximum_bytes": 10_000, "retry_delay": timedelta(0), "request_timeout": timedelta(seconds=5)}
        return PublicClient(**(defaults | {"addresses_of": self.addresses_of, "ssl_context": context} | changes))  # type: ignore[arg-type]

    def _resolve(self, host: str, _port: int) -> list[str]:
        self.resolved.append(host)
        if host not in self.names:
            raise OSError
        return self.names[host]

    @contextmanager
    def running(self) -> Iterator["Internet"]:
        _make_certificate(self.directory)
        internet = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                path = urlsplit(self.path).path
                internet.requests.append((self.headers["Host"], self.path))
                page = internet.pages.get(path, Answer(404))
                answer = page.popleft() if isinstance(page, deque) else page
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                # A server may lie about it.
                if "Content-Length" not in answer.headers:
                    self.send_header("Content-Length", str(len(answer.body)))
                else:
                    self.close_connection = True
                self.end_headers()
                size = max(1, len(answer.body) // answer.pieces)
                with suppress(OSError):
                    for start in range(0, len(answer.body), size):
                        self.wfile.write(answer.body[start : start + size])
                        self.wfile.flush()
                        time.sleep(answer.seconds_between)

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            def handle_error(self, *_: object) -> None:
                pass

        server = Server(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.directory / "certificate.pem", self.directory / "key.pem")
        server.socket = context.wrap_socket(server.socket, server_side=True)
        self.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


def _make_certificate(directory: Path) -> None:
    """Makes a self-signed certificate for the host names of the tests."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "blog.example")])
    now = datetime.now(UTC)
    hosts = ("blog.example", "news.example", "private.example", "elsewhere.example")
    names = [x509.DNSName(host) for host in hosts]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (directory / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (directory / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
