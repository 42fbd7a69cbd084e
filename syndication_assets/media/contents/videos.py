"""A frame that stands for a video. The demuxer follows from the content, so that no playlist opens other files."""

import io
import time
from itertools import islice

import av
from av.container import InputContainer
from av.video.stream import VideoStream
from PIL import Image, ImageStat

from syndication_assets.media.contents.pictures import MAXIMUM_PIXELS
from syndication_assets.media.contents.preview import POSTER_PIXELS, DamagedMediaError, Preview, small_copies

DEMUXERS = {"video/mp4": "mov", "video/quicktime": "mov", "video/webm": "matroska"}
"""MIME types that are decoded, with FFmpeg's name of the demuxer."""
_KEY_FRAMES = 5
"""Key frames that are tried: many videos begin with black."""
_SECONDS = 20.0
_LEAST_DEVIATION = 12.0
"""Standard deviation of the grey values, of 256, below which a frame shows nothing."""


def read_video(content: bytes, mime_type: str) -> Preview:
    """DamagedMediaError if the video cannot be opened or has no frame that can be decoded, or if its frames are larger
    than what is decoded. What is only sound, or of a codec that nobody here knows, has no small copies.
    """
    try:
        with av.open(io.BytesIO(content), "r", format=DEMUXERS[mime_type], metadata_errors="replace") as container:
            return _read(container)
    except DamagedMediaError:
        raise
    except MemoryError:
        raise DamagedMediaError("the video needs more memory than decoding may use") from None
    except Exception as error:  # FFmpeg's demuxers and codecs fail in many ways
        raise DamagedMediaError(f"the video cannot be decoded ({type(error).__name__})") from None


def _read(container: InputContainer) -> Preview:
    duration = container.duration / av.time_base if container.duration and container.duration > 0 else None
    streams = container.streams.video
    if not streams:
        return Preview(duration_seconds=duration, reason="the video has no pictures")
    stream = streams[0]
    if stream.codec_context is None or not stream.codec_context.width:
        return Preview(duration_seconds=duration, reason="the codec of the video is not known")
    if stream.codec_context.width * stream.codec_context.height > MAXIMUM_PIXELS:
        raise DamagedMediaError(f"the frames of the video have more than {MAXIMUM_PIXELS:,} pixels, which is too large")
    shown, width, height = _frame(container, stream)
    thumbnail, poster = small_copies(shown)
    return Preview(width, height, duration_seconds=duration, thumbnail=thumbnail, poster=poster)


def _frame(container: InputContainer, stream: VideoStream) -> tuple[Image.Image, int, int]:
    """The first key frame that shows something, else the one that shows most; width and height as shown."""
    stream.thread_count = 1
    stream.codec_context.skip_frame = "NONKEY"
    stream.codec_context.options = {"max_pixels": str(MAXIMUM_PIXELS)}
    until = time.monotonic() + _SECONDS
    found: list[tuple[float, Image.Image, int, int]] = []
    for frame in islice(container.decode(stream), _KEY_FRAMES):
        scale = min(POSTER_PIXELS / max(frame.width, frame.height), 1)
        size = max(round(frame.width * scale), 1), max(round(frame.height * scale), 1)
        image: Image.Image = frame.reformat(*size, format="rgb24").to_image()  # type: ignore[no-untyped-call]
        is_turned = frame.rotation % 180 != 0
        if frame.rotation:
            image = image.rotate(frame.rotation, expand=True)
        sides = (frame.height, frame.width) if is_turned else (frame.width, frame.height)
        deviation = ImageStat.Stat(image.convert("L")).stddev[0]
        found.append((deviation, image, *sides))
        if deviation >= _LEAST_DEVIATION or time.monotonic() > until:
            break
    if not found:
        raise DamagedMediaError("the video has no frame that can be decoded")
    _, image, width, height = max(found, key=lambda each: each[0])
    return image, width, height
