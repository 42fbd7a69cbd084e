"""Databases that tests use one after another: after each test, one has the rows of the template again, or is dropped.

A copy of the template costs 30 ms of the server's time, and what a test then does in the copy reads the catalogue
again, which is most of the time of a small test. A database is used again only if a test changed nothing but rows: not
if it changed the schema, rights or the template's own rows, or left a session.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import psycopg
from psycopg import ClientCursor

from syndication_assets_tests.kept_sessions import idle_processes
from syndication_assets_tests.new_databases import new_database
from syndication_assets_tests.servers import Server

_MOST_USES = 200
"""Deleted rows stay in the files of a table."""
_PARTITION = "select oid from pg_class where relispartition"
_CATALOGUES = {
    "pg_attrdef": f"adrelid not in ({_PARTITION})",
    "pg_attribute": "attrelid in (select oid from pg_class where relkind in ('r', 'p', 'v') and not relispartition)",
    "pg_class": "relkind in ('r', 'p', 'v', 'm', 'f', 'S') and not relispartition",
    "pg_constraint": f"conparentid = 0 and conrelid not in ({_PARTITION})",
    "pg_default_acl": "true",
    "pg_enum": "true",
    "pg_event_trigger": "true",
    "pg_extension": "true",
    "pg_index": "indrelid not in (select oid from pg_class where relispartition or relkind = 't')",
    "pg_namespace": "nspname not like 'pg_%temp_%'",
    "pg_policy": f"polrelid not in ({_PARTITION})",
    "pg_proc": "true",
    "pg_rewrite": "true",
    "pg_trigger": f"tgparentid = 0 and tgrelid not in ({_PARTITION})",
}
"""The rows of each that are the schema. Partitions may come, and stay for the next tests, but none may go."""
_MONTHS = "select operations.ensure_month_partitions(name, '2025-09-01', '2026-03-31') from unnest(%s::text[]) as name"
_PARTITIONED = ["scraping.raw_payloads", "scraping.snapshots"]
_OWN = (
    "c.relkind = 'r' and c.relpersistence = 'p' and c.relnamespace::regnamespace::text !~ '^(pg_|information_schema)'"
)
_TABLES = f"select c.oid::regclass::text from pg_class as c where {_OWN} and pg_relation_size(c.oid) > 0"
_CHANGES = "pg_stat_get_tuples_inserted(c.oid) + pg_stat_get_tuples_updated(c.oid) + pg_stat_get_tuples_deleted(c.oid)"
"""How often rows of a table were changed, in any session: one that ends, or is kept, has reported. What truncates or
rewrites a table changes its row of pg_class.
"""
_CATALOGUE = "c.relname = any(%(names)s) and c.relnamespace = 'pg_catalog'::regnamespace"
_COUNTED = (
    f"select jsonb_object_agg(c.oid::bigint, {_CHANGES})::text from pg_class as c where ({_OWN}) or ({_CATALOGUE})"
)
_RESET = f"""
do $reset$
declare
    first_change constant xid := %(first_change)s;
    changes constant integer := age(first_change);
    own_rows constant jsonb := %(own_rows)s;
    catalogues constant jsonb := %(catalogues)s;
    counted constant jsonb := %(counted)s;
    name text;
    condition text;
    number bigint;
    added bigint;
    is_changed boolean;
begin
    set local session_replication_role = replica;
    set local lock_timeout = '2s';
    if exists (
        select from pg_stat_activity
        where datname = current_database() and backend_type = 'client backend'
        and pid <> pg_backend_pid() and pid <> all (%(idle)s)
    ) then
        raise exception 'a session is left';
    end if;
    if exists (select from pg_db_role_setting as s join pg_database as d on s.setdatabase = d.oid
        where d.datname = current_database())
    or exists (select from pg_database where datname = current_database() and age(xmin) <= changes) then
        raise exception 'the database was altered';
    end if;
    -- Only what was changed since the last reset, which has looked at everything else.
    for name in
        select c.relname from pg_class as c
        where {_CATALOGUE} and {_CHANGES} is distinct from (counted ->> c.oid::text)::bigint
    loop
        condition := %(conditions)s::jsonb ->> name;
        if name = 'pg_attribute' then
            -- A column that is dropped keeps its row, and the columns of a relation go with its row of pg_class.
            execute format(
                'select exists (select from pg_attribute where age(xmin) <= %%s and %%s)', changes, condition
            ) into is_changed;
        else
            execute format(
                'select count(*) <> %%s or bool_or(age(xmin) <= %%s) from %%s where %%s',
                catalogues ->> name, changes, name, condition
            ) into is_changed;
        end if;
        if is_changed then
            raise exception '%% was changed', name;
        end if;
        if name = 'pg_class' then
            select count(*) into number from pg_class where relispartition and age(xmin) > changes;
            if number <> %(partitions)s then
                raise exception 'partitions were changed';
            end if;
        end if;
    end loop;
    for name in
        select c.oid::regclass::text from pg_class as c
        where {_OWN} and {_CHANGES} is distinct from (counted ->> c.oid::text)::bigint
    loop
        if own_rows ? name then
            execute format(
                'select count(*) filter (where age(xmin) > %%1$s), count(*) filter (where age(xmin) <= %%1$s)'
                ' from %%2$s', changes, name
            ) into number, added;
            if number <> (own_rows ->> name)::bigint then
                raise exception 'rows of %% were changed', name;
            end if;
            if added > 0 then
                execute format('delete from %%s where age(xmin) <= %%s', name, changes);
            end if;
        else
            execute format('delete from %%s', name);
        end if;
    end loop;
    perform setval(key::oid::regclass, coalesce(value::bigint, s.seqstart), value is not null)
    from jsonb_each_text(%(last_values)s) join pg_sequence as s on s.seqrelid = key::oid
    where value is distinct from pg_sequence_last_value(s.seqrelid)::text;
end
$reset$
"""


class DatabasesOfTests:
    """One database for each server, until it is dropped."""

    def __init__(self) -> None:
        self._databases: dict[str, _Database] = {}
        self._templates: dict[str, new_database] = {}

    @contextmanager
    def lend(self, server: Server, template: str) -> Iterator[str]:
        """The URL of a database like the template."""
        database = self._databases.pop(server.name, None) or _Database(server, self._with_months(server, template))
        try:
            yield database.url
        finally:
            if database.reset():
                self._databases[server.name] = database
            else:
                database.drop()

    def drop(self) -> None:
        while self._databases:
            self._databases.popitem()[1].drop()
        while self._templates:
            self._templates.popitem()[1].__exit__()

    def _with_months(self, server: Server, template: str) -> str:
        """The name of a copy of the template with partitions, which cost twice as much to make as to copy."""
        if server.name not in self._templates:
            copy = self._templates[server.name] = new_database(server, template)
            with psycopg.connect(copy.__enter__(), autocommit=True) as connection:
                connection.execute(_MONTHS, [_PARTITIONED])
        return self._templates[server.name].name


class _Database:
    def __init__(self, server: Server, template: str) -> None:
        self._new = new_database(server, template)
        self.url = self._new.__enter__()
        self._uses = 0
        with self._connected() as connection:
            (first_change,) = connection.execute("select pg_current_xact_id()::xid::text").fetchone() or ("",)
            self._first = {"first_change": first_change} | _first_state(connection)
            self._counted = _counted(connection)

    def reset(self) -> bool:
        """Whether it is like the template again."""
        self._uses += 1
        if self._uses >= _MOST_USES:
            return False
        try:
            with self._connected() as connection:
                parameters = {"idle": idle_processes(), "counted": self._counted, "names": list(_CATALOGUES)}
                connection.execute(_RESET, self._first | parameters)
                # What the reset has deleted itself counts, too.
                connection.execute("select pg_stat_force_next_flush()")
                self._counted = _counted(connection)
        except psycopg.Error:
            return False
        return True

    def drop(self) -> None:
        self._new.__exit__()

    def _connected(self) -> psycopg.Connection[tuple[str, ...]]:
        return psycopg.connect(self.url, autocommit=True, cursor_factory=ClientCursor)


def _counted(connection: psycopg.Connection[tuple[str, ...]]) -> str:
    """How often each table and catalogue was changed, by its oid."""
    return connection.execute(_COUNTED, {"names": list(_CATALOGUES)}).fetchall()[0][0]


def _first_state(connection: psycopg.Connection[tuple[str, ...]]) -> dict[str, object]:
    """The numbers of rows by table and by catalogue, the values of the sequences, and the number of partitions."""
    tables = {name: "true" for (name,) in connection.execute(_TABLES)}
    last_values = connection.execute(
        "select coalesce(jsonb_object_agg(seqrelid::bigint, pg_sequence_last_value(seqrelid)), '{}')::text"
        " from pg_sequence"
    ).fetchall()[0][0]
    return {
        "own_rows": _numbers(connection, tables),
        "catalogues": _numbers(connection, _CATALOGUES),
        "conditions": json.dumps(_CATALOGUES),
        "last_values": last_values,
        "partitions": connection.execute(f"select count(*) from ({_PARTITION}) as each").fetchall()[0][0],
    }


def _numbers(connection: psycopg.Connection[tuple[str, ...]], conditions: Mapping[str, str]) -> str:
    """The number of rows of each table that meet its condition."""
    counts = " union all ".join(
        f"select '{table}', count(*) from {table} where {condition}" for table, condition in conditions.items()
    )
    query = f"select coalesce(jsonb_object_agg(name, number), '{{}}')::text from ({counts}) as each (name, number)"
    return str(connection.execute(query).fetchall()[0][0])  # type: ignore[arg-type]
