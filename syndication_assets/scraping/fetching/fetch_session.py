"""A fetch session: a series of runs of one organization and source of which only the last completes.

A run after a failed or dead run continues its session and skips the profiles that the session has already landed. The
`.meta.json` of each landed file names the session, so the files themselves record the progress, even if the process
dies.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from psycopg.errors import LockNotAvailable

from syndication_assets.database.connection import Connection, connect
from syndication_assets.errors import SyndicationError
from syndication_assets.landing.zone.landing_zone import LandingError, LandingZone
from syndication_assets.landing.zone.observation_time import file_name_time
from syndication_assets.scraping.fetching.download_runs import DownloadRun
from syndication_assets.scraping.fetching.profile_listing import FetchedFile, FetchedProfile, ProfileToFetch

RESUME_WITHIN = timedelta(hours=5)
"""How long a landed profile counts as done in its session, for a fetch by hand. A scheduled one asks what is due."""

# The first run of the session: the newest run that does not follow an unfinished run within the limit.
_SESSION = """
select run_id from (
    select
        run_id, started_at,
        coalesce(
            lag(status) over earlier = 'completed' or lag(completed_at) over earlier < started_at - %(resume_within)s,
            true
        ) as is_first
    from scraping.download_runs
    where organization_id = %(organization_id)s and source = %(source)s and kind = 'fetch'
    window earlier as (order by started_at, run_id)
) runs
where is_first
order by started_at desc, run_id desc
limit 1
"""


@dataclass(frozen=True, slots=True)
class Organization:
    """A tenant: its id, and its slug, the name of its folder in the landing zone."""

    organization_id: str
    slug: str


@dataclass(frozen=True, slots=True)
class FetchSource:
    """A source of files; `fetch` raises SyndicationError if it gets nothing of the profile."""

    name: str
    platform: str
    file_prefix: str
    fetch: Callable[[ProfileToFetch], FetchedProfile]


@dataclass(frozen=True, slots=True)
class FetchLanding:
    """Lands the files of one run with their companions."""

    zone: LandingZone
    organization: Organization
    source: FetchSource
    fetch_session: str
    run_id: str

    def land(self, username: str, files: Sequence[FetchedFile]) -> None:
        """Lands the files of a profile, each in the folder of the UTC day on which it was observed."""
        latest = datetime.min.replace(tzinfo=UTC)
        for part, file in enumerate(files, start=1):
            # File names have millisecond precision, and two files of a profile need different names.
            observed_at = max(_to_millisecond(file.observed_at), latest + timedelta(milliseconds=1))
            latest = observed_at
            stamp = file_name_time(observed_at)
            name = f"{self.source.file_prefix}_{quote(username, safe='@+~=,%')}_{stamp}.json"
            meta = {
                "observed_at": observed_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                "fetch_session": self.fetch_session,
                "run_id": self.run_id,
                "actor_run_id": file.actor_run_id,
                "cost_usd": file.cost_usd,
                "tracked_username": username,
                "part": part,
                "parts": len(files),
            }
            self.zone.land(self.organization.slug, self.source.name, observed_at.date(), name, file.content, meta)


@contextmanager
def the_only_fetch(url: str, organization: Organization, source: FetchSource) -> Iterator[Connection]:
    """A connection whose lock prevents a second fetch of the same organization and source, which would pay twice."""
    is_alone = True
    with connect(url, autocommit=True) as connection:
        # The lock of a process that was just killed may not be released yet.
        connection.execute("set role syndication_pipeline; set lock_timeout = '2s'")
        lock = [f"{organization.organization_id}/{source.name}"]
        try:
            connection.execute("select pg_advisory_lock(hashtext('fetch'), hashtext(%s))", lock)
        except LockNotAvailable:
            is_alone = False
        if is_alone:
            yield connection
    if not is_alone:
        raise SyndicationError(
            f"Another fetch of {source.name} for {organization.slug} is running: wait for it, or terminate its run."
        )


def session_of(connection: Connection, run: DownloadRun, source: FetchSource, resume_within: timedelta) -> str:
    """The id of the run that started the session of this run; its own id if it starts a session."""
    values = {"organization_id": run.organization_id, "source": source.name, "resume_within": resume_within}
    row = connection.execute(_SESSION, values).fetchone()
    assert row is not None  # noqa: S101 - the run itself is among the rows
    return str(row[0])


def landed_profiles(landing: FetchLanding, since: datetime, *, of_any_session: bool = False) -> set[str]:
    """The profiles whose files the session, or any, has landed completely, observed at or after `since`."""
    parts: dict[tuple[str, str, int], int] = defaultdict(int)
    now = datetime.now(UTC)
    days = {(since + timedelta(days=number)).date() for number in range((now.date() - since.date()).days + 1)}
    here = (landing.organization.slug, landing.source.name)
    for file in (file for day in days for file in landing.zone.files(day) if (file.organization, file.source) == here):
        try:
            meta = landing.zone.read_meta(file.path)
        except LandingError:
            continue  # not landed by a fetch
        is_of_session = of_any_session or meta.get("fetch_session") == landing.fetch_session
        if is_of_session and "parts" in meta and datetime.fromisoformat(meta["observed_at"]) >= since:
            parts[meta["tracked_username"], meta["run_id"], meta["parts"]] += 1
    return {username for (username, _, expected), landed in parts.items() if landed >= expected}


def _to_millisecond(moment: datetime) -> datetime:
    moment = moment.astimezone(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
