"""The dump of a filled database of a release: makes it, and restores it for a test.

`python -m syndication_assets_tests.upgrades.released_database 0.1.0` makes it again from that release's migrations: the
organization `demo` has two days of sample posts, loaded and rolled up, and `first` and `second` have one row in
every table. All of it is invented. Only times and the order of rows differ between two dumps.
"""

import gzip
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import psycopg

from syndication_assets.database import embedded_postgres
from syndication_assets.database.connection import transaction
from syndication_assets.database.migrating.migrations import Migration, find_migrations, migrate
from syndication_assets.database.schema.schema_rights import ROLES
from syndication_assets.demo.sample_landing import land
from syndication_assets.demo.samples.landing_files import sample_files
from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets.scraping.fetching.download_runs import run_session
from syndication_assets.scraping.loading.post_load import load_day
from syndication_assets.sql_assets.rollups import compute_rollup
from syndication_assets_tests.sample_database import ROLLUPS
from syndication_assets_tests.tenancy.conftest import fill_two_organizations

DIRECTORY = Path(__file__).resolve().parent
NEWEST_OF_RELEASE = {"0.1.0": "0013"}
"""The newest migration of each release."""
FIRST_DAY, DAYS = date(2025, 11, 3), 2
# Of a newer server than the oldest that is supported.
_UNKNOWN_SETTINGS = (b"SET transaction_timeout",)


def migrations_of(release: str) -> list[Migration]:
    return [migration for migration in find_migrations() if migration.revision <= NEWEST_OF_RELEASE[release]]


def land_day(zone: LandingZone, number: int) -> date:
    """Lands the sample posts of a day, counted from 0, and returns it."""
    day = FIRST_DAY + timedelta(days=number)
    files = sample_files(first_day=FIRST_DAY, days=number + 1, linkedin_profiles=2, youtube_channels=1)
    land(zone, (file for file in files if file.landed_on == day))
    return day


def load_and_roll_up(url: str, zone: LandingZone, day: date) -> None:
    with run_session(url, "test") as session:
        load_day(url, zone, day, maximum_file_bytes=10**8, session=session)
    for table in ROLLUPS:
        with transaction(url, lock=f"engagement.{table}") as connection:
            compute_rollup(connection, "engagement", table, FIRST_DAY, day + timedelta(days=1))


def restore(url: str, release: str) -> None:
    """Restores the dump of a release into an empty database, the roles first, as docs/operate.md says."""
    with psycopg.connect(url, autocommit=True) as connection:
        for role in ROLES:
            if not connection.execute("select from pg_roles where rolname = %s", [role]).fetchall():
                connection.execute(f"create role {role} nologin")
    dump = gzip.decompress((DIRECTORY / f"{release}.sql.gz").read_bytes())
    _run(["psql", "--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", "--output=/dev/null", url], dump)


def _fill(url: str, directory: Path) -> None:
    with psycopg.connect(url) as connection:
        # The samples belong to the organization `demo`.
        connection.execute("insert into tenancy.organizations (slug, name) values ('demo', 'Demo')")
    zone = LandingZone(str(directory))
    for number in range(DAYS):
        load_and_roll_up(url, zone, land_day(zone, number))
    fill_two_organizations(url)


def _run(command: Sequence[str], given: bytes | None = None) -> bytes:
    program, *arguments = command
    ended = subprocess.run(
        [embedded_postgres.program(program), *arguments], input=given, capture_output=True, check=False
    )
    if ended.returncode:
        raise RuntimeError(f"{program} failed: {ended.stderr.decode()}")
    return ended.stdout


def _make(release: str) -> Path:
    path = DIRECTORY / f"{release}.sql.gz"
    with tempfile.TemporaryDirectory() as directory:
        url = embedded_postgres.start(Path(directory) / "server")
        try:
            migrate(url, migrations_of(release))
            _fill(url, Path(directory) / "landing")
            dump = _run(["pg_dump", url])
        finally:
            embedded_postgres.stop(Path(directory) / "server")
    lines = (line for line in dump.splitlines(keepends=True) if not line.startswith(_UNKNOWN_SETTINGS))
    path.write_bytes(gzip.compress(b"".join(lines), mtime=0))
    return path


if __name__ == "__main__":
    for name in [name for name in os.environ if name.startswith("SYNDICATION_")]:
        del os.environ[name]
    made = _make(sys.argv[1])
    sys.stdout.write(f"{made}: {made.stat().st_size:,} bytes\n")
