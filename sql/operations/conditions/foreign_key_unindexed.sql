-- No index finds the rows behind a foreign key. One row is a foreign key of a table with at least as many rows as the
-- threshold, by the planner's statistics of it and its partitions, whose columns lead no valid index; value is their
-- number. Parameter: threshold.

select
    null as organization_id,
    format('%%s %%s', names.table_name, k.conname) as subject,
    null::timestamptz as since,
    round(t.live_rows) as value,
    format(
        'Removing a row of %%s, or changing its key, reads all of the %%s rows of %%s: no index leads with %%s. Build '
        'one: create index concurrently on %%s (%%s).',
        k.confrelid::regclass,
        round(t.live_rows),
        names.table_name,
        names.listed,
        names.table_name,
        names.listed
    ) as message
from pg_constraint as k
inner join pg_class as c on k.conrelid = c.oid and not c.relispartition
cross join lateral (
    select sum(greatest(l.reltuples, 0))::numeric as live_rows
    from pg_class as l
    where l.oid = c.oid or l.oid in (select p.relid from pg_partition_tree(c.oid) as p where p.isleaf)
) as t
cross join lateral (
    select
        format('%%s.%%I', c.relnamespace::regnamespace, c.relname) as table_name,
        string_agg(quote_ident(a.attname), ', ' order by o.position) as listed
    from unnest(k.conkey) with ordinality as o (number, position)
    inner join pg_attribute as a on a.attrelid = k.conrelid and o.number = a.attnum
) as names
where
    k.contype = 'f'
    and t.live_rows >= %(threshold)s
    and not exists (
        select
        from pg_index as i
        inner join pg_class as x on i.indexrelid = x.oid
        inner join pg_am as m on x.relam = m.oid
        where
            i.indrelid = k.conrelid
            and i.indisvalid
            -- A block-range index finds rows by any of its columns, the others by the first ones.
            and case
                when m.amname in ('btree', 'hash')
                    then
                        (i.indkey::smallint[])[0:cardinality(k.conkey) - 1] @> k.conkey
                        and cardinality(k.conkey) <= i.indnkeyatts
                when m.amname = 'brin' then i.indkey::smallint[] @> k.conkey
            end
            -- A row without a reference is never looked for.
            and (
                i.indpred is null
                or pg_get_expr(i.indpred, i.indrelid) in (
                    select format('(%%I IS NOT NULL)', a.attname)
                    from pg_attribute as a
                    where a.attrelid = k.conrelid and a.attnum = any(k.conkey)
                )
            )
    )
