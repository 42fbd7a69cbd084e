"""The system catalogue of a database as text: one line per object that migrations may create."""

from typing import Any

import psycopg

_QUERY = """
with own_schemas as (
    select oid, nspname, nspacl, nspowner
    from pg_namespace
    where nspname not in ('pg_catalog', 'information_schema', 'public') and nspname !~ '^pg_(toast|temp)'
),
own_tables as (
    select c.*, c.oid::regclass as name
    from pg_class c join own_schemas n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm', 'S') and not c.relispartition
)
select format('schema %s of %s %s', nspname, nspowner::regrole, nspacl) from own_schemas
union all
select format(
    '%s %s of %s rls %s %s options %s partitioned by %s grants %s', relkind, name, relowner::regrole,
    relrowsecurity, relforcerowsecurity, reloptions, pg_get_partkeydef(oid),
    (select array_agg(a::text order by a::text) from unnest(relacl) a)
) from own_tables
union all
select format(
    'column %s %s.%s %s not null %s default %s generated %s collation %s storage %s %s statistics %s grants %s',
    row_number() over (partition by t.oid order by a.attnum), t.name, a.attname, format_type(a.atttypid, a.atttypmod),
    a.attnotnull, pg_get_expr(d.adbin, d.adrelid), a.attgenerated, a.attcollation::regcollation,
    a.attstorage, a.attcompression, nullif(a.attstattarget, -1), a.attacl
)
from own_tables t
join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
left join pg_attrdef d on d.adrelid = t.oid and d.adnum = a.attnum
union all
select format('comment on %s: %s', pg_describe_object(classoid, objoid, objsubid), description)
from pg_description
where objoid >= 16384 and pg_describe_object(classoid, objoid, objsubid) !~ '_[0-9]{4}_[0-9]{2}'
union all
select format('view %s: %s', name, pg_get_viewdef(oid)) from own_tables where relkind in ('v', 'm')
union all
select format('sequence %s: %s', t.name, to_jsonb(s) - 'seqrelid')
from own_tables t join pg_sequence s on s.seqrelid = t.oid
union all
select format(
    'constraint %s on %s: %s, valid %s', k.conname, t.name, pg_get_constraintdef(k.oid), k.convalidated
)
from own_tables t join pg_constraint k on k.conrelid = t.oid
union all
select format('index %s valid %s', pg_get_indexdef(i.indexrelid), i.indisvalid)
from own_tables t join pg_index i on i.indrelid = t.oid
union all
select format('trigger %s enabled %s', pg_get_triggerdef(g.oid), g.tgenabled)
from own_tables t join pg_trigger g on g.tgrelid = t.oid and not g.tgisinternal
union all
select format(
    'policy %s on %s for %s to %s using %s check %s permissive %s', p.polname, t.name, p.polcmd,
    p.polroles::regrole[], pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid), p.polpermissive
)
from own_tables t join pg_policy p on p.polrelid = t.oid
union all
select format(
    'function %s of %s grants %s: %s', f.oid::regprocedure, f.proowner::regrole,
    (select array_agg(a::text order by a::text) from unnest(f.proacl) a),
    case when f.prokind <> 'a' then pg_get_functiondef(f.oid) else to_jsonb(g)::text end
)
from pg_proc f join own_schemas n on n.oid = f.pronamespace
left join lateral (
    select aggtransfn, aggfinalfn, aggcombinefn, aggtranstype::regtype, agginitval, f.proparallel
    from pg_aggregate where aggfnoid = f.oid
) g on true
union all
select format(
    'type %s of %s grants %s: %s %s', format_type(y.oid, null), y.typowner::regrole, y.typacl,
    (select array_agg(e.enumlabel order by e.enumsortorder) from pg_enum e where e.enumtypid = y.oid),
    (select array_agg(pg_get_constraintdef(k.oid) order by k.conname) from pg_constraint k where k.contypid = y.oid)
)
from pg_type y join own_schemas n on n.oid = y.typnamespace
where y.typrelid = 0 and y.typelem = 0
union all
select format('default privileges of %s on %s: %s', defaclrole::regrole, defaclobjtype, defaclacl)
from pg_default_acl
order by 1
"""


def catalogue(connection: psycopg.Connection[Any]) -> list[str]:
    """Every schema, table, column, key, index, trigger, policy, grant, function and type, without month partitions."""
    return [line for (line,) in connection.execute(_QUERY)]
