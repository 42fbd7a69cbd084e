"""One check a table that the database enforces its keys and references: it passes, and sees each way to lose one."""

from datetime import date

import psycopg
import pytest

from syndication_assets.catalogue.checks import CHECKS as CATALOGUE
from syndication_assets.channels.checks import CHECKS as CHANNELS
from syndication_assets.documents.checks import CHECKS as DOCUMENTS
from syndication_assets.engagement.checks import CHECKS as ENGAGEMENT
from syndication_assets.engagement.priorities import CHECKS as PRIORITIES
from syndication_assets.landing.checks import CHECKS as LANDING
from syndication_assets.scraping.checks import CHECKS as SCRAPING
from syndication_assets.sql_assets.checks import SqlCheck, find_offenders

pytestmark = pytest.mark.both_servers
WINDOW = (date(2025, 11, 3), date(2025, 11, 4))
ROOMS = {
    "catalogue": CATALOGUE,
    "channels": CHANNELS,
    "documents": DOCUMENTS,
    "engagement": [*ENGAGEMENT, *PRIORITIES],
    "landing": LANDING,
    "scraping": SCRAPING,
}
CONSTRAINT_CHECKS = [
    (room, check) for room, checks in ROOMS.items() for check in checks if check.name == "constraints_are_valid"
]
LOSSES = {
    "primary key missing": "alter table {table} drop constraint {key} cascade",
    "constraint not validated": "alter table {table} add constraint later check (organization_id <> '') not valid",
    "index invalid": "update pg_index set indisvalid = false where indexrelid = '{schema}.{key}'::regclass",
    "reference disabled": "alter table {table} disable trigger all",
}


def problems(connection: psycopg.Connection, room: str, check: SqlCheck) -> list[tuple[str, str]]:
    """Kind and problem of each offender."""
    return [(row[1], row[3]) for row in find_offenders(connection, room, check, WINDOW).rows]


@pytest.fixture
def connection(shared_database: str):
    """A superuser's transaction that leaves nothing."""
    with psycopg.connect(shared_database, cursor_factory=psycopg.ClientCursor) as connection:
        yield connection
        connection.rollback()


@pytest.mark.parametrize(("room", "check"), CONSTRAINT_CHECKS, ids=lambda value: getattr(value, "table", value))
def test_each_table_has_valid_constraints_and_a_missing_key_is_found(connection, room: str, check: SqlCheck):
    assert problems(connection, room, check) == []
    table = f"{room}.{check.enforced_on or check.table}"
    (key,) = connection.execute(
        "select conname from pg_constraint where conrelid = %s::regclass and contype = 'p'", [table]
    ).fetchone()
    connection.execute(f'alter table {table} drop constraint "{key}" cascade')
    assert ("primary key", "missing") in problems(connection, room, check)


@pytest.mark.parametrize("loss", LOSSES)
def test_each_way_to_lose_a_constraint_is_found(connection, loss: str):
    (check,) = (check for check in SCRAPING if check.table == "post_aliases" and check.shared_file is not None)
    names = {"table": "scraping.post_aliases", "schema": "scraping", "key": "post_aliases_pkey"}
    connection.execute(LOSSES[loss].format(**names))
    kinds = {
        "primary key missing": ("primary key", "missing"),
        "constraint not validated": ("constraint", "not validated"),
        "index invalid": ("index", "invalid"),
        "reference disabled": ("trigger of a constraint", "disabled"),
    }
    assert kinds[loss] in problems(connection, "scraping", check)


def test_a_partition_is_inspected_too(connection):
    connection.execute("select operations.ensure_month_partitions('scraping.snapshots', '2025-11-01', '2025-11-02')")
    (check,) = (check for check in SCRAPING if check.enforced_on == "snapshots")
    assert problems(connection, "scraping", check) == []
    (partition,) = connection.execute(
        "select min(inhrelid::regclass::text) from pg_inherits where inhparent = 'scraping.snapshots'::regclass"
    ).fetchone()
    connection.execute(f"alter table {partition} disable trigger all")
    assert ("trigger of a constraint", "disabled") in problems(connection, "scraping", check)
