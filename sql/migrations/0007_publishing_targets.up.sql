-- Publishing: when, where and whether. A target is one text for one account and channel; it goes out once, or somebody
-- is asked.

create schema publishing authorization syndication_owner;

set local role syndication_owner;

grant usage on schema publishing to syndication_pipeline, syndication_reader;

create sequence publishing.schedule_id_sequence as bigint maxvalue 4294967295;
create sequence publishing.target_id_sequence as bigint maxvalue 4294967295;
create sequence publishing.attempt_id_sequence as bigint maxvalue 4294967295;
create sequence publishing.execution_id_sequence as bigint maxvalue 4294967295;
grant usage on all sequences in schema publishing to syndication_pipeline;

create table publishing.publishing_schedules (
    organization_id text not null references tenancy.organizations on delete cascade,
    schedule_id text not null default tenancy.public_id('sch', nextval('publishing.schedule_id_sequence'))
        check (schedule_id like 'sch-________'),
    schedule_name text not null check (schedule_name <> ''),
    platform text not null,
    channel_type text not null,
    account_id text not null,
    recurrence_rule text not null check (recurrence_rule like '%FREQ=%'),
    time_zone text not null check (time_zone <> ''),
    starts_on date not null,
    is_active boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (organization_id, schedule_id),
    unique (organization_id, schedule_name),
    foreign key (platform, channel_type) references channels.platform_channels on update cascade,
    foreign key (organization_id, account_id) references channels.social_accounts
);

comment on table publishing.publishing_schedules is
'One row is a recurring slot of one account and channel.';
comment on column publishing.publishing_schedules.organization_id is 'The tenant.';
comment on column publishing.publishing_schedules.schedule_id is 'Public id, sch-….';
comment on column publishing.publishing_schedules.schedule_name is 'The name for people.';
comment on column publishing.publishing_schedules.platform is 'The platform.';
comment on column publishing.publishing_schedules.channel_type is 'The kind of publication.';
comment on column publishing.publishing_schedules.account_id is 'The account that publishes.';
comment on column publishing.publishing_schedules.recurrence_rule is
'RFC 5545 RRULE in local time, such as FREQ=DAILY;BYHOUR=17;BYMINUTE=0.';
comment on column publishing.publishing_schedules.time_zone is
'IANA time zone of the rule: 17:00 stays 17:00 on the clock through summer and winter.';
comment on column publishing.publishing_schedules.starts_on is 'The local day on which the rule begins.';
comment on column publishing.publishing_schedules.is_active is 'False: no new slots are taken.';
comment on column publishing.publishing_schedules.created_at is 'When we wrote the row.';
comment on column publishing.publishing_schedules.updated_at is 'When we changed the row.';

create type publishing.target_state as enum (
    'draft',          -- its text is not approved
    'ready',          -- approved, no slot yet
    'scheduled',      -- waits for its time
    'publishing',     -- claimed by a publisher, until its lease ends
    'published',      -- the platform has it
    'failed',         -- the platform refused it for good
    'cancelled',      -- by people
    'needs_reconcile' -- nobody knows whether the platform has it: it is looked up, never sent again by itself
);

create table publishing.post_targets (
    organization_id text not null,
    target_id text not null default tenancy.public_id('tgt', nextval('publishing.target_id_sequence'))
        check (target_id like 'tgt-________'),
    content_id text not null,
    content_hash bytea not null,
    post_core_id text not null,
    variation integer not null,
    account_id text not null,
    platform text not null,
    channel_type text not null,
    schedule_id text,
    state publishing.target_state not null default 'draft',
    scheduled_at timestamptz,
    idempotency_key text not null generated always as (
        account_id || '/' || channel_type || '/' || encode(content_hash, 'hex') || '/'
        || coalesce(extract(epoch from scheduled_at - '1970-01-01 00:00:00+00'::timestamptz)::text, content_id)
    ) stored,
    is_simulated boolean not null,
    claimed_by text,
    leased_until timestamptz,
    attempts integer not null default 0 check (attempts >= 0),
    next_attempt_at timestamptz,
    platform_post_id text check (platform_post_id <> ''),
    platform_post_url text,
    published_at timestamptz,
    error_message text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (organization_id, target_id),
    unique (organization_id, idempotency_key),
    unique (organization_id, content_id, account_id, channel_type),
    foreign key (organization_id, content_id) references content.posts_content,
    foreign key (organization_id, post_core_id) references content.posts_core,
    foreign key (organization_id, account_id) references channels.social_accounts,
    foreign key (organization_id, schedule_id) references publishing.publishing_schedules,
    foreign key (platform, channel_type) references channels.platform_channels on update cascade,
    check ((state = 'published') = (published_at is not null)),
    check (state <> 'published' or platform_post_id is not null),
    check (state not in ('scheduled', 'publishing', 'published', 'needs_reconcile') or scheduled_at is not null),
    check ((state = 'publishing') = (leased_until is not null)),
    check ((state = 'publishing') = (claimed_by is not null)),
    check (state not in ('failed', 'needs_reconcile') or error_message is not null)
);

comment on table publishing.post_targets is
'One row is one text for one account and channel: the queue. Two pages are two rows.';
comment on column publishing.post_targets.organization_id is 'The tenant.';
comment on column publishing.post_targets.target_id is 'Public id, tgt-….';
comment on column publishing.post_targets.content_id is 'The text.';
comment on column publishing.post_targets.content_hash is 'What was approved: another text is another target.';
comment on column publishing.post_targets.post_core_id is 'The post that the text is of; a trigger fills it in.';
comment on column publishing.post_targets.variation is
'Which of the texts that are compared; a trigger fills it in.';
comment on column publishing.post_targets.account_id is 'Where it goes.';
comment on column publishing.post_targets.platform is 'The platform of the account.';
comment on column publishing.post_targets.channel_type is 'The kind of publication.';
comment on column publishing.post_targets.schedule_id is 'The schedule whose slot it has; NULL if a person chose one.';
comment on column publishing.post_targets.state is 'Where it stands; the database refuses illegal steps.';
comment on column publishing.post_targets.scheduled_at is 'When it is due.';
comment on column publishing.post_targets.idempotency_key is
'Account, channel, content hash and slot (without a slot, the text): the same post cannot be queued twice.';
comment on column publishing.post_targets.is_simulated is 'Nothing is sent, and no number of it is a measured one.';
comment on column publishing.post_targets.claimed_by is 'The publisher that has it in hand.';
comment on column publishing.post_targets.leased_until is 'Until when; after that it died.';
comment on column publishing.post_targets.attempts is 'Calls that were begun.';
comment on column publishing.post_targets.next_attempt_at is 'Not before this; NULL for at once.';
comment on column publishing.post_targets.platform_post_id is 'The platform''s id of the post.';
comment on column publishing.post_targets.platform_post_url is 'Its page.';
comment on column publishing.post_targets.published_at is 'When the platform took it.';
comment on column publishing.post_targets.error_message is 'What went wrong last, in a sentence.';
comment on column publishing.post_targets.created_at is 'When we wrote the row.';
comment on column publishing.post_targets.updated_at is 'When we changed the row.';

create index post_targets_due on publishing.post_targets (scheduled_at, target_id) where state = 'scheduled';
create index post_targets_leased on publishing.post_targets (leased_until) where state = 'publishing';
create index post_targets_content on publishing.post_targets (organization_id, content_id);
create unique index post_targets_slot on publishing.post_targets (
    organization_id, account_id, channel_type, scheduled_at
) where state not in ('cancelled', 'failed');
create unique index post_targets_remote on publishing.post_targets (organization_id, platform, platform_post_id)
where platform_post_id is not null;
-- An edited text does not go out beside the one that it replaces.
create unique index post_targets_one_version on publishing.post_targets (
    organization_id, account_id, channel_type, post_core_id, variation
) where state in ('scheduled', 'publishing', 'published', 'needs_reconcile');

-- Whether the text of a target may be published: it is approved as it stands, and the approval names what it says.
create function publishing.is_approved(of_organization_id text, of_content_id text, of_content_hash bytea)
returns boolean language sql stable parallel safe
return exists (
    select
    from content.posts_content as c
    inner join content.approvals as a on c.organization_id = a.organization_id and c.content_id = a.content_id
    where
        c.organization_id = of_organization_id
        and c.content_id = of_content_id
        and c.state = 'approved'
        and c.content_hash = of_content_hash
        and a.content_hash = of_content_hash
        and a.decision = 'approved'
);

grant execute on function publishing.is_approved to syndication_pipeline, syndication_reader;

-- The post and the variation of the text, so that an index can say that only one version of it is on its way.
create function publishing.name_the_post()
returns trigger language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    select c.post_core_id, c.variation into new.post_core_id, new.variation
    from content.posts_content c
    where c.organization_id = new.organization_id and c.content_id = new.content_id;
    return new;
end
$$;

create trigger post_targets_post before insert or update of content_id, post_core_id, variation
on publishing.post_targets
for each row execute function publishing.name_the_post();
alter table publishing.post_targets enable always trigger post_targets_post;

create function publishing.refuse_illegal_step()
returns trigger language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if tg_op = 'INSERT' then
        if new.state not in ('draft', 'ready', 'scheduled') then
            raise exception 'a target cannot begin as %', new.state
                using errcode = 'integrity_constraint_violation', constraint = 'post_targets_step';
        end if;
    elsif new.state is distinct from old.state and (old.state, new.state) not in (
        ('draft', 'ready'), ('draft', 'scheduled'), ('draft', 'cancelled'),
        ('ready', 'scheduled'), ('ready', 'draft'), ('ready', 'cancelled'),
        ('scheduled', 'publishing'), ('scheduled', 'ready'), ('scheduled', 'draft'), ('scheduled', 'cancelled'),
        ('publishing', 'published'), ('publishing', 'failed'), ('publishing', 'scheduled'),
        ('publishing', 'needs_reconcile'),
        ('failed', 'scheduled'), ('failed', 'cancelled'),
        ('needs_reconcile', 'published'), ('needs_reconcile', 'scheduled'), ('needs_reconcile', 'failed'),
        ('needs_reconcile', 'cancelled')
    ) then
        raise exception 'a target cannot go from % to %', old.state, new.state
            using errcode = 'integrity_constraint_violation', constraint = 'post_targets_step';
    elsif old.state in ('published', 'publishing', 'needs_reconcile') and (
        new.content_id, new.content_hash, new.account_id, new.channel_type, new.scheduled_at, new.is_simulated
    ) is distinct from (
        old.content_id, old.content_hash, old.account_id, old.channel_type, old.scheduled_at, old.is_simulated
    ) then
        raise exception 'what a target publishes cannot change while it is %', old.state
            using errcode = 'integrity_constraint_violation', constraint = 'post_targets_step';
    elsif old.platform_post_id is not null and new.platform_post_id is distinct from old.platform_post_id then
        raise exception 'the id of a published post is never overwritten'
            using errcode = 'integrity_constraint_violation', constraint = 'post_targets_step';
    end if;
    return new;
end
$$;

create trigger post_targets_step before insert or update on publishing.post_targets
for each row execute function publishing.refuse_illegal_step();

create type publishing.attempt_outcome as enum (
    'published',
    'retryable',     -- the platform did not take it, and may later
    'permanent',     -- the platform refused this post
    'refresh_token', -- the credential has expired and can be renewed
    'disconnected',  -- the credential was revoked: a person has to connect the account anew
    'unknown'        -- sent, and no answer that says whether it was taken
);

create table publishing.publish_attempts (
    organization_id text not null,
    attempt_id text not null default tenancy.public_id('att', nextval('publishing.attempt_id_sequence'))
        check (attempt_id like 'att-________'),
    target_id text not null,
    attempt_number integer not null check (attempt_number > 0),
    publisher text not null,
    started_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz,
    outcome publishing.attempt_outcome,
    platform_post_id text,
    http_status integer,
    error_code text,
    error_message text,
    retry_after timestamptz,
    resolved_at timestamptz,
    resolved_by text,
    primary key (organization_id, attempt_id),
    unique (organization_id, target_id, attempt_number),
    foreign key (organization_id, target_id) references publishing.post_targets,
    check ((finished_at is null) = (outcome is null)),
    check ((resolved_at is null) = (resolved_by is null)),
    check ((outcome = 'published') is not true or platform_post_id is not null)
);

comment on table publishing.publish_attempts is
'One row is one call, written before it is made. A row without an outcome is a call whose end nobody saw.';
comment on column publishing.publish_attempts.organization_id is 'The tenant.';
comment on column publishing.publish_attempts.attempt_id is 'Public id, att-….';
comment on column publishing.publish_attempts.target_id is 'The target.';
comment on column publishing.publish_attempts.attempt_number is 'From 1.';
comment on column publishing.publish_attempts.publisher is 'Who called: dry_run or the name of a platform''s API.';
comment on column publishing.publish_attempts.started_at is 'When the call was about to be made.';
comment on column publishing.publish_attempts.finished_at is 'When its end was known.';
comment on column publishing.publish_attempts.outcome is 'How it ended; NULL if nobody saw it.';
comment on column publishing.publish_attempts.platform_post_id is 'The platform''s id of the post.';
comment on column publishing.publish_attempts.http_status is 'Of the answer.';
comment on column publishing.publish_attempts.error_code is 'The platform''s own code of the error.';
comment on column publishing.publish_attempts.error_message is 'What the platform said, without secrets.';
comment on column publishing.publish_attempts.retry_after is 'When the platform wants to be asked again.';
comment on column publishing.publish_attempts.resolved_at is
'When somebody found out how it had ended; NULL if its answer said so, or nobody knows yet.';
comment on column publishing.publish_attempts.resolved_by is
'Who found out: the lookup on the platform, or a person.';

create table publishing.platform_limits (
    organization_id text not null,
    account_id text not null,
    blocked_until timestamptz not null,
    reason text not null,
    updated_at timestamptz not null default now(),
    primary key (organization_id, account_id),
    foreign key (organization_id, account_id) references channels.social_accounts on delete cascade
);

comment on table publishing.platform_limits is
'One row is an account that its platform wants left alone for a while: it holds for every process.';
comment on column publishing.platform_limits.organization_id is 'The tenant.';
comment on column publishing.platform_limits.account_id is 'The account.';
comment on column publishing.platform_limits.blocked_until is 'Until when nothing is sent.';
comment on column publishing.platform_limits.reason is 'What the platform said.';
comment on column publishing.platform_limits.updated_at is 'When we wrote the row.';

create type publishing.development_status as enum ('draft', 'developed', 'testing', 'production');

create table publishing.content_processes (
    process_name text not null,
    platform text not null,
    channel_type text not null,
    display_name text not null,
    description text,
    development_status publishing.development_status not null default 'draft',
    priority integer not null default 0,
    is_active boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (platform, channel_type, process_name),
    foreign key (platform, channel_type) references channels.platform_channels on update cascade
);

comment on table publishing.content_processes is
'One row is one way of making posts for one channel, and how far it has come.';
comment on column publishing.content_processes.process_name is 'The name in every other table: product_post …';
comment on column publishing.content_processes.platform is 'The platform.';
comment on column publishing.content_processes.channel_type is 'The kind of publication.';
comment on column publishing.content_processes.display_name is 'The name for people.';
comment on column publishing.content_processes.description is 'What it does.';
comment on column publishing.content_processes.development_status is 'draft, developed, testing or production.';
comment on column publishing.content_processes.priority is 'Order of display, the greatest first.';
comment on column publishing.content_processes.is_active is 'False switches it off.';
comment on column publishing.content_processes.created_at is 'When we wrote the row.';
comment on column publishing.content_processes.updated_at is 'When we changed the row.';

create type publishing.execution_status as enum ('success', 'failed', 'partial');

create table publishing.execution_history (
    organization_id text not null references tenancy.organizations on delete cascade,
    execution_id text not null default tenancy.public_id('exe', nextval('publishing.execution_id_sequence'))
        check (execution_id like 'exe-________'),
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
    primary key (organization_id, execution_id),
    foreign key (platform, channel_type, process_name) references publishing.content_processes on update cascade,
    check ((execution_status = 'success') = (error_message is null))
);

comment on table publishing.execution_history is
'One row is one execution of one process.';
comment on column publishing.execution_history.organization_id is 'The tenant.';
comment on column publishing.execution_history.execution_id is 'Public id, exe-….';
comment on column publishing.execution_history.process_name is 'The process.';
comment on column publishing.execution_history.platform is 'The platform.';
comment on column publishing.execution_history.channel_type is 'The kind of publication.';
comment on column publishing.execution_history.execution_status is 'success, failed or partial.';
comment on column publishing.execution_history.input_data is 'What it was given: ids and counts, no texts, no secrets.';
comment on column publishing.execution_history.output_data is 'What came of it.';
comment on column publishing.execution_history.execution_seconds is 'How long it took.';
comment on column publishing.execution_history.error_message is 'What went wrong.';
comment on column publishing.execution_history.dagster_run_id is 'The run in the Dagster UI.';
comment on column publishing.execution_history.executed_at is 'When it ended.';

create index execution_history_executed_at on publishing.execution_history (organization_id, executed_at);

select tenancy.protect_tenant_table('publishing.publishing_schedules');
select tenancy.protect_tenant_table('publishing.post_targets');
select tenancy.protect_tenant_table('publishing.publish_attempts');
select tenancy.protect_tenant_table('publishing.platform_limits');
select tenancy.protect_tenant_table('publishing.execution_history');
grant select, insert, update, delete on publishing.content_processes to syndication_pipeline;
grant select on publishing.content_processes to syndication_reader;

create trigger publishing_schedules_updated_at before update on publishing.publishing_schedules
for each row execute function tenancy.set_updated_at();
create trigger post_targets_updated_at before update on publishing.post_targets
for each row execute function tenancy.set_updated_at();
create trigger platform_limits_updated_at before update on publishing.platform_limits
for each row execute function tenancy.set_updated_at();
create trigger content_processes_updated_at before update on publishing.content_processes
for each row execute function tenancy.set_updated_at();

-- What people do to a target is audited; what publishers do is in publish_attempts.
create trigger post_targets_audit after update on publishing.post_targets
for each row when (nullif(current_setting('app.actor', true), '') is not null)
execute function tenancy.write_audit_log();
create trigger publishing_schedules_audit after insert or update or delete on publishing.publishing_schedules
for each row execute function tenancy.write_audit_log();
