"""Reads media in a child process whose memory is limited, and survives a child that dies of one."""

import threading
from contextlib import suppress
from types import TracebackType
from typing import Self

from syndication_assets.media.bounded_child import BoundedChild, ChildEndedError, ChildRaisedError, ChildTimeoutError
from syndication_assets.media.contents.preview import DamagedMediaError, Preview
from syndication_assets.media.contents.reading import has_preview, read_content, unread

_MEMORY_BYTES = 2 * 1024**3
"""Address space of the child: the largest picture that is decoded needs about a tenth."""
_SECONDS = 60.0


class MediaInspector:
    """One child reads one medium after another. Threads may share it."""

    def __init__(self, seconds: float = _SECONDS) -> None:
        self._child = BoundedChild(memory_bytes=_MEMORY_BYTES, seconds=seconds)
        self._beginning: threading.Thread | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._beginning is not None:
            self._beginning.join()
        self._child.close()

    def begin(self) -> None:
        """Starts the child without waiting for it, so that it is there when the first medium is."""
        if self._beginning is None:
            self._beginning = threading.Thread(target=self._begin, name="media inspector")
            self._beginning.start()

    def _begin(self) -> None:
        # What keeps the child from starting ends the first reading, which says so.
        with suppress(ChildEndedError, ChildRaisedError):
            self._child.run(bool, has_preview, "image/jpeg")

    def read(self, content: bytes, mime_type: str) -> Preview:
        """DamagedMediaError if the content cannot be decoded, or its decoding ended the child or took too long."""
        if not has_preview(mime_type):
            return unread(mime_type)
        try:
            return self._child.run(Preview, read_content, content, mime_type)
        except ChildTimeoutError as error:
            raise DamagedMediaError(f"decoding it {error}") from None
        except ChildRaisedError as error:
            if error.kind == DamagedMediaError.__name__:
                raise DamagedMediaError(str(error)) from None
            # Nobody knows what an error that was not foreseen leaves in the child.
            self._child.close()
        except ChildEndedError:
            pass
        raise DamagedMediaError("decoding it ended the process that decodes")
