"""`syndication health`: how the project's own database is, as last measured."""

import json
from decimal import Decimal

import click

from syndication_assets.cli.command import command, migrated_database_url
from syndication_assets.cli.listing import json_option, printable, show_rows
from syndication_assets.database.connection import transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.operations.conditions import Condition
from syndication_assets.operations.database_health.health_measuring import measure as measure_database
from syndication_assets.operations.database_health.newest import (
    NewestDatabase,
    NewestIndex,
    NewestQuery,
    NewestTable,
    find_query,
    health_problems,
    newest_database,
    newest_indexes,
    newest_queries,
    newest_tables,
)
from syndication_assets.settings import Settings
from syndication_assets.text.sizes import size_of

_NEVER = "The database was never measured: run `syndication health measure`."
_limit = click.option("--limit", default=20, show_default=True, type=click.IntRange(min=1), help="Number of lines.")
_SHORT_QUERY = 160


@click.group(invoke_without_command=True)
@click.pass_context
@json_option
@command
def health(context: click.Context, as_json: bool) -> None:
    """Shows how the database is, as last measured, and what to do about its problems."""
    if context.invoked_subcommand is not None:
        return
    with transaction(migrated_database_url(Settings.from_environment())) as connection:
        newest, problems = newest_database(connection), health_problems(connection)
    if as_json:
        shown = {
            "database": newest._asdict() if newest else None,
            "problems": [problem._asdict() for problem in problems],
        }
        click.echo(json.dumps(shown, default=str, ensure_ascii=True, indent=2))
        return
    for line in [*(_database_lines(newest) if newest else [_NEVER]), *_problem_lines(problems)]:
        click.echo(printable(line))


@health.command()
@command
def measure() -> None:
    """Measures the database now, as the asset `operations/database_health_daily` does four times a day."""
    settings = Settings.from_environment()
    measurement = measure_database(settings, migrated_database_url(settings))
    click.echo(f"{measurement.sentence}.")
    for name, reason in measurement.not_measured.items():
        click.echo(printable(f"  {name}: {reason}"))
    click.echo("See the problems with: syndication health")


@health.command()
@_limit
@json_option
@command
def tables(limit: int, as_json: bool) -> None:
    """Lists the tables with rows, size, growth, bloat, and when they were analyzed and vacuumed; the largest first."""
    with transaction(migrated_database_url(Settings.from_environment())) as connection:
        rows = newest_tables(connection, limit)
    show_rows(rows, _table_line, _NEVER, as_json=as_json)


@health.command()
@click.option("--unused", is_flag=True, help="Only those that enforce no key and that nothing scanned lately.")
@_limit
@json_option
@command
def indexes(unused: bool, limit: int, as_json: bool) -> None:
    """Lists the indexes with their size and scans, the largest first."""
    with transaction(migrated_database_url(Settings.from_environment())) as connection:
        is_measured = newest_database(connection) is not None
        rows = newest_indexes(connection, limit, unused=unused)
    show_rows(rows, _index_line, "No index is unused." if is_measured else _NEVER, as_json=as_json)


@health.command()
@_limit
@json_option
@command
def queries(limit: int, as_json: bool) -> None:
    """Lists expensive statements without the values in them, the slowest first."""
    with transaction(migrated_database_url(Settings.from_environment())) as connection:
        is_measured = newest_database(connection) is not None
        rows = newest_queries(connection, limit)
    show_rows(rows, _query_line, "No statement was seen or counted today." if is_measured else _NEVER, as_json=as_json)


@health.command()
@click.argument("query_id", metavar="ID")
@command
def query(query_id: str) -> None:
    """Shows one statement with its plan, which was made without running it."""
    with transaction(migrated_database_url(Settings.from_environment())) as connection:
        found = find_query(connection, query_id)
    if found is None:
        raise SyndicationError(f"No measurement has a statement {query_id!r}: see `syndication health queries`.")
    click.echo(printable(_query_line(found, longest=None)))
    click.echo(printable(f"\n{found.plan or found.plan_missing or 'It is fast: nobody asked for its plan.'}"))


def _database_lines(newest: NewestDatabase) -> list[str]:
    log = f"about {newest.event_log_rows:,} events" if newest.event_log_rows is not None else "not measured"
    most = f"at most {newest.most_connections} on that day"
    lines = [
        f"Measured {newest.measured_at:%Y-%m-%d %H:%M} UTC, PostgreSQL {newest.server_version}",
        f"  size                   {_bytes(newest.database_bytes)}",
        f"  index blocks cached    {_percent(newest.index_hit_ratio)} (tables {_percent(newest.table_hit_ratio)})",
        f"  connections            {newest.connections} of {newest.connections_limit}, {most}",
        f"  transaction ids        {newest.transaction_ids_used / 2**31:.1%} used",
        f"  Dagster's event log    {log}, {_bytes(newest.event_log_bytes)}",
    ]
    return [*lines, *(f"  not measured: {name}. {reason}" for name, reason in newest.not_measured.items())]


def _problem_lines(problems: list[Condition]) -> list[str]:
    if not problems:
        return ["\nNo problems"]
    lines = [f"\n{len(problems)} problem{'' if len(problems) == 1 else 's'}"]
    return lines + [f"  {each.severity:8} {each.kind} {each.subject}: {each.message}" for each in problems]


def _table_line(row: NewestTable) -> str:
    grown = f", {'+' if row.bytes_grown >= 0 else '-'}{_bytes(abs(row.bytes_grown))}" if row.bytes_grown else ""
    scans = (
        f", {row.sequential_scans_a_day:,.0f} scans a day of {row.rows_a_scan or 0:,.0f} rows"
        if row.sequential_scans_a_day
        else ""
    )
    bloat = f", {_bytes(row.bloat_bytes)} empty (by {row.bloat_source})" if row.bloat_bytes else ""
    partitions = f" in {row.partitions} partitions" if row.partitions else ""
    analyzed = f"analyzed {row.analyzed_at:%Y-%m-%d %H:%M}" if row.analyzed_at else "never analyzed as a whole"
    vacuumed = f"vacuumed {row.vacuumed_at:%Y-%m-%d %H:%M}" if row.vacuumed_at else "never vacuumed as a whole"
    return (
        f"{row.table_name:44} {_bytes(row.total_bytes):>9}{grown}, {row.live_rows:,} rows{partitions}, "
        f"{row.dead_rows:,} dead{bloat}{scans}; {analyzed}, {vacuumed}"
    )


def _index_line(row: NewestIndex) -> str:
    remarks = [
        f"unused since {row.unused_since}" if row.unused_since else "",
        "" if row.is_valid else "invalid",
        f"doubles {row.duplicate_of}" if row.duplicate_of else "",
        "enforces a key" if row.is_required else "",
        "" if row.is_for_readers else "not for readers",
    ]
    return ", ".join([f"{row.index_name:64} {_bytes(row.index_bytes):>9}, {row.scans:,} scans", *filter(None, remarks)])


def _query_line(row: NewestQuery, longest: int | None = _SHORT_QUERY) -> str:
    how_often = f"{row.calls:,} calls" if row.calls is not None else f"seen in {row.times_seen:,} looks"
    text = row.query if longest is None or len(row.query) <= longest else f"{row.query[:longest]}…"
    return (
        f"{row.query_id}  {row.milliseconds:,.0f} ms, at most {row.longest_milliseconds:,.0f} ms, {how_often} "
        f"({row.role_name or 'role unknown'}): {text}"
    )


def _percent(ratio: Decimal | None) -> str:
    return "not measured" if ratio is None else f"{ratio:.1%}"


def _bytes(size_bytes: int | None) -> str:
    return "not measured" if size_bytes is None else size_of(size_bytes)
