"""Two people who quote and repost each other, on two days: one of them is erased, the other must not notice."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pyarrow.parquet as pq
from psycopg import sql

from syndication_assets.database.connection import transaction
from syndication_assets.engagement.checks import CHECKS as ENGAGEMENT_CHECKS
from syndication_assets.landing.loading.withdrawal import withdraw_files
from syndication_assets.landing.zone.changing_zone import ChangingZone
from syndication_assets.media.media_store import MediaStore
from syndication_assets.operations.archive.archive_store import ArchiveStore
from syndication_assets.operations.archive.archiving import ArchiveRun, run_archive
from syndication_assets.operations.archive.month_restoring import months_to_restore, restore
from syndication_assets.person_erasure.erasing import ROLLUPS, Action, Places, erase
from syndication_assets.scraping.checks import CHECKS as SCRAPING_CHECKS
from syndication_assets.scraping.fetching.download_runs import run_session
from syndication_assets.sql_assets.checks import find_offenders, read_only_transaction
from syndication_assets.sql_assets.rollups import compute_rollup
from syndication_assets_tests.scraping.linkedin_dataset import MONDAY, TUESDAY, Desk, activity_id, post, repost

LENA, NAME = "lena-beispiel", "Lena Beispiel"
KEY = "an-invented-key-of-forty-characters-long"
TEXT = "Wir stricken jetzt gemeinsam am Kamin. #Wolle #Lena"


def by_lena(number: int, text: str = TEXT, **more: Any) -> dict[str, Any]:
    return post(activity_id(number), text=text, author=LENA, **more) | {
        "author": {
            "first_name": "Lena",
            "last_name": "Beispiel",
            "username": "Lena-Beispiel",
            "profile_url": f"https://www.linkedin.example/in/{LENA}",
            "follower_count": 7,
        },
        "url": f"https://www.linkedin.example/posts/{LENA}_wolle-activity-{activity_id(number)}",
    }


def by_otto(number: int, text: str = "Wool and weather #Wolle", **more: Any) -> dict[str, Any]:
    return post(activity_id(number), text=text, author="otto", **more)


class Neighbours:
    """A database, a landing zone and an archive with both."""

    def __init__(self, url: str, root: Path) -> None:
        self.url, self.root = url, root
        self.zone = ChangingZone(str(root / "landing"))
        self.places = Places(
            url, self.zone, ArchiveStore(str(root / "archive")), 32 * 1024 * 1024, MediaStore(str(root / "media"))
        )

    @contextmanager
    def desk(self) -> Iterator[Desk]:
        with run_session(self.url, "test") as session:
            yield Desk(self.url, self.zone, session)

    def land_and_load(self) -> None:
        with self.desk() as desk:
            ottos = by_otto(1, reactions=50)
            for number, day in enumerate((MONDAY, TUESDAY)):
                desk.land(
                    day,
                    6,
                    by_lena(11, reactions=10 + number),
                    by_lena(12, "Kurz", reactions=3),
                    by_lena(13, "Ein Zitat", quoted=by_otto(2, reactions=60 + number)),
                    repost(activity_id(14), by_otto(3, reactions=70 + number)),
                    {"urn": "nonsense", "text": f"by {NAME}", "author": {"username": LENA}},
                    username=LENA,
                    is_fetched=True,
                )
                desk.land(
                    day,
                    7,
                    ottos | {"text": f"Thanks to @{LENA} and {NAME}! #Wolle"},
                    by_otto(4, "I quote", reactions=80 + number, quoted=by_lena(11)),
                    repost(activity_id(5), by_lena(12)),
                    by_otto(6, reactions=90 + number),
                    username="otto",
                )
                desk.put(day, "dataset_damaged_2025-11-0" + str(day.day) + "_09-00-00-000.json", DAMAGED)
            taken = desk.land(MONDAY, 8, by_lena(15), username="Lena-Beispiel")
            desk.load(MONDAY, TUESDAY)
            withdraw_files(self.url, self.zone, [taken], f"asked for by {NAME}")
            desk.load(MONDAY)
        self.roll_up()
        self.execute(
            "insert into ai.llm_calls (organization_id, attempt, model, prompt, response) select organization_id, 1,"
            " 'model', %s, %s from tenancy.organizations",
            [json.dumps([{"role": "user", "content": f"Say it like this: {TEXT}"}]), "Nobody is named here."],
        )
        # The planner samples names, too.
        self.execute("analyze")

    def roll_up(self) -> None:
        for table in ROLLUPS:
            with transaction(self.url) as connection:
                compute_rollup(connection, "engagement", table, MONDAY, date(2025, 11, 5))

    def erase(self, action: Action = "erase") -> str:
        return erase(self.places, "default", "linkedin", LENA, lambda _: None, action)

    def erase_and_be_killed(self, point: str) -> None:
        """Erases in another process, which is killed at a fault point."""
        program = (
            "import sys\n"
            "from syndication_assets.landing.zone.changing_zone import ChangingZone\n"
            "from syndication_assets.media.media_store import MediaStore\n"
            "from syndication_assets.operations.archive.archive_store import ArchiveStore\n"
            "from syndication_assets.person_erasure.erasing import Places, erase\n"
            "url, root, name = sys.argv[1:]\n"
            "zone, archive = ChangingZone(f'{root}/landing'), ArchiveStore(f'{root}/archive')\n"
            "places = Places(url, zone, archive, 2**25, MediaStore(f'{root}/media'))\n"
            "erase(places, 'default', 'linkedin', name, lambda _: None)\n"
        )
        environment = {**os.environ, "SYNDICATION_FAULT_POINT": point, "SYNDICATION_ERASURE_KEY": KEY}
        done = subprocess.run(
            [sys.executable, "-c", program, self.url, str(self.root), LENA], env=environment, check=False
        )
        assert done.returncode == -signal.SIGKILL, point

    def archive(self, today: date = date(2026, 1, 15)) -> ArchiveRun:
        """Archives November, of which nothing is kept."""
        self.execute(
            "insert into operations.retention_policies (organization_id, subject, keep_months, action, grace_days)"
            " select o.organization_id, s.subject, 1, 'archive', 0 from tenancy.organizations o,"
            " operations.retention_subjects s where s.subject ~ '^(scraping|engagement)' on conflict do nothing"
        )
        return run_archive(self.url, self.places.archive, lambda _: None, today=today)

    def restore(self) -> None:
        """Restores November."""
        with transaction(self.url) as connection:
            archives = months_to_restore(connection, "default", date(2025, 11, 1), None)
        for archived in archives:
            restore(self.url, self.places.archive, archived, lambda _: None)

    def broken_totals(self) -> list[str]:
        """The checks of scraping and engagement that find something in these days."""
        with read_only_transaction(self.url) as connection:
            return [
                f"{room}.{check.table}.{check.name}"
                for room, checks in (("scraping", SCRAPING_CHECKS), ("engagement", ENGAGEMENT_CHECKS))
                for check in checks
                if find_offenders(connection, room, check, (MONDAY, date(2025, 11, 5))).count
            ]

    def execute(self, statement: str, parameters: Any = None) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url) as connection:
            connection.execute("set timezone = 'UTC'")
            cursor = connection.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else []

    def places_with(self, *texts: str) -> set[str]:
        """Tables, samples of the planner, files and archives that have one of the texts, in any case."""
        wanted = [text.lower() for text in texts]
        # What is stored as bytes is shown in hexadecimal digits.
        forms = wanted + [text.encode().hex() for text in texts]
        found = set()
        with psycopg.connect(self.url) as connection:
            for name, schema, table in connection.execute(
                "select c.oid::regclass::text, n.nspname, c.relname from pg_class c join pg_namespace n"
                " on n.oid = c.relnamespace where c.relkind = 'r' and n.nspname !~ '^pg_toast'"
                " and n.nspname <> 'information_schema' and (n.nspname <> 'pg_catalog' or c.relname = 'pg_statistic')"
            ).fetchall():
                statement = sql.SQL("select 1 from {} as t where lower(t::text) like any(%s) limit 1").format(
                    sql.Identifier(schema, table)
                )
                if connection.execute(statement, [[f"%{form}%" for form in forms]]).fetchall():
                    found.add(name)
        for path in self.root.rglob("*"):
            content = str(path.relative_to(self.root)).encode()
            if path.is_file():
                content += path.read_bytes()
            if path.suffix == ".parquet":
                content += json.dumps(pq.read_table(path).to_pylist(), default=str).encode()
            if any(text.encode() in content.lower() for text in wanted):
                found.add(str(path.relative_to(self.root)))
        return found

    def numbers_of_otto(self) -> list[tuple[Any, ...]]:
        """The snapshots and the daily engagement of the other person's posts."""
        return self.execute(
            "select p.urn, d.downloaded_at::text, d.reactions, d.comments, d.shares, d.stats::text,"
            " e.activity_date::text, e.reactions, e.reactions_delta, e.engagement_delta from scraping.post_records p"
            " join scraping.data_downloads d using (organization_id, post_id)"
            " left join engagement.post_engagement_daily e on e.post_id = p.post_id"
            " and e.activity_date = (d.downloaded_at at time zone 'utc')::date"
            " where p.author_username = 'otto' order by 1, 2"
        )


DAMAGED = (
    b'[{"urn": "7390000000000000001", "text": "broken", {"urn": 1},\n'
    b'{"urn": {"activity_urn": "' + activity_id(77).encode() + b'"}, "text": "whole", "stats": {"total_reactions": 5}}]'
)
