-- Measures the indexes as they are now. One row is one index, with the sums of those of partitions. Changes nothing.
-- Parameter: not_for_readers, the ids of indexes that row-level security keeps readers from.

with own as (
    select
        i.*,
        n.nspname,
        c.relname,
        c.relispartition,
        coalesce(pg_partition_root(c.oid), c.oid) as root_oid,
        i.indisunique or i.indisreplident or i.indisexclusion as is_required
    from pg_index as i
    inner join pg_class as c on i.indexrelid = c.oid
    inner join pg_namespace as n on c.relnamespace = n.oid
    where
        n.nspname not in ('pg_catalog', 'information_schema') and n.nspname !~ '^pg_' and c.relpersistence <> 't'
),

sums as (
    select
        o.root_oid,
        coalesce(sum(pg_relation_size(o.indexrelid)), 0)::bigint as index_bytes,
        coalesce(sum(s.idx_scan), 0)::bigint as scans,
        bool_and(o.indisvalid and o.indisready) as is_valid
    from own as o
    left join pg_stat_all_indexes as s on o.indexrelid = s.indexrelid
    group by o.root_oid
)

select
    format('%%s.%%s', o.nspname, o.relname) as index_name,
    (select format('%%s.%%s', n.nspname, c.relname) from pg_class as c
    inner join pg_namespace as n on c.relnamespace = n.oid
    where c.oid = o.indrelid) as table_name,
    s.index_bytes,
    s.scans,
    s.is_valid,
    o.is_required,
    (
        select min(format('%%s.%%s', d.nspname, d.relname))
        from own as d
        where
            d.indrelid = o.indrelid
            and d.indexrelid <> o.indexrelid
            and not o.is_required
            and (d.is_required or d.indexrelid < o.indexrelid)
            and d.indkey::text = o.indkey::text
            and d.indclass::text = o.indclass::text
            and d.indcollation::text = o.indcollation::text
            and d.indoption::text = o.indoption::text
            and pg_get_expr(d.indexprs, d.indrelid) is not distinct from pg_get_expr(o.indexprs, o.indrelid)
            and pg_get_expr(d.indpred, d.indrelid) is not distinct from pg_get_expr(o.indpred, o.indrelid)
    ) as duplicate_of,
    array_position(%(not_for_readers)s::oid[], o.indexrelid) is null as is_for_readers
from own as o
inner join sums as s on o.indexrelid = s.root_oid
where not o.relispartition
order by 1
