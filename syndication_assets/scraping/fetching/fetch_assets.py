"""Shared parts of the profile fetch assets, which call an API now and land its responses untouched."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

import dagster as dg
from pydantic import SecretStr

from syndication_assets.database.connection import database_url, transaction
from syndication_assets.database.stored_settings import minutes_of
from syndication_assets.errors import SyndicationError
from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets.operations.executions.asset_executions import executing_asset
from syndication_assets.operations.executions.origin import origin_of_run
from syndication_assets.operations.executions.tally import Tally
from syndication_assets.operations.usage.call_totals import CallTotals
from syndication_assets.scraping.fetching.fetch import FetchReport, active_organizations, fetch_organization
from syndication_assets.scraping.fetching.fetch_session import FetchSource
from syndication_assets.settings import Settings
from syndication_assets.sql_assets.forced_runs import FORCE_TAG
from syndication_assets.sql_assets.partitions import require_today
from syndication_assets.tenancy.limits import LimitReachedError

CHECK_NAME = "every_tracked_profile_was_fetched"
_CHECK_DESCRIPTION = "Every tracked and active profile of every active organization was fetched in the last run."
GAP_CHECK_NAME = "no_post_was_missed"
_GAP_CHECK_DESCRIPTION = (
    "The last run listed the posts of each profile back to the newest one that was known: none is missing in between."
)

_HOW_TO_TRACK = """No {platform} profile is tracked. Track one:

```sql
set role syndication_pipeline;
insert into scraping.profiles (organization_id, platform, username, is_tracked)
select organization_id, '{platform}', '{example}', true
from tenancy.organizations where slug = 'default'
on conflict (organization_id, platform, username) do update set is_tracked = true, is_active = true;
```

`is_tracked` selects the profiles to fetch; `is_active = false` pauses a profile.
"""
_EXAMPLES = {
    "linkedin": "the-name-in-the-profile-url",
    "youtube": "UC…, the channel id",
    "instagram": "the-name-in-the-profile-url",
    "rss": "blog.example/feed.xml",
}


def profile_checks(asset: str) -> list[dg.AssetCheckSpec]:
    """The checks that `fetch_as_asset` reports."""
    return [
        dg.AssetCheckSpec(CHECK_NAME, asset=["scraping", asset], description=_CHECK_DESCRIPTION),
        dg.AssetCheckSpec(GAP_CHECK_NAME, asset=["scraping", asset], description=_GAP_CHECK_DESCRIPTION),
    ]


def settings_for_today(context: dg.AssetExecutionContext) -> Settings:
    require_today(context)
    try:
        return Settings.from_environment()
    except SyndicationError as error:
        raise dg.Failure(str(error), allow_retries=False) from None


def required(secret: SecretStr | None, variable: str, place: str) -> str:
    if secret is None:
        raise dg.Failure(
            f"{variable} is not set: create the secret in {place} and add it to the environment of the code location.",
            allow_retries=False,
        )
    return secret.get_secret_value()


def fetch_as_asset(
    context: dg.AssetExecutionContext, settings: Settings, make_source: Callable[[], FetchSource]
) -> dg.MaterializeResult[None]:
    """Fetches all organizations: what is due if a schedule started the run, else every tracked profile."""
    only_due = not origin_of_run(context.run.run_id, context.run.tags).is_by_hand
    day = date.fromisoformat(context.partition_keys[0])  # yesterday, if midnight passes meanwhile
    reports: list[FetchReport] = []
    problems: list[str] = []
    limits: list[str] = []
    try:
        source = make_source()
        zone = LandingZone(settings.landing_url)
        url = database_url(settings)
        with executing_asset(context, url, "fetching") as execution:
            for organization in active_organizations(url):
                try:
                    report = fetch_organization(
                        url,
                        zone,
                        organization,
                        source,
                        only_due=only_due,
                        dagster_run_id=context.run.run_id,
                        guard=guard_of(context.run.tags, url, organization.organization_id),
                        log=context.log,
                    )
                except LimitReachedError as error:  # no failure of the run: what has landed is to be loaded
                    limits.append(str(error))
                    context.log.warning(str(error))
                    continue
                except SyndicationError as error:  # the other organizations are fetched nevertheless
                    problems.append(f"{organization.slug}: {error}")
                    execution.tally.add(organization.organization_id, came_in=1, rejected=1, reason=str(error))
                    continue
                reports.append(report)
                _count(execution.tally, organization.organization_id, report)
                if report.error_message is not None:
                    problems.append(f"{organization.slug}: {report.error_message}")
    except SyndicationError as error:
        raise dg.Failure(str(error), allow_retries=False) from None
    files = sum(file.source == source.name for file in zone.files(day))
    metadata = {**_metadata(reports, files), **execution.metadata}
    if problems and not any(report.files_landed or report.skipped for report in reports):
        raise dg.Failure("\n".join(["Nothing could be fetched.", *problems]), metadata=metadata)
    if not metadata["profiles"] and not only_due and not limits:
        how_to = _HOW_TO_TRACK.format(platform=source.platform, example=_EXAMPLES[source.platform])
        metadata["how_to_track_a_profile"] = dg.MetadataValue.md(how_to)
    # A check reports failed profiles: failing the asset would keep the other profiles' files from being loaded.
    not_fetched = [*limits, *problems]
    check = dg.AssetCheckResult(
        check_name=CHECK_NAME, passed=not not_fetched, description="\n".join(not_fetched) or None
    )
    gaps = [f"{report.organization}: {name}: {gap}" for report in reports for name, gap in report.gaps.items()]
    gap_check = dg.AssetCheckResult(
        check_name=GAP_CHECK_NAME,
        passed=not gaps,
        severity=dg.AssetCheckSeverity.WARN,
        description="\n".join(gaps) or None,
    )
    return dg.MaterializeResult(metadata=metadata, check_results=[check, gap_check])


def guard_of(tags: Mapping[str, str], url: str, organization_id: str) -> timedelta:
    """For how long a landed profile of the organization is not paid for again; nothing if the run is forced."""
    if tags.get(FORCE_TAG) == "true":
        return timedelta(0)
    with transaction(url) as connection:
        return minutes_of(connection, "scraping.fetch_guard_minutes", organization_id)


def _count(tally: Tally, organization_id: str, report: FetchReport) -> None:
    failed = len(report.failures) + report.not_tried
    fetched = report.profiles - report.skipped - failed
    tally.add(
        organization_id,
        came_in=report.profiles,
        went_out=fetched,
        rejected=failed,
        reason=report.error_message,
        outcomes={"files_landed": report.files_landed, "posts_fetched": report.posts_fetched},
    )
    tally.charge_calls(organization_id, report.calls)


def _metadata(reports: list[FetchReport], files: int) -> dict[str, Any]:
    costs = [report.cost_usd for report in reports if report.cost_usd is not None]
    calls = CallTotals()
    for report in reports:
        calls.include(report.calls)
    return {
        "dagster/partition_row_count": files,
        "profiles": sum(report.profiles for report in reports),
        "files_landed": sum(report.files_landed for report in reports),
        "posts_fetched": sum(report.posts_fetched for report in reports),
        "skipped": sum(report.skipped for report in reports),
        "failed": sum(len(report.failures) for report in reports),
        "not_tried": sum(report.not_tried for report in reports),
        "gaps": sum(len(report.gaps) for report in reports),
        # An unknown cost is omitted, not 0.
        **({"cost_usd": float(sum(costs))} if costs else {}),
        **calls.metadata(),
        "run_id": ", ".join(report.run_id for report in reports if report.run_id is not None),
    }
