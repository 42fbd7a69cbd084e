"""A room writes to its own schema only. Every exception is listed here with its reason."""

import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
ROOMS = {path.name for path in (PROJECT / "sql").iterdir() if path.is_dir()} - {"migrations", "demo"}
WRITES_ACROSS_ROOMS = {
    ("scraping", "engagement.stale_days"): "merging two posts makes the rollups of the removed post's days stale",
    ("scraping", "engagement.post_engagement_daily"): "of two merged posts, archived days have no snapshots to roll up",
    ("scraping", "engagement.carried_values"): "what archived days carry moves with them",
    ("curation", "scraping.post_records"): "whether anybody has read or marked a post is shown on it",
    ("operations", "ai.llm_calls"): "the prompts of old requests are removed",
    ("engagement", "scraping.posts"): "a rollup clears needs_rebuild of the posts that it has rebuilt",
    ("content", "approval.rounds"): "the approval rule of a channel decides the texts of a day in one statement",
    ("content", "approval.round_steps"): "a round that a rule begins has one step",
    ("content", "approval.decisions"): "a round that a rule ends has its decision",
    ("ai", "operations.api_usage"): "a call and its usage are written in one transaction",
    ("tenancy", "operations.alert_routes"): "mails of alerts end with the user whose address they go to",
    ("channels", "tenancy.audit_log"): "the general trigger would log the ciphertext of a credential",
}
_WRITE = re.compile(
    r"\b(?:insert\s+into|update|delete\s+from|merge\s+into|truncate)\s+(?:only\s+)?([a-z_]+)\.([a-z_]+)"
)


def writes_of(text: str) -> set[str]:
    """The tables that the SQL in a file writes to, comments excluded."""
    code = re.sub(r"--[^\n]*", "", text)
    # A statement in Python is a series of adjacent strings, which are joined here.
    code = re.sub(r"\"\s*\n\s*f?\"", "", code)
    return {f"{schema}.{table}" for schema, table in _WRITE.findall(code) if schema in ROOMS}


def writes_across_rooms(directory: Path, pattern: str) -> dict[tuple[str, str], str]:
    """Writes to tables of another room: (room, table), with one of the files."""
    found = {}
    for room in sorted(ROOMS):
        for path in sorted((directory / room).rglob(pattern)):
            for table in writes_of(path.read_text()):
                if not table.startswith(f"{room}."):
                    found[room, table] = str(path.relative_to(directory))
    return found


@pytest.mark.parametrize(("directory", "pattern"), [("sql", "*.sql"), ("syndication_assets", "*.py")])
def test_no_room_writes_to_another_room_except_as_listed(directory: str, pattern: str):
    found = writes_across_rooms(PROJECT / directory, pattern)
    assert {place: path for place, path in found.items() if place not in WRITES_ACROSS_ROOMS} == {}


def test_every_listed_exception_is_still_needed():
    found = writes_across_rooms(PROJECT / "sql", "*.sql") | writes_across_rooms(PROJECT / "syndication_assets", "*.py")
    assert WRITES_ACROSS_ROOMS.keys() <= found.keys()


@pytest.mark.parametrize(
    "text",
    [
        "insert into engagement.posts_seen (a) values (1)",
        "with gone as (\n    delete from\n        engagement.posts_seen\n) select 1",
        'connection.execute("update"\n    " engagement.posts_seen set a = 1")',
    ],
)
def test_a_write_is_found_in_sql_and_in_python(text: str):
    assert writes_of(text) == {"engagement.posts_seen"}


def test_a_comment_writes_nothing():
    assert writes_of("-- update engagement.posts_seen\nselect 1") == set()
