-- Processes: a history of executions for every process, development states that have an effect, announcements, and
-- webhooks that tell other programs of approved, published and failed posts.

set local role syndication_owner;

-- The history of executions, by month. That of publishing moves here, and its old name stays as a view.
-- Archives have the old columns: their rows have to be in the table when it moves.
set local role syndication_pipeline;

do $$
begin
    if exists (
        select from operations.archives
        where table_name = 'publishing.execution_history' and state in ('removing', 'archived')
    ) then
        raise exception 'Rows of archived months of publishing.execution_history are in no table'
            using
                errcode = 'object_in_use',
                hint = 'Restore each: syndication archive restore MONTH --table publishing.execution_history';
    end if;
end
$$;

delete from operations.archives where table_name = 'publishing.execution_history';

set local role syndication_owner;

create type operations.execution_trigger as enum ('schedule', 'sensor', 'person', 'backfill');
create type operations.execution_status as enum ('running', 'success', 'partial', 'failed', 'killed', 'idle');
comment on type operations.execution_status is
'How an execution ended.
running: its process lives and works
success: everything that came in went out
partial: something was rejected, something went out
failed: nothing went out, or it stopped with an error
killed: its process died; what it had committed stays
idle: it looked and found nothing to do; one row counts all of a day';

alter sequence publishing.execution_id_sequence set schema operations;

create table operations.execution_history (
    organization_id text not null references tenancy.organizations on delete cascade,
    execution_id text not null default tenancy.public_id('exe', nextval('operations.execution_id_sequence'))
        check (execution_id ~ '^exe-[0-9a-f]{8}$'),
    process text not null check (process ~ '^[a-z][a-z_]{0,62}$'),
    step text not null check (step <> ''),
    platform text,
    channel_type text,
    content_process text,
    triggered_by operations.execution_trigger,
    actor text,
    run_id text,
    work_id uuid,
    started_at timestamptz,
    finished_at timestamptz,
    status operations.execution_status not null,
    rows_in integer check (rows_in >= 0),
    rows_out integer check (rows_out >= 0),
    rows_rejected integer check (rows_rejected >= 0),
    outcomes jsonb not null default '{}' check (jsonb_typeof(outcomes) = 'object'),
    busy_seconds numeric(10, 3) check (busy_seconds >= 0),
    cost numeric(14, 8) check (cost >= 0),
    currency text check (currency ~ '^[A-Z]{3}$'),
    error_message text,
    executed_on date not null,
    times integer not null default 1 check (times > 0),
    primary key (organization_id, execution_id, executed_on),
    check ((status = 'running') = (finished_at is null)),
    check ((status in ('partial', 'failed', 'killed')) = (error_message is not null)),
    check (executed_on = (coalesce(started_at, finished_at) at time zone 'utc')::date),
    check (status = 'idle' or times = 1),
    check (num_nonnulls(cost, currency) <> 1),
    check (num_nonnulls(platform, channel_type) <> 1)
) partition by range (executed_on);

comment on table operations.execution_history is
'One row is one execution of one step for one organization, and for one channel where the step counts by channel. '
'Executions that found nothing to do are one row a day.';
comment on column operations.execution_history.execution_id is 'Public id, such as exe-0a1b2c3d.';
comment on column operations.execution_history.process is
'The work: fetching, selecting, writing, checking, approving, planning, publishing.';
comment on column operations.execution_history.step is
'What does it: an asset, such as content/product_selections.';
comment on column operations.execution_history.platform is 'Platform of the channel; NULL for a whole organization.';
comment on column operations.execution_history.channel_type is
'Kind of publication of the channel; NULL for a whole organization.';
comment on column operations.execution_history.content_process is
'Process of the posts (product_post, blog_post, announcement), as in publishing.content_processes; NULL where they are '
'not told apart.';
comment on column operations.execution_history.triggered_by is
'What started it: a schedule, a sensor, a person or a backfill. NULL for rows from before this was recorded.';
comment on column operations.execution_history.actor is
'Id of the user, or name of the schedule or sensor, that started it; NULL if unknown.';
comment on column operations.execution_history.run_id is
'Dagster run; NULL if started on the command line without one.';
comment on column operations.execution_history.work_id is
'Names the work of one process, whose rows have it in common: the process holds an advisory lock on it while it lives. '
'NULL for rows from before this was recorded.';
comment on column operations.execution_history.started_at is
'When it began; of an idle row, the first time of the day. NULL for rows from before this was recorded.';
comment on column operations.execution_history.finished_at is
'When it ended; of an idle row, the last time of the day. NULL while it runs.';
comment on column operations.execution_history.status is 'How it ended.';
comment on column operations.execution_history.rows_in is
'What it had to do: profiles, channels, posts, texts, targets. NULL if it was not counted.';
comment on column operations.execution_history.rows_out is
'What it made: files, selections, texts, approvals, slots, published posts. NULL if it was not counted.';
comment on column operations.execution_history.rows_rejected is
'What it could not do. NULL if it was not counted.';
comment on column operations.execution_history.outcomes is
'More counts by name, such as the outcomes of calls; no texts, no secrets.';
comment on column operations.execution_history.busy_seconds is
'Sum of the durations of its calls, in seconds; concurrent calls add up. NULL if it was not measured.';
comment on column operations.execution_history.cost is
'What its paid calls cost, in `currency`; NULL if there were none or the cost is unknown.';
comment on column operations.execution_history.currency is 'ISO 4217 code of the cost; NULL without one.';
comment on column operations.execution_history.error_message is
'What went wrong, as a sentence without secrets; NULL if nothing did.';
comment on column operations.execution_history.executed_on is
'UTC day on which it began, or ended if its begin was not recorded. An idle row counts this day.';
comment on column operations.execution_history.times is
'How often it looked on the day, for an idle row; 1 for other rows.';

create index execution_history_time
on operations.execution_history (organization_id, (coalesce(started_at, finished_at)));
create index execution_history_work on operations.execution_history (work_id) where status in ('running', 'killed');
create unique index execution_history_idle on operations.execution_history (
    organization_id, process, step, executed_on
) where status = 'idle';

select tenancy.protect_tenant_table('operations.execution_history');

insert into operations.partitioned_tables (table_name) values ('operations.execution_history');

-- As the pipeline: forced row-level security hides the rows from their owner.
set local role syndication_pipeline;

select operations.ensure_month_partitions(
    'operations.execution_history',
    coalesce((min(executed_at) at time zone 'utc')::date, (now() at time zone 'utc')::date),
    greatest((max(executed_at) at time zone 'utc')::date, (now() at time zone 'utc')::date)
)
from publishing.execution_history;

insert into operations.execution_history (
    organization_id, execution_id, process, step, platform, channel_type, content_process, run_id, finished_at, status,
    rows_in, rows_out, rows_rejected, outcomes, busy_seconds, error_message, executed_on
)
select
    organization_id,
    execution_id,
    'publishing',
    'publishing/publish_due_targets',
    platform,
    channel_type,
    process_name,
    dagster_run_id,
    executed_at,
    execution_status::text::operations.execution_status,
    (input_data ->> 'targets')::integer,
    case when input_data ? 'targets' then coalesce((output_data ->> 'published')::integer, 0) end,
    (input_data ->> 'targets')::integer - coalesce((output_data ->> 'published')::integer, 0),
    output_data,
    execution_seconds,
    error_message,
    (executed_at at time zone 'utc')::date
from publishing.execution_history;

set local role syndication_owner;

delete from operations.partitioned_tables where table_name = 'publishing.execution_history';
drop table publishing.execution_history;
drop type publishing.execution_status;

create view publishing.execution_history with (security_invoker = true) as
select
    h.organization_id,
    h.execution_id,
    h.content_process as process_name,
    h.platform,
    h.channel_type,
    h.status::text as execution_status,
    case when h.rows_in is null then '{}' else jsonb_build_object('targets', h.rows_in) end as input_data,
    h.outcomes as output_data,
    h.busy_seconds as execution_seconds,
    case
        when h.rows_out < h.rows_in
            then format('%s of %s targets were not published.', h.rows_in - h.rows_out, h.rows_in)
    end as error_message,
    h.run_id as dagster_run_id,
    h.finished_at as executed_at
from tenancy.organizations as o
inner join operations.execution_history as h on o.organization_id = h.organization_id
where h.process = 'publishing' and h.status in ('success', 'partial', 'failed') and h.content_process is not null;

comment on view publishing.execution_history is
'One row is what a run of the publisher did for one channel and kind of post: the rows of operations.execution_history '
'for publishing, under their old name.';
comment on column publishing.execution_history.organization_id is 'Organization that owns the row.';
comment on column publishing.execution_history.execution_id is 'Public id, such as exe-0a1b2c3d.';
comment on column publishing.execution_history.process_name is 'Process of the posts: product_post, blog_post …';
comment on column publishing.execution_history.platform is 'Platform of the channel.';
comment on column publishing.execution_history.channel_type is 'Kind of publication of the channel.';
comment on column publishing.execution_history.execution_status is
'success if every target was published, partial if some were, failed if none was.';
comment on column publishing.execution_history.input_data is 'Number of targets.';
comment on column publishing.execution_history.output_data is 'Number of calls by outcome.';
comment on column publishing.execution_history.execution_seconds is
'Sum of the durations of its calls, in seconds; concurrent calls add up.';
comment on column publishing.execution_history.error_message is
'How many targets were not published; NULL if all of them were.';
comment on column publishing.execution_history.dagster_run_id is 'Dagster run; NULL if started on the command line.';
comment on column publishing.execution_history.executed_at is 'When it ended.';
grant select on publishing.execution_history to syndication_pipeline, syndication_reader;

-- How long it is kept, and events of webhooks. Nobody changed a policy: it follows its subject to the new name.
alter table operations.retention_subjects disable trigger user;
insert into operations.retention_subjects (
    subject, table_name, time_column, actions, keep_months, keep_days, action, grace_days, description
)
select
    'operations.execution_history',
    'operations.execution_history',
    'executed_on',
    actions,
    keep_months,
    keep_days,
    action,
    grace_days,
    'What each step did, as counts, and what started it.'
from operations.retention_subjects
where subject = 'publishing.execution_history';
alter table operations.retention_policies disable trigger user;
set local role syndication_pipeline;
update operations.retention_policies set subject = 'operations.execution_history'
where subject = 'publishing.execution_history';
set local role syndication_owner;
alter table operations.retention_policies enable trigger user;
delete from operations.retention_subjects where subject = 'publishing.execution_history';
insert into operations.retention_subjects (subject, table_name, time_column, actions, action, description) values
('operations.webhook_events', 'operations.webhook_events', 'occurred_at', '{delete}', 'delete',
    'Events that webhooks were told of, with their deliveries. Those that wait stay.');
alter table operations.retention_subjects enable trigger user;

-- Development states. They were informative only: whatever was active ran, and goes on running.
alter table publishing.content_processes disable trigger user;
update publishing.content_processes set development_status = 'production';
alter table publishing.content_processes enable trigger user;
alter table publishing.content_processes alter column development_status set default 'production';

comment on type publishing.development_status is
'How far a process has come.
draft: it does not run
developed: it runs only by hand, and simulates
testing: schedules run it, and it simulates: nothing is sent
production: schedules run it, and its posts are sent';
comment on column publishing.content_processes.process_name is 'product_post, blog_post or announcement.';
comment on column publishing.content_processes.development_status is
'draft, developed, testing or production: whether it runs, and whether its posts are sent. It rises by one state at a '
'time.';
comment on column publishing.content_processes.is_active is
'FALSE: it is paused. Nothing is selected, planned or published by it, whatever its state.';

create function publishing.reject_skipped_state()
returns trigger language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    states constant text[] := enum_range(null::publishing.development_status)::text[];
begin
    if array_position(states, new.development_status::text) > array_position(states, old.development_status::text) + 1
    then
        raise exception 'A process cannot go from % to %: it rises by one state at a time',
            old.development_status, new.development_status
            using errcode = 'integrity_constraint_violation', constraint = 'content_processes_state';
    end if;
    return new;
end
$$;

comment on function publishing.reject_skipped_state is
'Rejects a development state that is more than one above the present one. Any lower state is allowed.';

create trigger content_processes_state before update of development_status on publishing.content_processes
for each row execute function publishing.reject_skipped_state();

create or replace function publishing.is_process_active(of_platform text, of_channel_type text, of_post_kind text)
returns boolean language sql stable parallel safe
return not exists (
    select
    from publishing.content_processes as p
    where
        p.platform = of_platform
        and p.channel_type = of_channel_type
        and p.process_name = case of_post_kind when 'product' then 'product_post' else of_post_kind end
        and (
            not p.is_active
            or p.development_status = 'draft'
            or (
                p.development_status = 'developed'
                and coalesce(current_setting('app.started_by_hand', true), '') <> 'yes'
            )
        )
);

comment on function publishing.is_process_active is
'Whether posts of a kind are made for a channel: yes, unless their process is paused, a draft, or only developed and '
'the session was not started by hand (`app.started_by_hand`).';

create function publishing.publisher_of(
    of_publisher text, of_platform text, of_channel_type text, of_post_kind text
)
returns text language sql stable parallel safe
return case
    when exists (
        select
        from publishing.content_processes as p
        where
            p.platform = of_platform
            and p.channel_type = of_channel_type
            and p.process_name = case of_post_kind when 'product' then 'product_post' else of_post_kind end
            and p.development_status <> 'production'
    ) then 'dry_run'
    else of_publisher
end;

comment on function publishing.publisher_of is
'Who publishes a post of a kind for an account with this publisher: dry_run, unless the process is in production.';
grant execute on function publishing.publisher_of to syndication_pipeline, syndication_reader;

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
        publishing.publisher_of(a.publisher, p.platform, p.channel_type, p.post_kind::text) = 'dry_run'
            as is_simulated,
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

-- Announcements.
alter type content.post_kind add value 'announcement';
comment on type content.post_kind is
'What a post is about.
product: a product of the catalogue
blog_post: a section of a document
announcement: what a person wrote about';

alter table content.posts_core
add column publish_at timestamptz,
add constraint posts_core_publish_at check (publish_at is null or num_nonnulls(product_id, section_id) = 0);
comment on column content.posts_core.post_kind is
'What the post is about: product needs product_id, blog_post needs section_id, announcement needs neither.';
comment on column content.posts_core.publish_at is
'When an announcement is to be published; NULL for the next free slot, and for other posts.';

create or replace view engagement.report_planned_posts_weekly with (security_invoker = true) as
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
    d.problem,
    d.post_kind
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
        min(t.error_message) filter (where t.state in ('failed', 'needs_reconcile', 'draft', 'ready')) as problem,
        c.post_kind::text as post_kind
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
    group by c.platform, c.channel_type, t.account_id, a.display_name, c.post_kind
) as d;

comment on view engagement.report_planned_posts_weekly is
'One row is one channel, account and kind of post, and what became of our posts for the days of one week, as of now: '
'what was published, waits or failed. Texts that wait for a reviewer have no account yet. Cancelled targets and '
'replaced texts do not count.';
comment on column engagement.report_planned_posts_weekly.post_kind is 'product, blog_post or announcement.';

-- Webhooks.
create sequence operations.webhook_id_sequence as bigint maxvalue 4294967295;
create sequence operations.event_id_sequence as bigint maxvalue 4294967295;
grant usage on sequence operations.webhook_id_sequence, operations.event_id_sequence to syndication_pipeline;

create table operations.webhooks (
    organization_id text not null references tenancy.organizations on delete cascade,
    webhook_id text not null default tenancy.public_id('whk', nextval('operations.webhook_id_sequence'))
        check (webhook_id ~ '^whk-[0-9a-f]{8}$'),
    webhook_name text not null check (webhook_name ~ '^[a-z][a-z0-9_-]{0,62}$'),
    events text[] not null check (events <> '{}' and events <@ array['approved', 'published', 'failed']),
    url_name text not null check (url_name ~ '^[A-Z][A-Z0-9_]*$'),
    secret_name text not null check (secret_name ~ '^[A-Z][A-Z0-9_]*$'),
    is_active boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (organization_id, webhook_id),
    unique (organization_id, webhook_name)
);

comment on table operations.webhooks is
'One row is one program that is told when a text is approved, and when a post is published or fails.';
comment on column operations.webhooks.webhook_id is 'Public id, such as whk-0a1b2c3d.';
comment on column operations.webhooks.webhook_name is 'Name in commands, unique within the organization.';
comment on column operations.webhooks.events is 'What it is told of: approved, published, failed.';
comment on column operations.webhooks.url_name is
'Environment variable with the URL, which may be a secret: https on a public address.';
comment on column operations.webhooks.secret_name is 'Environment variable with the key that signs what is sent.';
comment on column operations.webhooks.is_active is
'FALSE pauses it: events of that time are not told later, and what waits, waits.';

create table operations.webhook_events (
    organization_id text not null references tenancy.organizations on delete cascade,
    event_id text not null default tenancy.public_id('evt', nextval('operations.event_id_sequence'))
        check (event_id ~ '^evt-[0-9a-f]{8}$'),
    message_id uuid not null default gen_random_uuid(),
    event text not null check (event in ('approved', 'published', 'failed')),
    data jsonb not null check (jsonb_typeof(data) = 'object'),
    occurred_at timestamptz not null default clock_timestamp(),
    primary key (organization_id, event_id),
    unique (organization_id, message_id)
);

comment on table operations.webhook_events is
'One row is one event that a webhook is told of, written in the transaction in which it happened.';
comment on column operations.webhook_events.event_id is 'Public id, such as evt-0a1b2c3d.';
comment on column operations.webhook_events.message_id is
'Names the event to receivers: the same in every attempt, so they recognize a repetition by it. Random, because a '
'restored sequence gives the same ids again.';
comment on column operations.webhook_events.event is 'approved, published or failed.';
comment on column operations.webhook_events.data is 'What receivers are told: ids, names and links; no secrets.';
comment on column operations.webhook_events.occurred_at is 'When it happened.';

create table operations.webhook_deliveries (
    organization_id text not null,
    event_id text not null,
    webhook_id text not null,
    state operations.delivery_state not null default 'pending',
    next_attempt_at timestamptz not null default clock_timestamp(),
    attempts integer not null default 0 check (attempts >= 0),
    delivered_at timestamptz,
    error_message text,
    created_at timestamptz not null default now(),
    primary key (organization_id, event_id, webhook_id),
    foreign key (organization_id, event_id) references operations.webhook_events (organization_id, event_id)
    on delete cascade,
    foreign key (organization_id, webhook_id) references operations.webhooks (organization_id, webhook_id)
    on delete cascade,
    check ((state = 'delivered') = (delivered_at is not null))
);

comment on table operations.webhook_deliveries is
'One row is one event for one webhook, with what became of it. It may be delivered twice if a process dies between the '
'delivery and its record, and never less than once.';
comment on column operations.webhook_deliveries.event_id is 'The event; refers to webhook_events.';
comment on column operations.webhook_deliveries.webhook_id is 'The webhook; refers to webhooks.';
comment on column operations.webhook_deliveries.state is 'What became of it.';
comment on column operations.webhook_deliveries.next_attempt_at is 'Earliest time of the next attempt.';
comment on column operations.webhook_deliveries.attempts is 'Number of attempts, the successful one included.';
comment on column operations.webhook_deliveries.delivered_at is
'When the receiver accepted it; NULL if it did not.';
comment on column operations.webhook_deliveries.error_message is
'Why the last attempt failed, without secrets; NULL if none failed.';

create index webhook_deliveries_webhook on operations.webhook_deliveries (organization_id, webhook_id);
create index webhook_deliveries_pending on operations.webhook_deliveries (next_attempt_at) where state = 'pending';

select tenancy.protect_tenant_table('operations.webhooks');
select tenancy.protect_tenant_table('operations.webhook_events');
select tenancy.protect_tenant_table('operations.webhook_deliveries');

create trigger webhooks_updated_at before update on operations.webhooks
for each row execute function tenancy.set_updated_at();
create trigger webhooks_audit after insert or update or delete on operations.webhooks
for each row execute function tenancy.write_audit_log();

create function operations.tell_webhooks(of_organization_id text, of_event text, of_data jsonb)
returns void language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    new_event_id text;
begin
    if not exists (
        select
        from operations.webhooks w
        where w.organization_id = of_organization_id and w.is_active and of_event = any(w.events)
    ) then
        return;
    end if;
    insert into operations.webhook_events (organization_id, event, data)
    values (of_organization_id, of_event, of_data)
    returning event_id into new_event_id;
    insert into operations.webhook_deliveries (organization_id, event_id, webhook_id)
    select w.organization_id, new_event_id, w.webhook_id
    from operations.webhooks w
    where w.organization_id = of_organization_id and w.is_active and of_event = any(w.events);
end
$$;

comment on function operations.tell_webhooks is
'Puts an event into the outbox of every active webhook that is told of it. Called by triggers, so in the transaction '
'in which it happens.';
grant execute on function operations.tell_webhooks to syndication_pipeline;

create function content.tell_of_approval()
returns trigger language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform operations.tell_webhooks(
        new.organization_id,
        'approved',
        (
            select jsonb_build_object(
                'content_id', c.content_id, 'post_core_id', p.post_core_id, 'kind', p.post_kind,
                'platform', p.platform, 'channel', p.channel_type, 'planned_on', p.planned_on,
                'is_by_rule', new.is_by_rule
            )
            from content.posts_content c
            join content.posts_core p using (organization_id, post_core_id)
            where c.organization_id = new.organization_id and c.content_id = new.content_id
        )
    );
    return null;
end
$$;

comment on function content.tell_of_approval is 'Tells webhooks of an approved text.';

create trigger approvals_webhooks after insert on content.approvals
for each row when (new.decision = 'approved') execute function content.tell_of_approval();

create function publishing.tell_of_target()
returns trigger language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform operations.tell_webhooks(
        new.organization_id,
        new.state::text,
        (
            select jsonb_build_object(
                'target_id', new.target_id, 'content_id', new.content_id, 'post_core_id', new.post_core_id,
                'kind', p.post_kind, 'platform', new.platform, 'channel', new.channel_type,
                'account', a.display_name, 'platform_post_id', new.platform_post_id,
                'platform_post_url', new.platform_post_url, 'published_at', new.published_at,
                'is_simulated', new.is_simulated, 'error', new.error_message
            )
            from content.posts_core p
            join channels.social_accounts a
                on a.organization_id = new.organization_id and a.account_id = new.account_id
            where p.organization_id = new.organization_id and p.post_core_id = new.post_core_id
        )
    );
    return null;
end
$$;

comment on function publishing.tell_of_target is 'Tells webhooks of a post that was published or failed.';

create trigger post_targets_webhooks after update of state on publishing.post_targets
for each row when (new.state in ('published', 'failed') and new.state is distinct from old.state)
execute function publishing.tell_of_target();

-- Rights and kinds of problems that come with the program: nobody changed them.
alter table tenancy.role_permissions disable trigger user;
insert into tenancy.permissions (permission, description) values
('announcements.write', 'Write announcements.'),
('webhooks.edit', 'Choose the programs that are told of approved, published and failed posts.');
insert into tenancy.role_permissions (role, permission)
select
    r.role,
    g.permission
from (values ('announcements.write', 'member'::tenancy.member_role), ('webhooks.edit', 'manager')) as g (
    permission, least_role
)
inner join unnest(enum_range(null::tenancy.member_role)) as r (role) on g.least_role <= r.role;
alter table tenancy.role_permissions enable trigger user;

alter table operations.condition_kinds disable trigger user;
alter table operations.condition_levels disable trigger user;
insert into operations.condition_kinds (kind, unit, remind_after_hours, description) values
('process_fails', 'executions', 24, 'A process has failed several times in a row.'),
('webhook_fails', 'attempts', 24, 'A webhook accepts nothing.');
insert into operations.condition_levels (kind, severity, threshold) values
('process_fails', 'warning', 2),
('process_fails', 'error', 3),
('webhook_fails', 'error', 3);
alter table operations.condition_kinds enable trigger user;
alter table operations.condition_levels enable trigger user;
