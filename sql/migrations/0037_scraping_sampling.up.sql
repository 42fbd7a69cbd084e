-- Scraping: how often posts are looked at again by their age, how far back each fetch of a profile reached, and the
-- posts that may be missing between two fetches. Engagement: followers by day.

set local role syndication_owner;

create table scraping.snapshot_intervals (
    younger_than_days integer primary key check (younger_than_days between 0 and 3650),
    every_hours integer not null check (every_hours between 1 and 8760)
);

comment on table scraping.snapshot_intervals is
'One row is how often posts up to one age are fetched again; older posts than the oldest age are not. User-maintained. '
'Holds for organizations without rows of their own in organization_snapshot_intervals.';
comment on column scraping.snapshot_intervals.younger_than_days is
'Age in days below which the row counts for a post, if no smaller one does; 0 for posts that are not known yet: how '
'often each profile is asked for new ones.';
comment on column scraping.snapshot_intervals.every_hours is 'Hours between two snapshots of a post.';

create table scraping.organization_snapshot_intervals (
    organization_id text not null references tenancy.organizations on delete cascade,
    younger_than_days integer not null check (younger_than_days between 0 and 3650),
    every_hours integer not null check (every_hours between 1 and 8760),
    primary key (organization_id, younger_than_days)
);

comment on table scraping.organization_snapshot_intervals is
'One row is how often posts of one organization up to one age are fetched again. User-maintained. The ages of an '
'organization replace those of snapshot_intervals together; the age 0, of new posts, is replaced by itself.';
comment on column scraping.organization_snapshot_intervals.younger_than_days is
'Age in days below which the row counts for a post, if no smaller one does; 0 for posts that are not known yet.';
comment on column scraping.organization_snapshot_intervals.every_hours is 'Hours between two snapshots of a post.';

create table scraping.profile_fetches (
    organization_id text not null,
    profile_id text not null,
    fetched_at timestamptz,
    reached_back_to timestamptz,
    newest_posted_at timestamptz,
    failed_at timestamptz,
    primary key (organization_id, profile_id),
    foreign key (organization_id, profile_id) references scraping.profiles on delete cascade,
    check (num_nonnulls(fetched_at, failed_at) > 0)
);

comment on table scraping.profile_fetches is
'One row is one profile and how far its newest fetch reached. A fetch writes it once its files have landed, so that '
'what is due does not depend on when they are loaded.';
comment on column scraping.profile_fetches.profile_id is 'Profile that was fetched; refers to profiles.';
comment on column scraping.profile_fetches.fetched_at is
'When its newest file was observed; NULL if none has landed.';
comment on column scraping.profile_fetches.reached_back_to is
'All posts of the profile that were published since were asked for, so that one that is missing is gone; NULL if the '
'fetch met no post with a time.';
comment on column scraping.profile_fetches.newest_posted_at is
'When the newest post that a fetch has met was published; NULL if none has.';

create table scraping.post_gaps (
    organization_id text not null,
    profile_id text not null,
    published_after timestamptz not null,
    published_before timestamptz not null,
    reason text not null check (reason <> ''),
    attempts integer not null default 1 check (attempts > 0),
    found_at timestamptz not null,
    closed_at timestamptz,
    primary key (organization_id, profile_id, published_after),
    foreign key (organization_id, profile_id) references scraping.profiles on delete cascade,
    check (published_after < published_before)
);

comment on column scraping.profile_fetches.failed_at is
'When a fetch got nothing of the profile; NULL if none has failed since the newest file.';

comment on table scraping.post_gaps is
'One row is one time in which posts of a profile may be missing, because a fetch ended before it reached the newest '
'post that was known. Later fetches reach for it, and close it when they get there.';
comment on column scraping.post_gaps.profile_id is 'Profile whose posts may be missing; refers to profiles.';
comment on column scraping.post_gaps.published_after is 'When the newest post before the gap was published.';
comment on column scraping.post_gaps.published_before is
'When the oldest post after the gap was published, as far as fetches have got.';
comment on column scraping.post_gaps.reason is 'Why the newest fetch that reached for it ended before.';
comment on column scraping.post_gaps.attempts is 'Number of fetches that reached for it in vain.';
comment on column scraping.post_gaps.found_at is 'When the fetch that left it ended.';
comment on column scraping.post_gaps.closed_at is 'When a fetch got there; NULL while posts may be missing.';

select tenancy.protect_tenant_table('scraping.organization_snapshot_intervals');
select tenancy.protect_tenant_table('scraping.profile_fetches');
select tenancy.protect_tenant_table('scraping.post_gaps');
grant select, insert, update, delete on scraping.snapshot_intervals to syndication_pipeline;
grant select on scraping.snapshot_intervals to syndication_reader;

create trigger organization_snapshot_intervals_audit
after insert or update or delete on scraping.organization_snapshot_intervals
for each row execute function tenancy.write_audit_log();

create view scraping.snapshot_intervals_in_force with (security_invoker = true) as
select
    o.organization_id,
    i.younger_than_days,
    i.every_hours
from tenancy.organizations as o
cross join lateral (
    select
        own.younger_than_days,
        own.every_hours
    from scraping.organization_snapshot_intervals as own
    where own.organization_id = o.organization_id
    union all
    select
        shared.younger_than_days,
        shared.every_hours
    from scraping.snapshot_intervals as shared
    where
        not exists (
            select
            from scraping.organization_snapshot_intervals as own
            where
                own.organization_id = o.organization_id
                and (own.younger_than_days = 0) = (shared.younger_than_days = 0)
        )
) as i;

comment on view scraping.snapshot_intervals_in_force is
'One row is how often posts of one organization up to one age are fetched again: by a row of its own, or by the shared '
'one.';

create view scraping.sampled_posts with (security_invoker = true) as
select
    r.organization_id,
    r.platform,
    r.profile_id,
    p.username,
    r.post_id,
    r.url,
    r.posted_at,
    i.every_hours,
    seen.seen_at,
    seen.seen_at + make_interval(mins => i.every_hours * 54) as due_at
from scraping.post_records as r
inner join scraping.profiles as p on r.organization_id = p.organization_id and r.profile_id = p.profile_id
inner join lateral (
    select f.every_hours
    from scraping.snapshot_intervals_in_force as f
    where
        f.organization_id = r.organization_id
        and r.posted_at > now() - make_interval(days => f.younger_than_days)
    order by f.younger_than_days
    limit 1
) as i on true
left join scraping.profile_fetches as l on r.organization_id = l.organization_id and r.profile_id = l.profile_id
cross join lateral (
    select
        coalesce(
            greatest(max(s.downloaded_at), case when r.posted_at >= l.reached_back_to then l.fetched_at end),
            r.posted_at
        ) as seen_at
    from scraping.snapshots as s
    where s.organization_id = r.organization_id and s.post_id = r.post_id
) as seen
where
    p.is_tracked
    and p.is_active
    and r.posted_at <= now()
    and r.post_type is distinct from 'repost'
    and not r.is_simulated;

comment on view scraping.sampled_posts is
'One row is one post of a tracked profile that is young enough to be looked at again. It is due from due_at on.';
comment on column scraping.sampled_posts.username is 'Handle of the profile, or channel id.';
comment on column scraping.sampled_posts.every_hours is 'Hours between two snapshots of a post of this age.';
comment on column scraping.sampled_posts.seen_at is
'When its newest snapshot was taken, or a fetch asked for it in vain; when it was published if neither ever happened.';
comment on column scraping.sampled_posts.due_at is
'When it is to be looked at again: nine tenths of the interval after seen_at, because a fetch by the clock takes its '
'snapshots some minutes after the hour, and would otherwise skip every second hour.';

grant select on scraping.snapshot_intervals_in_force, scraping.sampled_posts
to syndication_pipeline, syndication_reader;

insert into scraping.snapshot_intervals (younger_than_days, every_hours) values
(0, 6),
(1, 1),
(7, 6),
(30, 24),
(90, 168);

-- After the rows above, which nobody changed.
create trigger snapshot_intervals_changes after insert or update or delete on scraping.snapshot_intervals
for each row execute function channels.write_rule_change();

-- Nobody changed these rows.
alter table operations.condition_kinds disable trigger condition_kinds_changes;
alter table operations.condition_levels disable trigger condition_levels_changes;
insert into operations.condition_kinds (kind, unit, remind_after_hours, description) values
('posts_missed', 'gaps', 24, 'Posts of a tracked profile may be missing between two fetches.');
insert into operations.condition_levels (kind, severity, threshold) values
('posts_missed', 'warning', 1);
alter table operations.condition_kinds enable trigger condition_kinds_changes;
alter table operations.condition_levels enable trigger condition_levels_changes;

-- Followers by day, and the engagement of a profile in proportion to them. Nobody changed these rows.
alter table engagement.metric_definitions disable trigger metric_definitions_changes;
insert into engagement.metric_definitions (
    metric_name, kind, unit, is_additive_over_posts, is_additive_over_days, numerator, denominator, formula_version,
    addends, description
) values
('followers', 'gauge', 'people', false, false, null, null, null, null,
    'People who follow a profile. Never summed over profiles, because one person may follow several.'),
('engagement_rate_by_followers', 'ratio', 'fraction', false, false, 'engagement', 'followers', 1, null,
    'Public engagement of a profile on a day / its followers on that day.');
alter table engagement.metric_definitions enable trigger metric_definitions_changes;

create function engagement.rate_by_followers_formula()
returns text language sql immutable parallel safe
as $$ select 'engagement_rate_by_followers/1' $$;

comment on function engagement.rate_by_followers_formula is
'The metric and formula version of engagement.profile_followers_daily.engagement_rate.';

revoke execute on function engagement.rate_by_followers_formula from public;
grant execute on function engagement.rate_by_followers_formula to syndication_pipeline, syndication_reader;

create view engagement.profile_followers_daily with (security_invoker = true) as
select
    d.organization_id,
    d.profile_id,
    p.platform,
    p.username,
    d.activity_date,
    d.followers,
    d.observed_at,
    d.followers - lag(d.followers) over by_day as followers_delta,
    d.activity_date - lag(d.activity_date) over by_day as gap_days,
    e.engagement_delta,
    engagement.rate(e.engagement_delta, d.followers) as engagement_rate,
    case when e.engagement_delta is not null then engagement.rate_by_followers_formula() end as rate_formula
from (
    select distinct on (s.organization_id, s.profile_id, (s.observed_at at time zone 'utc')::date)
        s.organization_id,
        s.profile_id,
        (s.observed_at at time zone 'utc')::date as activity_date,
        s.followers,
        s.observed_at
    from scraping.profile_snapshots as s
    order by
        s.organization_id asc, s.profile_id asc, (s.observed_at at time zone 'utc')::date asc, s.observed_at desc
) as d
inner join scraping.profiles as p on d.organization_id = p.organization_id and d.profile_id = p.profile_id
left join lateral (
    select engagement.total(c.engagement_delta) as engagement_delta
    from engagement.post_days as c
    where
        c.organization_id = d.organization_id
        and c.profile_id = d.profile_id
        and c.activity_date = d.activity_date
        and not c.is_gap
        and not c.is_simulated
) as e on true
window by_day as (partition by d.organization_id, d.profile_id order by d.activity_date);

comment on view engagement.profile_followers_daily is
'One row is one profile on one UTC day on which its followers were counted. It is a view: a late file changes its own '
'day and the next counted one, and nothing is computed again.';
comment on column engagement.profile_followers_daily.followers is 'Followers, as counted last on the day.';
comment on column engagement.profile_followers_daily.observed_at is 'When they were counted.';
comment on column engagement.profile_followers_daily.followers_delta is
'Change since the last earlier day that counted them; NULL on the first one.';
comment on column engagement.profile_followers_daily.gap_days is
'Days that followers_delta covers; NULL on the first day.';
comment on column engagement.profile_followers_daily.engagement_delta is
'Public engagement that the profile''s posts gained on the day, without posts whose change covers several days; NULL '
'if none was measured, or while the month is archived.';
comment on column engagement.profile_followers_daily.engagement_rate is
'engagement_delta / followers as a fraction; NULL unless both are known and there are followers.';
comment on column engagement.profile_followers_daily.rate_formula is
'The rate''s metric and formula version; NULL without engagement_delta.';

grant select on engagement.profile_followers_daily to syndication_pipeline, syndication_reader;
