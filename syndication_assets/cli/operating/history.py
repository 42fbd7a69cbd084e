"""`syndication history`: what each step of the pipeline did, when, for whom, and what started it."""

from datetime import UTC, datetime, timedelta
from typing import get_args

import click

from syndication_assets.cli.command import command, migrated_database_url
from syndication_assets.cli.listing import json_option, show_rows
from syndication_assets.database.connection import transaction
from syndication_assets.operations.executions.execution_recording import close_dead_executions
from syndication_assets.operations.executions.history import ListedExecution, Status, list_executions
from syndication_assets.settings import Settings
from syndication_assets.tenancy.organizations import require_organization


@click.command()
@click.argument("execution_id", required=False, metavar="[ID]")
@click.option("--organization", default=None, metavar="SLUG", help="Only this organization.")
@click.option("--process", default=None, metavar="NAME", help="Only this process, such as publishing or fetching.")
@click.option("--step", default=None, metavar="ASSET", help="Only this step, such as content/product_selections.")
@click.option("--status", type=click.Choice(get_args(Status)), default=None, help="Only executions that ended so.")
@click.option("--run", "run_id", default=None, metavar="RUN", help="Only this Dagster run; its beginning is enough.")
@click.option("--days", default=7, show_default=True, type=click.IntRange(min=1), help="How far back.")
@click.option("--idle", is_flag=True, help="Also executions that found nothing to do, a line for each day.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(min=1), help="Maximum number of lines.")
@json_option
@command
def history(
    execution_id: str | None,
    organization: str | None,
    process: str | None,
    step: str | None,
    status: Status | None,
    run_id: str | None,
    days: int,
    idle: bool,
    limit: int,
    as_json: bool,
) -> None:
    """Lists executions of processes: fetching, selecting, writing, checking, approving, planning, publishing.

    With an ID, as in the metadata of an asset, only that execution.
    """
    url = migrated_database_url(Settings.from_environment())
    if organization is not None:
        require_organization(url, organization)
    with transaction(url) as connection:
        close_dead_executions(connection)
        rows = list_executions(
            connection,
            since=datetime.min.replace(tzinfo=UTC) if execution_id else datetime.now(UTC) - timedelta(days=days),
            organization=organization,
            process=process,
            step=step,
            status=status,
            run_id=run_id,
            execution_id=execution_id,
            with_idle=idle or execution_id is not None,
            maximum=limit,
        )
    show_rows(rows, _line, "No execution is recorded.", as_json=as_json)


def _line(row: ListedExecution) -> str:
    when = row.started_at or row.finished_at
    channel = f" {row.platform}/{row.channel_type}" if row.platform else ""
    posts = f" {row.content_process}" if row.content_process else ""
    if row.status == "idle":
        counts = f"{row.times:,} time{'s' if row.times > 1 else ''} nothing to do"
    elif row.rows_in is None:
        counts = ""
    else:
        counts = f"{row.rows_in:,} in, {row.rows_out:,} out, {row.rows_rejected:,} rejected"
    cost = f", {row.cost:.4f} {row.currency}" if row.cost is not None else ""
    origin = " ".join(filter(None, [row.triggered_by, row.actor]))
    run = f" run {row.run_id[:8]}" if row.run_id else ""
    error = f"\n    {row.error_message}" if row.error_message else ""
    return (
        f"{row.execution_id}  {when:%Y-%m-%d %H:%M} UTC  {row.status:8} {row.organization} {row.process} "
        f"{row.step}{channel}{posts}: {counts}{cost} ({origin or 'origin unknown'}{run}){error}"
    )
