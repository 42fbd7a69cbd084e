"""Reads media in a child process whose memory is limited, and survives a child that dies of one."""

import multiprocessing
import resource
import threading
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import Self

import msgspec

from syndication_assets.media.contents.preview import DamagedMediaError, Preview
from syndication_assets.media.contents.reading import has_preview, read_content, unread
from syndication_assets.operations.child_processes import begin_child

_MEMORY_BYTES = 2 * 1024**3
"""Address space of the child: the largest picture that is decoded needs about a tenth."""
_SECONDS = 60.0


class MediaInspector:
    """One child reads one medium after another; a new one replaces a child that died. Threads may share it: each
    medium is alone in the child, so that one that ends it takes no other along.

    The child answers with numbers and bytes, never with objects, whatever a medium makes of it.
    """

    def __init__(self, seconds: float = _SECONDS) -> None:
        self._seconds = seconds
        self._child: tuple[BaseProcess, Connection] | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._end()

    def read(self, content: bytes, mime_type: str) -> Preview:
        """DamagedMediaError if the content cannot be decoded, or its decoding ended the child or took too long."""
        if not has_preview(mime_type):
            return unread(mime_type)
        with self._lock:
            try:
                answer = self._answer(content, mime_type)
            except TimeoutError:
                self._end()
                raise DamagedMediaError(f"decoding it took more than {self._seconds:g} s") from None
            except (EOFError, OSError, msgspec.MsgspecError):
                self._end()
                raise DamagedMediaError("decoding it ended the process that decodes") from None
        if isinstance(answer, str):
            raise DamagedMediaError(answer)
        return answer

    def _answer(self, content: bytes, mime_type: str) -> Preview | str:
        """What was read, or why it is damaged."""
        if self._child is None:
            self._child = _start()
        _, connection = self._child
        connection.send_bytes(mime_type.encode())
        connection.send_bytes(content)
        if not connection.poll(self._seconds):
            raise TimeoutError
        return msgspec.msgpack.decode(connection.recv_bytes(), type=Preview | str)

    def _end(self) -> None:
        if self._child is not None:
            process, connection = self._child
            # A child that still decodes would never end by itself.
            process.kill()
            process.join()
            connection.close()
            self._child = None


def _start() -> tuple[BaseProcess, Connection]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    # With this end closed here, the end of the child is the end of the pipe.
    theirs.close()
    return process, ours


def _serve(connection: Connection) -> None:
    """Answers each medium until the pipe ends."""
    begin_child()
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    while True:
        try:
            mime_type = connection.recv_bytes().decode()
            content = connection.recv_bytes()
        except EOFError:
            return
        answer: Preview | str
        try:
            answer = read_content(content, mime_type)
        except DamagedMediaError as error:
            answer = str(error)
        connection.send_bytes(msgspec.msgpack.encode(answer))
