-- PostgreSQL enforces the keys and references of the table and of its partitions. One row is a constraint or an index
-- that does not protect the table: it is missing, not validated, invalid or disabled, so rows may break it. Restore it
-- (alter table … validate constraint, reindex table …, alter table … enable trigger all), then load the days again.
-- Parameters: table_name (with its schema).
with tables as (
    select %(table_name)s::regclass::oid as table_id
    union all
    select inhrelid
    from pg_inherits
    where inhparent = %(table_name)s::regclass
)

select
    t.table_id::regclass::text as table_name,
    'primary key' as kind,
    null as name,
    'missing' as problem
from tables as t
where not exists (select from pg_constraint as c where c.conrelid = t.table_id and c.contype = 'p')
union all
select
    t.table_id::regclass::text,
    'constraint',
    c.conname::text,
    'not validated'
from tables as t
inner join pg_constraint as c on t.table_id = c.conrelid
where not c.convalidated
union all
select
    t.table_id::regclass::text,
    'index',
    i.indexrelid::regclass::text,
    'invalid'
from tables as t
inner join pg_index as i on t.table_id = i.indrelid
where not (i.indisvalid and i.indisready and i.indislive)
union all
select
    g.tgrelid::regclass::text,
    'trigger of a constraint',
    c.conname::text,
    'disabled'
from tables as t
inner join pg_constraint as c on t.table_id = c.conrelid
inner join pg_trigger as g on c.oid = g.tgconstraint
where g.tgenabled = 'D'
