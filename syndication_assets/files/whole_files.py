"""Writes files of a directory whole or not at all, and onto the disk: the one way of landed files, archives, media,
the record of sent posts, reports and metrics.

Readers see the file before or after a write, never a part of it. After a power failure, a file whose writer has
returned is there with its content.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

OWNER_ONLY = 0o600
OWNER_AND_GROUP = 0o640
EVERYBODY = 0o644


def replace_file(path: Path, content: bytes, mode: int) -> None:
    """Writes a file, or gives it another content."""
    with _unfinished(path, content, mode) as unfinished:
        unfinished.replace(path)
    sync_folder(path.parent)


def create_file(path: Path, content: bytes, mode: int) -> bool:
    """Writes a new file; False, with nothing changed, if the path has one: of two writers, one wins."""
    with _unfinished(path, content, mode) as unfinished:
        try:
            path.hardlink_to(unfinished)
        except FileExistsError:
            return False
    sync_folder(path.parent)
    return True


def sync_folder(folder: Path) -> None:
    """Brings the names in a folder to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _unfinished(path: Path, content: bytes, mode: int) -> Iterator[Path]:
    """A hidden file beside the path with the whole content; it is gone afterwards, whatever happens."""
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with open(unfinished, "wb", opener=lambda name, flags: os.open(name, flags, mode)) as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        yield unfinished
    finally:
        unfinished.unlink(missing_ok=True)
