"""Pictures, videos and documents as bytes: right ones, and ones that are not what they say."""

import io
import struct
import zlib
from random import Random

import av
from PIL import Image, ImageDraw


def picture(image_format: str = "JPEG", size: tuple[int, int] = (640, 480), seed: int = 0, **options: object) -> bytes:
    """A picture with a gradient and a circle, whose place follows from the seed."""
    image = Image.linear_gradient("L").resize(size).convert("RGB")
    left = 20 + (seed * 97) % max(size[0] - 120, 1)
    ImageDraw.Draw(image).ellipse((left, 20, left + 80, 100), fill=(200, seed * 40 % 256, 40))
    buffer = io.BytesIO()
    image.save(buffer, image_format, **options)
    return buffer.getvalue()


def scene(image_format: str = "JPEG", size: tuple[int, int] = (640, 480), seed: int = 1) -> bytes:
    """A picture without edges that looks the same in each size."""
    image = Image.frombytes("L", (8, 6), Random(seed).randbytes(48)).resize(size, Image.Resampling.BICUBIC)
    buffer = io.BytesIO()
    image.convert("RGB").save(buffer, image_format)
    return buffer.getvalue()


def animation(frames: int, size: tuple[int, int] = (64, 64)) -> bytes:
    images = [Image.new("RGB", size, (number * 30 % 256, 40, 40)) for number in range(frames)]
    buffer = io.BytesIO()
    images[0].save(buffer, "GIF", save_all=True, append_images=images[1:])
    return buffer.getvalue()


def png_of_claimed_size(width: int, height: int) -> bytes:
    """A few bytes that claim to be a picture of this size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    )


PAGE = b"<!DOCTYPE html><html><body>Not found</body></html>"
VIDEO = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + b"\x00" * 64
DOCUMENT = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n"


def video(
    *,
    mime_type: str = "video/mp4",
    size: tuple[int, int] = (160, 120),
    seconds: int = 6,
    black: int = 0,
    title: str = "",
) -> bytes:
    """A video of one frame a second, of which the first ones may be black."""
    codec, container_format = {"video/mp4": ("mpeg4", "mp4"), "video/webm": ("libvpx", "webm")}[mime_type]
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=container_format) as container:
        if title:
            container.metadata["title"] = title
        stream = container.add_stream(codec, rate=1)
        stream.width, stream.height, stream.pix_fmt, stream.gop_size = *size, "yuv420p", 2
        for second in range(seconds):
            image = Image.new("RGB", size) if second < black else Image.linear_gradient("L").resize(size).convert("RGB")
            container.mux(stream.encode(av.VideoFrame.from_image(image)))
        container.mux(stream.encode())
    return buffer.getvalue()


def sound() -> bytes:
    """A file of a video that has no pictures."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as container:
        stream = container.add_stream("aac", rate=8000)
        frame = av.AudioFrame(format="fltp", layout="mono", samples=1024)
        frame.sample_rate = 8000
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return buffer.getvalue()


def document(pages: int = 2, size: tuple[int, int] = (300, 420), **options: object) -> bytes:
    drawn = [Image.linear_gradient("L").resize(size).convert("RGB") for _ in range(pages)]
    buffer = io.BytesIO()
    drawn[0].save(buffer, "PDF", save_all=True, append_images=drawn[1:], **options)
    return buffer.getvalue()


def document_with_password() -> bytes:
    key = "<" + "5a" * 32 + ">"
    return document(1).replace(
        b"trailer\n<<",
        f"trailer\n<< /ID [<00> <00>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O {key} /U {key} >>".encode(),
    )
