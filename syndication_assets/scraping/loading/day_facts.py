"""Reads from the database what the rows of a day's files depend on: tracked profiles and definitions of counters."""

from collections.abc import Mapping
from datetime import date

from syndication_assets.database.connection import Connection, load_sql
from syndication_assets.scraping.erasure.erasure_list import erased_people
from syndication_assets.scraping.fetching.download_runs import DownloadRun
from syndication_assets.scraping.items.observation import COUNTER_NAMES
from syndication_assets.scraping.reading.counter_filling import CounterDefinition, Definitions
from syndication_assets.scraping.reading.landed_rows import DayFacts, RunOfSource


def facts_of_day(connection: Connection, day: date, runs: Mapping[tuple[str, str], DownloadRun]) -> DayFacts:
    """The facts of a load with these open runs."""
    tracked = connection.execute("select organization_id, platform, username from scraping.profiles where is_tracked")
    return DayFacts(
        {source: RunOfSource(run.organization_id, run.run_id) for source, run in runs.items()},
        frozenset((organization_id, platform, username) for organization_id, platform, username in tracked),
        definitions_on(connection, day),
        erased_people(connection),
    )


def definitions_on(connection: Connection, day: date) -> Definitions:
    """The definitions of counters that are valid on the day."""
    parameters = {"day": day, "counters": list(COUNTER_NAMES)}
    rows = connection.execute(load_sql("scraping/counter_definitions.sql"), parameters).fetchall()
    return {
        (platform, source_name, period): CounterDefinition(counter, is_additive)
        for platform, source_name, period, counter, is_additive in rows
    }
