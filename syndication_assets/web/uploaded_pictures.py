"""Pictures that people upload: what they are is decided by their content, and only their pixels are kept."""

from syndication_assets.errors import SyndicationError
from syndication_assets.media.bounded_child import BoundedChild, ChildEndedError, ChildRaisedError
from syndication_assets.media.contents.content_kind import mime_type_of
from syndication_assets.media.contents.redrawn import KINDS, redrawn
from syndication_assets.web.languages import gettext_noop
from syndication_assets.web.uploads import Upload

_MEMORY_BYTES = 2 * 1024**3
_SECONDS = 60.0
NONE_CHOSEN = gettext_noop("Choose a file.")
_NO_PICTURE = gettext_noop("The file is no PNG, JPEG or WebP picture: choose another.")


class UploadError(SyndicationError):
    """A file cannot be used; the message says why."""


def picture_of(upload: Upload | None) -> bytes:
    """The picture, drawn again in a child process with a limit on its memory. UploadError if it is none."""
    if upload is None:
        raise UploadError(NONE_CHOSEN)
    mime_type = mime_type_of(upload.content)
    if mime_type not in KINDS:
        raise UploadError(_NO_PICTURE)
    child = BoundedChild(memory_bytes=_MEMORY_BYTES, seconds=_SECONDS)
    try:
        return child.run(bytes, redrawn, upload.content, mime_type)
    except ChildRaisedError as error:
        raise UploadError(f"The picture cannot be used: {error}.") from None
    except ChildEndedError as error:
        raise UploadError(f"The picture cannot be used: decoding it {error}.") from None
    finally:
        child.close()
