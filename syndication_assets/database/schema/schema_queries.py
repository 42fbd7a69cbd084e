"""The queries of the system catalogue for `schema_catalogue`, one a kind of object. Their parameter is the schema.

A query returns its objects in the order in which the migrations created them. PostgreSQL 15 and 18 give equal answers.
"""

SCHEMAS = """
select n.nspname as name, n.nspowner::regrole::text as owner, obj_description(n.oid) as comment, n.nspacl::text[] as acl
from pg_namespace n
where n.nspname not in ('pg_catalog', 'information_schema', 'public') and n.nspname !~ '^pg_(toast|temp)'
order by n.oid
"""
RELATIONS = """
select
    c.oid::regclass::text as name, c.relkind::text as kind, c.relowner::regrole::text as owner,
    obj_description(c.oid, 'pg_class') as comment, c.reloptions as options, pg_get_partkeydef(c.oid) as partition_key,
    c.relrowsecurity as has_row_security, c.relforcerowsecurity as is_row_security_forced, c.relacl::text[] as acl,
    case when c.relkind = 'v' then pg_get_viewdef(c.oid, true) end as view
from pg_class c
where c.relnamespace = %s::regnamespace and c.relkind in ('r', 'p', 'v') and not c.relispartition
order by c.oid
"""
COLUMNS = """
select
    c.oid::regclass::text as relation, a.attname as name, format_type(a.atttypid, a.atttypmod) as type,
    a.attnotnull as is_not_null, pg_get_expr(d.adbin, d.adrelid, true) as default, a.attgenerated::text as generated,
    case when a.attcollation <> t.typcollation then a.attcollation::regcollation::text end as collation,
    case when a.attstorage <> t.typstorage then (
        select s.word
        from (values ('p', 'plain'), ('e', 'external'), ('m', 'main'), ('x', 'extended')) as s (letter, word)
        where s.letter = a.attstorage::text
    ) end as storage,
    col_description(c.oid, a.attnum) as comment, a.attacl::text[] as acl
from pg_class c
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
join pg_type t on t.oid = a.atttypid
left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
where c.relnamespace = %s::regnamespace and c.relkind in ('r', 'p', 'v') and not c.relispartition
order by c.oid, a.attnum
"""
# PostgreSQL 18 also has a constraint for each `not null`, kind n.
CONSTRAINTS = """
select
    c.oid::regclass::text as relation, k.conname as name, k.contype::text as kind,
    array(
        select a.attname::text from unnest(k.conkey) with ordinality as key (attnum, place)
        join pg_attribute a on a.attrelid = c.oid and a.attnum = key.attnum
        order by key.place
    ) as columns,
    pg_get_constraintdef(k.oid, true) as definition, obj_description(k.oid, 'pg_constraint') as comment
from pg_class c
join pg_constraint k on k.conrelid = c.oid and k.contype in ('p', 'u', 'f', 'c', 'x')
where c.relnamespace = %s::regnamespace and not c.relispartition
order by c.oid, array_position(array['p', 'u', 'x', 'f', 'c'], k.contype::text), k.oid
"""
INDEXES = """
select
    i.indrelid::regclass::text as relation, c.relname as name, pg_get_indexdef(c.oid, 0, true) as sql,
    obj_description(c.oid, 'pg_class') as comment
from pg_index i
join pg_class c on c.oid = i.indexrelid
join pg_class t on t.oid = i.indrelid
where
    c.relnamespace = %s::regnamespace and not t.relispartition
    and not exists (select from pg_constraint k where k.conindid = c.oid and k.contype in ('p', 'u', 'x'))
order by i.indrelid, c.oid
"""
TRIGGERS = """
select
    g.tgrelid::regclass::text as relation, g.tgname as name,
    pg_get_triggerdef(g.oid, true) || case g.tgenabled
        when 'O' then ''
        else format(
            '; alter table %%s %%s trigger %%I', g.tgrelid::regclass,
            case g.tgenabled when 'A' then 'enable always' when 'R' then 'enable replica' else 'disable' end, g.tgname
        )
    end as sql,
    obj_description(g.oid, 'pg_trigger') as comment
from pg_trigger g
join pg_class c on c.oid = g.tgrelid
where c.relnamespace = %s::regnamespace and not c.relispartition and not g.tgisinternal
order by c.oid, g.oid
"""
POLICIES = """
select
    p.polrelid::regclass::text as relation, p.polname as name,
    format('create policy %%I on %%s%%s%%s%%s%%s%%s',
        p.polname, p.polrelid::regclass, case when not p.polpermissive then ' as restrictive' end,
        case p.polcmd when 'r' then ' for select' when 'a' then ' for insert' when 'w' then ' for update'
            when 'd' then ' for delete' end,
        ' to ' || array_to_string(p.polroles::regrole[], ', '),
        ' using (' || pg_get_expr(p.polqual, p.polrelid, true) || ')',
        ' with check (' || pg_get_expr(p.polwithcheck, p.polrelid, true) || ')'
    ) as sql,
    obj_description(p.oid, 'pg_policy') as comment
from pg_policy p
join pg_class c on c.oid = p.polrelid
where c.relnamespace = %s::regnamespace and not c.relispartition
order by c.oid, p.polname
"""
SEQUENCES = """
select
    c.oid::regclass::text as relation, c.relname as name,
    format('create sequence %%s as %%s', c.oid::regclass, s.seqtypid::regtype)
    || case when s.seqincrement <> 1 then ' increment ' || s.seqincrement else '' end
    || case when s.seqmin <> 1 then ' minvalue ' || s.seqmin else '' end || ' maxvalue ' || s.seqmax
    || case when s.seqstart <> 1 then ' start ' || s.seqstart else '' end
    || case when s.seqcache <> 1 then ' cache ' || s.seqcache else '' end
    || case when s.seqcycle then ' cycle' else '' end as sql,
    obj_description(c.oid, 'pg_class') as comment, c.relacl::text[] as acl
from pg_class c
join pg_sequence s on s.seqrelid = c.oid
where c.relnamespace = %s::regnamespace
order by c.oid
"""
FUNCTIONS = """
select
    f.oid::regprocedure::text as signature,
    case
        when f.prokind = 'a' then format(
            'create aggregate %%s (sfunc = %%s, stype = %%s%%s%%s, parallel = %%s)', f.oid::regprocedure,
            g.aggtransfn, g.aggtranstype::regtype, ', combinefunc = ' || nullif(g.aggcombinefn, 0)::regproc,
            ', initcond = ' || quote_literal(g.agginitval),
            case f.proparallel when 's' then 'safe' when 'r' then 'restricted' else 'unsafe' end
        )
        when f.prosqlbody is not null then pg_get_functiondef(f.oid)
        else split_part(pg_get_functiondef(f.oid), E'\nAS $', 1)
    end as head,
    case when f.prokind <> 'a' and f.prosqlbody is null then f.prosrc end as body,
    f.proowner::regrole::text as owner, obj_description(f.oid, 'pg_proc') as comment, f.proacl::text[] as acl
from pg_proc f
left join pg_aggregate g on g.aggfnoid = f.oid
where f.pronamespace = %s::regnamespace
order by f.oid
"""
TYPES = """
select
    y.oid::regtype::text as name,
    case y.typtype when 'e' then array(
        select e.enumlabel::text from pg_enum e where e.enumtypid = y.oid order by e.enumsortorder
    ) end as values,
    case y.typtype when 'd' then format('%%s%%s%%s%%s', format_type(y.typbasetype, y.typtypmod),
        ' default ' || y.typdefault, case when y.typnotnull then ' not null' end,
        (
            select ' ' || string_agg(pg_get_constraintdef(k.oid, true), ' ' order by k.oid)
            from pg_constraint k where k.contypid = y.oid and k.contype = 'c'
        )
    ) end as domain,
    obj_description(y.oid, 'pg_type') as comment, y.typacl::text[] as acl
from pg_type y
where y.typnamespace = %s::regnamespace and y.typtype in ('e', 'd')
order by y.oid
"""
# Of the database, not of a schema: they are named by the room whose schema was created first.
DEFAULT_RIGHTS = """
select d.defaclrole::regrole::text, d.defaclobjtype::text, d.defaclacl::text[]
from pg_default_acl d
where coalesce(
    nullif(d.defaclnamespace, 0),
    (select min(oid) from pg_namespace where nspname not in ('public', 'information_schema') and nspname !~ '^pg_')
) = %s::regnamespace
order by 1, 2
"""
