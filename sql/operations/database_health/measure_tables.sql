-- Measures the tables as they are now. One row is one table, with the sums of its partitions. Changes nothing.
--
-- Bloat is estimated from the width of columns where the login sees the planner's statistics, which row-level security
-- hides from all but superusers; else it is the share of dead rows. 8,168 bytes of a block hold rows; each has a
-- pointer of 4 bytes and a header of 23 with a bit for each column that may be NULL, and values are padded.

with leaf as (
    select
        c.oid,
        coalesce(pg_partition_root(c.oid), c.oid) as table_oid,
        c.relispartition,
        c.reltuples,
        coalesce(pg_relation_size(c.oid), 0) as heap_bytes,
        coalesce(pg_indexes_size(c.oid), 0) as index_bytes,
        coalesce(pg_total_relation_size(c.oid), 0) as total_bytes,
        -- After a crash the server has forgotten how many rows there are.
        case
            when s.n_live_tup = 0 and s.n_dead_tup = 0 and s.n_tup_ins = 0 then greatest(c.reltuples::bigint, 0)
            else s.n_live_tup
        end as live_rows,
        s.n_dead_tup as dead_rows,
        coalesce(s.seq_scan, 0) as sequential_scans,
        coalesce(s.seq_tup_read, 0) as sequential_rows,
        coalesce(s.idx_scan, 0) as index_scans,
        s.n_tup_ins + s.n_tup_upd + s.n_tup_del as rows_changed,
        s.n_mod_since_analyze as changed_since_analyze,
        greatest(s.last_analyze, s.last_autoanalyze) as analyzed_at,
        greatest(s.last_vacuum, s.last_autovacuum) as vacuumed_at,
        coalesce(
            (
                select o.option_value::numeric
                from pg_options_to_table(c.reloptions) as o
                where o.option_name = 'fillfactor'
            ),
            100
        ) / 100 as fill,
        w.row_bytes
    from pg_class as c
    inner join pg_namespace as n on c.relnamespace = n.oid
    inner join pg_stat_all_tables as s on c.oid = s.relid
    left join lateral (
        select
            4
            + ceil(
                (
                    23 + case when sum(p.null_frac) > 0 then c.relnatts / 8.0 else 0 end
                    + sum(p.avg_width * (1 - p.null_frac))
                    + case
                        when bool_or(a.attlen < 0)
                            then sum(case a.attalign when 'd' then 3.5 when 'i' then 1.5 else 0 end)
                        else 0
                    end
                ) / 8
            ) * 8 as row_bytes
        from pg_attribute as a
        inner join pg_stats as p
            on
                n.nspname = p.schemaname
                and c.relname = p.tablename
                and a.attname = p.attname
                and not p.inherited
        where a.attrelid = c.oid and a.attnum > 0
    ) as w on true
    where
        c.relkind in ('r', 'm')
        and c.relpersistence <> 't'
        and n.nspname not in ('pg_catalog', 'information_schema')
        and n.nspname !~ '^pg_'
),

estimated as (
    select
        *,
        case
            when row_bytes is not null
                then greatest(heap_bytes - ceil(live_rows * row_bytes / (8168 * fill)) * 8192, 0)
            when live_rows + dead_rows > 0 then heap_bytes * dead_rows::numeric / (live_rows + dead_rows)
            when heap_bytes = 0 then 0
        end as bloat_bytes
    from leaf
)

select
    r.oid as table_oid,
    format('%%s.%%s', n.nspname, r.relname) as table_name,
    count(e.oid) filter (where e.relispartition) as partitions,
    coalesce(sum(e.live_rows), 0)::bigint as live_rows,
    coalesce(sum(e.dead_rows), 0)::bigint as dead_rows,
    coalesce(sum(e.heap_bytes), 0)::bigint as heap_bytes,
    coalesce(sum(e.index_bytes), 0)::bigint as index_bytes,
    coalesce(sum(e.total_bytes), 0)::bigint as total_bytes,
    case
        when count(*) filter (where e.oid is not null and e.bloat_bytes is null) = 0
            then coalesce(sum(e.bloat_bytes), 0)::bigint
    end as bloat_bytes,
    case
        when count(*) filter (where e.oid is not null and e.bloat_bytes is null) > 0 then null
        when bool_or(e.row_bytes is null and e.heap_bytes > 0) then 'dead rows'
        else 'statistics'
    end as bloat_source,
    coalesce(sum(e.sequential_scans), 0)::bigint as sequential_scans,
    coalesce(sum(e.sequential_rows), 0)::bigint as sequential_rows,
    coalesce(sum(e.index_scans), 0)::bigint as index_scans,
    coalesce(sum(e.rows_changed), 0)::bigint as rows_changed,
    coalesce(sum(e.changed_since_analyze), 0)::bigint as changed_since_analyze,
    case
        when not coalesce(bool_or(e.analyzed_at is null and e.live_rows > 0), false) then min(e.analyzed_at)
    end as analyzed_at,
    case
        when not coalesce(bool_or(e.vacuumed_at is null and e.live_rows > 0), false) then min(e.vacuumed_at)
    end as vacuumed_at
from pg_class as r
inner join pg_namespace as n on r.relnamespace = n.oid
left join estimated as e on r.oid = e.table_oid
where
    r.relkind in ('r', 'm', 'p')
    and not r.relispartition
    and r.relpersistence <> 't'
    and n.nspname not in ('pg_catalog', 'information_schema')
    and n.nspname !~ '^pg_'
group by r.oid, n.nspname, r.relname
order by 2
