"""The rules that isolate organizations, checked in the system catalogue: each line of the result is a violation."""

from typing import Any

import psycopg

# Tables whose rows all organizations share: rules and definitions. All other tables have an organization_id.
SHARED_TABLES = [
    "approval.subject_kinds",
    "brand.enforcement_levels",
    "channels.channel_requirements",
    "channels.channel_types",
    "channels.picture_formats",
    "channels.platform_channels",
    "channels.platforms",
    "channels.publisher_channels",
    "channels.rule_changes",
    "curation.action_types",
    "engagement.cohort_ages",
    "engagement.metric_definitions",
    "engagement.platform_metrics",
    "engagement.priority_factors",
    "engagement.sampling_gaps",
    "engagement.weeks",
    "media.host_limits",
    "media.stock_sources",
    "operations.api_prices",
    "operations.api_quotas",
    "operations.api_unit_prices",
    "operations.condition_kinds",
    "operations.condition_levels",
    "operations.backups",
    "operations.database_health_daily",
    "operations.index_health_daily",
    "operations.partitioned_tables",
    "operations.query_statistics_daily",
    "operations.retention_subjects",
    "operations.table_health_daily",
    "publishing.content_processes",
    "publishing.home_server",
    "scraping.snapshot_intervals",
    "studio.compliance_categories",
    "studio.compliance_rules",
    "tenancy.account_changes",
    "tenancy.database_logins",
    "tenancy.erased_organizations",
    "tenancy.password_resets",
    "tenancy.passwords",
    "tenancy.permissions",
    "tenancy.request_rates",
    "tenancy.role_permissions",
    "tenancy.settings",
    "tenancy.user_preferences",
    "tenancy.tiers",
    "tenancy.users",  # has policies of its own
    "tenancy.web_sessions",
]

_OWN = """
with own_schemas as (
    select oid from pg_namespace
    where nspname not in ('pg_catalog', 'information_schema', 'public') and nspname !~ '^pg_'
),
own_tables as (
    select c.*, c.oid::regclass as name from pg_class c where c.relnamespace in (select oid from own_schemas)
),
tenant_tables as (
    select t.*, a.attnum as organization_column, a.attnotnull as has_organization
    from own_tables t
    join pg_attribute a on a.attrelid = t.oid and a.attname = 'organization_id' and not a.attisdropped
    where t.relkind in ('r', 'p')
)
"""

_RULES = [
    f"""
    select format('%s has no organization_id, and is not a shared table', name) from own_tables
    where relkind in ('r', 'p') and oid not in (select oid from tenant_tables)
        and name::text <> all ('{{{", ".join(SHARED_TABLES)}}}')
    """,
    "select format('%s: row-level security is off', name) from tenant_tables where not relrowsecurity",
    "select format('%s: row-level security is not forced', name) from tenant_tables where not relforcerowsecurity",
    """
    select format('%s: row-level security is off or not forced', name) from own_tables
    where name::text in ('tenancy.users', 'tenancy.passwords', 'tenancy.password_resets', 'tenancy.account_changes',
            'tenancy.user_preferences', 'tenancy.web_sessions')
        and not (relrowsecurity and relforcerowsecurity)
    """,
    """
    select format('%s has no policy %s as required', t.name, w.polname)
    from tenant_tables t
    cross join (
        values
        ('pipeline_all', 'syndication_pipeline', '*', 'true', 'true'),
        (
            'reader_own_organization', 'syndication_reader', 'r',
            '(organization_id = NULLIF(current_setting(''app.organization_id''::text, true), ''''::text))', null
        )
    ) w (polname, role_name, polcmd, using_expression, check_expression)
    where not exists (
        select from pg_policy p
        where p.polrelid = t.oid and p.polname = w.polname and p.polroles::regrole[]::text[] = array[w.role_name]
            and p.polcmd = w.polcmd::"char" and p.polpermissive
            and pg_get_expr(p.polqual, p.polrelid) = w.using_expression
            and pg_get_expr(p.polwithcheck, p.polrelid) is not distinct from w.check_expression
    )
    """,
    """
    select format('%s has an unexpected policy %s', t.name, p.polname)
    from own_tables t join pg_policy p on p.polrelid = t.oid
    where p.polname not in ('pipeline_all', 'reader_own_organization')
        and (t.name::text, p.polname) not in (
            ('tenancy.audit_log', 'owner_appends'),
            ('tenancy.account_changes', 'owner_appends'),
            -- For tenancy.finish_erasure.
            ('tenancy.audit_log', 'owner_sees_erased'),
            ('tenancy.audit_log', 'owner_erases'),
            ('tenancy.organizations', 'owner_sees_erased'),
            -- For operations.drop_archived_month.
            ('operations.archives', 'owner_sees_dropped'),
            -- For curation.search_posts, which names the organization of the session itself.
            ('curation.post_documents', 'owner_searches'),
            -- For studio.found_requests and studio.counted_requests, which do the same.
            ('studio.content_requests', 'owner_searches')
        )
    """,
    "select format('%s.organization_id may be NULL', name) from tenant_tables where not has_organization",
    """
    select format('%s: the primary key does not begin with organization_id', name) from tenant_tables t
    where not exists (
        select from pg_index i
        where i.indrelid = t.oid and i.indisprimary and i.indkey[0] = t.organization_column
    )
    """,
    """
    select format('%s: the unique key %s does not begin with organization_id', t.name, i.indexrelid::regclass)
    from tenant_tables t join pg_index i on i.indrelid = t.oid
    where i.indisunique and i.indkey[0] <> t.organization_column and t.name::text <> 'tenancy.organizations'
    """,
    """
    select format('%s: the foreign key %s does not include the organization', t.name, k.conname)
    from tenant_tables t
    join pg_constraint k on k.conrelid = t.oid and k.contype = 'f'
    join tenant_tables r on r.oid = k.confrelid
    where not exists (
        select from unnest(k.conkey, k.confkey) as c (own_column, other_column)
        where c.own_column = t.organization_column and c.other_column = r.organization_column
    )
    """,
    """
    select format('%s is a view that reads with the rights of its owner', name) from own_tables
    where relkind = 'v' and not coalesce('security_invoker=true' = any (reloptions), false)
    """,
    "select format('%s is a materialized view, which no policy protects', name) from own_tables where relkind = 'm'",
    """
    select format('%s belongs to %s', name, relowner::regrole) from own_tables
    where relkind in ('r', 'p', 'v', 'S') and relowner <> 'syndication_owner'::regrole
    """,
    """
    select format('%s may be read past its parent: %s has %s', t.name, a.grantee::regrole, a.privilege_type)
    from own_tables t cross join lateral aclexplode(t.relacl) a
    where t.relispartition and a.grantee <> t.relowner
    """,
    """
    select format('%s: %s has %s', t.name, coalesce(r.rolname, 'everybody'), a.privilege_type)
    from own_tables t cross join lateral aclexplode(t.relacl) a left join pg_roles r on r.oid = a.grantee
    where a.grantee <> t.relowner and not (
        a.grantee = 'syndication_reader'::regrole and a.privilege_type = 'SELECT' and t.relkind in ('r', 'p', 'v')
        or a.grantee = 'syndication_pipeline'::regrole
        and a.privilege_type in ('SELECT', 'INSERT', 'UPDATE', 'DELETE', 'USAGE')
    )
    """,
    """
    select format('%s may be executed by everybody', f.oid::regprocedure) from pg_proc f
    where f.pronamespace in (select oid from own_schemas) and has_function_privilege('public', f.oid, 'execute')
    """,
    """
    select format('%s runs as its owner without a fixed search_path that ends in pg_temp', f.oid::regprocedure)
    from pg_proc f
    where f.pronamespace in (select oid from own_schemas) and f.prosecdef
        and not coalesce(f.proconfig && array['search_path=pg_catalog, pg_temp'], false)
    """,
    """
    select format('syndication_reader may execute %s, which runs as its owner', f.oid::regprocedure) from pg_proc f
    where f.pronamespace in (select oid from own_schemas) and f.prosecdef
        and has_function_privilege('syndication_reader', f.oid, 'execute')
        and f.oid::regproc::text not in (
            'curation.search_posts', 'studio.found_requests', 'studio.counted_requests'
        )
    """,
]


def broken_rules(connection: psycopg.Connection[Any]) -> list[str]:
    """The violations of the tenancy rules; empty if there are none. Month partitions count as tables."""
    return sorted(finding for rule in _RULES for (finding,) in connection.execute(_OWN + rule))
