"""Fetches insights of our own pages from the Graph API into the landing zone; they are loaded like any other posts."""

import logging
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from syndication_assets.channels.accounts.account_backoff import record_rejection
from syndication_assets.channels.accounts.credentials import open_credential
from syndication_assets.database.connection import Connection, load_sql, transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets.landing.zone.observation_time import file_name_time
from syndication_assets.operations.executions.tally import Tally
from syndication_assets.operations.usage.call_ledger import CallLedger
from syndication_assets.operations.usage.call_totals import CallTotals
from syndication_assets.scraping.facebook.insights_client import FacebookInsights, InsightsError, PageAnswers
from syndication_assets.scraping.facebook.insights_parser import PLATFORM, SOURCE
from syndication_assets.scraping.fetching.download_runs import RunCounters, run_session
from syndication_assets.scraping.fetching.platform_metrics import metrics_on
from syndication_assets.settings import Settings

_SCRIPT_NAME = "syndication_assets.scraping.facebook.insights_fetch"


@dataclass(frozen=True, slots=True)
class PageToMeasure:
    """A page with a real publisher (no dry run)."""

    organization_id: str
    organization: str
    account_id: str
    page_id: str
    credential_id: str
    insights_days: int
    """For how many days after their publication its posts are measured."""


@dataclass(slots=True)
class InsightsReport:
    """The result of a fetch."""

    pages: int = 0
    files_landed: int = 0
    rejected_metrics: Counter[str] = field(default_factory=Counter)
    """Metric that Graph no longer accepts → number of pages. End its row in engagement.platform_metrics."""
    failures: dict[str, str] = field(default_factory=dict)
    """`<organization>/<page>` → error message."""
    calls: CallTotals = field(default_factory=CallTotals)
    """The requests to Graph."""
    tally: Tally = field(default_factory=Tally)
    """Pages by organization."""


def fetch_insights(
    url: str,
    settings: Settings,
    zone: LandingZone,
    api: FacebookInsights,
    *,
    dagster_run_id: str | None = None,
    log: logging.Logger,
) -> InsightsReport:
    """Lands the current insights of each page's recent posts. Failed pages are listed in the report."""
    with transaction(url) as connection:
        pages = [PageToMeasure(*row) for row in connection.execute(load_sql("scraping/pages_to_measure.sql"))]
    report = InsightsReport(pages=len(pages))
    now = datetime.now(UTC)
    metrics = metrics_on(url, PLATFORM, now.date())
    with run_session(url, _SCRIPT_NAME, dagster_run_id) as session, CallLedger(url, dagster_run_id) as ledger:
        report.calls = ledger.totals
        for page in pages:
            run = session.open(
                kind="fetch",
                organization_id=page.organization_id,
                source=SOURCE,
                platform=PLATFORM,
                first_day=now.date(),
                last_day=now.date(),
            )
            try:
                with transaction(url) as connection:
                    _check_back_off(connection, page)
                    token = open_credential(connection, settings, page.organization_id, page.credential_id)
                with ledger.of(page.organization_id, page.account_id):
                    found = api.page_posts(page.page_id, token, metrics, now - timedelta(days=page.insights_days))
                _land(zone, page, run.run_id, found)
            except SyndicationError as error:
                if isinstance(error, InsightsError) and error.rejection is not None:
                    with transaction(url) as connection:
                        record_rejection(connection, page.organization_id, page.account_id, error.rejection)
                report.failures[f"{page.organization}/{page.page_id}"] = str(error)
                report.tally.add(
                    page.organization_id, came_in=1, rejected=1, reason=f"The page {page.page_id}: {error}"
                )
                session.close(run, "failed", RunCounters(), str(error))
                log.warning("%s: the page %s could not be fetched: %s", page.organization, page.page_id, error)
                continue
            report.files_landed += len(found.answers)
            report.rejected_metrics.update(found.rejected_metrics)
            report.tally.add(page.organization_id, came_in=1, went_out=1, outcomes={"files_landed": len(found.answers)})
            session.close(run, "completed", RunCounters(), None)
            log.info("%s: landed the page %s in %s files", page.organization, page.page_id, len(found.answers))
    return report


def _check_back_off(connection: Connection, page: PageToMeasure) -> None:
    """Raises InsightsError while the platform demands a back-off, which an earlier page may have triggered."""
    row = connection.execute(
        "select to_char(blocked_until at time zone 'utc', 'YYYY-MM-DD HH24:MI UTC'), reason"
        " from channels.platform_limits"
        " where organization_id = %s and account_id = %s and blocked_until > clock_timestamp()",
        [page.organization_id, page.account_id],
    ).fetchone()
    if row is not None:
        raise InsightsError(f"The page was not fetched: the platform demands a back-off until {row[0]}. {row[1]}")


def _land(zone: LandingZone, page: PageToMeasure, run_id: str, found: PageAnswers) -> None:
    latest = datetime.min.replace(tzinfo=UTC)
    for content, observed in found.answers:
        # File names have millisecond precision, and two responses of a page need different names.
        observed_at = max(observed, latest + timedelta(milliseconds=1))
        latest = observed_at
        stamp = file_name_time(observed_at)
        name = f"posts_{quote(page.page_id, safe='')}_{stamp}.json"
        meta = {"observed_at": observed_at.isoformat(), "run_id": run_id, "rejected_metrics": found.rejected_metrics}
        zone.land(page.organization, SOURCE, observed_at.date(), name, content, meta)
