"""Adds a valid row to every tenant table, derived from the catalogue, so that "sees nothing" is about existing rows."""

from typing import Any

import psycopg
from psycopg import sql

from syndication_assets_tests.tenancy.tenant_rules import SHARED_TABLES

_COLUMNS = """
select
    c.oid::regclass::text,
    a.attname,
    case when y.typtype = 'e' then 'enum' else format_type(a.atttypid, null) end,
    (select e.enumlabel from pg_enum e where e.enumtypid = y.oid order by e.enumsortorder limit 1),
    (
        select array[k.confrelid::regclass::text, r.attname]
        from pg_constraint k
        cross join unnest(k.conkey, k.confkey) f (own_column, other_column)
        join pg_attribute r on r.attrelid = k.confrelid and r.attnum = f.other_column
        where k.conrelid = c.oid and k.contype = 'f' and k.conparentid = 0 and f.own_column = a.attnum
        limit 1
    )
from pg_class c
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
join pg_type y on y.oid = a.atttypid
where c.oid in (select attrelid from pg_attribute where attname = 'organization_id')
    and c.relkind in ('r', 'p') and not c.relispartition
    and c.relnamespace not in ('pg_catalog'::regnamespace, 'public'::regnamespace)
    and c.oid not in ('tenancy.organizations'::regclass, 'tenancy.audit_log'::regclass)
    and a.attnotnull and not a.atthasdef
order by 1, a.attnum
"""

# One value per type; columns whose CHECK rejects it, or that need a value despite being nullable, have one below.
_VALUES = {
    "bigint": "1",
    "boolean": "true",
    "bytea": r"'\x00'",
    "channels.encrypted_secret": "'v1:key-1:' || repeat('A', 16) || ':' || repeat('A', 22)",
    "date": "'2025-11-03'",
    "datemultirange": "'{[2025-11-03, 2025-11-04)}'",
    "integer": "1",
    "interval": "'1 day'",
    "json": "'{}'",
    "jsonb": "'{}'",
    "numeric": "1",
    "real": "1",
    "text": "'text'",
    "text[]": "'{}'",
    "timestamp with time zone": "'2025-11-03 12:00:00+00'",
    "uuid": "gen_random_uuid()",
}
_OF_ORGANIZATION = "organization_id = %(organization_id)s"
_OWN_VALUES = {
    ("content.events", "ends_at"): "'2025-11-03 18:00:00+00'",
    ("content.events", "event_name"): "'fair'",
    ("content.events", "time_zone"): "'UTC'",
    ("tenancy.sign_in_attempts", "browser_hash"): "sha256('b')",
    ("tenancy.sign_in_attempts", "code_verifier"): "repeat('v', 43)",
    ("tenancy.sign_in_attempts", "expires_at"): "now() + interval '1 hour'",
    ("tenancy.sign_in_attempts", "leads_to"): "'/'",
    ("tenancy.sign_in_attempts", "state_hash"): "sha256('s')",
    ("tenancy.sign_in_providers", "issuer"): "'https://id.example'",
    ("approval.delegations", "ends_at"): "now() + interval '1 day'",
    # To another user.
    ("approval.delegations", "to_user_id"): "(select user_id from tenancy.users where email = 'other@example.org')",
    ("approval.round_steps", "approvers"): "'{text}'",
    ("approval.rounds", "subject_id"): "'cnt-00000001'",
    ("approval.step_approvers", "role"): "'editor'",
    ("brand.brand_profile_versions", "enforcement_level"): "'moderate'",
    ("brand.brand_profile_versions", "languages"): "'{en}'",
    ("brand.brand_version_assets", "asset_role"): "'logo'",
    ("catalogue.product_observations", "content_hash"): r"'\x00'",
    ("catalogue.product_observations", "facts"): "'{}'",
    ("catalogue.category_trees", "categories"): "'[]'",
    ("catalogue.vendors", "currency"): "'GBP'",
    ("catalogue.vendors", "vendor"): "replace(%(organization_id)s, '-', '_')",
    # The view of a post's costs needs both. Their like in columns that must not be NULL lets the row wait for them.
    ("ai.llm_calls", "model"): "(select min(post_core_id) from content.posts_core where " + _OF_ORGANIZATION + ")",
    ("ai.llm_calls", "post_core_id"): "(select min(post_core_id) from content.posts_core where "
    + _OF_ORGANIZATION
    + ")",
    ("ai.llm_calls", "prompt"): "(select min(usage_id) from operations.api_usage where " + _OF_ORGANIZATION + ")",
    ("ai.llm_calls", "usage_id"): "(select min(usage_id) from operations.api_usage where " + _OF_ORGANIZATION + ")",
    ("ai.llm_calls", "response"): "'text'",
    ("content.posts_content", "generator"): "'template'",
    # The view of the posts of briefs needs a brief. Its day in a column that must not be NULL lets the row wait for it.
    ("content.posts_core", "planned_on"): (
        "(select min(created_at)::date from studio.content_requests where " + _OF_ORGANIZATION + ")"
    ),
    ("content.posts_core", "request_id"): (
        "(select request_id from studio.content_requests where " + _OF_ORGANIZATION + ")"
    ),
    ("content.posts_core", "product_id"): (
        "(select product_id from catalogue.products where organization_id = %(organization_id)s)"
    ),
    ("curation.actions", "action_type"): "'save'",
    ("curation.executor_consents", "executor"): "'robot'",
    ("curation.post_classifications", "text_hash"): "decode(repeat('ab', 16), 'hex')",
    ("curation.post_tags", "decided_by"): "'text'",
    ("curation.tag_lists", "tags"): "'[]'",
    ("curation.tag_rules", "text_query"): "'text'",
    ("documents.feeds", "feed_name"): "'blog'",
    ("documents.feeds", "url"): "'https://blog.example/feed.xml'",
    ("engagement.hashtag_engagement_daily", "engagement_delta"): "7",
    ("engagement.platform_engagement_daily", "engagement_delta"): "7",
    ("engagement.post_cohorts", "observed_at"): "'2025-11-03 12:00:00+00'",
    ("engagement.post_cohorts", "reactions"): "7",
    ("engagement.post_engagement_daily", "reactions"): "7",
    ("engagement.post_engagement_daily", "reactions_before"): "0",
    ("engagement.profile_engagement_daily", "engagement_delta"): "7",
    ("landing.left_files", "content_hash"): "decode(repeat('ab', 16), 'hex')",
    ("landing.left_files", "sha256"): "repeat('a', 64)",
    ("landing.redactions", "old_hash"): "decode(repeat('ab', 16), 'hex')",
    # What is completed is in the views.
    ("media.analyses", "is_newest"): "true",
    ("media.analyses", "state"): "'completed'",
    ("media.analyzer_versions", "analyzer"): "'colours'",
    ("media.analyzers", "analyzer"): "'colours'",
    ("media.cached_media", "media_file_id"): (
        "(select media_file_id from media.media_files where organization_id = %(organization_id)s)"
    ),
    ("media.cached_media", "state"): "'cached'",
    ("media.cached_media", "url_sha256"): "repeat('a', 64)",
    ("media.stock_images", "source"): "'own'",
    ("media.stock_searches", "candidates"): "'[]'",
    ("media.stock_searches", "orientation"): "'square'",
    ("media.stock_searches", "source"): "'own'",
    ("studio.asset_variants", "render_hash"): "repeat('a', 64)",
    ("studio.content_requests", "language"): "'en'",
    ("media.media_files", "mime_type"): "'image/png'",
    ("media.media_files", "perceptual_hash"): "x'0123456789abcdef'::bigint",
    ("media.media_files", "sha256"): "repeat('a', 64)",
    ("operations.alert_deliveries", "event"): "'digest'",
    ("operations.alert_routes", "address"): "'ops@example.org'",
    ("operations.alert_routes", "channel"): "'mail'",
    ("operations.alert_routes", "route_name"): "'ops'",
    ("engagement.priority_inputs", "first_seen_at"): "'2025-11-03 12:00:00+00'",
    ("operations.archives", "month"): "'2025-11-01'",
    ("operations.archives", "sha256"): "repeat('a', 64)",
    ("operations.api_usage_daily", "currency"): "'USD'",
    ("operations.execution_history", "content_process"): "'product_post'",
    ("operations.execution_history", "executed_on"): "(now() at time zone 'utc')::date",
    ("operations.execution_history", "finished_at"): "now()",
    ("operations.execution_history", "process"): "'publishing'",
    ("operations.execution_history", "status"): "'success'",
    ("operations.webhook_events", "event"): "'published'",
    ("operations.webhooks", "events"): "'{published}'",
    ("operations.webhooks", "secret_name"): "'HOOK_KEY'",
    ("operations.webhooks", "url_name"): "'HOOK_URL'",
    ("operations.webhooks", "webhook_name"): "'hook'",
    ("operations.budgets", "currency"): "'USD'",
    ("operations.budgets", "period"): "'day'",
    # A hold that nobody has released would keep its organization from being erased.
    ("operations.legal_holds", "released_at"): "'2025-11-03 12:00:00+00'",
    ("operations.legal_holds", "released_by"): "'text'",
    ("operations.retention_policies", "keep_months"): "13",
    ("operations.retention_policies", "subject"): "'scraping.snapshots'",
    ("publishing.publishing_schedules", "recurrence_rule"): "'FREQ=DAILY'",
    ("scraping.merged_posts", "losing_post_id"): "'p-00000001'",
    ("scraping.post_aliases", "alias_kind"): "'activity'",
    ("scraping.post_gaps", "published_before"): "'2025-11-04 12:00:00+00'",
    ("scraping.media_records", "media_type"): "'image'",
    ("tenancy.organization_settings", "setting"): "'selecting.no_repeat_days'",
    ("tenancy.organization_settings", "value"): "'7'",
    ("tenancy.erased_identities", "identity_hash"): "decode(repeat('ab', 32), 'hex')",
    ("tenancy.person_erasures", "key_check"): "decode(repeat('ab', 8), 'hex')",
    ("tenancy.api_keys", "key_hash"): "decode(repeat('ab', 32), 'hex')",
    ("tenancy.api_keys", "permissions"): "'{vendors.edit}'",
    ("tenancy.invitations", "email"): "'isla@bakery.example'",
    ("tenancy.api_requests", "request_hash"): "sha256('x')",
    ("tenancy.invitations", "token_hash"): "decode(repeat('ab', 32), 'hex')",
    ("scraping.profile_fetches", "failed_at"): "'2025-11-03 12:00:00+00'",
    ("scraping.post_records", "posted_at"): "'2025-11-03 12:00:00+00'",
    # The view of sampled posts has posts of tracked profiles that are young enough.
    ("scraping.organization_snapshot_intervals", "younger_than_days"): "3650",
    ("scraping.post_records", "profile_id"): "(select min(profile_id) from scraping.profiles where "
    + _OF_ORGANIZATION
    + ")",
    # It must not be NULL, so the row waits for its profile.
    ("scraping.post_records", "urn"): "(select min(profile_id) from scraping.profiles where " + _OF_ORGANIZATION + ")",
    ("scraping.profiles", "is_tracked"): "true",
}

FILES_TO_ARCHIVE = "media.files_to_archive"
"""A view that the file of `fill` is not in."""
# A file that is old and that a post has alone: the other one is used by a brand and a visual, too.
_FILE_TO_ARCHIVE = {
    "media.media_files": {"sha256": "repeat('b', 64)", "created_at": "'2025-03-01 12:00:00+00'"},
    "scraping.media_records": {"media_key": "'second'"},
    "media.cached_media": {
        "media_id": (
            "(select media_id from scraping.media_records"
            " where organization_id = %(organization_id)s and media_key = 'second')"
        ),
        "url_sha256": "repeat('b', 64)",
        "media_file_id": (
            "(select media_file_id from media.media_files"
            " where organization_id = %(organization_id)s and sha256 = repeat('b', 64))"
        ),
    },
}

# The row of another table brings theirs.
WRITTEN_BY_TRIGGERS = {"curation.post_tag_changes", "curation.tag_rule_versions"}


def fill(connection: psycopg.Connection[Any], organization_id: str) -> list[str]:
    """Adds one row of the organization to each tenant table, parents first or by a trigger; returns the tables.

    Raises AssertionError with PostgreSQL's message for a table that rejects its row: add a value to _OWN_VALUES.
    """
    with connection.transaction():
        connection.execute(
            "insert into tenancy.users (email) values (%s), ('other@example.org') on conflict do nothing",
            [f"{organization_id}@example.org"],
        )
        connection.execute(
            "insert into tenancy.web_sessions (token_hash, login, expires_at)"
            " values (sha256(%s), 'fiona', now() + interval '1 hour') on conflict do nothing",
            [organization_id.encode()],
        )
    columns = _columns(connection)
    waiting = dict.fromkeys(columns.keys() - WRITTEN_BY_TRIGGERS, "")
    while waiting:
        made = [table for table in waiting if _insert(connection, table, columns[table], organization_id, waiting)]
        assert made, "\n".join(f"{table}: {message}" for table, message in waiting.items())
        for table in made:
            del waiting[table]
    return list(columns)


def add_file_to_archive(connection: psycopg.Connection[Any], organization_id: str) -> None:
    """Adds a second file and its medium, which the archive of media takes, to an organization that is filled."""
    columns = _columns(connection)
    for table, values in _FILE_TO_ARCHIVE.items():
        own = {column: sql.SQL(text) for column, text in values.items()}
        messages: dict[str, str] = {}
        assert _insert(connection, table, columns[table] | own, organization_id, messages), messages


def _columns(connection: psycopg.Connection[Any]) -> dict[str, dict[str, sql.Composable]]:
    """Table → its columns that need a value → the value."""
    columns: dict[str, dict[str, sql.Composable]] = {}
    for table, column, type_name, first_label, reference in connection.execute(_COLUMNS).fetchall():
        value = _value(table, column, type_name, first_label, reference)
        columns.setdefault(table, {})[column] = value
    for (table, column), text in _OWN_VALUES.items():
        columns[table].setdefault(column, sql.SQL(text))
    return columns


def _value(table: str, column: str, type_name: str, label: str | None, reference: list[str] | None) -> sql.Composable:
    if column == "organization_id":
        return sql.SQL("%(organization_id)s")
    if reference == ["tenancy.users", "user_id"] and (table, column) not in _OWN_VALUES:
        return sql.SQL("(select user_id from tenancy.users where email = %(organization_id)s || '@example.org')")
    if reference is not None and (table, column) not in _OWN_VALUES:
        other_table, other_column = reference
        is_shared = other_table in SHARED_TABLES
        condition = "" if is_shared else "where organization_id = %(organization_id)s"
        return sql.SQL(f"(select {other_column} from {other_table} {condition} order by 1 limit 1)")
    if (table, column) in _OWN_VALUES:
        return sql.SQL(_OWN_VALUES[table, column])
    return sql.Literal(label) if label is not None else sql.SQL(_VALUES[type_name])


def _insert(
    connection: psycopg.Connection[Any],
    table: str,
    values: dict[str, sql.Composable],
    organization_id: str,
    messages: dict[str, str],
) -> bool:
    """Whether the row was inserted; if not, `messages` has PostgreSQL's message: the parent may have to come first."""
    statement = sql.SQL("insert into {} ({}) values ({})").format(
        sql.SQL(table), sql.SQL(", ").join(map(sql.Identifier, values)), sql.SQL(", ").join(values.values())
    )
    try:
        with connection.transaction():
            connection.execute(statement, {"organization_id": organization_id})
    except psycopg.errors.IntegrityError as error:
        messages[table] = str(error.diag.message_primary)
        return False
    return True
