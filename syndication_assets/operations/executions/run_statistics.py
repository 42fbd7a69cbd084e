"""How often steps, sources and jobs ran, how that ended, how long it took, and how much it made a second."""

from collections.abc import Iterable
from datetime import date
from itertools import groupby
from typing import NamedTuple

from syndication_assets.database.connection import Connection, load_sql


class RunStatistics(NamedTuple):
    """The runs of one step, source or job on one UTC day, or on all days together: then `day` is None."""

    day: date | None
    what: str
    runs: int
    succeeded: int
    in_part: int
    """Runs of which something succeeded, and something did not."""
    seconds: float | None
    """Of all runs together; None if none was measured."""
    made: int | None
    """What they made: posts, files, texts, targets. None if it was not counted."""

    @property
    def failed(self) -> int:
        return self.runs - self.succeeded - self.in_part

    @property
    def success_rate(self) -> float:
        """Share of the runs that succeeded."""
        return self.succeeded / self.runs

    @property
    def made_a_second(self) -> float | None:
        """None if nothing was counted, or it took no time."""
        return self.made / self.seconds if self.made is not None and self.seconds else None


def step_statistics(connection: Connection, since: date, organization: str | None) -> list[RunStatistics]:
    """By step and source, the newest day first, of one organization or of all."""
    rows = connection.execute(
        load_sql("operations/execution_history/run_statistics.sql"), {"since": since, "organization": organization}
    )
    return [
        RunStatistics(day, what, count, succeeded, in_part, _float(seconds), None if made is None else int(made))
        for day, what, count, succeeded, in_part, seconds, made in rows
    ]


def all_days(statistics: Iterable[RunStatistics]) -> list[RunStatistics]:
    """The same for all days together, by name. What is unknown on every day stays unknown."""
    by_name = groupby(sorted(statistics, key=lambda each: each.what), key=lambda each: each.what)
    return [
        RunStatistics(
            None,
            what,
            sum(each.runs for each in days),
            sum(each.succeeded for each in days),
            sum(each.in_part for each in days),
            _sum([each.seconds for each in days]),
            None if (made := _sum([each.made for each in days])) is None else int(made),
        )
        for what, found in by_name
        if (days := list(found))
    ]


def _sum(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _float(value: object) -> float | None:
    return None if value is None else float(str(value))
