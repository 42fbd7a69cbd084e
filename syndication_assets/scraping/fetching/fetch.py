"""Fetching: from a platform's API to the landing zone, one tracked profile at a time. Fetches never write posts.

Each profile lands as soon as it is fetched: a run after a failed or dead run skips what has landed (`fetch_session`).
"""

import json
import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import fsum

from syndication_assets.database.connection import Connection, transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets.operations.usage.call_ledger import CallLedger
from syndication_assets.operations.usage.call_totals import CallTotals
from syndication_assets.scraping.fetching.download_runs import RunCounters, RunStatus, run_session
from syndication_assets.scraping.fetching.fetch_errors import AccountRejectedError, FetchError
from syndication_assets.scraping.fetching.fetch_session import (
    RESUME_WITHIN,
    FetchLanding,
    FetchSource,
    Organization,
    landed_profiles,
    session_of,
    the_only_fetch,
)
from syndication_assets.scraping.fetching.profile_listing import ProfileToFetch
from syndication_assets.scraping.fetching.sampling import profiles_to_fetch, record_failure, record_fetch
from syndication_assets.tenancy.limits import require_room

_SCRIPT_NAME = "syndication_assets.scraping.fetching.fetch"
logger = logging.getLogger(__name__)


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
    """Profiles already landed by an earlier run of the session, or by any run a short time ago."""
    failures: dict[str, str] = field(default_factory=dict)
    """Username → error message."""
    not_tried: int = 0
    """Profiles that were not attempted because the platform rejected the whole account."""
    gaps: dict[str, str] = field(default_factory=dict)
    """Username → which posts may be missing, and why."""
    costs_usd: list[float] = field(default_factory=list)
    calls: CallTotals = field(default_factory=CallTotals)
    """The requests to the API."""

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


def fetch_organization(
    url: str,
    zone: LandingZone,
    organization: Organization,
    source: FetchSource,
    *,
    only_due: bool = False,
    dagster_run_id: str | None = None,
    resume_within: timedelta = RESUME_WITHIN,
    guard: timedelta = timedelta(0),
    log: logging.Logger = logger,
) -> FetchReport:
    """Lands the current posts of each tracked profile of one organization, or only of those that are due.

    A failed profile is listed in the report and in the run, which is then `failed`; the other profiles are fetched
    nevertheless. Unless only due profiles are wanted, one that any run has landed within `guard` is not paid for again.
    Raises SyndicationError if another fetch of the same organization and source is running. LimitReachedError, and no
    profile is fetched, if the organization has as many posts or stored bytes as it may; one run may pass the limit.
    """
    profiles = profiles_to_fetch(url, organization.organization_id, source.platform, only_due=only_due)
    report = FetchReport(organization.slug, profiles=len(profiles))
    if not profiles:
        log.info("%s: no %s profile is %s", organization.slug, source.platform, "due" if only_due else "tracked")
        return report
    with transaction(url) as connection:
        require_room(connection, organization.organization_id, ("posts", "storage_bytes"))
    with (
        the_only_fetch(url, organization, source) as connection,
        run_session(url, _SCRIPT_NAME, dagster_run_id) as session,
        CallLedger(url, dagster_run_id) as ledger,
        ledger.of(organization.organization_id),
    ):
        report.calls = ledger.totals
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
            fetch_session = session_of(connection, run, source, resume_within)
            landing = FetchLanding(zone, organization, source, fetch_session, run.run_id)
            # What has landed is no longer due.
            is_resumed = fetch_session != run.run_id and not only_due
            now = datetime.now(UTC)
            done = landed_profiles(landing, now - resume_within) if is_resumed else set()
            if guard and not only_due:
                done |= landed_profiles(landing, now - guard, of_any_session=True)
            _fetch_profiles(connection, landing, profiles, done, report, log)
        except BaseException as error:
            status: RunStatus = "failed" if isinstance(error, Exception) else "cancelled"
            reason = str(error) if isinstance(error, SyndicationError) else type(error).__name__
            message = "\n".join(filter(None, [f"The fetch stopped: {reason}", report.error_message]))
            session.close(run, status, report.counters, message)
            raise
        session.close(run, "failed" if report.failures else "completed", report.counters, report.error_message)
    return report


def _fetch_profiles(
    connection: Connection,
    landing: FetchLanding,
    profiles: list[ProfileToFetch],
    done: set[str],
    report: FetchReport,
    log: logging.Logger,
) -> None:
    where = f"{landing.organization.slug}/{landing.source.name}"
    for number, profile in enumerate(profiles, start=1):
        progress = f"{where}: {profile.username} ({number} of {len(profiles)})"
        if profile.username in done:
            report.skipped += 1
            log.info("%s has already landed in session %s or a short time ago", progress, landing.fetch_session)
            continue
        problem: SyndicationError | None
        try:
            problem = _fetch_profile(connection, landing, profile, report, log, progress)
        except SyndicationError as error:
            problem = error
        if problem is None:
            continue
        report.failures[profile.username] = str(problem)
        if isinstance(problem, FetchError) and problem.cost_usd is not None:
            report.costs_usd.append(problem.cost_usd)
        log.warning("%s failed: %s", progress, problem)
        if isinstance(problem, AccountRejectedError):
            report.not_tried = sum(other.username not in done for other in profiles[number:])
            report.skipped = sum(each.username in done for each in profiles)
            return
        record_failure(connection, landing.organization.organization_id, profile)


def _fetch_profile(
    connection: Connection,
    landing: FetchLanding,
    profile: ProfileToFetch,
    report: FetchReport,
    log: logging.Logger,
    progress: str,
) -> FetchError | None:
    """Lands what the source gives of one profile. Returns why it gave only a part; raises if it gave nothing."""
    fetched = landing.source.fetch(profile)
    costs = [file.cost_usd for file in fetched.files if file.cost_usd is not None]
    report.costs_usd += costs
    landing.land(profile.username, fetched.files)
    fetched_at = max((file.observed_at for file in fetched.files), default=datetime.now(UTC))
    gap = record_fetch(connection, landing.organization.organization_id, profile, fetched, fetched_at)
    if gap is not None:
        report.gaps[profile.username] = gap
        log.warning("%s: %s", progress, gap)
    posts = sum(_count_posts(file.content) for file in fetched.files)
    report.files_landed += len(fetched.files)
    report.posts_fetched += posts
    price = f" for {fsum(costs):.4f} USD" if costs else ""
    log.info("%s: landed %s posts in %s files%s", progress, posts, len(fetched.files), price)
    return fetched.problem


def _count_posts(content: bytes) -> int:
    body = json.loads(content)
    return len(body["items"] if isinstance(body, dict) else body)
