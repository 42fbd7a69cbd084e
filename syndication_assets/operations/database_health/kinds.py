"""The kinds of problems of the database, each with the table whose asset has its check. Pure."""

from typing import Final, NamedTuple


class HealthCheck(NamedTuple):
    """A check that fails, as a warning, while there is a problem of a kind."""

    table: str
    name: str
    kind: str


CHECKS: Final = (
    HealthCheck("database_health_daily", "connections_are_left", "connections_used"),
    HealthCheck("database_health_daily", "indexes_are_cached", "index_misses"),
    HealthCheck("database_health_daily", "transaction_ids_are_left", "transaction_ids_used"),
    HealthCheck("database_health_daily", "growth_is_slow", "database_grows"),
    HealthCheck("database_health_daily", "event_log_is_small", "event_log_large"),
    HealthCheck("table_health_daily", "no_index_is_missing", "index_missing"),
    HealthCheck("table_health_daily", "every_foreign_key_has_an_index", "foreign_key_unindexed"),
    HealthCheck("table_health_daily", "none_is_bloated", "table_bloated"),
    HealthCheck("table_health_daily", "dead_rows_are_vacuumed", "vacuum_behind"),
    HealthCheck("table_health_daily", "statistics_are_new", "statistics_old"),
    HealthCheck("index_health_daily", "every_index_is_used", "index_unused"),
    HealthCheck("index_health_daily", "none_is_redundant", "index_redundant"),
    HealthCheck("query_statistics_daily", "none_is_slow", "query_slow"),
)

KINDS: Final = (*(check.kind for check in CHECKS), "database_unmeasured")
"""No check is about the age of a measurement: a check runs just after one."""
