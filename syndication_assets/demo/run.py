"""`make demo`: runs sample data through the whole graph and prints a summary.

The samples belong to an organization marked as sample data: they never mix with measured data.
"""

import os
import time
from concurrent.futures import Future
from datetime import date, timedelta

import dagster as dg
from psycopg.rows import dict_row
from rich.console import Console
from rich.table import Table

from syndication_assets.automation import jobs
from syndication_assets.automation.dagster_instance import prepare_environment
from syndication_assets.automation.jobs import range_tags
from syndication_assets.database import migrations
from syndication_assets.database.connection import database_url, load_sql, transaction
from syndication_assets.demo import loop
from syndication_assets.demo.sample_landing import DAYS, FIRST_DAY, ORGANIZATION, land
from syndication_assets.errors import SyndicationError
from syndication_assets.landing.landing_zone import LandingZone
from syndication_assets.settings import Settings

_AFFECTED_BY_INSIGHTS = (
    dg.AssetSelection.assets(["scraping", "posts"]).required_multi_asset_neighbors()
    | dg.AssetSelection.groups("engagement")
).materializable()


def run_demo(settings: Settings, landing: "Future[tuple[int, int]]") -> None:
    """Migrates, waits for the samples to land, materializes the 28 days as one range run and prints the summary.

    A second call adds nothing and prints the same totals.
    """
    # A pipe has no width, and wrapped tables are unreadable.
    console = Console(width=None if Console().is_terminal else 120)
    started_at = time.monotonic()
    _forgo_syncs(settings)
    url = database_url(settings)
    prepare_environment(settings, url)
    console.print(f"[bold]1/7[/] migrate: {len(migrations.migrate(url))} applied")
    _make_organization(url)
    _run(jobs.reference_job.name, console)
    loop.set_up_shop(url, ORGANIZATION, FIRST_DAY)
    landed, known = landing.result()
    console.print(f"[bold]2/7[/] land: {landed:,} new files, {known:,} already landed, in {settings.landing_url}")
    last_day = FIRST_DAY + timedelta(days=DAYS - 1)
    console.print(f"[bold]3/7[/] load and roll up {FIRST_DAY} to {last_day}, as one run")
    before = _totals(url)
    _run(jobs.daily_job.name, console, FIRST_DAY, last_day)
    console.print(
        f"[bold]4/7[/] select, write, check, approve and queue posts for {FIRST_DAY} to {last_day}, as one run"
    )
    _run(jobs.content_job.name, console, FIRST_DAY, last_day)
    published = loop.publish_simulated(url, settings, FIRST_DAY, DAYS)
    console.print(f"[bold]5/7[/] publish: {published:,} posts, simulated")
    landed, known = land(LandingZone(settings.landing_url), loop.insights(url, ORGANIZATION, last_day))
    first_measured_day = last_day - timedelta(days=loop.DAYS_WITH_INSIGHTS - 1)
    console.print(
        f"[bold]6/7[/] close the loop: {landed} new files of insights, {known} existing; load, roll up and rank "
        f"{first_measured_day} to {last_day}"
    )
    _run(jobs.daily_job.name, console, first_measured_day, last_day, _AFFECTED_BY_INSIGHTS)
    after = _totals(url)
    console.print(f"[bold]7/7[/] done in {time.monotonic() - started_at:.0f} s")
    _print_summary(console, url, before, after)
    _print_loop(console, url)
    _print_next_steps(console, settings)


def _forgo_syncs(settings: Settings) -> None:
    """Lets the embedded server answer before it has synced to disk: a power cut costs the last half second of the demo,
    which can be run again.
    """
    if settings.database_url is None:
        os.environ["PGOPTIONS"] = "-c synchronous_commit=off"


def _make_organization(url: str) -> None:
    with transaction(url) as connection:
        connection.execute(
            "insert into tenancy.organizations (slug, name, description, settings)"
            " values (%s, 'Demo', 'Invented people and numbers.', '{\"is_sample\": true}')"
            " on conflict (slug) do nothing",
            [ORGANIZATION],
        )


def _run(
    job_name: str,
    console: Console,
    first_day: date | None = None,
    last_day: date | None = None,
    selection: dg.AssetSelection | None = None,
) -> None:
    """Runs a job, or the selected assets of it, for a range of days if given; prints the failed checks."""
    from syndication_assets.automation.range_run import run_job  # noqa: PLC0415
    from syndication_assets.definitions import defs  # noqa: PLC0415 - after DAGSTER_HOME is set

    tags = range_tags(first_day.isoformat(), last_day.isoformat()) if first_day and last_day else {}
    keys = sorted(selection.resolve(defs.resolve_asset_graph())) if selection else None
    with dg.DagsterInstance.get() as instance:
        run = run_job(defs, instance, job_name, tags, keys)
    for check in run.failed_checks:
        console.print(f"  {check.summary}", style="yellow", soft_wrap=True)
    if run.has_errors:
        raise SyndicationError(f"Run {run.run_id} failed: {run.failure or 'see the failed checks above'}.")


def _totals(url: str) -> dict[str, int]:
    with transaction(url) as connection:
        row = (
            connection.cursor(row_factory=dict_row)
            .execute(load_sql("demo/totals.sql"), {"slug": ORGANIZATION})
            .fetchone()
        )
    return row or {}


def _print_summary(console: Console, url: str, before: dict[str, int], after: dict[str, int]) -> None:
    totals = Table(title="Rows in the database", title_justify="left")
    totals.add_column("of organization demo")
    totals.add_column("total", justify="right")
    totals.add_column("new in this run", justify="right")
    for name, total in after.items():
        totals.add_row(name.replace("_", " "), f"{total:,}", f"{total - before.get(name, 0):,}")
    console.print(totals)
    with transaction(url) as connection:
        quarantined = connection.execute(load_sql("demo/quarantine.sql"), {"slug": ORGANIZATION}).fetchall()
        top_posts = connection.execute(load_sql("demo/top_posts.sql"), {"slug": ORGANIZATION}).fetchall()
    reasons = Table(title="In quarantine, with file, position and reason, ready to be replayed", title_justify="left")
    for column in ("items", "reason", "for example"):
        reasons.add_column(column, justify="right" if column == "items" else "left", overflow="fold")
    for count, reason, example in quarantined:
        reasons.add_row(str(count), reason, example)
    console.print(reasons)
    top = Table(title="Top five posts by engagement in these 28 days", title_justify="left")
    for column in ("engagement", "platform", "author", "posted", "text"):
        top.add_column(column, justify="right" if column == "engagement" else "left", no_wrap=column != "text")
    for engagement, platform, author, posted_on, text in top_posts:
        top.add_row(f"{engagement:,}", platform, author, str(posted_on), text)
    console.print(top)


def _print_loop(console: Console, url: str) -> None:
    with transaction(url) as connection:
        steps = connection.execute(load_sql("demo/loop.sql"), {"slug": ORGANIZATION}).fetchall()
        ranking = connection.execute(
            load_sql("demo/ranking.sql"),
            {"slug": ORGANIZATION, "platform": loop.PLATFORM, "channel_type": loop.CHANNEL},
        ).fetchall()
    steps_table = Table(title="The loop: from the catalogue to the next selection", title_justify="left")
    for column in ("step", "", "remark"):
        steps_table.add_column(column, justify="right" if not column else "left", overflow="fold")
    for step, found, remark in steps:
        steps_table.add_row(step, f"{found:,}", remark)
    console.print(steps_table)
    tomorrow = Table(
        title="Tomorrow's ranking for the Facebook page: the top three, and the top three with measured posts",
        title_justify="left",
    )
    for column in ("place", "score", "product", "why (value x weight)"):
        tomorrow.add_column(column, justify="right" if column == "place" else "left", overflow="fold")
    for place, score, name, why in ranking:
        tomorrow.add_row(f"{place:,}", str(score), name, why)
    console.print(tomorrow)


def _print_next_steps(console: Console, settings: Settings) -> None:
    steps = {
        "Open the Dagster UI": "make dev, then http://127.0.0.1:3000 (these runs are in it, with their checks)",
        "Read the weekly report": str(settings.reports_directory / ORGANIZATION / "index.html"),
        "Query the database": ".venv/bin/syndication psql",
        "Load files of your own": "docs/land-and-load.md",
        "Stop the server": "make stop (its data stays)",
    }
    console.print("[bold]What to do next[/]")
    for step, how in steps.items():
        console.print(f"  {step + ':':24}{how}", soft_wrap=True, highlight=False)
