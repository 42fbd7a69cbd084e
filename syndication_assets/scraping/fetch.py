"""Fetching: from a platform's API to the landing zone, one tracked profile at a time. Fetches never write posts.

Each profile lands as soon as it is fetched. A *fetch session* is a series of runs of one organization and source of
which only the last completes: a run after a failed or dead run continues its session and skips the profiles that the
session has already landed. The `.meta.json` of each landed file names the session, so the files themselves record the
progress, even if the process dies.
"""

import json
import logging
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import fsum
from urllib.parse import quote

from psycopg.errors import LockNotAvailable

from syndication_assets.database.connection import Connection, connect, transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.landing.landing_zone import LandingError, LandingZone
from syndication_assets.landing.observation_time import file_name_time
from syndication_assets.scraping.download_runs import DownloadRun, RunCounters, RunStatus, run_session
from syndication_assets.scraping.fetch_errors import AccountRejectedError, FetchError

RESUME_WITHIN = timedelta(hours=5)
"""How long a landed profile counts as done in its session. Shorter than the six hours between scheduled fetches;
otherwise a profile that always fails would keep the other profiles from being observed again."""

_SCRIPT_NAME = "syndication_assets.scraping.fetch"
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

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Organization:
    """A tenant: its id, and its slug, the name of its folder in the landing zone."""

    organization_id: str
    slug: str


@dataclass(frozen=True, slots=True)
class FetchedFile:
    """One file to land: a response of the API for one profile, and its time (UTC)."""

    content: bytes
    observed_at: datetime
    actor_run_id: str | None = None
    cost_usd: float | None = None


@dataclass(frozen=True, slots=True)
class FetchSource:
    """A source of files; `fetch` takes the username of a profile and raises SyndicationError on failure."""

    name: str
    platform: str
    file_prefix: str
    fetch: Callable[[str], Sequence[FetchedFile]]


@dataclass(slots=True)
class FetchReport:
    """The result of the fetch of one organization."""

    organization: str
    run_id: str | None = None
    """None if no profile is tracked: then no run is opened."""
    profiles: int = 0
    files_landed: int = 0
    posts_fetched: int = 0
    skipped: int = 0
    """Profiles already landed by an earlier run of the session."""
    failures: dict[str, str] = field(default_factory=dict)
    """Username → error message."""
    not_tried: int = 0
    """Profiles that were not attempted because the platform rejected the whole account."""
    costs_usd: list[float] = field(default_factory=list)

    @property
    def cost_usd(self) -> float | None:
        """The total cost, including failed scrapes; None if no cost was reported."""
        return round(fsum(self.costs_usd), 6) if self.costs_usd else None

    @property
    def error_message(self) -> str | None:
        if not self.failures:
            return None
        count = f"{len(self.failures)} of {self.profiles} profiles could not be fetched"
        not_tried = f", and {self.not_tried} were not tried after that" if self.not_tried else ""
        return "\n".join([f"{count}{not_tried}.", *(f"{name}: {message}" for name, message in self.failures.items())])

    @property
    def counters(self) -> RunCounters:
        return RunCounters(posts_fetched=self.posts_fetched, cost_usd=self.cost_usd)


def active_organizations(url: str) -> list[Organization]:
    with transaction(url) as connection:
        rows = connection.execute(
            "select organization_id, slug from tenancy.organizations"
            # Invented people cannot be fetched, and samples never mix with measured data.
            " where is_active and not settings @> '{\"is_sample\": true}' order by slug"
        ).fetchall()
    return [Organization(*row) for row in rows]


def tracked_usernames(url: str, organization_id: str, platform: str) -> list[str]:
    with transaction(url) as connection:
        rows = connection.execute(
            "select username from scraping.profiles"
            " where organization_id = %s and platform = %s and is_tracked and is_active order by username",
            [organization_id, platform],
        ).fetchall()
    return [username for (username,) in rows]


def fetch_organization(
    url: str,
    zone: LandingZone,
    organization: Organization,
    source: FetchSource,
    *,
    dagster_run_id: str | None = None,
    resume_within: timedelta = RESUME_WITHIN,
    log: logging.Logger = logger,
) -> FetchReport:
    """Lands the current posts of each tracked profile of one organization.

    A failed profile is listed in the report and in the run, which is then `failed`; the other profiles are fetched
    nevertheless. Raises SyndicationError if another fetch of the same organization and source is running.
    """
    usernames = tracked_usernames(url, organization.organization_id, source.platform)
    report = FetchReport(organization.slug, profiles=len(usernames))
    if not usernames:
        log.info("%s: no %s profile is tracked", organization.slug, source.platform)
        return report
    with (
        _the_only_fetch(url, organization, source) as connection,
        run_session(url, _SCRIPT_NAME, dagster_run_id) as session,
    ):
        today = datetime.now(UTC).date()
        run = session.open(
            kind="fetch",
            organization_id=organization.organization_id,
            source=source.name,
            platform=source.platform,
            first_day=today,
            last_day=today,
        )
        report.run_id = run.run_id
        try:
            fetch_session = _fetch_session(connection, run, source, resume_within)
            landing = _Landing(zone, organization, source, fetch_session, run.run_id)
            is_resumed = fetch_session != run.run_id
            done = _landed_profiles(landing, datetime.now(UTC) - resume_within) if is_resumed else set()
            _fetch_profiles(landing, usernames, done, report, log)
        except BaseException as error:
            status: RunStatus = "failed" if isinstance(error, Exception) else "cancelled"
            reason = str(error) if isinstance(error, SyndicationError) else type(error).__name__
            message = "\n".join(filter(None, [f"The fetch stopped: {reason}", report.error_message]))
            session.close(run, status, report.counters, message)
            raise
        session.close(run, "failed" if report.failures else "completed", report.counters, report.error_message)
    return report


@dataclass(frozen=True, slots=True)
class _Landing:
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


def _fetch_profiles(
    landing: _Landing, usernames: list[str], done: set[str], report: FetchReport, log: logging.Logger
) -> None:
    where = f"{landing.organization.slug}/{landing.source.name}"
    for number, username in enumerate(usernames, start=1):
        progress = f"{where}: {username} ({number} of {len(usernames)})"
        if username in done:
            report.skipped += 1
            log.info("%s has already landed in session %s", progress, landing.fetch_session)
            continue
        try:
            files = landing.source.fetch(username)
            costs = [file.cost_usd for file in files if file.cost_usd is not None]
            report.costs_usd += costs
            landing.land(username, files)
        except SyndicationError as error:
            report.failures[username] = str(error)
            if isinstance(error, FetchError) and error.cost_usd is not None:
                report.costs_usd.append(error.cost_usd)
            log.warning("%s failed: %s", progress, error)
            if isinstance(error, AccountRejectedError):
                report.not_tried = sum(name not in done for name in usernames[number:])
                report.skipped = len(done.intersection(usernames))
                return
            continue
        posts = sum(_count_posts(file.content) for file in files)
        report.files_landed += len(files)
        report.posts_fetched += posts
        price = f" for {fsum(costs):.4f} USD" if costs else ""
        log.info("%s: landed %s posts in %s files%s", progress, posts, len(files), price)


@contextmanager
def _the_only_fetch(url: str, organization: Organization, source: FetchSource) -> Iterator[Connection]:
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


def _fetch_session(connection: Connection, run: DownloadRun, source: FetchSource, resume_within: timedelta) -> str:
    """The id of the run that started the session of this run; its own id if it starts a session."""
    values = {"organization_id": run.organization_id, "source": source.name, "resume_within": resume_within}
    row = connection.execute(_SESSION, values).fetchone()
    assert row is not None  # noqa: S101 - the run itself is among the rows
    return str(row[0])


def _landed_profiles(landing: _Landing, since: datetime) -> set[str]:
    """The profiles whose files the session has landed completely, observed at or after `since`."""
    parts: dict[tuple[str, str, int], int] = defaultdict(int)
    now = datetime.now(UTC)
    days = {(since + timedelta(days=number)).date() for number in range((now.date() - since.date()).days + 1)}
    here = (landing.organization.slug, landing.source.name)
    for file in (file for day in days for file in landing.zone.files(day) if (file.organization, file.source) == here):
        try:
            meta = landing.zone.read_meta(file.path)
        except LandingError:
            continue  # not landed by a fetch
        if meta.get("fetch_session") == landing.fetch_session and datetime.fromisoformat(meta["observed_at"]) >= since:
            parts[meta["tracked_username"], meta["run_id"], meta["parts"]] += 1
    return {username for (username, _, expected), landed in parts.items() if landed >= expected}


def _to_millisecond(moment: datetime) -> datetime:
    moment = moment.astimezone(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _count_posts(content: bytes) -> int:
    body = json.loads(content)
    return len(body["items"] if isinstance(body, dict) else body)
