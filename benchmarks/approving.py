"""Deciding on texts by rule: the time of one text when four thousand are decided at once, and when one thousand are.

The tables are new and have no statistics, as in a backfill, so that a plan which compares every pair of rows shows:
the times of one text are then as far apart as the numbers of texts.
"""

from datetime import UTC, date, datetime, timedelta

from benchmarks.generation import database_of_posts
from benchmarks.history import run_script
from benchmarks.measuring import Comparison, Result, alternate, seconds_of
from benchmarks.workplace import Workplace
from syndication_assets.content.rounds.text_rounds import decide_by_rule
from syndication_assets.database.connection import transaction

NAME = "approving"
TIMES_AS_MANY = 4
RATIO_OF_A_TEXT = 1.5


def run(workplace: Workplace) -> list[Result]:
    """The time of a text among many, compared with that among few."""
    few = workplace.sizes.generations
    many = TIMES_AS_MANY * few
    times = alternate(
        {"few": lambda: _seconds(workplace, few), "many": lambda: _seconds(workplace, many)}, workplace.sizes.repeats
    )
    of_few, of_many = (times[side].median / count * 1000 for side, count in (("few", few), ("many", many)))
    return [
        Result(
            NAME,
            f"one text of {many:,} that are approved by rule",
            of_many,
            "ms",
            of_few,
            f"of {few:,}",
            of_many / of_few,
            Comparison.AT_MOST,
            RATIO_OF_A_TEXT,
            f"{many:,} texts: {times['many'].spread()}; {few:,}: {times['few'].spread()}",
        )
    ]


def _seconds(workplace: Workplace, texts: int) -> float:
    day = datetime.now(UTC).date()
    url = database_of_posts(workplace, NAME, texts, day)
    run_script(url, "undecided_texts.sql", {}, are_analyzed=False)
    return seconds_of(lambda: _decide(url, texts, day))


def _decide(url: str, texts: int, day: date) -> None:
    with transaction(url) as connection:
        decisions = decide_by_rule(connection, day, day + timedelta(days=1))
    if decisions.counts["rows_written"] != texts:
        raise RuntimeError(f"{decisions.counts['rows_written']} of {texts} texts were approved")
