"""The schedules of the jobs."""

from datetime import UTC, timedelta

import dagster as dg

from syndication_assets.automation.jobs import (
    accounts_job,
    archive_job,
    backup_integrity_job,
    backup_job,
    backup_proof_job,
    catalogue_job,
    content_job,
    daily_job,
    feeds_job,
    fetch_job,
    health_job,
    insights_job,
    media_analysis_job,
    media_job,
    publish_job,
    studio_job,
    tagging_job,
)
from syndication_assets.automation.run_tags import range_tags
from syndication_assets.database.connection import transaction
from syndication_assets.database.postgres_resource import PostgresResource
from syndication_assets.operations.backup.proving import is_due
from syndication_assets.settings import Settings


@dg.schedule(
    job=daily_job,
    cron_schedule="30 1 * * *",
    execution_timezone="UTC",
    description="Loads and rolls up yesterday and the look-back window (SYNDICATION_LOOK_BACK_DAYS) in one run.",
    # It only reads landed files and reaches no outside service. Others, but `health_schedule`, are started by a person.
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
def daily_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    return _run_of_newest_days(context)


@dg.schedule(
    job=tagging_job,
    cron_schedule="30 2 * * *",
    execution_timezone="UTC",
    description="Asks the language model about the posts of yesterday and the look-back window, after the daily graph. "
    "Start it once tags are for models.",
)
def tagging_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    return _run_of_newest_days(context)


@dg.schedule(
    job=fetch_job,
    cron_schedule="0 * * * *",
    execution_timezone="UTC",
    description="Fetches the profiles with posts that are due, every hour. Start it once the tokens are set.",
)
def fetch_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    return _run_of_this_hour(context)


@dg.schedule(
    job=insights_job,
    cron_schedule="20 */6 * * *",
    execution_timezone="UTC",
    description="Fetches insights every six hours. Start it once an account sends.",
)
def insights_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    return _run_of_this_hour(context)


@dg.schedule(
    job=feeds_job,
    cron_schedule="40 */6 * * *",
    execution_timezone="UTC",
    description="Fetches blog feeds every six hours. Start it once there is a feed to fetch.",
)
def feeds_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    return _run_of_this_hour(context)


@dg.schedule(
    job=catalogue_job,
    cron_schedule="0 3 * * *",
    execution_timezone="UTC",
    description="Fetches and loads the catalogues every night. Start it once there is a vendor to fetch.",
)
def catalogue_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    return _run_for_today(context)


@dg.schedule(
    job=content_job,
    cron_schedule="0 4 * * *",
    execution_timezone="UTC",
    description="Selects, writes, checks and queues the posts of the day, after the catalogue and the ranking.",
)
def content_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    return _run_for_today(context)


@dg.schedule(
    job=publish_job,
    cron_schedule="*/5 * * * *",
    execution_timezone="UTC",
    description="Publishes all due targets every five minutes.",
)
def publish_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    return _run_without_partition(context)


@dg.schedule(
    job=media_job,
    cron_schedule="*/15 * * * *",
    execution_timezone="UTC",
    description="Caches media of scraped posts every quarter of an hour. Start it once SYNDICATION_MEDIA_URL is where "
    "they are to be.",
)
def media_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    return _run_without_partition(context)


@dg.schedule(
    job=media_analysis_job,
    cron_schedule="10 * * * *",
    execution_timezone="UTC",
    description="Analyses stored pictures every hour. Start it once you have chosen what looks at them.",
)
def media_analysis_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    return _run_without_partition(context)


@dg.schedule(
    job=studio_job,
    cron_schedule="*/5 * * * *",
    execution_timezone="UTC",
    description="Makes the visuals of briefs every five minutes, and writes their posts. Start it once there is a "
    "brand.",
)
def studio_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    return _run_without_partition(context)


@dg.schedule(
    job=backup_job,
    cron_schedule="30 0 * * *",
    execution_timezone="UTC",
    description="Backs up both databases every night, before the daily graph, and copies backups to the second "
    "place. Start it once SYNDICATION_BACKUP_URL is where the backups are to be.",
)
def backup_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    return _run_without_partition(context)


@dg.schedule(
    job=backup_integrity_job,
    cron_schedule="0 6 * * *",
    execution_timezone="UTC",
    description="Reads all backups and their copies again every day. Start it with `backup_schedule`.",
)
def backup_integrity_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    return _run_without_partition(context)


@dg.schedule(
    job=backup_proof_job,
    cron_schedule="0 12 * * *",
    execution_timezone="UTC",
    description="Restores the newest backup into a scratch server every day, or as often as the setting "
    "`backups.days_between_proofs` says. Start it with `backup_schedule`.",
)
def backup_proof_schedule(
    context: dg.ScheduleEvaluationContext, postgres: PostgresResource
) -> dg.RunRequest | dg.SkipReason:
    with transaction(postgres.url()) as connection:
        if not is_due(connection, context.scheduled_execution_time):
            return dg.SkipReason("A restore was proven within the days of backups.days_between_proofs.")
    return _run_without_partition(context)


@dg.schedule(
    job=archive_job,
    cron_schedule="0 5 * * *",
    execution_timezone="UTC",
    description="Archives and deletes what is no longer kept, every night after the daily graph. Start it once "
    "SYNDICATION_ARCHIVE_URL is where the archives are to be.",
)
def archive_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    return _run_without_partition(context)


@dg.schedule(
    job=health_job,
    cron_schedule="15 */6 * * *",
    execution_timezone="UTC",
    description="Measures the database four times a day, and renders the page on it.",
    # It only reads statistics of the project's own database.
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
def health_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    return _run_without_partition(context)


def _run_without_partition(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """A run with a key for each scheduled time."""
    return dg.RunRequest(run_key=context.scheduled_execution_time.astimezone(UTC).isoformat())


@dg.schedule(
    job=accounts_job,
    cron_schedule="10 */6 * * *",
    execution_timezone="UTC",
    description="Checks the accounts and renews credentials every six hours. Start it once an account sends.",
)
def accounts_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    return dg.RunRequest(run_key=context.scheduled_execution_time.astimezone(UTC).isoformat())


def _run_of_newest_days(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """A run of yesterday and the look-back window, with one key for the day."""
    last_day = context.scheduled_execution_time.astimezone(UTC).date() - timedelta(days=1)
    settings = Settings.from_environment()
    first_day = max(settings.first_day, last_day - timedelta(days=settings.look_back_days))
    return dg.RunRequest(run_key=last_day.isoformat(), tags=range_tags(first_day.isoformat(), last_day.isoformat()))


def _run_of_this_hour(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """A run of today's partition, with a key for each scheduled time."""
    scheduled_at = context.scheduled_execution_time.astimezone(UTC)
    return dg.RunRequest(run_key=scheduled_at.isoformat(), partition_key=scheduled_at.date().isoformat())


def _run_for_today(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """A run of today's partition, with one key for the day."""
    today = context.scheduled_execution_time.astimezone(UTC).date().isoformat()
    return dg.RunRequest(run_key=today, partition_key=today)


SCHEDULES = [
    daily_schedule,
    fetch_schedule,
    catalogue_schedule,
    content_schedule,
    media_schedule,
    media_analysis_schedule,
    studio_schedule,
    tagging_schedule,
    publish_schedule,
    insights_schedule,
    feeds_schedule,
    backup_schedule,
    backup_integrity_schedule,
    backup_proof_schedule,
    archive_schedule,
    accounts_schedule,
    health_schedule,
]
