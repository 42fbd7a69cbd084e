"""The programs of PostgreSQL that dump and restore: which are used, and that they quote no password."""

from pathlib import Path

import pytest

from syndication_assets.operations.backup import client_programs
from syndication_assets.operations.backup.manifest import BackupError
from syndication_assets_tests.operations.backup.conftest import CANARY


def test_a_server_that_is_newer_than_the_programs_is_said(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(client_programs, "_version", lambda _: 18)
    with pytest.raises(BackupError, match=r"PostgreSQL 19, and pg_dump is of PostgreSQL 18, which cannot"):
        client_programs.program("pg_dump", 19)
    assert client_programs.program("pg_dump", 18).endswith("pg_dump")


def test_a_password_is_not_among_the_arguments_of_a_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    program = tmp_path / "pg_dump"
    program.write_text('#!/bin/sh\necho "$@"\necho "password: $PGPASSWORD"\n')
    program.chmod(0o755)
    monkeypatch.setattr(client_programs, "program", lambda *_: str(program))
    url = f"postgresql://somebody:{CANARY}@host:1/name"
    arguments, password = b"".join(client_programs.dump(url, 18, snapshot="1")).decode().splitlines()
    assert CANARY not in arguments
    assert "host=host" in arguments
    assert password == f"password: {CANARY}"


def test_a_dump_that_fails_quotes_no_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    program = tmp_path / "pg_dump"
    program.write_text(f'#!/bin/sh\necho "pg_dump: error: {CANARY} is wrong" >&2\necho "DETAIL: a row" >&2\nexit 1\n')
    program.chmod(0o755)
    monkeypatch.setattr(client_programs, "program", lambda *_: str(program))
    with pytest.raises(BackupError) as caught:
        list(client_programs.dump(f"postgresql://somebody:{CANARY}@host/name", 18, snapshot="1"))
    assert str(caught.value) == "The dump failed: … is wrong."
