"""Materializes a selection of assets for a day or a range of days, as one Dagster run in this process."""

import re
import signal
import threading
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import dagster as dg
from dagster_postgres.utils import DagsterPostgresException
from sqlalchemy.exc import SQLAlchemyError

from syndication_assets.automation.run_tags import REPOSITORY_TAGS, range_tags
from syndication_assets.automation.watched_runs import close_dead_runs
from syndication_assets.database.acting import user_who_acts
from syndication_assets.database.sessions.kept_sessions import sessions_kept
from syndication_assets.errors import SyndicationError
from syndication_assets.operations.executions.origin import ACTOR_TAG
from syndication_assets.sql_assets.forced_runs import FORCE_TAG
from syndication_assets.sql_assets.partitions import daily_partitions


@dataclass(frozen=True, slots=True)
class FailedCheck:
    """An asset check that did not pass."""

    name: str
    severity: str
    description: str

    @property
    def summary(self) -> str:
        """One line: severity, name and first sentence of the description."""
        return f"{self.severity} {self.name}: {self.description.split('. ', 1)[0]}"


@dataclass(frozen=True, slots=True)
class RangeRun:
    """The outcome of a run."""

    run_id: str
    is_success: bool
    failure: str | None
    failed_checks: list[FailedCheck]

    @property
    def has_errors(self) -> bool:
        return not self.is_success or any(check.severity == "ERROR" for check in self.failed_checks)


def parse_range(text: str) -> tuple[str, str]:
    """`2025-11-25` or `2025-11-25...2025-11-26` as first and last partition key.

    Raises SyndicationError for any other text, and for days without a partition.
    """
    match = re.fullmatch(r"(\d{4}-\d{2}-\d{2})(?:\.\.\.(\d{4}-\d{2}-\d{2}))?", text)
    if match is None:
        raise SyndicationError(f"{text!r} is not a range of days: write 2025-11-25 or 2025-11-25...2025-11-26.")
    first, last = match[1], match[2] or match[1]
    for key in (first, last):
        try:
            date.fromisoformat(key)
        except ValueError:
            raise SyndicationError(f"{key} is not a calendar day: write a day such as 2025-11-25.") from None
        if not daily_partitions.has_partition_key(key):
            raise SyndicationError(
                f"There is no partition {key}: partitions run from {daily_partitions.get_first_partition_key()} to "
                f"today ({daily_partitions.get_last_partition_key()}). SYNDICATION_FIRST_DAY sets the first day."
            )
    if first > last:
        raise SyndicationError(f"The range ends before it begins: swap {first} and {last}.")
    return first, last


def materialize_range(
    definitions: dg.Definitions,
    instance: dg.DagsterInstance,
    first_day: str,
    last_day: str,
    selection: Sequence[str] = (),
    *,
    is_forced: bool = False,
) -> RangeRun:
    """Runs the daily graph, or the assets that `selection` picks, for the days from first to last, both included."""
    asset_keys, job_name = _select(definitions, selection)
    tags = {**range_tags(first_day, last_day), **({FORCE_TAG: "true"} if is_forced else {})}
    return run_job(definitions, instance, job_name, tags, asset_keys)


def run_job(
    definitions: dg.Definitions,
    instance: dg.DagsterInstance,
    job_name: str,
    tags: Mapping[str, str],
    asset_keys: Sequence[dg.AssetKey] | None = None,
    *,
    expected: Sequence[str] = (),
) -> RangeRun:
    """Runs a job, or some of its assets, once in this process.

    Warnings and errors whose message has one of the `expected` texts are printed as expected. SyndicationError if
    Dagster's database is away for longer than Dagster waits, about 15 seconds.
    """
    try:
        close_dead_runs(instance)
        with _hang_up_as_termination(), sessions_kept():
            result = definitions.resolve_job_def(job_name).execute_in_process(
                instance=instance,
                asset_selection=asset_keys,
                tags={**REPOSITORY_TAGS, **_actor_tag(), **tags},
                raise_on_error=False,
                run_config={"loggers": {"progress": {"config": {"expected": list(expected)}}}},
            )
    except (DagsterPostgresException, SQLAlchemyError):
        raise SyndicationError(
            "Dagster's database was away during the run. What the steps had committed stays; start the run again when "
            "the server is back, which also closes this run."
        ) from None
    failures = [
        event.step_failure_data.error
        for event in result.all_events
        if event.is_step_failure and event.step_failure_data.error is not None
    ]
    return RangeRun(
        run_id=result.run_id,
        is_success=result.success,
        failure=_message(failures[0]) if failures else None,
        failed_checks=[
            FailedCheck(
                f"{evaluation.asset_key.to_user_string()}: {evaluation.check_name}",
                evaluation.severity.value,
                evaluation.description or "",
            )
            for evaluation in result.get_asset_check_evaluations()
            if not evaluation.passed
        ],
    )


def _actor_tag() -> dict[str, str]:
    """Names the user who acts, whom Dagster would not know."""
    user_id = user_who_acts()
    return {} if user_id is None else {ACTOR_TAG: user_id}


@contextmanager
def _hang_up_as_termination() -> Iterator[None]:
    """A terminal that is closed ends the run as `kill` does, which Dagster records; `nohup` keeps it running."""
    before = signal.getsignal(signal.SIGHUP)
    if before is signal.SIG_IGN or threading.current_thread() is not threading.main_thread():
        yield
        return
    signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))
    try:
        yield
    finally:
        signal.signal(signal.SIGHUP, before)


def _select(definitions: dg.Definitions, selection: Sequence[str]) -> tuple[list[dg.AssetKey] | None, str]:
    if not selection:
        from syndication_assets.automation.jobs import daily_job  # noqa: PLC0415 - with the definitions of all rooms

        return None, daily_job.name
    graph = definitions.resolve_asset_graph()
    try:
        keys: set[dg.AssetKey] = set()
        with warnings.catch_warnings():
            # Dagster warns about a parameter that Dagster itself sets.
            warnings.filterwarnings("ignore", message=".*`include_sources`.*", category=dg.BetaWarning)
            for text in selection:
                keys |= dg.AssetSelection.from_string(text).required_multi_asset_neighbors().resolve(graph)
    except Exception as error:
        raise SyndicationError(f"--select {' '.join(selection)}: {error}") from None
    keys = {key for key in keys if graph.get(key).is_materializable}
    if not keys:
        raise SyndicationError(f"--select {' '.join(selection)} selects no asset: try group:engagement or key:*posts*.")
    return sorted(keys), "__ASSET_JOB"


def _message(error: object) -> str:
    """The message of the original exception, without Dagster's wrapper.

    Our own errors are sentences; of others, the name of the class is a part of the message.
    """
    cause = getattr(error, "cause", None) or error
    message = str(getattr(cause, "message", cause)).strip()
    return re.sub(
        r"^(?:(?:dagster\.[\w.]*\.Failure|syndication_assets\.[\w.]+): |(?:\w+\.)+(?=\w+(?::|$)))", "", message
    )
