"""The fetch side of the room: assets that ask the network what it says now and land the answers untouched."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import dagster as dg

from syndication_assets.errors import SyndicationError
from syndication_assets.partitions import daily_partitions, refuse_other_days
from syndication_assets.resources.apify import ApifyScraper
from syndication_assets.resources.database import database_url
from syndication_assets.resources.landing_zone import LandingZone
from syndication_assets.resources.youtube import YouTubeDataApi
from syndication_assets.scraping.fetch import (
    FetchReport,
    FetchSource,
    active_organizations,
    fetch_organization,
    linkedin_source,
    youtube_source,
)
from syndication_assets.settings import Settings
from syndication_assets.sql_assets import OWNERS

CHECK_NAME = "every_tracked_profile_was_fetched"

_HOW_TO_TRACK = """No {platform} profile is tracked. Track one:

```sql
set role syndication_pipeline;
insert into scraping.profiles (organization_id, platform, username, is_tracked)
select organization_id, '{platform}', '{example}', true
from tenancy.organizations where slug = 'default'
on conflict (organization_id, platform, username) do update set is_tracked = true, is_active = true;
```

`is_tracked` chooses the profiles that are fetched; `is_active = false` pauses one of them.
"""
_EXAMPLES = {"linkedin": "the-name-in-the-profile-url", "youtube": "UC…, the channel id"}


@dg.asset(
    key=["scraping", "linkedin_apify_files"],
    group_name="scraping",
    partitions_def=daily_partitions,
    kinds={"linkedin", "json"},
    owners=OWNERS,
    pool="apify",
    check_specs=[dg.AssetCheckSpec(CHECK_NAME, asset=["scraping", "linkedin_apify_files"])],
)
def linkedin_apify_files(context: dg.AssetExecutionContext) -> dg.MaterializeResult:  # type: ignore[type-arg] # Dagster knows the bare class
    """The newest posts of the tracked LinkedIn profiles, as an Apify actor finds them now.

    **Grain:** one row is one landed file, the dataset of one profile at one time:
    `<organization>/linkedin_apify/<YYYY-MM-DD>/dataset_<username>_<time>.json`, byte for byte as the API gave it. Its
    `.meta.json` says when it was observed, by which runs, and what it cost.

    **A re-run** observes again and adds files; it never changes one. After a run that failed or died it carries on:
    what that session landed in the last five hours is left out. Only today's partition can be fetched.

    **Numbers:** profiles with `is_tracked` and `is_active` in `scraping.profiles`, of all active organizations; costs
    are Apify's. Each organization's fetch is a row of `scraping.download_runs`.
    """
    settings = _settings_for_today(context)
    where = "Apify's console under Settings, API & Integrations"
    token = _required(settings.apify_token, "SYNDICATION_APIFY_TOKEN", where)
    return _fetch(
        context, settings, lambda: linkedin_source(ApifyScraper(token, settings.apify_url, settings.apify_actor))
    )


@dg.asset(
    key=["scraping", "youtube_data_api_files"],
    group_name="scraping",
    partitions_def=daily_partitions,
    kinds={"youtube", "json"},
    owners=OWNERS,
    pool="youtube",
    check_specs=[dg.AssetCheckSpec(CHECK_NAME, asset=["scraping", "youtube_data_api_files"])],
)
def youtube_data_api_files(context: dg.AssetExecutionContext) -> dg.MaterializeResult:  # type: ignore[type-arg] # Dagster knows the bare class
    """The newest videos of the tracked YouTube channels and their counters, as the YouTube Data API says now.

    **Grain:** one row is one landed file, a `videos.list` response of up to 50 videos of one channel:
    `<organization>/youtube_data_api/<YYYY-MM-DD>/videos_<channel id>_<time>.json`, byte for byte. Its `.meta.json` says
    when it was observed and by which runs.

    **A re-run** observes again and adds files; it never changes one. After a run that failed or died it carries on:
    what that session landed in the last five hours is left out. Only today's partition can be fetched.

    **Numbers:** profiles with `is_tracked` and `is_active` in `scraping.profiles` (the username is the channel id), of
    all active organizations. Two units of the key's daily quota a channel, no price. Each organization's fetch is a row
    of `scraping.download_runs`.
    """
    settings = _settings_for_today(context)
    key = _required(settings.youtube_api_key, "SYNDICATION_YOUTUBE_API_KEY", "Google Cloud's console under Credentials")
    return _fetch(context, settings, lambda: youtube_source(YouTubeDataApi(key, settings.youtube_url)))


def _settings_for_today(context: dg.AssetExecutionContext) -> Settings:
    refuse_other_days(context.partition_keys)
    try:
        return Settings.from_environment()
    except SyndicationError as error:
        raise dg.Failure(str(error), allow_retries=False) from None


def _required(secret: str | None, variable: str, place: str) -> str:
    if secret is None:
        raise dg.Failure(
            f"{variable} is not set, and without it nothing can be fetched: get one in {place} and put it into the "
            "environment of the code location.",
            allow_retries=False,
        )
    return secret


def _fetch(
    context: dg.AssetExecutionContext, settings: Settings, make_source: Callable[[], FetchSource]
) -> dg.MaterializeResult[None]:
    try:
        source = make_source()
        zone = LandingZone(settings.landing_url)
        url = database_url(settings)
        organizations = active_organizations(url)
    except SyndicationError as error:
        raise dg.Failure(str(error), allow_retries=False) from None
    reports: list[FetchReport] = []
    problems: list[str] = []
    for organization in organizations:
        try:
            report = fetch_organization(
                url, zone, organization, source, dagster_run_id=context.run.run_id, log=context.log
            )
        except SyndicationError as error:  # one organization's trouble is not the next one's
            problems.append(f"{organization.slug}: {error}")
            continue
        reports.append(report)
        if report.error_message is not None:
            problems.append(f"{organization.slug}: {report.error_message}")
    today = datetime.now(UTC).date()
    metadata = _metadata(reports, sum(file.source == source.name for file in zone.files(today)))
    if problems and not any(report.files_landed or report.skipped for report in reports):
        raise dg.Failure("\n".join(["Nothing could be fetched.", *problems]), metadata=metadata)
    if not metadata["profiles"]:
        how_to = _HOW_TO_TRACK.format(platform=source.platform, example=_EXAMPLES[source.platform])
        metadata["how_to_track_a_profile"] = dg.MetadataValue.md(how_to)
    # A failed profile must be seen, and must not keep the others' files from being loaded: a check says so.
    check = dg.AssetCheckResult(check_name=CHECK_NAME, passed=not problems, description="\n".join(problems) or None)
    return dg.MaterializeResult(metadata=metadata, check_results=[check])


def _metadata(reports: list[FetchReport], files_today: int) -> dict[str, Any]:
    costs = [report.cost_usd for report in reports if report.cost_usd is not None]
    return {
        "dagster/partition_row_count": files_today,
        "profiles": sum(report.profiles for report in reports),
        "files_landed": sum(report.files_landed for report in reports),
        "posts_fetched": sum(report.posts_fetched for report in reports),
        "skipped": sum(report.skipped for report in reports),
        "failed": sum(len(report.failures) for report in reports),
        "not_tried": sum(report.not_tried for report in reports),
        # What nobody measured is left out, not 0.
        **({"cost_usd": float(sum(costs))} if costs else {}),
        "run_id": ", ".join(report.run_id for report in reports if report.run_id is not None),
    }
