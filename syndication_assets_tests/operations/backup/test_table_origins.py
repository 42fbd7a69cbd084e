"""What would be lost without a backup: every table is in the list, and on the page that shows it."""

import re

import psycopg

from syndication_assets.operations.backup.table_origins import ORIGINS, Origin
from syndication_assets.settings import PROJECT_DIRECTORY

HEADINGS: dict[str, Origin] = {
    "| from landed files |": "landed files",
    "| computed |": "computed",
    "| only in a backup |": "backup only",
}
TABLE = r"`([a-z]+\.[a-z_]+)`"


def test_every_table_has_one_origin(shared_database: str):
    with psycopg.connect(shared_database) as connection:
        tables = connection.execute(
            "select format('%s.%s', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace"
            " where c.relkind in ('r', 'p') and not c.relispartition and n.nspname !~ '^pg_'"
            " and n.nspname not in ('information_schema', 'public')"
        ).fetchall()
    assert {table for (table,) in tables} == set(ORIGINS), "add it to table_origins.py and to docs/backup.md"


def test_the_page_shows_the_same_list():
    page = (PROJECT_DIRECTORY / "docs" / "backup.md").read_text()
    section = page[page.index("## What can be rebuilt") : page.index("## Recover to a point in time")]
    shown: dict[str, Origin] = {}
    origin: Origin | None = None
    for line in section.splitlines():
        for heading, of_heading in HEADINGS.items():
            if line.startswith(heading):
                origin = of_heading
        if origin is not None:
            for table in re.findall(TABLE, line):
                assert table not in shown, table
                shown[table] = origin
    assert shown == ORIGINS
