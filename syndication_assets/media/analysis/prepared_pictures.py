"""A picture as analyzers are given it: a JPEG of our own, of bounded size, without the metadata of the camera."""

import io
import warnings

from PIL import Image, ImageOps

from syndication_assets.media.analysis.findings import FailedAttemptError, RefusedPictureError
from syndication_assets.media.bounded_child import BoundedChild, ChildEndedError, ChildRaisedError
from syndication_assets.media.contents.pictures import FORMATS, MAXIMUM_PIXELS

_MEMORY_BYTES = 2 * 1024**3
"""Address space of the child: the largest picture that is decoded needs about a tenth."""
_SECONDS = 60.0
_QUALITY = 90


class PicturePreparer:
    """Decodes pictures in a child process, which a picture may end. Close it when done."""

    def __init__(self) -> None:
        self._child = BoundedChild(memory_bytes=_MEMORY_BYTES, seconds=_SECONDS)

    def prepare(self, content: bytes, mime_type: str, longest_side: int) -> bytes:
        """RefusedPictureError if the content is no picture that is decoded, FailedAttemptError if the child ended."""
        if mime_type not in FORMATS:
            raise RefusedPictureError(f"pictures of the kind {mime_type} are not decoded")
        try:
            return self._child.run(bytes, prepared_picture, content, mime_type, longest_side)
        except ChildRaisedError as error:
            raise RefusedPictureError(str(error)) from None
        except ChildEndedError as error:
            raise FailedAttemptError(f"decoding the picture {error}") from None

    def close(self) -> None:
        self._child.close()


def prepared_picture(content: bytes, mime_type: str, longest_side: int) -> bytes:
    """The first frame as a JPEG with at most `longest_side` pixels on its longer side; what is transparent is white.

    RefusedPictureError if the content is damaged or larger than what is decoded.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _prepared(content, FORMATS[mime_type], longest_side)
    except RefusedPictureError:
        raise
    except MemoryError:
        raise RefusedPictureError("the picture needs more memory than decoding may use") from None
    except Exception as error:  # Pillow's formats raise whatever their parsers meet
        raise RefusedPictureError(f"the picture cannot be decoded ({type(error).__name__})") from None


def _prepared(content: bytes, image_format: str, longest_side: int) -> bytes:
    with Image.open(io.BytesIO(content), formats=[image_format]) as image:
        if image.width * image.height > MAXIMUM_PIXELS:
            raise RefusedPictureError(f"the picture has more than {MAXIMUM_PIXELS:,} pixels, which is too large")
        # A JPEG is decoded at the smallest size that suffices.
        image.draft("RGB", (longest_side, longest_side))
        image.load()
        shown = image.convert("RGBA" if image.has_transparency_data else "RGB")
        shown.thumbnail((longest_side, longest_side))
        if shown.mode == "RGBA":
            white = Image.new("RGB", shown.size, "white")
            white.paste(shown, mask=shown.getchannel("A"))
            shown = white
        shown = _turned(image, shown)
    buffer = io.BytesIO()
    # What is written has none of the metadata of the file.
    shown.save(buffer, "JPEG", quality=_QUALITY, exif=b"", icc_profile=None)
    return buffer.getvalue()


def _turned(image: Image.Image, shown: Image.Image) -> Image.Image:
    """The picture after the rotation that its camera noted. Damaged notes count for nothing: the picture is whole."""
    try:
        shown.info["exif"] = image.getexif().tobytes()
        return ImageOps.exif_transpose(shown)
    except Exception:  # as above
        return shown
