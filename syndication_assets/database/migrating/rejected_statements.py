"""What PostgreSQL says of a statement that it rejects, and where in a file the statement is."""

from pathlib import Path

import psycopg


def message_of(error: psycopg.Error) -> str:
    """What PostgreSQL said and hinted, without the DETAIL and CONTEXT, which may quote rows."""
    diagnosis = error.diag
    if diagnosis.message_primary is None:
        return str(error).strip().splitlines()[0]
    return " ".join(filter(None, [f"{diagnosis.message_primary} ({diagnosis.sqlstate})", diagnosis.message_hint]))


def line_of(error: psycopg.Error, path: Path) -> str:
    """The position in the file at which PostgreSQL reported the error, if known."""
    position = error.diag.statement_position
    if position is None:
        return ""
    line = path.read_text(encoding="utf-8").count("\n", 0, int(position) - 1) + 1
    return f" (line {line})"
