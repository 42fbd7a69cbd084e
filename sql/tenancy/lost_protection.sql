-- What protects no rows though it should: one row is a sentence without its full stop about a constraint that is not
-- validated, an index that is invalid, a trigger that is disabled, or row-level security that is off where there are
-- policies. Without parameters; reads the system catalogue only.

with tables as (
    select
        c.oid,
        c.relrowsecurity,
        c.relforcerowsecurity,
        c.relispartition,
        format('%I.%I', n.nspname, c.relname) as table_name
    from pg_class as c
    inner join pg_namespace as n on c.relnamespace = n.oid
    where
        c.relkind in ('r', 'p')
        and c.relpersistence <> 't'
        and n.nspname not in ('pg_catalog', 'information_schema')
)

select format('the constraint %s of %s is not validated', k.conname, t.table_name)
from tables as t
inner join pg_constraint as k on t.oid = k.conrelid
where not k.convalidated
union all
select format('the index %s of %s is invalid', i.indexrelid::regclass, t.table_name)
from tables as t
inner join pg_index as i on t.oid = i.indrelid
where not (i.indisvalid and i.indisready and i.indislive)
union all
select format('a trigger of %s is disabled: %s', t.table_name, coalesce(k.conname, g.tgname))
from tables as t
inner join pg_trigger as g on t.oid = g.tgrelid
left join pg_constraint as k on g.tgconstraint = k.oid
where g.tgenabled = 'D'
union all
select format('row-level security of %s is off, or not for its owner', t.table_name)
from tables as t
where
    not (t.relrowsecurity and t.relforcerowsecurity)
    and exists (select from pg_policy as p where p.polrelid = t.oid)
