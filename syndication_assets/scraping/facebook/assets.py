"""The fetch asset for Facebook insights."""

from contextlib import closing

import dagster as dg

from syndication_assets.database.connection import database_url
from syndication_assets.errors import SyndicationError
from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets.operations.executions.asset_executions import executing_asset
from syndication_assets.scraping.facebook.insights_client import FacebookInsights
from syndication_assets.scraping.facebook.insights_fetch import fetch_insights
from syndication_assets.settings import Settings
from syndication_assets.sql_assets.cadence import FETCH_INSIGHTS
from syndication_assets.sql_assets.descriptions import OWNERS
from syndication_assets.sql_assets.partitions import daily_partitions, require_today

CHECK_NAME = "every_page_was_fetched"


@dg.asset(
    key=["scraping", "facebook_graph_files"],
    group_name="scraping",
    partitions_def=daily_partitions,
    backfill_policy=dg.BackfillPolicy.single_run(),
    kinds={"facebook", "json"},
    owners=OWNERS,
    tags=FETCH_INSIGHTS,
    pool="facebook",
    check_specs=[
        dg.AssetCheckSpec(
            CHECK_NAME,
            asset=["scraping", "facebook_graph_files"],
            description="The insights of every page were fetched, with every metric that was requested.",
        )
    ],
)
def facebook_graph_files(context: dg.AssetExecutionContext) -> dg.MaterializeResult:  # type: ignore[type-arg] # Dagster knows the bare class
    """The current insights of our own posts on Facebook pages, from the Graph API.

    One row is one landed file, a response of the API with up to 50 posts of one page and their insights:
    `<organization>/facebook_graph/<YYYY-MM-DD>/posts_<page id>_<time>.json`, unchanged except for the removed page
    token.

    A re-run observes again and adds files; landed files never change. Only today's partition can be fetched.
    Insights lag by up to two days, so every fetch requests the posts of the last scraping.insights_days days.

    Numbers: the active accounts in `channels.social_accounts` with the publisher `facebook_graph`, and the metrics
    in `engagement.platform_metrics` that are valid on the day. A metric that Graph rejects is reported and omitted; the
    other metrics are fetched nevertheless.
    """
    day = require_today(context)
    try:
        settings = Settings.from_environment()
        url, zone = database_url(settings), LandingZone(settings.landing_url)
    except SyndicationError as error:
        raise dg.Failure(str(error), allow_retries=False) from None
    api = FacebookInsights(settings.facebook_url, settings.facebook_version)
    with closing(api), executing_asset(context, url, "fetching") as execution:
        report = fetch_insights(url, settings, zone, api, dagster_run_id=context.run.run_id, log=context.log)
        execution.tally = report.tally
    problems = [f"{page}: {message}" for page, message in report.failures.items()]
    if problems and not report.files_landed:
        raise dg.Failure("\n".join(["No page could be fetched.", *problems]))
    rejected = [
        f"Graph rejects {metric}: end its row in engagement.platform_metrics (valid_to = '{day}')."
        for metric in sorted(report.rejected_metrics)
    ]
    for line in rejected:
        context.log.warning(line)
    return dg.MaterializeResult(
        metadata={
            "dagster/partition_row_count": sum(file.source == "facebook_graph" for file in zone.files(day)),
            "pages": report.pages,
            "files_landed": report.files_landed,
            "failed": len(report.failures),
            **report.calls.metadata(),
            "rejected_metrics": ", ".join(sorted(report.rejected_metrics)) or "none",
            **execution.metadata,
        },
        check_results=[
            dg.AssetCheckResult(
                check_name=CHECK_NAME,
                passed=not problems and not rejected,
                severity=dg.AssetCheckSeverity.ERROR if problems else dg.AssetCheckSeverity.WARN,
                description="\n".join(problems + rejected) or f"{report.pages} pages were fetched.",
            )
        ],
    )
