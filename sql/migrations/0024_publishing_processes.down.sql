-- Removes announcements, webhooks and the effect of development states; the history of publishing moves back. Refused
-- while announcements were sent: their record would be lost, and nothing else proves it.

set local role syndication_pipeline;

do $$
declare
    calls bigint;
begin
    select count(*) into calls
    from publishing.publish_attempts a
    join publishing.post_targets t using (organization_id, target_id)
    join content.posts_core p using (organization_id, post_core_id)
    where
        p.post_kind::text = 'announcement'
        and a.publisher <> 'dry_run' and (a.outcome is null or a.outcome in ('published', 'unknown'));
    if calls > 0 then
        raise exception 'the record of % calls that sent announcements, or may have, would be lost', calls
            using errcode = 'restrict_violation', hint = 'Keep this migration.';
    end if;
    if exists (
        select from operations.archives
        where table_name = 'operations.execution_history' and state in ('removing', 'archived')
    ) then
        raise exception 'Rows of archived months of operations.execution_history are in no table'
            using
                errcode = 'object_in_use',
                hint = 'Restore each: syndication archive restore MONTH --table operations.execution_history';
    end if;
end
$$;

delete from operations.archives where table_name = 'operations.execution_history';

delete from publishing.publish_attempts a
using publishing.post_targets t, content.posts_core p
where
    a.organization_id = t.organization_id and a.target_id = t.target_id
    and t.organization_id = p.organization_id and t.post_core_id = p.post_core_id
    and p.post_kind::text = 'announcement';
delete from publishing.post_targets t
using content.posts_core p
where
    t.organization_id = p.organization_id and t.post_core_id = p.post_core_id and p.post_kind::text = 'announcement';
delete from content.posts_core where post_kind::text = 'announcement';
delete from operations.alerts where kind in ('process_fails', 'webhook_fails');
delete from operations.alert_routes where kind in ('process_fails', 'webhook_fails');

set local role syndication_owner;

alter table operations.condition_kinds disable trigger user;
alter table operations.condition_levels disable trigger user;
delete from operations.condition_kinds where kind in ('process_fails', 'webhook_fails');
alter table operations.condition_kinds enable trigger user;
alter table operations.condition_levels enable trigger user;

alter table tenancy.role_permissions disable trigger user;
delete from tenancy.role_permissions where permission in ('announcements.write', 'webhooks.edit');
delete from tenancy.permissions where permission in ('announcements.write', 'webhooks.edit');
alter table tenancy.role_permissions enable trigger user;

-- What shipped for the old name comes back with what was said of the new one.
alter table operations.retention_subjects disable trigger user;
alter table operations.retention_policies disable trigger user;
insert into operations.retention_subjects (
    subject, table_name, time_column, actions, keep_months, keep_days, action, grace_days, description
)
select
    'publishing.execution_history',
    'publishing.execution_history',
    'executed_at',
    actions,
    keep_months,
    keep_days,
    action,
    grace_days,
    'What runs of the publishers did, as counts.'
from operations.retention_subjects
where subject = 'operations.execution_history';
set local role syndication_pipeline;
update operations.retention_policies set subject = 'publishing.execution_history'
where subject = 'operations.execution_history';
delete from operations.retention_policies where subject = 'operations.webhook_events';
set local role syndication_owner;
delete from operations.retention_subjects
where subject in ('operations.execution_history', 'operations.webhook_events');
alter table operations.retention_policies enable trigger user;
alter table operations.retention_subjects enable trigger user;

drop trigger post_targets_webhooks on publishing.post_targets;
drop function publishing.tell_of_target;
drop trigger approvals_webhooks on content.approvals;
drop function content.tell_of_approval;
drop function operations.tell_webhooks;
drop table operations.webhook_deliveries;
drop table operations.webhook_events;
drop table operations.webhooks;
drop sequence operations.event_id_sequence;
drop sequence operations.webhook_id_sequence;

drop view engagement.report_planned_posts_weekly;

-- Announcements: PostgreSQL removes no value of an enum, so the type is made anew.
alter table content.posts_core
drop constraint posts_core_publish_at,
drop constraint posts_core_check,
drop constraint posts_core_check1,
drop column publish_at;
alter table content.content_templates alter column post_kind drop default;
alter type content.post_kind rename to post_kind_with_announcements;
create type content.post_kind as enum ('product', 'blog_post');
alter table content.content_templates
alter column post_kind type content.post_kind using post_kind::text::content.post_kind,
alter column post_kind set default 'product';
alter table content.posts_core
alter column post_kind type content.post_kind using post_kind::text::content.post_kind;
alter table content.posts_core
add check ((post_kind = 'product') = (product_id is not null)),
add check ((post_kind = 'blog_post') = (section_id is not null));
drop type content.post_kind_with_announcements;
comment on column content.posts_core.post_kind is
'What the post is about: product needs product_id, blog_post needs section_id.';

create view engagement.report_planned_posts_weekly with (security_invoker = true) as
select
    o.organization_id,
    w.week_start,
    d.platform,
    d.channel_type,
    d.account_name,
    d.posts,
    d.published,
    d.simulated,
    d.scheduled,
    d.without_slot,
    d.waiting_for_review,
    d.unresolved,
    d.failed,
    d.problem
from tenancy.organizations as o
cross join engagement.weeks as w
cross join lateral (
    select
        c.platform,
        c.channel_type,
        a.display_name as account_name,
        count(*)::integer as posts,
        (count(*) filter (where t.state = 'published' and not t.is_simulated))::integer as published,
        (count(*) filter (where t.state = 'published' and t.is_simulated))::integer as simulated,
        (count(*) filter (where t.state in ('scheduled', 'publishing')))::integer as scheduled,
        (count(*) filter (where t.state in ('draft', 'ready')))::integer as without_slot,
        (count(*) filter (where t.state is null))::integer as waiting_for_review,
        (count(*) filter (where t.state = 'needs_reconcile'))::integer as unresolved,
        (count(*) filter (where t.state = 'failed'))::integer as failed,
        min(t.error_message) filter (where t.state in ('failed', 'needs_reconcile', 'draft', 'ready')) as problem
    from content.posts_core as c
    inner join content.posts_content as x
        on c.organization_id = x.organization_id and c.post_core_id = x.post_core_id
    left join publishing.post_targets as t on x.organization_id = t.organization_id and x.content_id = t.content_id
    left join channels.social_accounts as a on t.organization_id = a.organization_id and t.account_id = a.account_id
    where
        c.organization_id = o.organization_id
        and c.planned_on >= w.week_start
        and c.planned_on <= w.week_end
        and (
            (t.state is null and x.state in ('generated', 'needs_review'))
            or (x.state = 'approved' and t.state <> 'cancelled')
            -- What went out, or may have, counts even if its text was edited since.
            or t.state in ('publishing', 'published', 'needs_reconcile')
        )
    group by c.platform, c.channel_type, t.account_id, a.display_name
) as d;

comment on view engagement.report_planned_posts_weekly is
'One row is one channel and account, and what became of our posts for the days of one week, as of now: what was '
'published, waits or failed. Texts that wait for a reviewer have no account yet. Cancelled targets and replaced texts '
'do not count.';
comment on column engagement.report_planned_posts_weekly.organization_id is 'The organization.';
comment on column engagement.report_planned_posts_weekly.week_start is 'Monday of the week.';
comment on column engagement.report_planned_posts_weekly.platform is 'Platform of the channel.';
comment on column engagement.report_planned_posts_weekly.channel_type is 'Kind of publication, such as feed_post.';
comment on column engagement.report_planned_posts_weekly.account_name is
'Display name of the account; NULL while the text waits for a reviewer.';
comment on column engagement.report_planned_posts_weekly.posts is 'Sum of the following columns.';
comment on column engagement.report_planned_posts_weekly.published is 'Posts that the platform has.';
comment on column engagement.report_planned_posts_weekly.simulated is
'Posts published by a dry run, which sends nothing.';
comment on column engagement.report_planned_posts_weekly.scheduled is 'Posts that wait for their time.';
comment on column engagement.report_planned_posts_weekly.without_slot is
'Approved posts that wait for a slot of a schedule, or that the catalogue contradicts.';
comment on column engagement.report_planned_posts_weekly.waiting_for_review is 'Texts that wait for a reviewer.';
comment on column engagement.report_planned_posts_weekly.unresolved is
'Posts that the platform may have or not: a person looks.';
comment on column engagement.report_planned_posts_weekly.failed is 'Posts that the platform rejected.';
comment on column engagement.report_planned_posts_weekly.problem is
'The first problem among those that failed, are unresolved or have no slot; NULL if there is none.';

grant select on engagement.report_planned_posts_weekly to syndication_pipeline, syndication_reader;

-- Development states.
create or replace function publishing.waiting_texts(window_start date, window_end date)
returns table (
    planned_on date,
    organization_id text,
    post_core_id text,
    variation integer,
    account_id text,
    content_id text,
    content_hash bytea,
    platform text,
    channel_type text,
    is_simulated boolean,
    decided_at timestamptz,
    found_no_slot boolean
) language sql stable parallel safe
as $$
select newest.*
from (
    select distinct on (p.planned_on, p.organization_id, p.post_core_id, c.variation, s.account_id)
        p.planned_on,
        p.organization_id,
        p.post_core_id,
        c.variation,
        s.account_id,
        c.content_id,
        c.content_hash,
        p.platform,
        p.channel_type,
        a.publisher = 'dry_run' as is_simulated,
        approval.decided_at,
        exists (
            select
            from publishing.post_targets as t
            where
                t.organization_id = c.organization_id
                and t.content_id = c.content_id
                and t.account_id = s.account_id
                and t.state = 'ready'
        ) as found_no_slot
    from content.posts_core as p
    inner join content.posts_content as c
        on p.organization_id = c.organization_id and p.post_core_id = c.post_core_id
    inner join content.approvals as approval
        on
            c.organization_id = approval.organization_id
            and c.content_id = approval.content_id
            and approval.decision = 'approved'
    inner join publishing.publishing_schedules as s
        on
            p.organization_id = s.organization_id
            and p.platform = s.platform
            and p.channel_type = s.channel_type
    inner join channels.social_accounts as a
        on s.organization_id = a.organization_id and s.account_id = a.account_id
    where
        p.planned_on >= window_start
        and p.planned_on < window_end
        and s.is_active
        and a.status <> 'paused'
        and channels.can_publish(a.publisher, p.channel_type)
        and publishing.is_process_active(p.platform, p.channel_type, p.post_kind::text)
        and publishing.is_approved(c.organization_id, c.content_id, c.content_hash)
        and not exists (
            select
            from publishing.post_targets as t
            where
                t.organization_id = p.organization_id
                and t.account_id = s.account_id
                and t.channel_type = p.channel_type
                and t.post_core_id = p.post_core_id
                and t.variation = c.variation
                and (
                    t.state in ('scheduled', 'publishing', 'published', 'needs_reconcile')
                    or t.is_in_doubt
                    or (t.content_id = c.content_id and t.state in ('failed', 'cancelled'))
                    -- It missed its slot: a person decides.
                    or (t.content_id = c.content_id and t.state = 'ready' and t.error_message is not null)
                )
        )
    order by
        p.planned_on asc, p.organization_id asc, p.post_core_id asc, c.variation asc, s.account_id asc, c.version desc
) as newest
-- Outside, so that it runs for the few remaining rows only. Simulations of past days use the catalogue of their day.
where
    newest.is_simulated
    or publishing.contradiction(newest.organization_id, newest.content_id, 'infinity') is null
$$;

create or replace function publishing.is_process_active(of_platform text, of_channel_type text, of_post_kind text)
returns boolean language sql stable parallel safe
return not exists (
    select
    from publishing.content_processes as p
    where
        p.platform = of_platform
        and p.channel_type = of_channel_type
        and p.process_name = case of_post_kind when 'product' then 'product_post' else of_post_kind end
        and not p.is_active
);

comment on function publishing.is_process_active is
'Whether posts of a kind are made for a channel: yes, unless a row deactivates their process.';

drop function publishing.publisher_of;
drop trigger content_processes_state on publishing.content_processes;
drop function publishing.reject_skipped_state;

-- The column is informative only again, and begins anew.
alter table publishing.content_processes alter column development_status set default 'draft';
alter table publishing.content_processes disable trigger user;
update publishing.content_processes set development_status = default where development_status = 'production';
alter table publishing.content_processes enable trigger user;

comment on type publishing.development_status is null;
comment on column publishing.content_processes.process_name is 'product_post or blog_post.';
comment on column publishing.content_processes.development_status is
'draft, developed, testing or production. Informative only: is_active decides whether it runs.';
comment on column publishing.content_processes.is_active is
'FALSE: nothing is selected, planned or published by it.';

-- The history of publishing, under its old name.
drop view publishing.execution_history;
alter sequence operations.execution_id_sequence set schema publishing;
create type publishing.execution_status as enum ('success', 'failed', 'partial');

create table publishing.execution_history (
    organization_id text not null references tenancy.organizations on delete cascade,
    execution_id text not null default tenancy.public_id('exe', nextval('publishing.execution_id_sequence'))
        check (execution_id ~ '^exe-[0-9a-f]{8}$'),
    process_name text not null,
    platform text not null,
    channel_type text not null,
    execution_status publishing.execution_status not null,
    input_data jsonb not null default '{}',
    output_data jsonb not null default '{}',
    execution_seconds numeric(10, 3) not null check (execution_seconds >= 0),
    error_message text,
    dagster_run_id text,
    executed_at timestamptz not null default now(),
    primary key (organization_id, execution_id, executed_at),
    foreign key (platform, channel_type, process_name) references publishing.content_processes on update cascade,
    check ((execution_status = 'success') = (error_message is null))
) partition by range (executed_at);

comment on table publishing.execution_history is
'One row is one execution of one process: what a run of the publisher did for one channel, as counts.';
comment on column publishing.execution_history.execution_id is 'Public id, such as exe-0a1b2c3d.';
comment on column publishing.execution_history.process_name is 'Process of the posts: product_post, blog_post …';
comment on column publishing.execution_history.platform is 'Platform of the channel.';
comment on column publishing.execution_history.channel_type is 'Kind of publication of the channel.';
comment on column publishing.execution_history.execution_status is
'success if every target was published, partial if some were, failed if none was.';
comment on column publishing.execution_history.input_data is 'Number of targets; no texts, no secrets.';
comment on column publishing.execution_history.output_data is 'Number of calls by outcome.';
comment on column publishing.execution_history.execution_seconds is
'Sum of the durations of its calls, in seconds; concurrent calls add up.';
comment on column publishing.execution_history.error_message is
'How many targets were not published; NULL if all of them were.';
comment on column publishing.execution_history.dagster_run_id is 'Dagster run; NULL if started on the command line.';
comment on column publishing.execution_history.executed_at is 'When it ended.';

create index execution_history_executed_at on publishing.execution_history (organization_id, executed_at);
create index execution_history_process on publishing.execution_history (platform, channel_type, process_name);

select tenancy.protect_tenant_table('publishing.execution_history');

delete from operations.partitioned_tables where table_name = 'operations.execution_history';
insert into operations.partitioned_tables (table_name) values ('publishing.execution_history');

set local role syndication_pipeline;

select operations.ensure_month_partitions(
    'publishing.execution_history',
    coalesce((min(finished_at) at time zone 'utc')::date, (now() at time zone 'utc')::date),
    greatest((max(finished_at) at time zone 'utc')::date, (now() at time zone 'utc')::date)
)
from operations.execution_history
where process = 'publishing';

insert into publishing.content_processes (process_name, platform, channel_type, display_name)
select distinct
    content_process,
    platform,
    channel_type,
    content_process
from operations.execution_history
where process = 'publishing' and status in ('success', 'partial', 'failed') and content_process is not null
on conflict (platform, channel_type, process_name) do nothing;
insert into publishing.execution_history (
    organization_id, execution_id, process_name, platform, channel_type, execution_status, input_data, output_data,
    execution_seconds, error_message, dagster_run_id, executed_at
)
select
    organization_id,
    execution_id,
    content_process,
    platform,
    channel_type,
    status::text::publishing.execution_status,
    case when rows_in is null then '{}' else jsonb_build_object('targets', rows_in) end,
    outcomes,
    coalesce(busy_seconds, 0),
    case
        when rows_out < rows_in then format('%s of %s targets were not published.', rows_in - rows_out, rows_in)
    end,
    run_id,
    finished_at
from operations.execution_history
where process = 'publishing' and status in ('success', 'partial', 'failed') and content_process is not null;
set local role syndication_owner;

drop table operations.execution_history;
drop type operations.execution_status;
drop type operations.execution_trigger;
