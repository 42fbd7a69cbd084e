"""Decodes pictures in a child process whose memory is limited, and survives a child that dies of a picture."""

import multiprocessing
import resource
import threading
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from types import TracebackType
from typing import Self

from syndication_assets.media.contents.pictures import DamagedPictureError, Picture, read_picture
from syndication_assets.operations.child_processes import begin_child

_MEMORY_BYTES = 2 * 1024**3
"""Address space of the child: the largest picture that is decoded needs about a tenth."""
_SECONDS = 60


class PictureInspector:
    """One child decodes one picture after another; a new one replaces a child that died. Threads may share it: each
    picture is alone in the child, so that a picture that ends it takes no other along.
    """

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._end()

    def read(self, content: bytes, mime_type: str) -> Picture:
        """DamagedPictureError if the picture cannot be decoded, or its decoding ended the child or took too long."""
        with self._lock:
            if self._pool is None:
                self._pool = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), initializer=_begin)
            try:
                return self._pool.submit(read_picture, content, mime_type).result(timeout=_SECONDS)
            except BrokenExecutor:
                self._end()
                raise DamagedPictureError("decoding the picture ended the process that decodes") from None
            except TimeoutError:
                self._end()
                raise DamagedPictureError(f"decoding the picture took more than {_SECONDS} s") from None

    def _end(self) -> None:
        if self._pool is not None:
            # A child that still decodes would never end by itself.
            for process in list((self._pool._processes or {}).values()):
                process.kill()
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None


def _begin() -> None:
    begin_child()
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
