-- Removes retention, legal holds and the record of archives. Refused while only archives have some rows.

-- As the pipeline, because row-level security hides the rows from their owner.
set local role syndication_pipeline;

do $$
begin
    if exists (select from operations.archives where state in ('removing', 'archived')) then
        raise exception 'Rows of archived months are in no table: restore them first (syndication archive restore)'
            using errcode = 'object_in_use';
    end if;
end
$$;

set local role syndication_owner;

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

    delete from scraping.post_records where organization_id = organization and post_id = losing_post_id;
end
$$;

comment on function scraping.merge_posts is
'Merges two records of the same post: moves all rows of `losing_post_id` to `winning_post_id` and deletes the losing '
'record. Where both have the same row (a snapshot of one time, a picture), the winner''s row stays.';

create or replace function engagement.take_days(rollup text, window_start date, window_end date)
returns table (organization_id text, activity_date date) language sql
as $$
    with taken_days as (
        delete from engagement.stale_days as s
        where s.table_name = rollup
        returning s.organization_id, s.activity_date
    )

    select
        o.organization_id,
        window_start + d.day_number
    from tenancy.organizations as o
    cross join generate_series(0, window_end - window_start - 1) as d (day_number)
    union
    select
        t.organization_id,
        t.activity_date
    from taken_days as t
$$;

comment on function engagement.take_days is
'The days that a run of a rollup computes: those of its window in every organization, and its stale days, which are '
'taken from engagement.stale_days. Deleting locks a stale day: one that another transaction is writing is waited for, '
'or left to the next run.';

alter view engagement.content_priorities rename to content_priority_days;

create table engagement.content_priorities (
    organization_id text not null,
    product_id text not null,
    platform text not null,
    channel_type text not null,
    calculated_on date not null,
    score numeric(7, 6) not null check (score between 0 and 1),
    factors jsonb not null check (jsonb_typeof(factors) = 'object'),
    updated_at timestamptz not null default now(),
    primary key (organization_id, platform, channel_type, calculated_on, product_id),
    foreign key (organization_id, product_id) references catalogue.products,
    foreign key (platform, channel_type) references channels.platform_channels on update cascade
);

create index content_priorities_product on engagement.content_priorities (organization_id, product_id);
create index content_priorities_channel on engagement.content_priorities (platform, channel_type);

comment on table engagement.content_priorities is
'One row is how much one product deserves the next post of one channel, given what was known at the end of a day.';
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

select tenancy.protect_tenant_table('engagement.content_priorities');

-- As the pipeline, because row-level security hides the rows from their owner.
set local role syndication_pipeline;
insert into engagement.content_priorities (
    organization_id, product_id, platform, channel_type, calculated_on, score, factors, updated_at
)
select
    organization_id,
    product_id,
    platform,
    channel_type,
    calculated_on,
    score,
    factors,
    updated_at
from engagement.content_priority_days;
set local role syndication_owner;

drop view engagement.content_priority_days;
drop table engagement.priority_inputs;
drop function engagement.priority_inputs_key;
drop function engagement.priority_on;

drop table scraping.merged_posts;
drop table engagement.carried_values;

-- As the pipeline, because row-level security hides the rows from their owner.
set local role syndication_pipeline;
update ai.llm_calls set prompt = '' where prompt is null;
set local role syndication_owner;
alter table ai.llm_calls alter column prompt set not null;
comment on column ai.llm_calls.prompt is 'All messages of the request, each with its role.';

alter table tenancy.role_permissions disable trigger role_permissions_changes;
delete from tenancy.role_permissions where permission in ('retention.edit', 'retention.hold', 'archives.edit');
alter table tenancy.role_permissions enable trigger role_permissions_changes;
delete from tenancy.permissions where permission in ('retention.edit', 'retention.hold', 'archives.edit');

drop function operations.drop_archived_month;
drop function operations.month_partition;
drop view operations.closed_months;
drop table operations.archives;
drop table operations.legal_holds;
drop function operations.keep_what_is_held;
drop sequence operations.hold_id_sequence;
drop table operations.retention_policies;
drop table operations.retention_subjects;
drop type operations.archive_state;
drop type operations.retention_action;
