-- The tables of this database whose rows a dump has: one row is a table, in the order of the names. Partitions count
-- with their table. Without parameters; reads the system catalogue only.

select format('%I.%I', n.nspname, c.relname)
from pg_class as c
inner join pg_namespace as n on c.relnamespace = n.oid
where
    c.relkind in ('r', 'p')
    and not c.relispartition
    and n.nspname not in ('pg_catalog', 'information_schema')
    and n.nspname not like 'pg\_t%'
    and not exists (select from pg_depend as d where d.objid = c.oid and d.deptype = 'e')
order by 1
