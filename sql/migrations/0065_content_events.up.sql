-- Content: events as rows that people maintain, and posts that are about one of them.

set local role syndication_owner;

create type content.event_state as enum ('planned', 'cancelled');
comment on type content.event_state is
'Whether an event takes place.
planned: it takes place, or has
cancelled: it does not, and nothing about it is published any more';

create sequence content.event_id_sequence as bigint maxvalue 4294967295;

create table content.events (
    organization_id text not null references tenancy.organizations on delete cascade,
    event_id text not null default tenancy.public_id('evn', nextval('content.event_id_sequence'))
    check (event_id ~ '^evn-[0-9a-f]{8}$'),
    event_name text not null check (event_name ~ '^[a-z][a-z0-9_-]{0,62}$'),
    title text not null check (title <> ''),
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    time_zone text not null check (time_zone <> ''),
    place text check (place <> ''),
    url text check (url ~ '^https://[^[:space:]]+$'),
    state content.event_state not null default 'planned',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (organization_id, event_id),
    unique (organization_id, event_name),
    constraint events_end_after_they_start check (ends_at > starts_at)
);

comment on table content.events is
'One row is one event that posts may be about, as in content.posts_core. User-maintained.';
comment on column content.events.event_id is 'Public id, such as evt-0a1b2c3d.';
comment on column content.events.event_name is 'Name in commands, unique within the organization.';
comment on column content.events.title is 'What people call it.';
comment on column content.events.starts_at is 'When it starts.';
comment on column content.events.ends_at is 'When it ends: nothing about it is published from then on.';
comment on column content.events.time_zone is
'IANA name of the zone in which people read its times, such as Europe/London.';
comment on column content.events.place is 'Where it takes place; NULL if that is not said.';
comment on column content.events.url is 'Its page; NULL if it has none.';
comment on column content.events.state is 'planned, or cancelled: nothing about it is published then.';

grant usage on sequence content.event_id_sequence to syndication_pipeline;
create trigger events_updated_at before update on content.events
for each row execute function tenancy.set_updated_at();
create trigger events_audit after insert or update or delete on content.events
for each row execute function tenancy.write_audit_log();
select tenancy.protect_tenant_table('content.events');

create function content.event_line(event content.events)
returns text language sql stable parallel safe
set search_path = pg_catalog, pg_temp
as $$
    select concat_ws(
        ', ',
        event.title,
        to_char(event.starts_at at time zone event.time_zone, 'FMDay DD Mon YYYY HH24:MI') || ' to '
        || to_char(event.ends_at at time zone event.time_zone, 'DD Mon YYYY HH24:MI') || ' ' || event.time_zone,
        event.place,
        event.state
    )
$$;
comment on function content.event_line is 'The facts of an event in a line, for people who decide on a text about it.';

create function content.event_statements(event content.events)
returns text[] language sql stable parallel safe
set search_path = pg_catalog, pg_temp
as $$
    select array_remove(
        array[event.title, event.place]
        || array(
            select to_char(moment at time zone event.time_zone, form)
            from unnest(array[event.starts_at, event.ends_at]) as moment
            cross join unnest(
                array['FMDay, FMDD FMMonth YYYY', 'DD.MM.YYYY', 'YYYY-MM-DD', 'HH24:MI', 'FMHH12:MI am', 'FMHH12 am']
            ) as form
        ),
        null
    )
$$;
comment on function content.event_statements is
'What a text about an event may claim: its title, its place, and its days and times as people write them.';

grant execute on function content.event_line, content.event_statements to syndication_pipeline, syndication_reader;

-- In text, because PostgreSQL uses no value of an enum in the transaction that adds it.
alter type content.post_kind add value 'event';
comment on type content.post_kind is
'What a post is about.
product: a product of the catalogue
blog_post: a section of a document
announcement: what a person wrote about
event: an event, of which a person wrote';

alter table content.posts_core
add column event_id text,
add constraint posts_core_event foreign key (organization_id, event_id) references content.events (
    organization_id, event_id
),
add constraint posts_core_event_is_known check ((post_kind::text = 'event') = (event_id is not null));
create index posts_core_event_of_post on content.posts_core (organization_id, event_id) where event_id is not null;
comment on column content.posts_core.event_id is 'Event that the post is about; NULL unless post_kind is event.';
comment on column content.posts_core.post_kind is
'What the post is about: product needs product_id, blog_post needs section_id, event needs event_id, announcement '
'needs none of them.';
comment on column content.posts_core.publish_at is
'When an announcement or a text about an event is to be published; NULL for the next free slot, and for other posts.';
comment on column engagement.report_planned_posts_weekly.post_kind is 'product, blog_post, announcement or event.';

create function publishing.event_problem(of_organization_id text, of_post_core_id text, at_time timestamptz)
returns text language sql stable parallel safe
set search_path = pg_catalog, pg_temp
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
comment on function publishing.event_problem is
'Why a post is not published at a time: its event is cancelled, or over by then. NULL if nothing speaks against it, '
'and for posts that are about no event.';
grant execute on function publishing.event_problem to syndication_pipeline, syndication_reader;

create function publishing.reject_past_event()
returns trigger language plpgsql
set search_path = pg_catalog, pg_temp
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
comment on function publishing.reject_past_event is
'Refuses to schedule a post for a time at which its event is over, or while it is cancelled.';
revoke execute on function publishing.reject_past_event from public;

-- After the trigger that fills in the post, by its name.
create trigger post_targets_reject_past_event before insert or update of state, scheduled_at
on publishing.post_targets
for each row when (new.state in ('scheduled', 'publishing')) execute function publishing.reject_past_event();

alter table tenancy.role_permissions disable trigger user;
insert into tenancy.permissions (permission, description) values
('events.edit', 'Add, change and cancel the events that posts are about.');
insert into tenancy.role_permissions (role, permission)
select
    r.role,
    'events.edit'
from unnest(enum_range(null::tenancy.member_role)) as r (role)
where r.role >= 'editor';
alter table tenancy.role_permissions enable trigger user;
