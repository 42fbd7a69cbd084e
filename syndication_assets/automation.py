"""When things run: jobs and schedules. The sensor of the landing zone is a module of its own."""

from datetime import UTC, timedelta

import dagster as dg

from syndication_assets.channels.checks import channels_checks, credential_expiry_check
from syndication_assets.engagement.checks import engagement_checks
from syndication_assets.engagement.priorities import priority_checks
from syndication_assets.operations.spending import operations_checks
from syndication_assets.settings import Settings

_FETCH = dg.AssetSelection.assets(["scraping", "linkedin_apify_files"], ["scraping", "youtube_data_api_files"])
_FETCH_INSIGHTS = dg.AssetSelection.assets(["scraping", "facebook_graph_files"])
_FETCH_CATALOGUE = dg.AssetSelection.assets(
    ["catalogue", "clan_catalogue_files"], ["catalogue", "shopify_products_files"]
)
_FETCH_FEEDS = dg.AssetSelection.assets(["content", "blog_feed_files"])
# No daily run fills rows of people (metric_definitions, credentials, budgets): a selection of groups would leave their
# checks out.
_DAILY = (
    (dg.AssetSelection.groups("scraping", "catalogue", "engagement") - _FETCH - _FETCH_INSIGHTS - _FETCH_CATALOGUE)
    | dg.AssetSelection.assets(
        ["content", "document_observations"], ["content", "source_documents"], ["content", "source_sections"]
    )
    | dg.AssetSelection.checks(
        engagement_checks, priority_checks, channels_checks, credential_expiry_check, operations_checks
    )
)
_REFERENCE = dg.AssetSelection.groups("channels") | dg.AssetSelection.assets(
    ["content", "content_templates"], ["publishing", "content_processes"]
)
_PUBLISH = dg.AssetSelection.assets(["publishing", "publish_due_targets"])
# Rows of people, and of calls: no run fills them, and their checks are told apart by name for that.
_CHECKS_OF_PEOPLES_ROWS = dg.AssetSelection.checks(
    dg.AssetCheckKey(dg.AssetKey(["content", "approval_rules"]), "generators_are_known"),
    dg.AssetCheckKey(dg.AssetKey(["content", "section_channels"]), "each_has_a_schedule"),
    dg.AssetCheckKey(dg.AssetKey(["content", "llm_calls"]), "every_call_has_its_usage"),
    dg.AssetCheckKey(dg.AssetKey(["publishing", "publishing_schedules"]), "account_is_of_the_platform"),
)
_CONTENT = (
    dg.AssetSelection.groups("content", "publishing") - _REFERENCE - _PUBLISH - _FETCH_FEEDS
) | _CHECKS_OF_PEOPLES_ROWS

# A day's loads and rollups share one transaction's locks: processes of their own would only wait for each other, and
# a killed run must not leave a step behind that goes on writing.
daily_job = dg.define_asset_job(
    "daily_graph",
    selection=_DAILY,
    description="Loads the landed files of a day, or of a range of days as one run, and rolls them up.",
    executor_def=dg.in_process_executor,
)
fetch_job = dg.define_asset_job(
    "fetch",
    selection=_FETCH,
    description="Fetches today's posts of the tracked profiles and channels into the landing zone.",
    executor_def=dg.in_process_executor,
)

insights_job = dg.define_asset_job(
    "insights",
    selection=_FETCH_INSIGHTS,
    description="Fetches what our own posts have reached into the landing zone.",
    executor_def=dg.in_process_executor,
)
feeds_job = dg.define_asset_job(
    "feeds",
    selection=_FETCH_FEEDS,
    description="Fetches what blogs' feeds say now into the landing zone.",
    executor_def=dg.in_process_executor,
)
catalogue_job = dg.define_asset_job(
    "catalogue",
    selection=dg.AssetSelection.groups("catalogue"),
    description="Fetches what the shops sell now, and loads it.",
    executor_def=dg.in_process_executor,
)
reference_job = dg.define_asset_job(
    "reference",
    selection=_REFERENCE,
    description="Loads the rows that come with this version: platforms, rules, templates. Your own edits stay.",
    executor_def=dg.in_process_executor,
)
content_job = dg.define_asset_job(
    "content",
    selection=_CONTENT,
    description="Selects a product for each channel of a day, writes, checks and approves its text, and queues it.",
    executor_def=dg.in_process_executor,
)
queue_job = dg.define_asset_job(
    "queue",
    selection=dg.AssetSelection.assets(["publishing", "post_targets"]),
    description="Gives the approved texts of a day their slots.",
    executor_def=dg.in_process_executor,
)
publish_job = dg.define_asset_job(
    "publish",
    selection=_PUBLISH,
    description="Publishes what is due now.",
    executor_def=dg.in_process_executor,
)


def range_tags(first_day: str, last_day: str) -> dict[str, str]:
    """The tags that make one run of a range of daily partitions, both ends included."""
    return {
        "dagster/asset_partition_range_start": first_day,
        "dagster/asset_partition_range_end": last_day,
    }


@dg.schedule(
    job=daily_job,
    cron_schedule="30 1 * * *",
    execution_timezone="UTC",
    description="Yesterday and the look-back window (SYNDICATION_LOOK_BACK_DAYS), as one range run.",
    # It reads what has landed and reaches nothing outside; every other schedule waits to be started.
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
def daily_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    last_day = context.scheduled_execution_time.astimezone(UTC).date() - timedelta(days=1)
    settings = Settings.from_environment()
    first_day = max(settings.first_day, last_day - timedelta(days=settings.look_back_days))
    return dg.RunRequest(run_key=last_day.isoformat(), tags=range_tags(first_day.isoformat(), last_day.isoformat()))


@dg.schedule(
    job=fetch_job,
    cron_schedule="0 */6 * * *",
    execution_timezone="UTC",
    description="Fetches every six hours. Start it when the tokens are set.",
)
def fetch_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    return _run_of_this_hour(context)


@dg.schedule(
    job=insights_job,
    cron_schedule="20 */6 * * *",
    execution_timezone="UTC",
    description="Fetches insights every six hours. Start it when an account publishes with facebook_graph.",
)
def insights_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    return _run_of_this_hour(context)


@dg.schedule(
    job=feeds_job,
    cron_schedule="40 */6 * * *",
    execution_timezone="UTC",
    description="Fetches blogs' feeds every six hours. Start it when SYNDICATION_BLOG_FEED_URLS is set.",
)
def feeds_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    return _run_of_this_hour(context)


@dg.schedule(
    job=catalogue_job,
    cron_schedule="0 3 * * *",
    execution_timezone="UTC",
    description="Fetches and loads the catalogues every night. Start it when there is a vendor to fetch.",
)
def catalogue_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    return _run_for_today(context)


@dg.schedule(
    job=content_job,
    cron_schedule="0 4 * * *",
    execution_timezone="UTC",
    description="Selects, writes, checks and queues the posts of the day, after its ranking and its catalogue.",
)
def content_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    return _run_for_today(context)


@dg.schedule(
    job=publish_job,
    cron_schedule="*/5 * * * *",
    execution_timezone="UTC",
    description="Publishes what has become due, every five minutes.",
)
def publish_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    return dg.RunRequest(run_key=context.scheduled_execution_time.astimezone(UTC).isoformat())


def _run_of_this_hour(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Today's partition, several times a day."""
    scheduled_at = context.scheduled_execution_time.astimezone(UTC)
    return dg.RunRequest(run_key=scheduled_at.isoformat(), partition_key=scheduled_at.date().isoformat())


def _run_for_today(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Today's partition, once a day."""
    today = context.scheduled_execution_time.astimezone(UTC).date().isoformat()
    return dg.RunRequest(run_key=today, partition_key=today)
