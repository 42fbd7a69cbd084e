"""The history of executions, as an asset: every step of the pipeline writes what it did."""

from syndication_assets.sql_assets.cadence import EXECUTION_LOG
from syndication_assets.sql_assets.checks import SqlCheck, constraints_of
from syndication_assets.sql_assets.table_specs import external_table

execution_history = external_table(
    "operations",
    "execution_history",
    "One row is one execution of one step for one organization, and for one channel where the step counts by channel: "
    "what started it, how it ended, and counts of what came in, went out and was rejected. Fetching, selecting, "
    "writing, checking, approving, planning and publishing write it; `syndication history` lists it. Executions that "
    "found nothing to do are one row a day.",
    tags=EXECUTION_LOG,
)

CHECKS = [
    constraints_of("execution_history"),
    SqlCheck("execution_history", "none_runs_without_its_process"),
]
