"""What `make demo` prints at its end: rows, quarantine, the best posts, the loop, and what to do next."""

from collections import defaultdict

from psycopg.rows import dict_row
from rich.console import Console
from rich.table import Table

from syndication_assets.database.connection import load_sql, transaction
from syndication_assets.demo import loop
from syndication_assets.demo.approving_people import CHECKS, SIGNS_IN_PLACE
from syndication_assets.demo.planted_errors import planted_errors
from syndication_assets.demo.sample_landing import DAYS, FIRST_DAY, ORGANIZATION
from syndication_assets.settings import Settings


def totals(url: str) -> dict[str, int]:
    """The rows of the demo's organization, by name."""
    with transaction(url) as connection:
        row = (
            connection.cursor(row_factory=dict_row)
            .execute(load_sql("demo/totals.sql"), {"slug": ORGANIZATION})
            .fetchone()
        )
    return row or {}


def print_totals(
    console: Console, before: dict[str, int], after: dict[str, int], *, samples: int, insights: int
) -> None:
    """Prints the rows, and how the landed files add up: `samples` and `insights` count the files that were landed."""
    table = Table(title="Rows in the database", title_justify="left")
    for column in ("of organization demo", "total", "new in this run", "remark"):
        table.add_column(column, justify="left" if column in {"of organization demo", "remark"} else "right")
    for name, total in after.items():
        remark = remark_on(name, total, samples=samples, insights=insights)
        table.add_row(name.replace("_", " "), f"{total:,}", f"{total - before.get(name, 0):,}", remark)
    console.print(table)


def remark_on(name: str, total: int, *, samples: int, insights: int) -> str:
    """Why a total has its value; empty if it speaks for itself."""
    if name == "landed_files":
        others = total - samples - insights
        added = f", {others:+,} that the demo has not landed" if others else ""
        return f"{samples:,} samples, {insights:,} with insights{added}"
    if name == "quarantined_items":
        return "expected: see the next table"
    return ""


def print_quarantine(console: Console, url: str) -> None:
    """Prints the planted errors in quarantine, and anything there that was not planted."""
    with transaction(url) as connection:
        rows = connection.execute(load_sql("demo/quarantine.sql"), {"slug": ORGANIZATION}).fetchall()
    planted = planted_errors(FIRST_DAY, DAYS)
    unexpected = planted.unexpected(path for path, _, _ in rows)
    examples = defaultdict(list)
    for path, position, reason in rows:
        place = "the whole file" if position is None else f"item {position}"
        examples[reason].append(f"{path.rsplit('/', 1)[-1]}, {place}")
    table = Table(
        title=f"Expected: {sum(planted.items.values())} broken items, which the samples contain on purpose. They wait "
        "in quarantine with file, position and reason, and can be replayed.",
        title_justify="left",
    )
    for column in ("items", "reason", "for example"):
        table.add_column(column, justify="right" if column == "items" else "left", overflow="fold")
    for reason, places in sorted(examples.items(), key=lambda item: (-len(item[1]), item[0])):
        table.add_row(str(len(places)), reason, min(places))
    console.print(table)
    for path, number in unexpected.items():
        problem = f"{number:,} more items are" if number > 0 else f"{-number:,} planted items are not"
        console.print(f"Not expected: {problem} in quarantine: {path}", style="red", soft_wrap=True)


def print_top_posts(console: Console, url: str) -> None:
    with transaction(url) as connection:
        rows = connection.execute(load_sql("demo/top_posts.sql"), {"slug": ORGANIZATION}).fetchall()
    table = Table(title="Top five posts by engagement in these 28 days", title_justify="left")
    for column in ("engagement", "platform", "author", "posted", "text"):
        table.add_column(column, justify="right" if column == "engagement" else "left", no_wrap=column != "text")
    for engagement, platform, author, posted_on, text in rows:
        table.add_row(f"{engagement:,}", platform, author, str(posted_on), text)
    console.print(table)


def print_loop(console: Console, url: str) -> None:
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


def print_next_steps(console: Console, settings: Settings) -> None:
    steps = {
        "Open the Dagster UI": "make dev, then http://127.0.0.1:3000 (these runs are in it, with their checks)",
        "See plots there": "an asset's Overview, Metadata, Plots, Events (Partitions has the newest 120 days only)",
        "See the pictures": "the asset media/cached_media, its contact sheet",
        "Decide on texts": ".venv/bin/syndication web --organization demo",
        "Sign in there as another": f".venv/bin/syndication user sign-in-link {CHECKS} (or {SIGNS_IN_PLACE})",
        "Read the weekly report": str(settings.reports_directory / ORGANIZATION / "index.html"),
        "Query the database": ".venv/bin/syndication psql",
        "Load files of your own": "docs/land-and-load.md",
        "Stop the server": "make stop (its data stays)",
    }
    console.print("[bold]What to do next[/]")
    for step, how in steps.items():
        console.print(f"  {step + ':':26}{how}", soft_wrap=True, highlight=False)
