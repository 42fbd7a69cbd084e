-- Removes the measurements of the database, with the problems that were found in them.

set local role syndication_pipeline;

delete from operations.alert_deliveries as d
using operations.alerts as a
where
    d.organization_id = a.organization_id
    and d.alert_id = a.alert_id
    and a.kind in (
        'connections_used', 'database_grows', 'database_unmeasured', 'event_log_large', 'index_missing', 'index_misses',
        'index_redundant', 'index_unused', 'query_slow', 'statistics_old', 'table_bloated', 'transaction_ids_used',
        'vacuum_behind'
    );
delete from operations.alerts
where
    kind in (
        'connections_used', 'database_grows', 'database_unmeasured', 'event_log_large', 'index_missing', 'index_misses',
        'index_redundant', 'index_unused', 'query_slow', 'statistics_old', 'table_bloated', 'transaction_ids_used',
        'vacuum_behind'
    );
delete from operations.alert_routes
where
    kind in (
        'connections_used', 'database_grows', 'database_unmeasured', 'event_log_large', 'index_missing', 'index_misses',
        'index_redundant', 'index_unused', 'query_slow', 'statistics_old', 'table_bloated', 'transaction_ids_used',
        'vacuum_behind'
    );

set local role syndication_owner;

alter table operations.condition_kinds disable trigger condition_kinds_changes;
alter table operations.condition_levels disable trigger condition_levels_changes;
delete from operations.condition_kinds
where
    kind in (
        'connections_used', 'database_grows', 'database_unmeasured', 'event_log_large', 'index_missing', 'index_misses',
        'index_redundant', 'index_unused', 'query_slow', 'statistics_old', 'table_bloated', 'transaction_ids_used',
        'vacuum_behind'
    );
alter table operations.condition_kinds enable trigger condition_kinds_changes;
alter table operations.condition_levels enable trigger condition_levels_changes;

alter table operations.retention_subjects disable trigger user;
delete from operations.retention_subjects where subject = 'operations.database_health';
alter table operations.retention_subjects enable trigger user;

drop view operations.report_database_queries;
drop view operations.report_database_indexes;
drop view operations.report_database_tables;
drop view operations.report_database_days;
drop view operations.connections_now;
drop view operations.newest_query_statistics;
drop view operations.newest_table_health;
drop view operations.newest_database_health;
drop table operations.query_statistics_daily;
drop table operations.index_health_daily;
drop table operations.table_health_daily;
drop table operations.database_health_daily;
