-- Publishing: schedules, the queue, attempts and execution history. A target is one text for one account and channel.
-- Each target is published at most once; where that is uncertain, a person decides.

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
        check (schedule_id ~ '^sch-[0-9a-f]{8}$'),
    schedule_name text not null check (schedule_name <> ''),
    platform text not null,
    channel_type text not null,
    account_id text not null,
    recurrence_rule text not null check (
        recurrence_rule like '%FREQ=%'
        -- An interval of zero would never advance.
        and recurrence_rule !~* 'INTERVAL=(?!0*[1-9][0-9]*(;|$))'
    ),
    time_zone text not null check (time_zone <> ''),
    starts_on date not null check (starts_on >= '1900-01-01' and starts_on < '3000-01-01'),
    jitter_minutes integer not null default 0 check (jitter_minutes between 0 and 120),
    is_active boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (organization_id, schedule_id),
    unique (organization_id, schedule_name),
    foreign key (platform, channel_type) references channels.platform_channels on update cascade,
    foreign key (organization_id, account_id) references channels.social_accounts
);

create index publishing_schedules_account on publishing.publishing_schedules (organization_id, account_id);
create index publishing_schedules_channel on publishing.publishing_schedules (platform, channel_type);

comment on table publishing.publishing_schedules is
'One row is one recurring slot of one account and channel. User-maintained.';
comment on column publishing.publishing_schedules.schedule_id is 'Public id, such as sch-0a1b2c3d.';
comment on column publishing.publishing_schedules.schedule_name is
'Name in commands, unique within the organization.';
comment on column publishing.publishing_schedules.platform is
'Platform of the slots; the account has the same.';
comment on column publishing.publishing_schedules.channel_type is 'Kind of publication that the slots are for.';
comment on column publishing.publishing_schedules.account_id is 'The account that publishes the posts.';
comment on column publishing.publishing_schedules.recurrence_rule is
'RFC 5545 RRULE, evaluated in the local time of time_zone: FREQ=DAILY;BYHOUR=17;BYMINUTE=0.';
comment on column publishing.publishing_schedules.time_zone is
'IANA time zone of the rule: 17:00 stays 17:00 local time when daylight saving begins or ends.';
comment on column publishing.publishing_schedules.starts_on is 'First local day of the rule.';
comment on column publishing.publishing_schedules.jitter_minutes is
'Maximum delay of a post after its slot, in minutes; 0 for none. The delay is pseudo-random but deterministic: a slot '
'always has the same delay, and it never reaches the next slot.';
comment on column publishing.publishing_schedules.is_active is 'FALSE: no further posts are planned into its slots.';

create type publishing.target_state as enum (
    'draft',
    'ready',
    'scheduled',
    'publishing',
    'published',
    'failed',
    'cancelled',
    'needs_reconcile'
);
comment on type publishing.target_state is
'How far a text has come on its way to one account.
draft: not in the queue: its text is not approved, or the catalogue contradicts it
ready: approved, without a slot
scheduled: waits for scheduled_at
publishing: leased by a publisher
published: the platform has the post
failed: the platform rejected it permanently
cancelled: a person cancelled it
needs_reconcile: unresolved: the platform may have the post, so it is never resent automatically';

create table publishing.post_targets (
    organization_id text not null,
    target_id text not null default tenancy.public_id('tgt', nextval('publishing.target_id_sequence'))
        check (target_id ~ '^tgt-[0-9a-f]{8}$'),
    content_id text not null,
    content_hash bytea not null,
    post_core_id text not null,
    variation integer not null,
    account_id text not null,
    platform text not null,
    channel_type text not null,
    schedule_id text,
    slot_at timestamptz,
    state publishing.target_state not null default 'draft',
    scheduled_at timestamptz,
    idempotency_key text not null generated always as (
        account_id || '/' || channel_type || '/' || encode(content_hash, 'hex') || '/'
        || coalesce(extract(epoch from scheduled_at - '1970-01-01 00:00:00+00'::timestamptz)::text, content_id)
    ) stored,
    is_simulated boolean not null,
    is_in_doubt boolean not null default false,
    leased_by text,
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
    check ((state = 'publishing') = (leased_by is not null)),
    check (state not in ('failed', 'needs_reconcile') or error_message is not null),
    check (state = 'cancelled' or not is_in_doubt),
    check (slot_at is null or schedule_id is not null)
);

comment on table publishing.post_targets is
'One row is one text for one account and channel: the publishing queue. Two pages are two rows.';
comment on column publishing.post_targets.target_id is 'Public id, such as tgt-0a1b2c3d.';
comment on column publishing.post_targets.content_id is 'The text: one version of one variation of a post.';
comment on column publishing.post_targets.content_hash is
'Hash of the approved text; a target is published only while the text and its approval have the same hash.';
comment on column publishing.post_targets.post_core_id is 'The post that the text belongs to. Filled in by a trigger.';
comment on column publishing.post_targets.variation is
'Variation number of the text within its post, from 1. Filled in by a trigger.';
comment on column publishing.post_targets.account_id is 'The account that publishes it.';
comment on column publishing.post_targets.platform is 'The account''s platform when the target was planned.';
comment on column publishing.post_targets.channel_type is 'Kind of publication: feed_post, story_post …';
comment on column publishing.post_targets.schedule_id is
'The schedule that its slot comes from; NULL without a slot, or if a person made it due at once.';
comment on column publishing.post_targets.slot_at is
'Slot of its schedule, before jitter; NULL without a slot, or if a person made it due at once.';
comment on column publishing.post_targets.state is
'Position in the life cycle of a target. A trigger rejects illegal transitions.';
comment on column publishing.post_targets.scheduled_at is 'Due time: the slot plus jitter; NULL while it has no slot.';
comment on column publishing.post_targets.idempotency_key is
'Account, channel, content hash and due time (without one, the text): unique, so the same post is never queued twice.';
comment on column publishing.post_targets.is_simulated is
'TRUE if its publisher is dry_run: nothing is sent, and it has no measured numbers.';
comment on column publishing.post_targets.is_in_doubt is
'TRUE if it was cancelled while unresolved: it counts as sent. Filled in by a trigger.';
comment on column publishing.post_targets.leased_by is
'Name of the publisher process that holds the lease; NULL unless the state is publishing.';
comment on column publishing.post_targets.leased_until is
'Expiry of the lease: a publisher that passes it counts as dead. NULL unless the state is publishing.';
comment on column publishing.post_targets.attempts is 'Number of leases so far; each is followed by at most one call.';
comment on column publishing.post_targets.next_attempt_at is
'Earliest time of the next attempt; NULL if it may be attempted as soon as it is due.';
comment on column publishing.post_targets.platform_post_id is
'The platform''s id of the post; NULL until it is published. Never overwritten.';
comment on column publishing.post_targets.platform_post_url is
'Permalink of the post; NULL until it is published, or if the platform gave none.';
comment on column publishing.post_targets.published_at is
'When the platform accepted the post; the due time if simulated. NULL until it is published.';
comment on column publishing.post_targets.error_message is
'Last problem and what to do about it; NULL if there is none.';

create index post_targets_due on publishing.post_targets (scheduled_at, target_id) where state = 'scheduled';
create index post_targets_leased on publishing.post_targets (leased_until) where state = 'publishing';
create index post_targets_content on publishing.post_targets (organization_id, content_id);
create index post_targets_post on publishing.post_targets (organization_id, post_core_id);
create index post_targets_account on publishing.post_targets (organization_id, account_id);
create index post_targets_schedule on publishing.post_targets (organization_id, schedule_id)
where schedule_id is not null;
create index post_targets_channel on publishing.post_targets (platform, channel_type);
create unique index post_targets_slot on publishing.post_targets (
    organization_id, account_id, channel_type, scheduled_at
) where state not in ('cancelled', 'failed');
create unique index post_targets_remote on publishing.post_targets (organization_id, platform, platform_post_id)
where platform_post_id is not null;
-- Only one version of a text is scheduled or published on an account.
create unique index post_targets_one_version on publishing.post_targets (
    organization_id, account_id, channel_type, post_core_id, variation
) where state in ('scheduled', 'publishing', 'published', 'needs_reconcile') or is_in_doubt;

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

comment on function publishing.is_approved is
'Whether the text of a target may be published: it is approved, and text, approval and target have the same hash.';

grant execute on function publishing.is_approved to syndication_pipeline, syndication_reader;

create function publishing.contradiction(of_organization_id text, of_content_id text, at_time timestamptz)
returns text language sql stable parallel safe
as $$
select
    case
        when d.deactivated_at <= at_time then 'Its product is no longer in the catalogue.'
        when not page.is_available then 'Its product is sold out.'
        -- Nothing has changed. A text that states the prices of a page depends on other products, too.
        when d.content_hash = c.product_version and d.observed_at <= at_time and cardinality(c.seen_prices) < 2
            then null
        when exists (
            select
            from unnest(c.seen_prices) as seen (price)
            where
                seen.price <> all(
                    case
                        when cardinality(c.seen_prices) = 1 and page.own_price is not null then array[page.own_price]
                        else page.prices
                    end
                )
                and seen.price = any(c.stated_amounts)
        ) then format(
            'The price of its product has changed since it was written; it is now %s.',
            coalesce(page.shown_price, 'unknown')
        )
    end
from content.posts_content as c
inner join content.posts_core as p
    on c.organization_id = p.organization_id and c.post_core_id = p.post_core_id
inner join catalogue.products as d on p.organization_id = d.organization_id and p.product_id = d.product_id
cross join lateral (
    select
        -- What was sold out at an earlier time is not known.
        bool_or(v.observed_at > at_time or not catalogue.is_sold_out(v.attributes)) as is_available,
        coalesce(
            array_agg(priced.price) filter (where priced.price is not null and priced.currency = c.seen_currency), '{}'
        ) as prices,
        max(priced.price) filter (where v.product_id = d.product_id and priced.currency = c.seen_currency)
            as own_price,
        max(priced.price || ' ' || priced.currency) filter (where v.product_id = d.product_id) as shown_price
    from catalogue.products as v
    left join lateral (
        select
            h.price,
            h.currency
        from catalogue.product_prices as h
        where h.organization_id = v.organization_id and h.product_id = v.product_id and h.observed_at <= at_time
        order by h.observed_at desc
        limit 1
    ) as earlier on v.observed_at > at_time
    cross join lateral (
        select
            case when v.observed_at > at_time then earlier.price else v.price end as price,
            case when v.observed_at > at_time then earlier.currency else v.currency end as currency
    ) as priced
    where
        v.organization_id = d.organization_id
        and catalogue.page_of(v.product_id, v.product_url) = catalogue.page_of(d.product_id, d.product_url)
        and (v.deactivated_at is null or v.deactivated_at > at_time)
) as page
where c.organization_id = of_organization_id and c.content_id = of_content_id
union all
select 'Its section is no longer in its blog.'
from content.posts_content as c
inner join content.posts_core as p
    on c.organization_id = p.organization_id and c.post_core_id = p.post_core_id
inner join documents.source_sections as s on p.organization_id = s.organization_id and p.section_id = s.section_id
left join lateral (
    select
        o.is_published,
        o.facts
    from documents.document_observations as o
    where o.organization_id = s.organization_id and o.document_id = s.document_id and o.observed_at <= at_time
    order by o.observed_at desc, o.content_hash desc, o.source_file_path desc
    limit 1
) as latest on true
where
    c.organization_id = of_organization_id
    and c.content_id = of_content_id
    and not coalesce(
        latest.is_published
        and latest.facts @> jsonb_build_object(
            'sections', jsonb_build_array(jsonb_build_object('section_key', s.section_key))
        ),
        -- A simulation of a past day may precede the first observation of the document: no contradiction.
        exists (
            select
            from documents.document_observations as later
            where later.organization_id = s.organization_id and later.document_id = s.document_id
        )
    )
$$;

comment on function publishing.contradiction is
'How the catalogue or the blog contradicts a text, as a sentence for people; NULL if nothing does. A text is '
'contradicted if its product or section is gone, if its product is sold out, or if it states a price that its author '
'was given and that the newest accepted catalogue has no more. What the author knew is stored with the text, so it '
'does not matter when that catalogue was loaded or accepted. Evaluated as of at_time: a time in the past for a '
'simulation, infinity for now.';

grant execute on function publishing.contradiction to syndication_pipeline, syndication_reader;

create function publishing.fill_in_post()
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

comment on function publishing.fill_in_post is
'Copies post and variation from the text, so that an index can enforce that only one version of it is scheduled.';

create trigger post_targets_post before insert or update of content_id, post_core_id, variation
on publishing.post_targets
for each row execute function publishing.fill_in_post();
alter table publishing.post_targets enable always trigger post_targets_post;

create function publishing.reject_illegal_step()
returns trigger language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if tg_op = 'INSERT' then
        if new.state not in ('draft', 'ready', 'scheduled') then
            raise exception 'a target cannot begin as %', new.state
                using errcode = 'integrity_constraint_violation', constraint = 'post_targets_step';
        end if;
    elsif new.state = 'published' and old.state in ('draft', 'ready', 'scheduled', 'failed', 'cancelled') then
        -- A late response: the platform accepted the post although a person had decided otherwise.
        if not exists (
            select
            from publishing.publish_attempts a
            where
                a.organization_id = new.organization_id
                and a.target_id = new.target_id
                and a.outcome = 'published'
                and a.platform_post_id = new.platform_post_id
        ) then
            raise exception 'a target cannot go from % to % without the attempt that published it', old.state, new.state
                using errcode = 'integrity_constraint_violation', constraint = 'post_targets_step';
        end if;
    elsif new.state = 'publishing' and old.state = 'scheduled' and exists (
        select
        from publishing.publish_attempts a
        where a.organization_id = new.organization_id and a.target_id = new.target_id and a.outcome = 'published'
    ) then
        raise exception 'a target with a published attempt is never sent again'
            using errcode = 'integrity_constraint_violation', constraint = 'post_targets_step';
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
    new.is_in_doubt := tg_op = 'UPDATE' and new.state = 'cancelled'
        and (old.state = 'needs_reconcile' or old.is_in_doubt);
    return new;
end
$$;

comment on function publishing.reject_illegal_step is
'Rejects illegal transitions of a target''s state, and changes of what a target publishes once it is under way.';

create trigger post_targets_step before insert or update on publishing.post_targets
for each row execute function publishing.reject_illegal_step();

create type publishing.attempt_outcome as enum (
    'published',
    'retryable',
    'permanent',
    'refresh_token',
    'disconnected',
    'unknown'
);
comment on type publishing.attempt_outcome is
'How one call to a platform ended.
retryable: the platform did not accept the post, and may do so later
permanent: the platform rejected this post
refresh_token: the credential has expired and may be renewed
disconnected: the credential was revoked or may not publish: a person has to reconnect the account
unknown: sent, without a response that says whether it was accepted';

create table publishing.publish_attempts (
    organization_id text not null,
    attempt_id text not null default tenancy.public_id('att', nextval('publishing.attempt_id_sequence'))
        check (attempt_id ~ '^att-[0-9a-f]{8}$'),
    target_id text not null,
    attempt_number integer not null check (attempt_number > 0),
    publisher text not null,
    call_id uuid not null default gen_random_uuid(),
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
    unique (organization_id, call_id),
    foreign key (organization_id, target_id) references publishing.post_targets,
    check ((finished_at is null) = (outcome is null)),
    check ((resolved_at is null) = (resolved_by is null)),
    check ((outcome = 'published') is not true or platform_post_id is not null)
);

comment on table publishing.publish_attempts is
'One row is one call to a platform, written before the call is made. A row without an outcome is a call that is under '
'way or whose publisher died.';
comment on column publishing.publish_attempts.attempt_id is 'Public id, such as att-0a1b2c3d.';
comment on column publishing.publish_attempts.target_id is 'The target that the call publishes.';
comment on column publishing.publish_attempts.attempt_number is 'Number of the attempt within its target, from 1.';
comment on column publishing.publish_attempts.publisher is
'The publisher that made the call: dry_run or the name of a platform API.';
comment on column publishing.publish_attempts.call_id is
'Names the call in the record outside the database. Random, because a restored sequence gives the same ids again.';
comment on column publishing.publish_attempts.started_at is 'Just before the call was made.';
comment on column publishing.publish_attempts.finished_at is 'When the outcome was recorded; NULL until then.';
comment on column publishing.publish_attempts.outcome is 'How the call ended; NULL until it is recorded.';
comment on column publishing.publish_attempts.platform_post_id is
'The platform''s id of the post; NULL unless published.';
comment on column publishing.publish_attempts.http_status is 'HTTP status of the response; NULL without a response.';
comment on column publishing.publish_attempts.error_code is
'The platform''s error code, with its subcode; NULL if it gave none.';
comment on column publishing.publish_attempts.error_message is
'The platform''s message or the reason of the failure, without secrets; NULL if published.';
comment on column publishing.publish_attempts.retry_after is
'End of the back-off that the platform requested; NULL if it requested none.';
comment on column publishing.publish_attempts.resolved_at is
'When an unknown outcome was resolved later; NULL if the response settled it or it is still unresolved.';
comment on column publishing.publish_attempts.resolved_by is
'Who resolved it: `lookup` or the login of a person; NULL if not resolved later.';

create table publishing.lost_calls (
    organization_id text not null,
    call_id uuid not null,
    account_id text not null,
    channel_type text not null,
    publisher text not null,
    content_hash bytea not null,
    text_content text not null,
    called_at timestamptz not null,
    recorded_target_id text not null,
    target_id text,
    found_at timestamptz not null default now(),
    released_at timestamptz,
    released_by text,
    primary key (organization_id, call_id),
    foreign key (organization_id, account_id) references channels.social_accounts on delete cascade,
    foreign key (organization_id, target_id) references publishing.post_targets,
    check ((released_at is null) = (released_by is null))
);

comment on table publishing.lost_calls is
'One row is one publishing call that is in the record outside the database and was not in this database, because it '
'was restored from a backup that is older than the call. Without a target and unreleased, it keeps its account from '
'sending.';
comment on column publishing.lost_calls.call_id is 'The call, as in the record.';
comment on column publishing.lost_calls.account_id is 'The account that was called.';
comment on column publishing.lost_calls.channel_type is 'Kind of publication: feed_post, story_post …';
comment on column publishing.lost_calls.publisher is 'The publisher that made the call.';
comment on column publishing.lost_calls.content_hash is 'Hash of the text that was sent.';
comment on column publishing.lost_calls.text_content is 'The text that was sent.';
comment on column publishing.lost_calls.called_at is 'When the call was made.';
comment on column publishing.lost_calls.recorded_target_id is
'Id of its target when the call was made; after the restore, another target may have it.';
comment on column publishing.lost_calls.target_id is
'The target of this database that the call published: it is looked up, and never sent again automatically. NULL as '
'long as no target has the words that were sent.';
comment on column publishing.lost_calls.found_at is 'When the call was found to be missing.';
comment on column publishing.lost_calls.released_at is 'When a person let the account send again; NULL until then.';
comment on column publishing.lost_calls.released_by is 'Login of that person.';

create index lost_calls_account on publishing.lost_calls (organization_id, account_id);
create index lost_calls_target on publishing.lost_calls (organization_id, target_id) where target_id is not null;
create index lost_calls_waiting on publishing.lost_calls (organization_id, account_id)
where target_id is null and released_at is null;

create table publishing.home_server (
    is_only boolean primary key default true check (is_only),
    identity text not null,
    recorded_at timestamptz not null default now(),
    recorded_by text not null default 'publisher'
);

comment on table publishing.home_server is
'The only row names the server and database from which posts are sent. A database that finds itself elsewhere was '
'restored or moved, and sends nothing until a person releases it.';
comment on column publishing.home_server.is_only is 'TRUE: there is one row.';
comment on column publishing.home_server.identity is
'System identifier and timeline of the server, and the number of the database.';
comment on column publishing.home_server.recorded_at is 'When the row was last written.';
comment on column publishing.home_server.recorded_by is 'publisher, or the login of who released the database.';

grant select, insert, update on publishing.home_server to syndication_pipeline;
grant select on publishing.home_server to syndication_reader;

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
'One row is one way of making posts for one channel, with its development status. User-maintained.';
comment on column publishing.content_processes.process_name is 'product_post or blog_post.';
comment on column publishing.content_processes.platform is 'Platform of the channel.';
comment on column publishing.content_processes.channel_type is 'Kind of publication of the channel.';
comment on column publishing.content_processes.display_name is 'Display name.';
comment on column publishing.content_processes.description is 'How it makes posts, in a sentence.';
comment on column publishing.content_processes.development_status is
'draft, developed, testing or production. Informative only: is_active decides whether it runs.';
comment on column publishing.content_processes.priority is 'Display order, the greatest first.';
comment on column publishing.content_processes.is_active is
'FALSE: nothing is selected, planned or published by it.';

create function publishing.is_process_active(of_platform text, of_channel_type text, of_post_kind text)
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

grant execute on function publishing.is_process_active to syndication_pipeline, syndication_reader;

create view publishing.open_channels with (security_invoker = true) as
select
    o.organization_id,
    c.platform,
    c.channel_type,
    k.post_kind
from tenancy.organizations as o
cross join channels.platforms as p
inner join channels.platform_channels as c on p.platform = c.platform
cross join (values ('product'), ('blog_post')) as k (post_kind)
where
    o.is_active
    and p.status = 'active'
    and c.status in ('active', 'beta')
    and channels.is_publishable(o.organization_id, c.platform, c.channel_type)
    and publishing.is_process_active(c.platform, c.channel_type, k.post_kind);

comment on view publishing.open_channels is
'One row is one kind of post that may be selected for one channel of one organization: organization and platform are '
'active, the channel is active or beta, an account of the organization can publish in it (unless it has none on the '
'platform), and the process is not switched off.';
comment on column publishing.open_channels.organization_id is 'The organization.';
comment on column publishing.open_channels.platform is 'Platform of the channel.';
comment on column publishing.open_channels.channel_type is 'Kind of publication on the platform, such as feed_post.';
comment on column publishing.open_channels.post_kind is 'product or blog_post.';
grant select on publishing.open_channels to syndication_pipeline, syndication_reader;

create function publishing.waiting_texts(window_start date, window_end date)
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

comment on function publishing.waiting_texts is
'One row is one approved text of the days and one account with an active schedule for its channel where it has no '
'target with a slot yet. Only the newest version counts, and only if no version is scheduled, published or unresolved '
'there. found_no_slot: it was planned before without finding a slot, and gets one when its day is planned again and a '
'slot is free.';

grant execute on function publishing.waiting_texts to syndication_pipeline, syndication_reader;

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
    primary key (organization_id, execution_id),
    foreign key (platform, channel_type, process_name) references publishing.content_processes on update cascade,
    check ((execution_status = 'success') = (error_message is null))
);

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

select tenancy.protect_tenant_table('publishing.publishing_schedules');
select tenancy.protect_tenant_table('publishing.post_targets');
select tenancy.protect_tenant_table('publishing.publish_attempts');
select tenancy.protect_tenant_table('publishing.lost_calls');
select tenancy.protect_tenant_table('publishing.execution_history');
grant select, insert, update, delete on publishing.content_processes to syndication_pipeline;
grant select on publishing.content_processes to syndication_reader;

create trigger publishing_schedules_updated_at before update on publishing.publishing_schedules
for each row execute function tenancy.set_updated_at();
create trigger post_targets_updated_at before update on publishing.post_targets
for each row execute function tenancy.set_updated_at();
create trigger content_processes_updated_at before update on publishing.content_processes
for each row execute function tenancy.set_updated_at();

-- Changes by people go to the audit log; what publishers do is in publish_attempts.
create trigger post_targets_audit after update on publishing.post_targets
for each row when (nullif(current_setting('app.actor', true), '') is not null)
execute function tenancy.write_audit_log();
create trigger lost_calls_audit after update on publishing.lost_calls
for each row when (nullif(current_setting('app.actor', true), '') is not null)
execute function tenancy.write_audit_log();
create trigger publishing_schedules_audit after insert or update or delete on publishing.publishing_schedules
for each row execute function tenancy.write_audit_log();
create trigger content_processes_changes after insert or update or delete on publishing.content_processes
for each row execute function channels.write_rule_change();

-- The results of variations: the published version of each counts, or the newest if none was published.
create view content.variation_results with (security_invoker = true) as
select
    p.organization_id,
    p.post_core_id,
    c.variation,
    coalesce(selection.variations_by, 'content') as variations_by,
    p.platform,
    p.channel_type,
    c.content_id,
    r.is_simulated,
    coalesce(r.targets_published, 0) as targets_published,
    coalesce(r.targets_measured, 0) as targets_measured,
    r.published_at,
    r.measured_at,
    r.reactions,
    r.comments,
    r.shares,
    r.saves,
    r.clicks,
    r.views,
    r.impressions,
    r.reach
from content.posts_core as p
inner join content.posts_content as c
    on p.organization_id = c.organization_id and p.post_core_id = c.post_core_id
left join content.product_selections as selection
    on p.organization_id = selection.organization_id and p.selection_id = selection.selection_id
left join (
    select
        t.organization_id,
        t.post_core_id,
        t.content_id,
        t.is_simulated,
        count(*)::integer as targets_published,
        count(m.measured_at)::integer as targets_measured,
        min(t.published_at) as published_at,
        max(m.measured_at) as measured_at,
        sum(m.reactions)::bigint as reactions,
        sum(m.comments)::bigint as comments,
        sum(m.shares)::bigint as shares,
        sum(m.saves)::bigint as saves,
        sum(m.clicks)::bigint as clicks,
        sum(m.views)::bigint as views,
        sum(m.impressions)::bigint as impressions,
        case when count(m.measured_at) = 1 then max(m.reach) end as reach
    from publishing.post_targets as t
    -- Insights of our own posts are landed like any other post, under the platform's id. Simulated posts have none.
    left join scraping.posts as s
        on
            t.organization_id = s.organization_id
            and t.platform = s.platform
            and t.platform_post_id = s.urn
            and not t.is_simulated
    left join lateral (
        select
            max(e.last_observed_at) as measured_at,
            engagement.last_known(e.reactions order by e.activity_date) as reactions,
            engagement.last_known(e.comments order by e.activity_date) as comments,
            engagement.last_known(e.shares order by e.activity_date) as shares,
            engagement.last_known(e.saves order by e.activity_date) as saves,
            engagement.last_known(e.clicks order by e.activity_date) as clicks,
            engagement.last_known(e.views order by e.activity_date) as views,
            engagement.last_known(e.impressions order by e.activity_date) as impressions,
            engagement.last_known(e.reach order by e.activity_date) as reach
        from engagement.post_engagement_daily as e
        where e.organization_id = s.organization_id and e.post_id = s.post_id
    ) as m on true
    where t.state = 'published'
    group by t.organization_id, t.post_core_id, t.content_id, t.is_simulated
) as r
    on
        p.organization_id = r.organization_id
        and p.post_core_id = r.post_core_id
        and c.content_id = r.content_id
where
    r.targets_published > 0
    or not exists (
        select
        from content.posts_content as other
        left join publishing.post_targets as t
            on other.organization_id = t.organization_id and other.content_id = t.content_id and t.state = 'published'
        where
            other.organization_id = c.organization_id
            and other.post_core_id = c.post_core_id
            and other.variation = c.variation
            and (other.version > c.version or t.target_id is not null)
    );

comment on view content.variation_results is
'One row is one variation of a post''s text with the latest numbers of its published targets. A text that was both '
'sent and simulated has two rows: simulated and measured results are never mixed.';
comment on column content.variation_results.post_core_id is 'The post whose variations are compared.';
comment on column content.variation_results.variation is 'Variation number within the post, from 1.';
comment on column content.variation_results.variations_by is
'What the variations of the post differ in: content, hashtags or timing (see published_at).';
comment on column content.variation_results.platform is 'Platform of the channel.';
comment on column content.variation_results.channel_type is 'Kind of publication of the channel.';
comment on column content.variation_results.content_id is
'The text: its published version, or the newest if none was published.';
comment on column content.variation_results.is_simulated is
'TRUE if nothing was sent: the numbers are NULL. NULL while nothing is published.';
comment on column content.variation_results.targets_published is 'Number of accounts on which it is published.';
comment on column content.variation_results.targets_measured is
'Number of published targets whose post has been measured.';
comment on column content.variation_results.published_at is
'When the first of its targets was published; NULL while none is.';
comment on column content.variation_results.measured_at is
'Latest measurement of any of its targets; NULL if none was measured. Compare texts of equal age.';
comment on column content.variation_results.reactions is
'Likes and other reactions: sum of the latest values of its measured targets; NULL if none was measured.';
comment on column content.variation_results.comments is 'Comments; as reactions.';
comment on column content.variation_results.shares is 'Reposts, retweets, reblogs; as reactions.';
comment on column content.variation_results.saves is 'Saves and bookmarks; as reactions.';
comment on column content.variation_results.clicks is 'Clicks (not public); as reactions.';
comment on column content.variation_results.views is 'Plays and views; as reactions.';
comment on column content.variation_results.impressions is 'Times it was shown; as reactions.';
comment on column content.variation_results.reach is
'People who saw it, latest value; never summed, so NULL if none or more than one target was measured.';

grant select on content.variation_results to syndication_pipeline, syndication_reader;

select tenancy.comment_standard_columns('publishing.content_processes');
