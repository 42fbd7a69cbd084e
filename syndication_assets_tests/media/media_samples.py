"""Pictures, videos and documents as bytes: right ones, and ones that are not what they say."""

import io
import struct
import zlib

from PIL import Image, ImageDraw


def picture(image_format: str = "JPEG", size: tuple[int, int] = (640, 480), seed: int = 0, **options: object) -> bytes:
    """A picture with a gradient and a circle, whose place follows from the seed."""
    image = Image.linear_gradient("L").resize(size).convert("RGB")
    left = 20 + (seed * 97) % max(size[0] - 120, 1)
    ImageDraw.Draw(image).ellipse((left, 20, left + 80, 100), fill=(200, seed * 40 % 256, 40))
    buffer = io.BytesIO()
    image.save(buffer, image_format, **options)
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
