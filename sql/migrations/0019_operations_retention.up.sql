-- Operations: how long rows stay, the archive of old months, and legal holds. Scraping and engagement: what is still
-- needed of an archived month.

set local role syndication_owner;

create type operations.retention_action as enum ('archive', 'delete');
comment on type operations.retention_action is
'What happens to rows that have been kept long enough.
archive: a month moves to a Parquet file, from which it can be restored
delete: the rows are deleted for good';

create type operations.archive_state as enum ('written', 'removing', 'archived', 'restored');
comment on type operations.archive_state is
'How far the archive of a month is.
written: its file is verified, its rows are still there and no longer change
removing: its rows are being deleted
archived: only the file has its rows
restored: its rows are back and may change; the file stays until the month is archived again';

create table operations.retention_subjects (
    subject text primary key check (subject ~ '^[a-z]+\.[a-z_]+$'),
    table_name text,
    time_column text,
    actions operations.retention_action[] not null check (cardinality(actions) > 0),
    is_of_installation boolean not null default false,
    keep_months integer check (keep_months > 0),
    keep_days integer check (keep_days > 0),
    action operations.retention_action not null,
    grace_days integer not null default 7 check (grace_days >= 0),
    description text not null check (description <> ''),
    check ((table_name is null) = (time_column is null)),
    check (num_nonnulls(keep_months, keep_days) <= 1),
    check (action = any(actions)),
    check (action <> 'archive' or keep_days is null)
);

comment on table operations.retention_subjects is
'One row is one thing that can be kept for a limited time, with what holds for organizations that have no row in '
'retention_policies. User-maintained. As shipped, everything is kept.';
comment on column operations.retention_subjects.subject is 'Name in commands and files, usually that of a table.';
comment on column operations.retention_subjects.table_name is 'Table with its rows; NULL for what is in no table.';
comment on column operations.retention_subjects.time_column is
'Column that tells how old a row is; NULL without a table.';
comment on column operations.retention_subjects.actions is 'What may happen to it.';
comment on column operations.retention_subjects.is_of_installation is
'True for what belongs to no organization, such as the event log of Dagster.';
comment on column operations.retention_subjects.keep_months is
'How many whole months before the current one stay; NULL with keep_days, and where everything is kept.';
comment on column operations.retention_subjects.keep_days is
'How many days stay; NULL with keep_months, and where everything is kept.';
comment on column operations.retention_subjects.action is 'What happens then.';
comment on column operations.retention_subjects.grace_days is
'How many days the rows stay beside their archive, readable and unchangeable.';
comment on column operations.retention_subjects.description is 'What it is and what its end means, in one sentence.';

create table operations.retention_policies (
    organization_id text not null references tenancy.organizations on delete cascade,
    subject text not null references operations.retention_subjects,
    keep_months integer check (keep_months > 0),
    keep_days integer check (keep_days > 0),
    action operations.retention_action not null,
    grace_days integer not null default 7 check (grace_days >= 0),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (organization_id, subject),
    check (num_nonnulls(keep_months, keep_days) = 1),
    check (action <> 'archive' or keep_months is not null)
);

create index retention_policies_subject on operations.retention_policies (subject);

comment on table operations.retention_policies is
'One row is how long one organization keeps one thing. User-maintained. Without a row, retention_subjects decides.';
comment on column operations.retention_policies.subject is 'What is kept; refers to retention_subjects.';
comment on column operations.retention_policies.keep_months is
'How many whole months before the current one stay; NULL with keep_days.';
comment on column operations.retention_policies.keep_days is 'How many days stay; NULL with keep_months.';
comment on column operations.retention_policies.action is 'What happens then.';
comment on column operations.retention_policies.grace_days is
'How many days the rows stay beside their archive, readable and unchangeable.';

create sequence operations.hold_id_sequence as bigint maxvalue 4294967295;
grant usage on sequence operations.hold_id_sequence to syndication_pipeline;

create table operations.legal_holds (
    organization_id text not null references tenancy.organizations on delete cascade,
    hold_id text not null default tenancy.public_id('hld', nextval('operations.hold_id_sequence'))
        check (hold_id ~ '^hld-[0-9a-f]{8}$'),
    profile_id text,
    held_from date,
    held_to date,
    reason text not null check (reason <> ''),
    held_by text not null,
    held_at timestamptz not null default now(),
    released_by text,
    released_at timestamptz,
    primary key (organization_id, hold_id),
    foreign key (organization_id, profile_id) references scraping.profiles,
    check (held_from <= held_to),
    check ((released_by is null) = (released_at is null))
);

create index legal_holds_profile on operations.legal_holds (organization_id, profile_id);

comment on table operations.legal_holds is
'One row is one order to keep everything of an organization, or of some days. User-maintained. While it is not '
'released, no row of these days is removed or deleted, and the organization cannot be erased.';
comment on column operations.legal_holds.hold_id is 'Public id, such as hld-0a1b2c3d.';
comment on column operations.legal_holds.profile_id is
'Profile that it is about; NULL for everything. An archive has whole months of an organization: they are held whole.';
comment on column operations.legal_holds.held_from is 'First UTC day that is held; NULL from the beginning.';
comment on column operations.legal_holds.held_to is 'Last UTC day that is held; NULL without end.';
comment on column operations.legal_holds.reason is 'Why, such as the number of the case.';
comment on column operations.legal_holds.held_by is 'Who ordered it: tenancy.current_actor().';
comment on column operations.legal_holds.held_at is 'When it was ordered.';
comment on column operations.legal_holds.released_by is 'Who released it; NULL while it holds.';
comment on column operations.legal_holds.released_at is 'When it was released; NULL while it holds.';

create function operations.keep_what_is_held()
returns trigger language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    raise exception 'A legal hold (%) keeps the organization %', old.hold_id, old.organization_id
        using errcode = 'restrict_violation';
end
$$;

comment on function operations.keep_what_is_held is
'Refuses to delete a legal hold that nobody has released, and with it the erasure of its organization.';

create trigger legal_holds_hold before delete on operations.legal_holds
for each row when (old.released_at is null) execute function operations.keep_what_is_held();

create table operations.archives (
    organization_id text not null references tenancy.organizations on delete cascade,
    table_name text not null,
    month date not null check (month = date_trunc('month', month::timestamp)::date),
    state operations.archive_state not null default 'written',
    path text not null check (path <> ''),
    row_count bigint not null check (row_count > 0),
    sums jsonb not null check (jsonb_typeof(sums) = 'object'),
    days jsonb not null check (jsonb_typeof(days) = 'object'),
    checksum bigint not null check (checksum >= 0),
    size_bytes bigint not null check (size_bytes > 0),
    sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
    seconds numeric(10, 3) not null check (seconds >= 0),
    written_at timestamptz not null default now(),
    removable_at timestamptz not null,
    removed_at timestamptz,
    restored_at timestamptz,
    verified_at timestamptz not null default now(),
    problem text check (problem <> ''),
    primary key (organization_id, table_name, month),
    check ((state = 'archived') <= (removed_at is not null)),
    check ((state = 'restored') = (restored_at is not null))
);

comment on table operations.archives is
'One row is one month of one table and organization in one Parquet file, with what the file must have.';
comment on column operations.archives.table_name is 'Schema and name of the table.';
comment on column operations.archives.month is 'First day of the UTC month.';
comment on column operations.archives.state is 'How far it is.';
comment on column operations.archives.path is 'Path of the file, relative to SYNDICATION_ARCHIVE_URL.';
comment on column operations.archives.row_count is 'Number of rows.';
comment on column operations.archives.sums is 'Sum of each counter over all rows: {"reactions": 1200}.';
comment on column operations.archives.days is
'Rows, checksum and sums of each UTC day: {"2025-01-31": {"rows": 2, "checksum": 7, "sums": {"reactions": 1200}}}.';
comment on column operations.archives.checksum is 'Sum of the first 32 bits of the MD5 of every row.';
comment on column operations.archives.size_bytes is 'Size of the file in bytes.';
comment on column operations.archives.sha256 is 'SHA-256 of the file.';
comment on column operations.archives.seconds is 'How long it took to write and to verify it.';
comment on column operations.archives.written_at is 'When the file was verified and recorded.';
comment on column operations.archives.removable_at is 'End of the grace period.';
comment on column operations.archives.removed_at is
'When the rows were removed from the table; NULL if they never were.';
comment on column operations.archives.restored_at is 'When the rows were restored; NULL unless they are.';
comment on column operations.archives.verified_at is 'When the file was last found to be as it was written.';
comment on column operations.archives.problem is 'Why the file did not verify when it was last tried; NULL if it did.';

create view operations.closed_months with (security_invoker = true) as
select
    a.organization_id,
    a.table_name,
    a.month as first_day,
    n.month::date as end_day,
    a.month::timestamp at time zone 'utc' as begins_at,
    n.month at time zone 'utc' as ends_at,
    a.state
from operations.archives as a
cross join lateral (values (a.month + make_interval(months => 1))) as n (month)
where a.state <> 'restored';

comment on view operations.closed_months is
'One row is one month of one table and organization that no longer changes, because an archive has it.';
comment on column operations.closed_months.organization_id is 'The organization.';
comment on column operations.closed_months.table_name is 'Schema and name of the table.';
comment on column operations.closed_months.first_day is 'First UTC day of the month.';
comment on column operations.closed_months.end_day is 'The day after its last.';
comment on column operations.closed_months.begins_at is 'When its first day begins.';
comment on column operations.closed_months.ends_at is 'When its last day ends, exclusive.';
comment on column operations.closed_months.state is 'How far the archive is.';

create function operations.month_partition(parent_table regclass, first_day date)
returns regclass language sql stable
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
as $$
    select c.oid::regclass
    from pg_inherits i
    join pg_class c on c.oid = i.inhrelid
    where
        i.inhparent = parent_table
        and pg_get_expr(c.relpartbound, c.oid) like format(
            'FOR VALUES FROM (''%s%%'') TO (''%s%%'')', first_day, (first_day + interval '1 month')::date
        )
$$;

comment on function operations.month_partition is
'The partition of a month; NULL if the table is not partitioned or the month has none.';

create function operations.drop_archived_month(parent_table regclass, first_day date)
returns bigint language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    partition regclass := operations.month_partition(parent_table, first_day);
    found record;
    rows_dropped bigint := 0;
begin
    if partition is null or not exists (
        select from operations.partitioned_tables t where to_regclass(t.table_name) = parent_table
    ) then
        raise exception '% has no partition for %', parent_table, first_day using errcode = 'undefined_table';
    end if;
    perform set_config('app.dropped_month', first_day::text, true);
    -- Forced row-level security hides the rows from their owner too; an error takes this back.
    execute format('alter table %s no force row level security', partition);
    for found in execute format('select organization_id, count(*) as row_count from %s group by 1', partition) loop
        if not exists (
            select from operations.archives a
            where
                a.organization_id = found.organization_id
                and to_regclass(a.table_name) = parent_table
                and a.month = first_day
                and a.state = 'written'
                and a.row_count = found.row_count
        ) then
            raise exception '% has % rows of % that are in no archive', partition, found.row_count,
                found.organization_id using errcode = 'object_in_use';
        end if;
        rows_dropped := rows_dropped + found.row_count;
    end loop;
    execute format('drop table %s', partition);
    perform set_config('app.dropped_month', '', true);
    return rows_dropped;
end
$$;

comment on function operations.drop_archived_month is
'Drops the partition of a month, and returns its number of rows. The function runs as its owner, so it only accepts '
'a month whose rows are all in archives.';

select tenancy.protect_tenant_table('operations.retention_policies');
select tenancy.protect_tenant_table('operations.legal_holds');
select tenancy.protect_tenant_table('operations.archives');
-- For operations.drop_archived_month.
create policy owner_sees_dropped on operations.archives for select to syndication_owner
using (month = nullif(current_setting('app.dropped_month', true), '')::date);
grant select, insert, update, delete on operations.retention_subjects to syndication_pipeline;
grant select on operations.retention_subjects to syndication_reader;
grant select on operations.closed_months to syndication_pipeline, syndication_reader;
grant execute on function operations.month_partition, operations.drop_archived_month to syndication_pipeline;

create trigger retention_policies_updated_at before update on operations.retention_policies
for each row execute function tenancy.set_updated_at();
create trigger retention_policies_audit after insert or update or delete on operations.retention_policies
for each row execute function tenancy.write_audit_log();
create trigger legal_holds_audit after insert or update or delete on operations.legal_holds
for each row execute function tenancy.write_audit_log();

insert into operations.retention_subjects (subject, table_name, time_column, actions, action, description) values
('scraping.snapshots', 'scraping.snapshots', 'downloaded_at', '{archive}', 'archive',
    'Snapshots of posts. Rollups stay; a month can no longer be loaded until it is restored.'),
('scraping.raw_payloads', 'scraping.raw_payloads', 'landed_on', '{archive}', 'archive',
    'Source JSON of landed items. A month can no longer be loaded until it is restored.'),
('engagement.post_engagement_daily', 'engagement.post_engagement_daily', 'activity_date', '{archive}', 'archive',
    'Daily engagement by post. Last values stay, so that later deltas are the same.'),
('engagement.profile_engagement_daily', 'engagement.profile_engagement_daily', 'activity_date', '{archive}', 'archive',
    'Daily totals of profiles.'),
('engagement.platform_engagement_daily', 'engagement.platform_engagement_daily', 'activity_date', '{archive}',
    'archive', 'Daily totals of platforms.'),
('engagement.hashtag_engagement_daily', 'engagement.hashtag_engagement_daily', 'activity_date', '{archive}', 'archive',
    'Daily totals of hashtags.'),
('ai.llm_calls', 'ai.llm_calls', 'called_at', '{archive,delete}', 'archive',
    'Requests to language models with their answers.'),
('operations.api_usage', 'operations.api_usage', 'used_at', '{archive}', 'archive', 'Paid calls with their costs.'),
('publishing.execution_history', 'publishing.execution_history', 'executed_at', '{archive,delete}', 'archive',
    'What runs of the publishers did, as counts.'),
('tenancy.audit_log', 'tenancy.audit_log', 'occurred_at', '{archive}', 'archive',
    'Who changed what. A month goes when all organizations with entries archive it.'),
('operations.alert_deliveries', 'operations.alert_deliveries', 'event_at', '{archive,delete}', 'delete',
    'How events of closed alerts were delivered.'),
('ai.prompts', null, null, '{delete}', 'delete',
    'The prompts of requests to language models. The requests stay, with answers and numbers.'),
('dagster.events', null, null, '{delete}', 'delete',
    'Events of Dagster that are about no asset. Materializations, observations and checks stay.');
update operations.retention_subjects set is_of_installation = true where subject = 'dagster.events';

-- After the rows above, which nobody changed.
create trigger retention_subjects_changes after insert or update or delete on operations.retention_subjects
for each row execute function channels.write_rule_change();

insert into tenancy.permissions (permission, description) values
('retention.edit', 'Say how long rows are kept.'),
('retention.hold', 'Place and release legal holds.'),
('archives.edit', 'Archive and restore months.');

-- Nobody changed these rows.
alter table tenancy.role_permissions disable trigger role_permissions_changes;
insert into tenancy.role_permissions (role, permission)
select
    r.role,
    p.permission
from unnest(enum_range('admin'::tenancy.member_role, 'owner'::tenancy.member_role)) as r (role)
cross join (values ('retention.edit'), ('retention.hold'), ('archives.edit')) as p (permission);
alter table tenancy.role_permissions enable trigger role_permissions_changes;

-- The text of a prompt may go before the call.
alter table ai.llm_calls alter column prompt drop not null;
comment on column ai.llm_calls.prompt is
'All messages of the request, each with its role; NULL once the retention of ai.prompts has ended.';

-- What a month of post_engagement_daily still says once its rows are archived.
create table engagement.carried_values (
    organization_id text not null,
    post_id text not null,
    month date not null,
    last_observed_at timestamptz not null,
    reactions bigint,
    comments bigint,
    shares bigint,
    saves bigint,
    clicks bigint,
    views bigint,
    impressions bigint,
    reach bigint,
    primary key (organization_id, post_id, month),
    foreign key (organization_id, post_id) references scraping.post_records on delete cascade
);

create index carried_values_month on engagement.carried_values (organization_id, month);

comment on table engagement.carried_values is
'One row is what one archived month of a post carries to later days: the last value of each counter with its day, '
'packed by engagement.dated. Later deltas count from it.';
comment on column engagement.carried_values.post_id is 'The post.';
comment on column engagement.carried_values.month is 'First day of the archived month.';
comment on column engagement.carried_values.last_observed_at is 'The last snapshot of the month.';
comment on column engagement.carried_values.reactions is 'Last value of reactions, dated; NULL if not measured.';
comment on column engagement.carried_values.comments is 'Last value of comments, dated; NULL if not measured.';
comment on column engagement.carried_values.shares is 'Last value of shares, dated; NULL if not measured.';
comment on column engagement.carried_values.saves is 'Last value of saves, dated; NULL if not measured.';
comment on column engagement.carried_values.clicks is 'Last value of clicks, dated; NULL if not measured.';
comment on column engagement.carried_values.views is 'Last value of views, dated; NULL if not measured.';
comment on column engagement.carried_values.impressions is 'Last value of impressions, dated; NULL if not measured.';
comment on column engagement.carried_values.reach is 'Last value of reach, dated; NULL if not measured.';

select tenancy.protect_tenant_table('engagement.carried_values');

create or replace function engagement.take_days(rollup text, window_start date, window_end date)
returns table (organization_id text, activity_date date) language sql
as $$
    with taken_days as (
        delete from engagement.stale_days as s
        where s.table_name = rollup
        returning s.organization_id, s.activity_date
    )

    select
        d.organization_id,
        d.activity_date
    from (
        select
            o.organization_id,
            window_start + n.day_number as activity_date
        from tenancy.organizations as o
        cross join generate_series(0, window_end - window_start - 1) as n (day_number)
        union
        select
            t.organization_id,
            t.activity_date
        from taken_days as t
    ) as d
    where
        not exists (
            select
            from operations.closed_months as m
            where
                m.organization_id = d.organization_id
                and m.table_name in ('engagement.' || rollup, 'engagement.post_engagement_daily')
                and d.activity_date >= m.first_day
                and d.activity_date < m.end_day
        )
$$;

comment on function engagement.take_days is
'The days that a run of a rollup computes: those of its window in every organization, and its stale days, which are '
'taken from engagement.stale_days, without days whose month is archived. Deleting locks a stale day: one that another '
'transaction is writing is waited for, or left to the next run.';

-- Which post a snapshot of an archive belongs to, if its post was merged into another since.
create table scraping.merged_posts (
    organization_id text not null,
    losing_post_id text not null check (losing_post_id ~ '^p-[0-9a-f]{8}$'),
    winning_post_id text not null,
    merged_at timestamptz not null default now(),
    primary key (organization_id, losing_post_id),
    foreign key (organization_id, winning_post_id) references scraping.post_records on delete cascade
);

create index merged_posts_winner on scraping.merged_posts (organization_id, winning_post_id);

comment on table scraping.merged_posts is
'One row is one record of a post that was merged into another. Archived months may still name it.';
comment on column scraping.merged_posts.losing_post_id is 'Id of the record that is gone.';
comment on column scraping.merged_posts.winning_post_id is 'Post that has its rows; refers to posts.';
comment on column scraping.merged_posts.merged_at is 'When they were merged.';

select tenancy.protect_tenant_table('scraping.merged_posts');

create or replace function scraping.merge_posts(organization text, winning_post_id text, losing_post_id text)
returns void language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    update scraping.post_aliases set post_id = winning_post_id
    where organization_id = organization and post_id = losing_post_id;

    delete from scraping.snapshots l using scraping.snapshots w
    where l.organization_id = organization and l.post_id = losing_post_id
        and w.organization_id = organization and w.post_id = winning_post_id
        and w.downloaded_at = l.downloaded_at;
    update scraping.snapshots set post_id = winning_post_id
    where organization_id = organization and post_id = losing_post_id;

    update scraping.media_records w set
        first_seen_at = least(w.first_seen_at, l.first_seen_at), last_seen_at = greatest(w.last_seen_at, l.last_seen_at)
    from scraping.media_records l
    where l.organization_id = organization and l.post_id = losing_post_id
        and w.organization_id = organization and w.post_id = winning_post_id and w.media_key = l.media_key;
    update scraping.media_records l set post_id = winning_post_id
    where l.organization_id = organization and l.post_id = losing_post_id
        and not exists (
            select from scraping.media_records w
            where w.organization_id = organization and w.post_id = winning_post_id and w.media_key = l.media_key
        );

    insert into scraping.post_hashtags as w (organization_id, post_id, hashtag_id, seen_on, is_current)
    select organization_id, winning_post_id, hashtag_id, seen_on, false
    from scraping.post_hashtags
    where organization_id = organization and post_id = losing_post_id
    on conflict (organization_id, post_id, hashtag_id) do update set seen_on = w.seen_on + excluded.seen_on;

    update scraping.post_records set reposted_post_id = winning_post_id
    where organization_id = organization and reposted_post_id = losing_post_id;

    update scraping.post_records w set
        first_seen_at = least(w.first_seen_at, l.first_seen_at),
        last_seen_at = greatest(w.last_seen_at, l.last_seen_at),
        is_read = w.is_read or l.is_read,
        is_marked = w.is_marked or l.is_marked,
        is_simulated = w.is_simulated or l.is_simulated,
        needs_rebuild = true
    from scraping.post_records l
    where w.organization_id = organization and w.post_id = winning_post_id
        and l.organization_id = organization and l.post_id = losing_post_id;

    update scraping.merged_posts as m set winning_post_id = merge_posts.winning_post_id
    where m.organization_id = organization and m.winning_post_id = merge_posts.losing_post_id;
    insert into scraping.merged_posts (organization_id, losing_post_id, winning_post_id)
    values (organization, merge_posts.losing_post_id, merge_posts.winning_post_id)
    on conflict on constraint merged_posts_pkey do update set
        winning_post_id = excluded.winning_post_id, merged_at = excluded.merged_at;

    delete from scraping.post_records where organization_id = organization and post_id = losing_post_id;
end
$$;

comment on function scraping.merge_posts is
'Merges two records of the same post: moves all rows of `losing_post_id` to `winning_post_id`, deletes the losing '
'record and remembers its id in merged_posts. Where both have the same row (a snapshot of one time, a picture), the '
'winner''s row stays.';

-- The ranking of products by its inputs: the factors of a day follow from them, and most stay the same for weeks.
create table engagement.priority_inputs (
    organization_id text not null,
    platform text not null,
    channel_type text not null,
    product_id text not null,
    inputs_key text not null,
    days datemultirange not null check (not isempty(days)),
    weights jsonb not null check (jsonb_typeof(weights) = 'object'),
    first_seen_at timestamptz,
    last_published_at timestamptz,
    engagement_rank numeric check (engagement_rank between 0 and 1),
    success_rate numeric check (success_rate between 0 and 1),
    known_score numeric(7, 6) check (known_score between 0 and 1),
    known_factors jsonb check (jsonb_typeof(known_factors) = 'object'),
    updated_at timestamptz not null default now(),
    primary key (organization_id, platform, channel_type, product_id, inputs_key),
    foreign key (organization_id, product_id) references catalogue.products,
    foreign key (platform, channel_type) references channels.platform_channels on update cascade,
    check (num_nulls(known_score, known_factors) in (0, 2)),
    check (num_nonnulls(first_seen_at, known_score) = 1)
);

create index priority_inputs_product on engagement.priority_inputs (organization_id, product_id);
create index priority_inputs_channel on engagement.priority_inputs (platform, channel_type);

comment on table engagement.priority_inputs is
'One row is what the ranking of one product for one channel followed from, and the days on which it did. The view '
'content_priorities has a row for each day.';
comment on column engagement.priority_inputs.platform is 'The platform of the channel.';
comment on column engagement.priority_inputs.channel_type is
'The kind of publication, from channels.channel_types.';
comment on column engagement.priority_inputs.product_id is 'The product that is ranked.';
comment on column engagement.priority_inputs.inputs_key is 'MD5 of the inputs: tells rows of one product apart.';
comment on column engagement.priority_inputs.days is 'The UTC days that were ranked with these inputs.';
comment on column engagement.priority_inputs.weights is
'The active factors with their weights and half-lives in seconds: {"recency": {"weight": 0.3, "half_life": 1209600}}.';
comment on column engagement.priority_inputs.first_seen_at is
'When the product was first in the catalogue; NULL if only the factors are known.';
comment on column engagement.priority_inputs.last_published_at is
'When the product was last posted on the channel; NULL if never.';
comment on column engagement.priority_inputs.engagement_rank is
'Rank of its faded engagement among the products, from 0 to 1; NULL if it was never posted.';
comment on column engagement.priority_inputs.success_rate is
'Its published targets / its published and failed targets; NULL if there are none.';
comment on column engagement.priority_inputs.known_score is
'The score of a ranking from before inputs were stored, where they could not be found again; NULL for all others.';
comment on column engagement.priority_inputs.known_factors is 'The factors of such a score; NULL like known_score.';

create function engagement.priority_on(
    weights jsonb,
    first_seen_at timestamptz,
    last_published_at timestamptz,
    engagement_rank numeric,
    success_rate numeric,
    calculated_on date
)
returns table (score numeric, factors jsonb) language sql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
    select
        round(
            coalesce(
                sum(f.weight * f.value) / nullif(sum(f.weight) filter (where f.value is not null), 0), 0
            ), 6
        ),
        jsonb_object_agg(
            f.factor_name, jsonb_build_object('weight', f.weight, 'value', round(f.value, 6))
        )
    from (
        select
            w.factor_name,
            (w.factor -> 'weight')::numeric as weight,
            case w.factor_name
                when 'recency'
                    then coalesce(
                        1 - power(
                            0.5,
                            extract(epoch from known.until - last_published_at)
                            / (w.factor ->> 'half_life')::numeric
                        ),
                        1
                    )
                when 'engagement' then engagement_rank
                when 'success_rate' then success_rate
                when 'freshness'
                    then power(
                        0.5,
                        extract(epoch from known.until - first_seen_at) / (w.factor ->> 'half_life')::numeric
                    )
            end as value
        from jsonb_each(weights) as w (factor_name, factor)
        cross join (
            select (calculated_on + 1)::timestamp at time zone 'utc' as until
        ) as known
    ) as f
$$;

comment on function engagement.priority_on is
'The score and the factors of a product at the end of a day, from its inputs: the weighted mean of the known factors, '
'and 0 if none is known.';

grant execute on function engagement.priority_on to syndication_pipeline, syndication_reader;

select tenancy.protect_tenant_table('engagement.priority_inputs');

create function engagement.priority_inputs_key(
    weights jsonb,
    first_seen_at timestamptz,
    last_published_at timestamptz,
    engagement_rank numeric,
    success_rate numeric,
    known_score numeric,
    known_factors jsonb
)
returns text language sql stable parallel safe
set search_path = pg_catalog, pg_temp
as $$
    select md5(
        jsonb_build_array(
            weights,
            extract(epoch from first_seen_at),
            extract(epoch from last_published_at),
            trim_scale(engagement_rank),
            trim_scale(success_rate),
            trim_scale(known_score),
            known_factors
        )::text
    )
$$;

comment on function engagement.priority_inputs_key is 'The key of priority_inputs: equal for equal inputs.';
grant execute on function engagement.priority_inputs_key to syndication_pipeline;

-- The rankings so far. Of a product that was never posted, the inputs are known; of any other, the factors.
set local role syndication_pipeline;

insert into engagement.priority_inputs (
    organization_id, platform, channel_type, product_id, inputs_key, days, weights, first_seen_at, known_score,
    known_factors, updated_at
)
select
    r.organization_id,
    r.platform,
    r.channel_type,
    r.product_id,
    engagement.priority_inputs_key(r.weights, r.first_seen_at, null, null, null, r.known_score, r.known_factors),
    range_agg(daterange(r.calculated_on, r.calculated_on + 1)),
    r.weights,
    r.first_seen_at,
    r.known_score,
    r.known_factors,
    max(r.updated_at)
from (
    select
        c.*,
        case when k.is_found then w.weights else '{}' end as weights,
        case when k.is_found then p.first_seen_at end as first_seen_at,
        case when not k.is_found then c.score end as known_score,
        case when not k.is_found then c.factors end as known_factors
    from engagement.content_priorities as c
    inner join catalogue.products as p on c.organization_id = p.organization_id and c.product_id = p.product_id
    cross join (
        select
            coalesce(
                jsonb_object_agg(
                    factor_name,
                    jsonb_build_object('weight', factor_weight, 'half_life', extract(epoch from half_life))
                ),
                '{}'
            ) as weights
        from engagement.priority_factors
        where is_active and factor_weight > 0
    ) as w
    cross join lateral engagement.priority_on(
        w.weights, p.first_seen_at, null, null, null, c.calculated_on
    ) as v
    cross join lateral (
        select coalesce((v.score, v.factors) = (c.score, c.factors), false) as is_found
    ) as k
) as r
group by
    r.organization_id, r.platform, r.channel_type, r.product_id, r.weights, r.first_seen_at, r.known_score,
    r.known_factors;

set local role syndication_owner;

drop table engagement.content_priorities;

create view engagement.content_priorities with (security_invoker = true) as
select
    i.organization_id,
    i.product_id,
    i.platform,
    i.channel_type,
    d.calculated_on,
    coalesce(i.known_score, p.score)::numeric(7, 6) as score,
    coalesce(i.known_factors, p.factors) as factors,
    i.updated_at
from engagement.priority_inputs as i
cross join lateral unnest(i.days) as r (days)
cross join lateral (
    select lower(r.days) + n.day_number as calculated_on
    from generate_series(0, upper(r.days) - lower(r.days) - 1) as n (day_number)
) as d
cross join lateral engagement.priority_on(
    i.weights, i.first_seen_at, i.last_published_at, i.engagement_rank, i.success_rate, d.calculated_on
) as p;

comment on view engagement.content_priorities is
'One row is how much one product deserves the next post of one channel, given what was known at the end of a day.';
comment on column engagement.content_priorities.organization_id is 'The organization.';
comment on column engagement.content_priorities.product_id is 'The product that is ranked.';
comment on column engagement.content_priorities.platform is 'The platform of the channel.';
comment on column engagement.content_priorities.channel_type is
'The kind of publication, from channels.channel_types.';
comment on column engagement.content_priorities.calculated_on is
'The UTC day up to whose end everything known is used.';
comment on column engagement.content_priorities.score is
'The weighted mean of the known factors, from 0 to 1; 0 if none is known.';
comment on column engagement.content_priorities.factors is
'Each factor with its weight and value: {"recency": {"weight": 0.25, "value": 0.9}}. An unknown value is null, and '
'its weight does not count.';
comment on column engagement.content_priorities.updated_at is 'When the inputs were last written.';

grant select on engagement.content_priorities to syndication_pipeline, syndication_reader;
