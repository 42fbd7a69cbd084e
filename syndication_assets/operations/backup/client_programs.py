"""PostgreSQL's own programs that dump and restore, without a password among the processes or in messages."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from syndication_assets.database import embedded_postgres
from syndication_assets.database.connection_url import without_secrets
from syndication_assets.operations.backup.manifest import BackupError
from syndication_assets.operations.backup.progress import Report

_CHUNK = 1024 * 1024
_ERROR = re.compile(r"^pg_\w+: (?:error|fatal): ")
_VERSION = re.compile(r"\(PostgreSQL\) (\d+)")
# The program of PostgreSQL 17 and later begins with a setting that older servers do not know.
_UNKNOWN_SETTING = 'unrecognized configuration parameter "transaction_timeout"'
_FIRST_WITH_THAT_SETTING = 17


def dump(url: str, server_version: int, *, snapshot: str) -> Iterator[bytes]:
    """A dump of the database in the custom format, compressed, in pieces. BackupError if it is not complete.

    `server_version` is the major version; `snapshot` the id that pg_export_snapshot has returned.
    """
    arguments = ["--format=custom", f"--snapshot={snapshot}", "--no-password"]
    with tempfile.TemporaryFile() as errors:
        process = _start("pg_dump", url, server_version, arguments, stdout=subprocess.PIPE, stderr=errors)
        try:
            while chunk := process.stdout.read(_CHUNK):
                yield chunk
            if process.wait() != 0:
                errors.seek(0)
                raise BackupError(f"The dump failed: {_first_error(errors.read(), url)}.")
        finally:
            process.stdout.close()
            process.kill()
            process.wait()


def restore(file: Path, url: str, server_version: int, *, jobs: int, with_owners: bool, report: Report) -> None:
    """Restores a dump into an empty database; BackupError if anything of it fails.

    Without owners, everything belongs to the login that restores.
    """
    is_older = server_version < _FIRST_WITH_THAT_SETTING
    arguments = ["--verbose", "--no-password", f"--jobs={jobs}"]
    arguments += [] if with_owners else ["--no-owner", "--no-acl"]
    arguments += [] if is_older else ["--exit-on-error"]
    process = _start("pg_restore", url, server_version, [*arguments, str(file)], stderr=subprocess.PIPE)
    lines: list[str] = []
    try:
        for line in process.stderr:
            text = line.decode(errors="replace").rstrip()
            if "processing data for table" in text:
                report(f"restoring {text.rpartition('table ')[2]}")
            elif _ERROR.search(text):
                lines.append(text)
        status = process.wait()
    finally:
        process.stderr.close()
        process.kill()
        process.wait()
    real = [line for line in lines if _UNKNOWN_SETTING not in line]
    if real or (status != 0 and not (is_older and lines)):
        raise BackupError(
            f"The restore failed: {_first_error(chr(10).join(real).encode(), url)}. What is there is incomplete: drop "
            "the database, and restore into an empty one."
        )


def require_readable(file: Path, server_version: int) -> None:
    """BackupError if pg_restore cannot read what a dump contains; no server is needed for that."""
    command = [program("pg_restore", server_version), "--list", str(file)]
    done = subprocess.run(command, capture_output=True, env=os.environ | {"LC_ALL": "C"}, check=False)
    if done.returncode != 0:
        raise BackupError(f"pg_restore cannot read {file.name}: {_first_error(done.stderr, '')}.")


def program(name: str, server_version: int) -> str:
    """The path of a program that knows this server: the embedded server's, or else a newer one on the path."""
    candidates = [str(embedded_postgres.program(name)), shutil.which(name)]
    versions = {path: _version(path) for path in candidates if path is not None}
    for path, version in versions.items():
        if version >= server_version:
            return path
    raise BackupError(
        f"The server is PostgreSQL {server_version}, and {name} is of PostgreSQL {max(versions.values())}, which "
        f"cannot read it: install the client programs of PostgreSQL {server_version}, and put them on the PATH."
    )


def _version(path: str) -> int:
    """The major version; 0 if the program does not run."""
    try:
        done = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)
    except OSError:
        return 0
    found = _VERSION.search(done.stdout)
    return int(found[1]) if found else 0


def _start(
    name: str,
    url: str,
    server_version: int,
    arguments: list[str],
    *,
    stdout: int = subprocess.DEVNULL,
    stderr: IO[bytes] | int,
) -> Any:
    # Arguments are visible to everybody who lists processes: pass the password in the environment.
    parameters: dict[str, Any] = dict(conninfo_to_dict(url))
    password = parameters.pop("password", None)
    # Messages in English, because some are compared.
    environment = os.environ | {"LC_ALL": "C", "PGAPPNAME": "syndication"}
    if password is not None:
        environment["PGPASSWORD"] = str(password)
    return subprocess.Popen(
        [program(name, server_version), f"--dbname={make_conninfo(**parameters)}", *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=stderr,
    )


def _first_error(output: bytes, url: str) -> str:
    """The first error as one line. The lines after it may quote rows."""
    lines = [line.strip() for line in output.decode(errors="replace").splitlines() if line.strip()]
    first = next((line for line in lines if _ERROR.search(line)), lines[0] if lines else "it gave no reason")
    return without_secrets(_ERROR.sub("", first), url).rstrip(".")
