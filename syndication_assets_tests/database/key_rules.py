"""What every id and every foreign key must have, checked in the system catalogue: each line is a violation."""

from typing import Any

import psycopg

IDS_WITHOUT_CHECK = {
    "scraping.snapshots.download_id": "only its default writes it, and the check would cost 1.3 us a snapshot",
    "tenancy.audit_log.audit_id": "only its default writes it: no role may insert",
}
"""Columns whose default is a public id and that no CHECK holds, with the reason."""

_OWN_TABLES = """
with own_tables as (
    select c.oid, c.oid::regclass::text as name
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema', 'public')
        and n.nspname !~ '^pg_'
)
"""
_IDS = """
select t.name || '.' || a.attname, substring(pg_get_expr(d.adbin, d.adrelid) from 'public_id\\(''(\\w+)''')
from own_tables t
join pg_attribute a on a.attrelid = t.oid
join pg_attrdef d on d.adrelid = t.oid and d.adnum = a.attnum
where pg_get_expr(d.adbin, d.adrelid) ~ 'public_id\\(' and not (select relispartition from pg_class where oid = t.oid)
order by 1
"""
_CHECKS = """
select t.name || '.' || a.attname, pg_get_constraintdef(k.oid)
from own_tables t
join pg_constraint k on k.conrelid = t.oid and k.contype = 'c' and cardinality(k.conkey) = 1
join pg_attribute a on a.attrelid = t.oid and a.attnum = k.conkey[1]
"""
# A block-range index finds rows by any of its columns, a B-tree by the first ones.
_WITHOUT_INDEX = """
select format('%s: no index serves the foreign key %s', t.name, k.conname)
from own_tables t
join pg_constraint k on k.conrelid = t.oid and k.contype = 'f'
where not exists (
    select from pg_index i
    join pg_class c on c.oid = i.indexrelid
    join pg_am m on m.oid = c.relam
    where i.indrelid = t.oid and i.indisvalid
        and case m.amname
            when 'btree' then (i.indkey::smallint[])[0:cardinality(k.conkey) - 1] @> k.conkey
                and cardinality(k.conkey) <= i.indnkeyatts
            when 'brin' then i.indkey::smallint[] @> k.conkey
        end
        and (
            i.indpred is null
            or pg_get_expr(i.indpred, i.indrelid) in (
                select format('(%I IS NOT NULL)', a.attname)
                from pg_attribute a where a.attrelid = t.oid and a.attnum = any(k.conkey)
            )
        )
)
order by 1
"""


def ids_without_pattern(connection: psycopg.Connection[Any]) -> list[str]:
    """Columns of public ids whose CHECK does not hold the whole pattern, and CHECKs with a pattern of wildcards."""
    checks: dict[str, list[str]] = {}
    for column, definition in connection.execute(_OWN_TABLES + _CHECKS).fetchall():
        checks.setdefault(column, []).append(definition)
    ids = dict(connection.execute(_OWN_TABLES + _IDS).fetchall())
    wanted = {
        column: f"CHECK (({column.rsplit('.', 1)[1]} ~ '^{prefix}-[0-9a-f]{{8}}$'::text))"
        for column, prefix in ids.items()
    }
    return [
        *(
            f"{column}: no check {check}"
            for column, check in wanted.items()
            if column not in IDS_WITHOUT_CHECK and check not in checks.get(column, [])
        ),
        *(f"{column}: {each}" for column, found in sorted(checks.items()) for each in found if "________" in each),
    ]


def foreign_keys_without_index(connection: psycopg.Connection[Any]) -> list[str]:
    """Foreign keys whose referencing columns no valid index leads with; those of month partitions too."""
    return [line for (line,) in connection.execute(_OWN_TABLES + _WITHOUT_INDEX)]
