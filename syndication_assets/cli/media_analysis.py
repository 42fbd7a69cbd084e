"""`syndication media analyze`, `analyses` and `retry-analyses`: what pictures show."""

import click

from syndication_assets.cli.command import command, migrated_database_url, organization_option
from syndication_assets.cli.listing import json_option, printable, show_rows
from syndication_assets.cli.people.acting import in_organization, requires
from syndication_assets.database.connection import transaction
from syndication_assets.media.analysis.listing import ListedAnalysis, list_analyses, what_was_found
from syndication_assets.media.analysis.outcomes import AnalysisState
from syndication_assets.settings import Settings
from syndication_assets.tenancy.organizations import require_organization

CHOICES = ("colours", "rapidocr", "tesseract", "vision")
_ANALYZER = click.option("--analyzer", type=click.Choice(CHOICES), default=None, help="Only this analyzer.")


@click.command()
@click.option("--organization", default=None, metavar="SLUG", help="Only pictures of this organization.")
@_ANALYZER
@click.option("--again", is_flag=True, help="Also pictures that only an older version of an analyzer has seen.")
@click.option("--plan", "is_plan", is_flag=True, help="Only say how many pictures, and what they would cost.")
@command
@requires("analyzers.edit", in_organization())
def analyze(organization: str | None, analyzer: str | None, again: bool, is_plan: bool) -> None:
    """Lets the chosen analyzers look at pictures that they have not seen: what the asset media/analyses does."""
    settings = Settings.from_environment()
    url = migrated_database_url(settings)
    if organization is not None:
        require_organization(url, organization)
    if is_plan:
        _show_plan(url, settings, organization, analyzer, again=again)
        return
    from syndication_assets.media.analysis.analysing import PictureAnalysis  # noqa: PLC0415 - slow

    run = PictureAnalysis(url, settings, organization=organization, analyzer=analyzer, again=again).run()
    states = ", ".join(f"{name}: {number:,} {state}" for (name, state), number in sorted(run.states.items()))
    click.echo(f"{run.queued.total():,} pictures were queued. {states or 'None waited'}.")
    for (name, reason), number in run.reasons.most_common(10):
        click.echo(printable(f"  {name}, {number:,}: {reason}"))
    for (slug, name), reason in run.unavailable.items():
        click.echo(f"{slug}: {name} looked at no picture: {reason}.")
    for currency, cost in sorted(run.calls.costs.items()):
        click.echo(f"The model's requests cost {cost:.4f} {currency}.")


@click.command()
@click.option("--organization", default=None, metavar="SLUG", help="Only pictures of this organization.")
@_ANALYZER
@click.option(
    "--state", type=click.Choice([state.value for state in AnalysisState]), default=None, help="Only this state."
)
@click.option("--limit", default=50, show_default=True, type=click.IntRange(min=1), help="Maximum number of lines.")
@json_option
@command
def analyses(organization: str | None, analyzer: str | None, state: str | None, limit: int, as_json: bool) -> None:
    """Lists what was found in pictures, the newest first."""
    with transaction(migrated_database_url(Settings.from_environment())) as connection:
        rows = list_analyses(
            connection,
            organization=organization,
            analyzer=analyzer,
            state=None if state is None else AnalysisState(state),
            maximum=limit,
        )
    show_rows(rows, _line, "Nothing was analysed yet: `syndication media analyze`.", as_json=as_json)


@click.command(name="retry-analyses")
@organization_option
@_ANALYZER
@click.option(
    "--state",
    type=click.Choice([AnalysisState.FAILED.value, AnalysisState.REJECTED.value]),
    default=AnalysisState.FAILED.value,
    show_default=True,
    help="The analyses that wait again.",
)
@command
@requires("analyzers.edit", in_organization())
def retry_analyses(organization: str, analyzer: str | None, state: str) -> None:
    """Lets parked analyses wait for a new attempt, for instance after a server was repaired."""
    from syndication_assets.media.analysis.analysis_queue import retry_analyses as retry  # noqa: PLC0415 - slow

    url = migrated_database_url(Settings.from_environment())
    organization_id = require_organization(url, organization).organization_id
    with transaction(url) as connection:
        number = retry(connection, organization_id, analyzer, AnalysisState(state))
    click.echo(f"{number:,} analyses wait again. Do them: `syndication media analyze`.")


def _show_plan(url: str, settings: Settings, organization: str | None, analyzer: str | None, *, again: bool) -> None:
    from syndication_assets.media.analysis.planning import plans  # noqa: PLC0415 - slow

    with transaction(url) as connection:
        found = plans(connection, settings, organization, analyzer)
    for plan in found:
        click.echo(
            f"{plan.organization}: {plan.analyzer}{'' if plan.model is None else f' ({plan.model})'}:"
            f" {plan.new_pictures:,} new, {plan.waiting:,} waiting, {plan.parked:,} parked,"
            f" {plan.of_older_versions:,} seen only by an older version; {plan.pictures_per_run:,} a run at most"
        )
        cost = plan.cost(again=again)
        if cost is not None:
            click.echo(f"  {'about' if plan.is_measured else 'at most'} {cost:.4f} {plan.currency}")
        elif plan.model is not None:
            click.echo("  the price of the model is unknown: add it with `syndication price add`")
        if plan.of_older_versions and not again:
            click.echo("  what an older version has seen stays as it is; use --again to analyse it again")
        if plan.unavailable is not None:
            click.echo(f"  it cannot look at pictures: {plan.unavailable}")
    if not found:
        click.echo("No analyzer is active: `syndication analyzer add`.")


def _line(row: ListedAnalysis) -> str:
    what = what_was_found(row) if row.state == AnalysisState.COMPLETED else row.reason or "it was not attempted yet"
    place = row.post_id or row.sha256[:12]
    return f"{row.organization} {place} {row.analyzer} v{row.version} {row.state}: {what[:200]}"
