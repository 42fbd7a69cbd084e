-- Deletes one batch of days of the measurements of the database that are older than what is kept. Parameters:
-- keeps_from (a date), batch.

with days as (
    select d.measured_on
    from operations.database_health_daily as d
    where d.measured_on < %(keeps_from)s
    order by d.measured_on
    limit greatest(%(batch)s / 1000, 1)
),

queries as (
    delete from operations.query_statistics_daily
    where measured_on < %(keeps_from)s and measured_on <= (select max(measured_on) from days)
),

tables as (
    delete from operations.table_health_daily
    where measured_on in (select measured_on from days)
),

indexes as (
    delete from operations.index_health_daily
    where measured_on in (select measured_on from days)
)

delete from operations.database_health_daily
where measured_on in (select measured_on from days);
