"""Fetches the counters of our own posts on networks that are asked post by post, into the landing zone.

What we published is in publishing.post_targets. A post that the network does not have any more is counted as missing:
its snapshots end, and nothing is invented for it.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

from pydantic import SecretStr

from syndication_assets.channels.accounts.account_backoff import record_rejection
from syndication_assets.channels.accounts.credentials import open_credential
from syndication_assets.channels.errors.outcome import Outcome
from syndication_assets.database.connection import load_sql, transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets.landing.zone.observation_time import file_name_time
from syndication_assets.operations.executions.tally import Tally
from syndication_assets.operations.usage.call_ledger import CallLedger
from syndication_assets.operations.usage.call_totals import CallTotals
from syndication_assets.scraping.fetching.download_runs import RunCounters, run_session
from syndication_assets.settings import Settings

_SCRIPT_NAME = "syndication_assets.scraping.fetching.own_posts"


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """An account that sends, with the posts to measure."""

    organization_id: str
    organization: str
    account_id: str
    platform: str
    remote_account_id: str
    server_url: str | None
    credential_id: str | None
    post_ids: Sequence[str]


@dataclass(frozen=True, slots=True)
class OwnPosts:
    """The network's responses, each with the time at which it was true."""

    answers: Sequence[tuple[bytes, datetime]]
    missing: int
    """Posts that the network does not have, or does not show."""
    problem: str | None = None
    """Why the responses lack numbers that were asked for; None if they lack none."""


class OwnPostsError(SyndicationError):
    """An account's posts could not be read. `rejection` is what the response means for the account, if anything."""

    def __init__(self, message: str, rejection: Outcome | None = None) -> None:
        super().__init__(message)
        self.rejection = rejection


class OwnPostsApi(Protocol):
    """One network."""

    def posts(self, account: OwnAccount, secret: SecretStr | None) -> OwnPosts:
        """The responses for the account's posts, without secrets. OwnPostsError if they cannot be read."""


@dataclass(slots=True)
class OwnPostsReport:
    """The result of a fetch."""

    accounts: int = 0
    posts: int = 0
    files_landed: int = 0
    missing: int = 0
    failures: dict[str, str] = field(default_factory=dict)
    """`<organization>/<account>` → error message, also of an account whose posts were landed without some numbers."""
    calls: CallTotals = field(default_factory=CallTotals)
    """The requests to the network."""
    tally: Tally = field(default_factory=Tally)
    """Accounts by organization."""


def fetch_own_posts(
    url: str,
    settings: Settings,
    zone: LandingZone,
    source: str,
    publisher: str,
    api: OwnPostsApi,
    *,
    dagster_run_id: str | None = None,
    log: logging.Logger,
) -> OwnPostsReport:
    """Lands the current counters of each account's recent posts. Failed accounts are listed in the report."""
    now = datetime.now(UTC)
    with transaction(url) as connection:
        accounts = [
            OwnAccount(*row)
            for row in connection.execute(
                load_sql("scraping/posts_to_measure.sql"), {"publisher": publisher, "now": now}
            )
        ]
    report = OwnPostsReport(len(accounts), sum(len(account.post_ids) for account in accounts))
    with run_session(url, _SCRIPT_NAME, dagster_run_id) as session, CallLedger(url, dagster_run_id) as ledger:
        report.calls = ledger.totals
        for account in accounts:
            run = session.open(
                kind="fetch",
                organization_id=account.organization_id,
                source=source,
                platform=account.platform,
                first_day=now.date(),
                last_day=now.date(),
            )
            name = f"{account.organization}/{account.remote_account_id}"
            try:
                secret = _secret(url, settings, account)
                with ledger.of(account.organization_id, account.account_id):
                    found = api.posts(account, secret)
                _land(zone, account, source, run.run_id, found)
            except SyndicationError as error:
                _record(url, account, error)
                report.failures[name] = str(error)
                report.tally.add(account.organization_id, came_in=1, rejected=1, reason=f"{name}: {error}")
                session.close(run, "failed", RunCounters(), str(error))
                log.warning("%s could not be fetched: %s", name, error)
                continue
            if found.problem is not None:
                report.failures[name] = found.problem
                log.warning("%s: %s", name, found.problem)
            report.files_landed += len(found.answers)
            report.missing += found.missing
            report.tally.add(
                account.organization_id,
                came_in=1,
                went_out=1,
                outcomes={"files_landed": len(found.answers), "posts_missing": found.missing},
            )
            session.close(run, "completed", RunCounters(), None)
            log.info("%s: landed %s files; %s posts are gone", name, len(found.answers), found.missing)
    return report


def _secret(url: str, settings: Settings, account: OwnAccount) -> SecretStr | None:
    if account.credential_id is None:
        return None
    with transaction(url) as connection:
        return open_credential(connection, settings, account.organization_id, account.credential_id)


def _record(url: str, account: OwnAccount, error: SyndicationError) -> None:
    if isinstance(error, OwnPostsError) and error.rejection is not None:
        with transaction(url) as connection:
            record_rejection(connection, account.organization_id, account.account_id, error.rejection)


def _land(zone: LandingZone, account: OwnAccount, source: str, run_id: str, found: OwnPosts) -> None:
    latest = datetime.min.replace(tzinfo=UTC)
    for content, observed in found.answers:
        # File names have millisecond precision, and two responses need different names.
        observed_at = max(observed, latest + timedelta(milliseconds=1))
        latest = observed_at
        name = f"posts_{account.account_id}_{file_name_time(observed_at)}.json"
        meta = {"observed_at": observed_at.isoformat(), "run_id": run_id}
        zone.land(account.organization, source, observed_at.date(), name, content, meta)
