"""A TLS server on loopback that answers every GET with another picture after a fixed time, in a separate process.

`python -m benchmarks.picture_server DIRECTORY LATENCY` writes `certificate.pem` into the directory and prints its port.
"""

import asyncio
import io
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from PIL import Image, ImageDraw

HOST = "pictures.example"


@contextmanager
def serve_pictures(directory: Path, latency: float) -> Iterator[int]:
    """The port of the server, which ends with the context."""
    command = [sys.executable, "-m", "benchmarks.picture_server", str(directory), str(latency)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).resolve().parent.parent)
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        process.wait()


def picture() -> bytes:
    """A JPEG of 1 200 by 900 pixels and about 150 kB with soft and sharp places, as posts have them."""
    image = Image.effect_noise((600, 450), 32).resize((1200, 900)).convert("RGB")
    for place in range(0, 1200, 60):
        corners = (place, place // 2, place + 240, place // 2 + 240)
        ImageDraw.Draw(image).ellipse(corners, outline=(place % 256, 90, 160))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=50)
    return buffer.getvalue()


class _Connection(asyncio.Protocol):
    """Serves one client, request after request: the picture, with the path behind its end."""

    def __init__(self, content: bytes, latency: float) -> None:
        self._content = content
        self._latency = latency
        self._received = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        if self._received.endswith(b"\r\n\r\n"):
            path = bytes(self._received.split(b" ", 2)[1])
            self._received.clear()
            asyncio.get_running_loop().call_later(self._latency, self._answer, path)

    def _answer(self, path: bytes) -> None:
        head = b"HTTP/1.1 200 OK\r\ncontent-type: image/jpeg\r\ncontent-length: %d\r\n\r\n"
        if not self._transport.is_closing():
            body = self._content + path
            self._transport.write(head % len(body) + body)  # type: ignore[attr-defined] # it can write


def _make_certificate(directory: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (directory / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    (directory / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


async def _serve(directory: Path, latency: float) -> None:
    _make_certificate(directory)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(directory / "certificate.pem", directory / "key.pem")
    content = picture()
    server = await asyncio.get_running_loop().create_server(
        lambda: _Connection(content, latency), "127.0.0.1", 0, backlog=1024, ssl=context
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1]), float(sys.argv[2])))
