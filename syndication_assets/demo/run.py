"""`make demo`: runs sample data through the whole graph and prints a summary.

The samples belong to an organization marked as sample data: they never mix with measured data.
"""

import os
import time
from concurrent.futures import Future
from datetime import date, timedelta
from importlib import import_module
from threading import Thread

import dagster as dg
from rich.console import Console

from syndication_assets.automation import jobs
from syndication_assets.automation.dagster_instance import prepare_environment
from syndication_assets.automation.run_tags import range_tags
from syndication_assets.database.connection import transaction
from syndication_assets.database.migrating import migrations
from syndication_assets.database.sessions.kept_sessions import sessions_kept
from syndication_assets.demo import analysed_pictures, branded, briefs, cached_media, curated, loop
from syndication_assets.demo.planted_errors import EXPECTED_CHECKS, planted_errors
from syndication_assets.demo.sample_landing import DAYS, FIRST_DAY, ORGANIZATION, land
from syndication_assets.demo.summary import (
    print_loop,
    print_next_steps,
    print_quarantine,
    print_top_posts,
    print_totals,
    totals,
)
from syndication_assets.errors import SyndicationError
from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets.settings import Settings
from syndication_assets.text.languages import most_likely_language

_REPORT = dg.AssetSelection.assets(["engagement", "engagement_report"])
_AFFECTED_BY_INSIGHTS = (
    dg.AssetSelection.assets(["scraping", "posts"]).required_multi_asset_neighbors()
    | dg.AssetSelection.groups("engagement")
).materializable() - _REPORT


@sessions_kept()
def run_demo(settings: Settings, server: "Future[str]", landing: "Future[tuple[int, int]]") -> None:
    """Migrates, waits for the samples to land, materializes the 28 days as one range run and prints the summary.

    `server` starts in the meantime, and gives the URL of the database. A second call adds nothing and prints the same
    totals.
    """
    # A pipe has no width, and wrapped tables are unreadable.
    console = Console(width=None if Console().is_terminal else 120)
    started_at = time.monotonic()
    _forgo_syncs(settings)
    url = server.result()
    prepare_environment(settings, url)
    # While the server migrates, this process waits for it.
    Thread(target=_load_what_runs_need, daemon=True).start()
    console.print(f"[bold]1/9[/] migrate: {len(migrations.migrate(url))} applied")
    _make_organization(url)
    _run(jobs.reference_job.name, console)
    loop.set_up_shop(url, ORGANIZATION, FIRST_DAY)
    curated.set_up_rules(url, ORGANIZATION)
    landed, known = landing.result()
    samples = landed + known
    console.print(f"[bold]2/9[/] land: {landed:,} new files, {known:,} already landed, in {settings.landing_url}")
    last_day = FIRST_DAY + timedelta(days=DAYS - 1)
    console.print(f"[bold]3/9[/] load and roll up {FIRST_DAY} to {last_day}, as one run")
    before = totals(url)
    _run(jobs.daily_job.name, console, FIRST_DAY, last_day)
    console.print(
        f"[bold]4/9[/] select, write, check, approve and queue posts for {FIRST_DAY} to {last_day}, as one run"
    )
    _run(jobs.content_job.name, console, FIRST_DAY, last_day)
    published = loop.publish_simulated(url, settings, FIRST_DAY, DAYS)
    console.print(f"[bold]5/9[/] publish: {published:,} posts, simulated")
    landed, known = land(LandingZone(settings.landing_url), loop.insights(url, ORGANIZATION, last_day))
    first_measured_day = last_day - timedelta(days=loop.DAYS_WITH_INSIGHTS - 1)
    console.print(
        f"[bold]6/9[/] close the loop: {landed} new files of insights, {known} existing; load, roll up and rank "
        f"{first_measured_day} to {last_day}"
    )
    _run(jobs.daily_job.name, console, first_measured_day, last_day, _AFFECTED_BY_INSIGHTS)
    console.print("[bold]7/9[/] render the weekly reports, which also show what became of the posts")
    _run(jobs.daily_job.name, console, FIRST_DAY, last_day, _REPORT)
    curated.curate(url, ORGANIZATION, FIRST_DAY, last_day + timedelta(days=1))
    console.print("[bold]8/9[/] cache pictures, videos and documents, which the demo makes itself, and find colours")
    cached_media.cache_samples(url, settings, ORGANIZATION, last_day)
    analysed_pictures.analyse_samples(url, settings, ORGANIZATION)
    briefs.make_visuals(url, settings, ORGANIZATION, last_day)
    after = totals(url)
    console.print(f"[bold]9/9[/] done in {time.monotonic() - started_at:.0f} s")
    print_totals(console, before, after, samples=samples, insights=landed + known)
    print_quarantine(console, url)
    print_top_posts(console, url)
    print_loop(console, url)
    curated.print_curation(console, url, ORGANIZATION)
    cached_media.print_media(console, url, ORGANIZATION)
    branded.show_brand(console, url, settings, ORGANIZATION)
    briefs.print_visuals(console, url, settings, ORGANIZATION)
    print_next_steps(console, settings)


def _load_what_runs_need() -> None:
    """Imports the definitions and the charts, and loads the model of languages."""
    for module in ("syndication_assets.definitions", "syndication_assets.engagement.report.report_files"):
        import_module(module)
    most_likely_language("")


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
    """Runs a job, or the selected assets of it, for a range of days if given; prints the failed checks, and which of
    them the samples explain.
    """
    from syndication_assets.automation.range_run import run_job  # noqa: PLC0415
    from syndication_assets.definitions import defs  # noqa: PLC0415 - after DAGSTER_HOME is set

    tags = range_tags(first_day.isoformat(), last_day.isoformat()) if first_day and last_day else {}
    keys = sorted(selection.resolve(defs.resolve_asset_graph())) if selection else None
    with dg.DagsterInstance.get() as instance:
        run = run_job(defs, instance, job_name, tags, keys, expected=list(planted_errors(FIRST_DAY, DAYS).items))
    for check in run.failed_checks:
        reason = EXPECTED_CHECKS.get(check.name)
        if reason and check.severity == "WARN":
            console.print(f"  expected: {check.name} warns, because {reason}", soft_wrap=True)
        else:
            console.print(f"  {check.summary}", style="yellow", soft_wrap=True)
    if run.has_errors:
        raise SyndicationError(f"Run {run.run_id} failed: {run.failure or 'see the failed checks above'}.")
