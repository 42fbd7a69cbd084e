"""Shared parts of the assets that fetch the counters of our own posts, network by network."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import dagster as dg

from syndication_assets.database.connection import database_url
from syndication_assets.errors import SyndicationError
from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets.operations.executions.asset_executions import executing_asset
from syndication_assets.scraping.fetching.own_posts import OwnPostsApi, fetch_own_posts
from syndication_assets.settings import Settings
from syndication_assets.sql_assets.cadence import FETCH_INSIGHTS
from syndication_assets.sql_assets.descriptions import OWNERS
from syndication_assets.sql_assets.partitions import daily_partitions, require_today

CHECK_NAME = "every_account_was_fetched"


def own_posts_asset(
    source: str, publisher: str, description: str, open_api: Callable[[Settings], AbstractContextManager[OwnPostsApi]]
) -> dg.AssetsDefinition:
    """The asset `scraping/<source>_files`, which lands the current counters of our own posts."""

    @dg.asset(
        key=["scraping", f"{source}_files"],
        group_name="scraping",
        description=description,
        partitions_def=daily_partitions,
        backfill_policy=dg.BackfillPolicy.single_run(),
        kinds={"json"},
        owners=OWNERS,
        tags=FETCH_INSIGHTS,
        pool=publisher,
        check_specs=[
            dg.AssetCheckSpec(
                CHECK_NAME,
                asset=["scraping", f"{source}_files"],
                description="The posts of every account that sends were fetched.",
            )
        ],
    )
    def fetch(context: dg.AssetExecutionContext) -> dg.MaterializeResult:  # type: ignore[type-arg] # Dagster knows the bare class
        day = require_today(context)
        try:
            settings = Settings.from_environment()
            url, zone = database_url(settings), LandingZone(settings.landing_url)
        except SyndicationError as error:
            raise dg.Failure(str(error), allow_retries=False) from None
        with executing_asset(context, url, "fetching") as execution, open_api(settings) as api:
            report = fetch_own_posts(
                url, settings, zone, source, publisher, api, dagster_run_id=context.run.run_id, log=context.log
            )
            execution.tally = report.tally
        problems = [f"{account}: {message}" for account, message in report.failures.items()]
        if problems and not report.files_landed:
            raise dg.Failure("\n".join(["No account could be fetched.", *problems]))
        return dg.MaterializeResult(
            metadata={
                "dagster/partition_row_count": sum(file.source == source for file in zone.files(day)),
                "accounts": report.accounts,
                "posts": report.posts,
                "missing_posts": report.missing,
                "files_landed": report.files_landed,
                "failed": len(report.failures),
                **report.calls.metadata(),
                **execution.metadata,
            },
            check_results=[
                dg.AssetCheckResult(
                    check_name=CHECK_NAME,
                    passed=not problems,
                    description="\n".join(problems) or f"{report.accounts} accounts were fetched.",
                )
            ],
        )

    return fetch
