-- The schema of the room `publishing`, to be read. `make schema` writes it from the migrations, and the tests build a
-- database from these files that equals a migrated one. `syndication migrate` creates the real database.
--
-- Everything belongs to syndication_owner. `pipeline` and `reader` are the roles syndication_pipeline, which runs the
-- assets, and syndication_reader, which sees the organization of its session.

create schema publishing authorization syndication_owner;  -- pipeline: usage; reader: usage

-- How far a text has come on its way to one account.
create type publishing.target_state as enum (
    'draft',           -- not in the queue: its text is not approved, or the catalogue contradicts it
    'ready',           -- approved, without a slot
    'scheduled',       -- waits for scheduled_at
    'publishing',      -- leased by a publisher
    'published',       -- the platform has the post
    'failed',          -- the platform rejected it permanently
    'cancelled',       -- a person cancelled it
    'needs_reconcile'  -- unresolved: the platform may have the post, so it is never resent automatically
);

-- How one call to a platform ended.
create type publishing.attempt_outcome as enum (
    'published',
    'retryable',      -- the platform did not accept the post, and may do so later
    'permanent',      -- the platform rejected this post
    'refresh_token',  -- the credential has expired and may be renewed
    'disconnected',   -- the credential was revoked or may not publish: a person has to reconnect the account
    'unknown'         -- sent, without a response that says whether it was accepted
);

-- How far a process has come.
create type publishing.development_status as enum (
    'draft',      -- it does not run
    'developed',  -- it runs only by hand, and simulates
    'testing',    -- schedules run it, and it simulates: nothing is sent
    'production'  -- schedules run it, and its posts are sent
);

-- One row is one recurring slot of one account and channel. User-maintained.
create table publishing.publishing_schedules (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    schedule_id text not null default tenancy.public_id('sch', nextval('publishing.schedule_id_sequence')),
                                                    -- Public id, such as sch-0a1b2c3d.
    schedule_name text not null,                    -- Name in commands, unique within the organization.
    platform text not null,                         -- Platform of the slots; the account has the same.
    channel_type text not null,                     -- Kind of publication that the slots are for.
    account_id text not null,                       -- The account that publishes the posts.
    recurrence_rule text not null,                  -- RFC 5545 RRULE, evaluated in the local time of time_zone:
                                                    -- FREQ=DAILY;BYHOUR=17;BYMINUTE=0.
    time_zone text not null,                        -- IANA time zone of the rule: 17:00 stays 17:00 local time when
                                                    -- daylight saving begins or ends.
    starts_on date not null,                        -- First local day of the rule.
    jitter_minutes integer not null default 0,      -- Maximum delay of a post after its slot, in minutes; 0 for none.
                                                    -- The delay is pseudo-random but deterministic: a slot always has
                                                    -- the same delay, and it never reaches the next slot.
    is_active boolean not null default true,        -- FALSE: no further posts are planned into its slots.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When the row was last changed.

    primary key (organization_id, schedule_id),
    unique (organization_id, schedule_name),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    foreign key (platform, channel_type) references channels.platform_channels (platform, channel_type)
        on update cascade,
    foreign key (organization_id, account_id) references channels.social_accounts (organization_id, account_id),
    check (schedule_id ~ '^sch-[0-9a-f]{8}$'),
    check (schedule_name <> ''),
    check (recurrence_rule like '%FREQ=%' and recurrence_rule !~* 'INTERVAL=(?!0*[1-9][0-9]*(;|$))'),
    check (time_zone <> ''),
    check (starts_on >= '1900-01-01' and starts_on < '3000-01-01'),
    check (jitter_minutes >= 0 and jitter_minutes <= 120)
);
create index publishing_schedules_account on publishing.publishing_schedules (organization_id, account_id);
create index publishing_schedules_channel on publishing.publishing_schedules (platform, channel_type);
create trigger publishing_schedules_updated_at before update on publishing.publishing_schedules
    for each row execute function tenancy.set_updated_at();
create trigger publishing_schedules_audit after insert or delete or update on publishing.publishing_schedules
    for each row execute function tenancy.write_audit_log();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one text for one account and channel: the publishing queue. Two pages are two rows.
create table publishing.post_targets (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    target_id text not null default tenancy.public_id('tgt', nextval('publishing.target_id_sequence')),
                                                    -- Public id, such as tgt-0a1b2c3d.
    content_id text not null,                       -- The text: one version of one variation of a post.
    content_hash bytea not null,                    -- Hash of the approved text; a target is published only while the
                                                    -- text and its approval have the same hash.
    post_core_id text not null,                     -- The post that the text belongs to. Filled in by a trigger.
    variation integer not null,                     -- Variation number of the text within its post, from 1. Filled in
                                                    -- by a trigger.
    account_id text not null,                       -- The account that publishes it.
    platform text not null,                         -- The account's platform when the target was planned.
    channel_type text not null,                     -- Kind of publication: feed_post, story_post …
    schedule_id text,                               -- The schedule that its slot comes from; NULL without a slot, or if
                                                    -- a person made it due at once.
    slot_at timestamptz,                            -- Slot of its schedule, before jitter; NULL without a slot, or if a
                                                    -- person made it due at once.
    state publishing.target_state not null default 'draft',
                                                    -- Position in the life cycle of a target. A trigger rejects illegal
                                                    -- transitions.
    scheduled_at timestamptz,                       -- Due time: the slot plus jitter; NULL while it has no slot.
    idempotency_key text not null generated always as ((((((account_id || '/') || channel_type) || '/') ||
        encode(content_hash, 'hex')) || '/') || coalesce(extract(epoch
        from scheduled_at - '1970-01-01 00:00:00+00')::text, content_id)) stored,
                                                    -- Account, channel, content hash and due time (without one, the
                                                    -- text): unique, so the same post is never queued twice.
    is_simulated boolean not null,                  -- TRUE if its publisher is dry_run: nothing is sent, and it has no
                                                    -- measured numbers.
    is_in_doubt boolean not null default false,     -- TRUE if it was cancelled while unresolved: it counts as sent.
                                                    -- Filled in by a trigger.
    leased_by text,                                 -- Name of the publisher process that holds the lease; NULL unless
                                                    -- the state is publishing.
    leased_until timestamptz,                       -- Expiry of the lease: a publisher that passes it counts as dead.
                                                    -- NULL unless the state is publishing.
    attempts integer not null default 0,            -- Number of leases so far; each is followed by at most one call.
    next_attempt_at timestamptz,                    -- Earliest time of the next attempt; NULL if it may be attempted as
                                                    -- soon as it is due.
    platform_post_id text,                          -- The platform's id of the post; NULL until it is published. Never
                                                    -- overwritten.
    platform_post_url text,                         -- Permalink of the post; NULL until it is published, or if the
                                                    -- platform gave none.
    published_at timestamptz,                       -- When the platform accepted the post; the due time if simulated.
                                                    -- NULL until it is published.
    error_message text,                             -- Last problem and what to do about it; NULL if there is none.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When the row was last changed.

    primary key (organization_id, target_id),
    unique (organization_id, idempotency_key),
    constraint post_targets_organization_id_content_id_account_id_channel__key unique (organization_id, content_id,
        account_id, channel_type),
    foreign key (organization_id, content_id) references content.posts_content (organization_id, content_id),
    foreign key (organization_id, post_core_id) references content.posts_core (organization_id, post_core_id),
    foreign key (organization_id, account_id) references channels.social_accounts (organization_id, account_id),
    foreign key (organization_id, schedule_id)
        references publishing.publishing_schedules (organization_id, schedule_id),
    foreign key (platform, channel_type) references channels.platform_channels (platform, channel_type)
        on update cascade,
    check (target_id ~ '^tgt-[0-9a-f]{8}$'),
    check (attempts >= 0),
    check (platform_post_id <> ''),
    check ((state = 'published') = (published_at is not null)),
    check (state <> 'published' or platform_post_id is not null),
    check ((state not in ('scheduled', 'publishing', 'published', 'needs_reconcile')) or scheduled_at is not null),
    check ((state = 'publishing') = (leased_until is not null)),
    check ((state = 'publishing') = (leased_by is not null)),
    check ((state not in ('failed', 'needs_reconcile')) or error_message is not null),
    check (state = 'cancelled' or not is_in_doubt),
    check (slot_at is null or schedule_id is not null)
);
create index post_targets_due on publishing.post_targets (scheduled_at, target_id) where state = 'scheduled';
create index post_targets_leased on publishing.post_targets (leased_until) where state = 'publishing';
create index post_targets_content on publishing.post_targets (organization_id, content_id);
create index post_targets_post on publishing.post_targets (organization_id, post_core_id);
create index post_targets_account on publishing.post_targets (organization_id, account_id);
create index post_targets_schedule on publishing.post_targets (organization_id, schedule_id)
    where schedule_id is not null;
create index post_targets_channel on publishing.post_targets (platform, channel_type);
create unique index post_targets_slot
    on publishing.post_targets (organization_id, account_id, channel_type, scheduled_at)
    where state not in ('cancelled', 'failed');
create unique index post_targets_remote on publishing.post_targets (organization_id, platform, platform_post_id)
    where platform_post_id is not null;
create unique index post_targets_one_version
    on publishing.post_targets (organization_id, account_id, channel_type, post_core_id, variation)
    where (state in ('scheduled', 'publishing', 'published', 'needs_reconcile')) or is_in_doubt;
create trigger post_targets_post before insert or update of content_id, post_core_id, variation
    on publishing.post_targets for each row execute function publishing.fill_in_post(); alter table
    publishing.post_targets enable always trigger post_targets_post;
create trigger post_targets_step before insert or update on publishing.post_targets
    for each row execute function publishing.reject_illegal_step();
create trigger post_targets_updated_at before update on publishing.post_targets
    for each row execute function tenancy.set_updated_at();
create trigger post_targets_audit after update on publishing.post_targets for each row
    when (nullif(current_setting('app.actor', true), '') is not null) execute function tenancy.write_audit_log();
create trigger post_targets_webhooks after update of state on publishing.post_targets for each row
    when ((new.state in ('published', 'failed')) and new.state is distinct
    from old.state) execute function publishing.tell_of_target();
create trigger post_targets_picture before insert or update of state, content_id on publishing.post_targets for each row
    when (new.state in ('scheduled', 'publishing')) execute function publishing.reject_unlicensed_picture();
create trigger post_targets_brief after update of state on publishing.post_targets for each row
    when ((new.state in ('published', 'cancelled')) and new.state is distinct
    from old.state) execute function studio.follow_text();
create trigger post_targets_reject_past_event before insert or update of state, scheduled_at on publishing.post_targets
    for each row when (new.state in ('scheduled', 'publishing')) execute function publishing.reject_past_event();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one call to a platform, written before the call is made. A row without an outcome is a call that is under
-- way or whose publisher died.
create table publishing.publish_attempts (
    organization_id text not null,       -- Organization that owns the row: first column of every key, and checked by
                                         -- row-level security.
    attempt_id text not null default tenancy.public_id('att', nextval('publishing.attempt_id_sequence')),
                                         -- Public id, such as att-0a1b2c3d.
    target_id text not null,             -- The target that the call publishes.
    attempt_number integer not null,     -- Number of the attempt within its target, from 1.
    publisher text not null,             -- The publisher that made the call: dry_run or the name of a platform API.
    call_id uuid not null default gen_random_uuid(),
                                         -- Names the call in the record outside the database. Random, because a
                                         -- restored sequence gives the same ids again.
    started_at timestamptz not null default clock_timestamp(),
                                         -- Just before the call was made.
    finished_at timestamptz,             -- When the outcome was recorded; NULL until then.
    outcome publishing.attempt_outcome,  -- How the call ended; NULL until it is recorded.
    platform_post_id text,               -- The platform's id of the post; NULL unless published.
    http_status integer,                 -- HTTP status of the response; NULL without a response.
    error_code text,                     -- The platform's error code, with its subcode; NULL if it gave none.
    error_message text,                  -- The platform's message or the reason of the failure, without secrets; NULL
                                         -- if published.
    retry_after timestamptz,             -- End of the back-off that the platform requested; NULL if it requested none.
    resolved_at timestamptz,             -- When an unknown outcome was resolved later; NULL if the response settled it
                                         -- or it is still unresolved.
    resolved_by text,                    -- Who resolved it: `lookup` or the login of a person; NULL if not resolved
                                         -- later.

    primary key (organization_id, attempt_id),
    unique (organization_id, target_id, attempt_number),
    unique (organization_id, call_id),
    foreign key (organization_id, target_id) references publishing.post_targets (organization_id, target_id),
    check (attempt_id ~ '^att-[0-9a-f]{8}$'),
    check (attempt_number > 0),
    check ((finished_at is null) = (outcome is null)),
    check ((resolved_at is null) = (resolved_by is null)),
    check ((outcome = 'published') is not true or platform_post_id is not null)
);
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one publishing call that is in the record outside the database and was not in this database, because it
-- was restored from a backup that is older than the call. Without a target and unreleased, it keeps its account from
-- sending.
create table publishing.lost_calls (
    organization_id text not null,                -- Organization that owns the row: first column of every key, and
                                                  -- checked by row-level security.
    call_id uuid not null,                        -- The call, as in the record.
    account_id text not null,                     -- The account that was called.
    channel_type text not null,                   -- Kind of publication: feed_post, story_post …
    publisher text not null,                      -- The publisher that made the call.
    content_hash bytea not null,                  -- Hash of the text that was sent.
    text_content text not null,                   -- The text that was sent.
    called_at timestamptz not null,               -- When the call was made.
    recorded_target_id text not null,             -- Id of its target when the call was made; after the restore, another
                                                  -- target may have it.
    target_id text,                               -- The target of this database that the call published: it is looked
                                                  -- up, and never sent again automatically. NULL as long as no target
                                                  -- has the words that were sent.
    found_at timestamptz not null default now(),  -- When the call was found to be missing.
    released_at timestamptz,                      -- When a person let the account send again; NULL until then.
    released_by text,                             -- Login of that person.

    primary key (organization_id, call_id),
    foreign key (organization_id, account_id) references channels.social_accounts (organization_id, account_id)
        on delete cascade,
    foreign key (organization_id, target_id) references publishing.post_targets (organization_id, target_id),
    check ((released_at is null) = (released_by is null))
);
create index lost_calls_account on publishing.lost_calls (organization_id, account_id);
create index lost_calls_target on publishing.lost_calls (organization_id, target_id) where target_id is not null;
create index lost_calls_waiting on publishing.lost_calls (organization_id, account_id) where target_id is null
    and released_at is null;
create trigger lost_calls_audit after update on publishing.lost_calls for each row
    when (nullif(current_setting('app.actor', true), '') is not null) execute function tenancy.write_audit_log();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- The only row names the server and database from which posts are sent. A database that finds itself elsewhere was
-- restored or moved, and sends nothing until a person releases it.
create table publishing.home_server (
    is_only boolean not null default true,          -- TRUE: there is one row.
    identity text not null,                         -- System identifier and timeline of the server, and the number of
                                                    -- the database.
    recorded_at timestamptz not null default now(),
                                                    -- When the row was last written.
    recorded_by text not null default 'publisher',  -- publisher, or the login of who released the database.

    primary key (is_only),
    check (is_only)
);
-- no row-level security; pipeline: select, insert, update; reader: select

-- One row is one way of making posts for one channel, with its development status. User-maintained.
create table publishing.content_processes (
    process_name text not null,                     -- product_post, blog_post or announcement.
    platform text not null,                         -- Platform of the channel.
    channel_type text not null,                     -- Kind of publication of the channel.
    display_name text not null,                     -- Display name.
    description text,                               -- How it makes posts, in a sentence.
    development_status publishing.development_status not null default 'production',
                                                    -- draft, developed, testing or production: whether it runs, and
                                                    -- whether its posts are sent. It rises by one state at a time.
    priority integer not null default 0,            -- Display order, the greatest first.
    is_active boolean not null default true,        -- FALSE: it is paused. Nothing is selected, planned or published by
                                                    -- it, whatever its state.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When the row was last changed.
    instructions text,                              -- What a language model is told beside the rules of the channel,
                                                    -- such as the tone; NULL for nothing.

    primary key (platform, channel_type, process_name),
    foreign key (platform, channel_type) references channels.platform_channels (platform, channel_type)
        on update cascade,
    check (length(instructions) >= 1 and length(instructions) <= 2000)
);
create trigger content_processes_updated_at before update on publishing.content_processes
    for each row execute function tenancy.set_updated_at();
create trigger content_processes_changes after insert or delete or update on publishing.content_processes
    for each row execute function channels.write_rule_change();
create trigger content_processes_state before update of development_status on publishing.content_processes
    for each row execute function publishing.reject_skipped_state();
-- no row-level security; pipeline: select, insert, update, delete; reader: select

-- One row is one kind of post that may be selected for one channel of one organization: organization and platform are
-- active, the channel is active or beta, an account of the organization can publish in it (unless it has none on the
-- platform), and the process is not switched off.
create view publishing.open_channels (
    organization_id,  -- text: The organization.
    platform,         -- text: Platform of the channel.
    channel_type,     -- text: Kind of publication on the platform, such as feed_post.
    post_kind         -- text: product or blog_post.
) with (security_invoker = true) as
select o.organization_id,
    c.platform,
    c.channel_type,
    k.post_kind
   from tenancy.organizations o
     cross join channels.platforms p
     join channels.platform_channels c on p.platform = c.platform
     cross join ( values ('product'), ('blog_post')) k(post_kind)
  where o.is_active and p.status = 'active' and (c.status in ('active', 'beta'))
      and channels.is_publishable(o.organization_id, c.platform, c.channel_type)
      and publishing.is_process_active(c.platform, c.channel_type, k.post_kind);
-- pipeline: select; reader: select

-- One row is what a run of the publisher did for one channel and kind of post: the rows of operations.execution_history
-- for publishing, under their old name.
create view publishing.execution_history (
    organization_id,    -- text: Organization that owns the row.
    execution_id,       -- text: Public id, such as exe-0a1b2c3d.
    process_name,       -- text: Process of the posts: product_post, blog_post …
    platform,           -- text: Platform of the channel.
    channel_type,       -- text: Kind of publication of the channel.
    execution_status,   -- text: success if every target was published, partial if some were, failed if none was.
    input_data,         -- jsonb: Number of targets.
    output_data,        -- jsonb: Number of calls by outcome.
    execution_seconds,  -- numeric(10,3): Sum of the durations of its calls, in seconds; concurrent calls add up.
    error_message,      -- text: How many targets were not published; NULL if all of them were.
    dagster_run_id,     -- text: Dagster run; NULL if started on the command line.
    executed_at         -- timestamptz: When it ended.
) with (security_invoker = true) as
select h.organization_id,
    h.execution_id,
    h.content_process as process_name,
    h.platform,
    h.channel_type,
    h.status::text as execution_status,
        case
            when h.rows_in is null then '{}'::jsonb
            else jsonb_build_object('targets', h.rows_in)
        end as input_data,
    h.outcomes as output_data,
    h.busy_seconds as execution_seconds,
        case
            when h.rows_out < h.rows_in then format('%s of %s targets were not published.', h.rows_in - h.rows_out,
                h.rows_in)
            else null
        end as error_message,
    h.run_id as dagster_run_id,
    h.finished_at as executed_at
   from tenancy.organizations o
     join operations.execution_history h on o.organization_id = h.organization_id
  where h.process = 'publishing' and (h.status in ('success', 'partial', 'failed')) and h.content_process is not null;
-- pipeline: select; reader: select

-- Whether the text of a target may be published: it is approved, and text, approval and target have the same hash.
create function publishing.is_approved(of_organization_id text, of_content_id text, of_content_hash bytea)
returns boolean language sql stable parallel safe
return (exists (select from (content.posts_content c join content.approvals a
    on (((c.organization_id = a.organization_id) and (c.content_id = a.content_id))))
    where ((c.organization_id = is_approved.of_organization_id) and (c.content_id = is_approved.of_content_id)
    and (c.state = 'approved') and (c.content_hash = is_approved.of_content_hash)
    and (a.content_hash = is_approved.of_content_hash) and (a.decision = 'approved'))));
-- pipeline: execute; reader: execute

-- How the catalogue or the blog contradicts a text, as a sentence for people; NULL if nothing does. A text is
-- contradicted if its product or section is gone, if its product is sold out, or if it states a price that its author
-- was given and that the newest accepted catalogue has no more. What the author knew is stored with the text, so it
-- does not matter when that catalogue was loaded or accepted. Evaluated as of at_time: a time in the past for a
-- simulation, infinity for now.
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
-- pipeline: execute; reader: execute

-- Copies post and variation from the text, so that an index can enforce that only one version of it is scheduled.
create function publishing.fill_in_post()
returns trigger language plpgsql set search_path to 'pg_catalog', 'pg_temp'
as $$
begin
    select c.post_core_id, c.variation into new.post_core_id, new.variation
    from content.posts_content c
    where c.organization_id = new.organization_id and c.content_id = new.content_id;
    return new;
end
$$;
-- execute: only its owner

-- Rejects illegal transitions of a target's state, and changes of what a target publishes once it is under way.
create function publishing.reject_illegal_step()
returns trigger language plpgsql set search_path to 'pg_catalog', 'pg_temp'
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
-- execute: only its owner

-- Whether posts of a kind are made for a channel: yes, unless their process is paused, a draft, or only developed and
-- the session was not started by hand (`app.started_by_hand`).
create function publishing.is_process_active(of_platform text, of_channel_type text, of_post_kind text)
returns boolean language sql stable parallel safe
return (not (exists (select from publishing.content_processes p where ((p.platform = is_process_active.of_platform)
    and (p.channel_type = is_process_active.of_channel_type) and (p.process_name = case is_process_active.of_post_kind
    when 'product' then 'product_post' else is_process_active.of_post_kind end) and ((not p.is_active)
    or (p.development_status = 'draft') or ((p.development_status = 'developed')
    and (coalesce(current_setting('app.started_by_hand', true), '') <> 'yes')))))));
-- pipeline: execute; reader: execute

-- One row is one approved text of the days and one account with an active schedule for its channel where it has no
-- target with a slot yet. Only the newest version counts, and only if no version is scheduled, published or unresolved
-- there. found_no_slot: it was planned before without finding a slot, and gets one when its day is planned again and a
-- slot is free.
create function publishing.waiting_texts(window_start date, window_end date)
returns table(planned_on date, organization_id text, post_core_id text, variation integer, account_id text,
    content_id text, content_hash bytea, platform text, channel_type text, is_simulated boolean, decided_at timestamptz,
    found_no_slot boolean) language sql stable parallel safe
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
-- pipeline: execute; reader: execute

-- Rejects a development state that is more than one above the present one. Any lower state is allowed.
create function publishing.reject_skipped_state()
returns trigger language plpgsql set search_path to 'pg_catalog', 'pg_temp'
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
-- execute: only its owner

-- Who publishes a post of a kind for an account with this publisher: dry_run, unless the process is in production.
create function publishing.publisher_of(of_publisher text, of_platform text, of_channel_type text, of_post_kind text)
returns text language sql stable parallel safe
return case when (exists (select from publishing.content_processes p where ((p.platform = publisher_of.of_platform)
    and (p.channel_type = publisher_of.of_channel_type) and (p.process_name = case publisher_of.of_post_kind
    when 'product' then 'product_post' else publisher_of.of_post_kind end)
    and (p.development_status <> 'production')))) then 'dry_run' else of_publisher end;
-- pipeline: execute; reader: execute

-- Tells webhooks of a post that was published or failed.
create function publishing.tell_of_target()
returns trigger language plpgsql set search_path to 'pg_catalog', 'pg_temp'
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
-- execute: only its owner

-- Why a picture of ours may not be published with a caption, as a sentence for people; NULL if it may: it is a visual
-- without a photo, or the licence of its photo is known and allows marketing and changes, and its author is named where
-- the licence wants it, in the caption or in the picture.
create function publishing.picture_problem(of_organization_id text, of_media_file_id text, caption text)
returns text language sql stable parallel safe
as $$
with shown as (
    select
        true as is_known,
        a.stock_image_id,
        v.shows_attribution
    from studio.asset_variants as v
    inner join studio.generated_assets as a on v.organization_id = a.organization_id and v.asset_id = a.asset_id
    where v.organization_id = of_organization_id and v.media_file_id = of_media_file_id
    union all
    select
        true,
        s.stock_image_id,
        false
    from media.stock_images as s
    where s.organization_id = of_organization_id and s.media_file_id = of_media_file_id
)

select
    case
        when not exists (select from shown) then 'Nobody knows where its picture is from: use a visual of a brief.'
        else (
            select
                min(case
                    when s.licence is null or s.allows_commercial_use is null or s.allows_changes is null
                        or s.is_attribution_required is null
                        then format(
                            'The licence of its photo %s is not known: `syndication stock show %1$s`.',
                            s.stock_image_id
                        )
                    when not s.allows_commercial_use
                        then format('The licence %s of its photo %s forbids marketing.', s.licence, s.stock_image_id)
                    when not s.allows_changes
                        then format('The licence %s of its photo %s forbids changes.', s.licence, s.stock_image_id)
                    when s.is_attribution_required and not p.shows_attribution
                        and strpos(caption, s.attribution) = 0
                        then format(
                            'Neither text nor picture names the author of its photo: add "%s" to the text.',
                            s.attribution
                        )
                end)
            from shown as p
            inner join media.stock_images as s
                on s.organization_id = of_organization_id and p.stock_image_id = s.stock_image_id
        )
    end
$$;
-- pipeline: execute; reader: execute

-- Nothing is scheduled or sent with a picture whose licence is not known, or does not allow it.
create function publishing.reject_unlicensed_picture()
returns trigger language plpgsql set search_path to 'pg_catalog', 'pg_temp'
as $$
declare
    problem text;
begin
    select publishing.picture_problem(c.organization_id, c.picture_file_id, c.text_content) into problem
    from content.posts_content c
    where c.organization_id = new.organization_id and c.content_id = new.content_id and c.picture_file_id is not null;
    if problem is not null then
        raise exception '%', problem
            using errcode = 'integrity_constraint_violation', constraint = 'post_targets_picture';
    end if;
    return new;
end
$$;
-- execute: only its owner

-- Why a post is not published at a time: its event is cancelled, or over by then. NULL if nothing speaks against it,
-- and for posts that are about no event.
create function publishing.event_problem(of_organization_id text, of_post_core_id text, at_time timestamptz)
returns text language sql stable parallel safe set search_path to 'pg_catalog', 'pg_temp'
as $$
    select case
        when e.state = 'cancelled' then 'Its event is cancelled.'
        when e.ends_at <= at_time then format(
            'Its event is over: it ended on %s UTC.', to_char(e.ends_at at time zone 'utc', 'YYYY-MM-DD HH24:MI')
        )
    end
    from content.posts_core as p
    inner join content.events as e on p.organization_id = e.organization_id and p.event_id = e.event_id
    where p.organization_id = of_organization_id and p.post_core_id = of_post_core_id
$$;
-- pipeline: execute; reader: execute

-- Refuses to schedule a post for a time at which its event is over, or while it is cancelled.
create function publishing.reject_past_event()
returns trigger language plpgsql set search_path to 'pg_catalog', 'pg_temp'
as $$
declare
    problem text := publishing.event_problem(new.organization_id, new.post_core_id, new.scheduled_at);
begin
    if problem is not null then
        raise exception '%', problem
            using errcode = 'integrity_constraint_violation', constraint = 'post_targets_event';
    end if;
    return new;
end
$$;
-- execute: only its owner

create sequence publishing.schedule_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
create sequence publishing.target_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
create sequence publishing.attempt_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
