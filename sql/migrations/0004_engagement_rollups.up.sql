-- Engagement: what the snapshots mean, day by day and at equal age. Everything here can be rebuilt from scraping.

create schema engagement authorization syndication_owner;

set local role syndication_owner;

grant usage on schema engagement to syndication_pipeline, syndication_reader;

-- The last value that was measured: as an aggregate over ordered rows, NULLs are skipped.
create function engagement.later_value(earlier bigint, later bigint)
returns bigint language sql immutable strict parallel safe
as $$ select later $$;

create aggregate engagement.last_known(bigint) ( -- noqa: LT01
    sfunc = engagement.later_value, stype = bigint, parallel = safe
);

grant execute on function engagement.last_known to syndication_pipeline, syndication_reader;

-- The sum of counters as a counter. PostgreSQL's own sum of them is a numeric, at several times the cost.
create aggregate engagement.total(bigint) ( -- noqa: LT01
    sfunc = int8pl, stype = bigint, combinefunc = int8pl, parallel = safe
);

grant execute on function engagement.total to syndication_pipeline, syndication_reader;

-- A counter behind its day as one number, so that the greatest of several holds the latest value; NULLs are skipped. A
-- counter takes 40 bits, its CHECK in scraping says so; a day counts from 2000.
create function engagement.dated(day date, value bigint)
returns bigint language sql immutable parallel safe
as $$ select ((day - date '2000-01-01')::bigint << 40) + value $$;

create function engagement.undated(dated bigint)
returns bigint language sql immutable parallel safe
as $$ select dated & ((1::bigint << 40) - 1) $$;

grant execute on function engagement.dated, engagement.undated to syndication_pipeline, syndication_reader;

create type engagement.denominator_kind as enum ('impressions', 'reach', 'views'); -- what an engagement rate is by

create type engagement.metric_kind as enum (
    'cumulative', -- only ever grows, but for corrections: closings and deltas, never sums of snapshots
    'delta',      -- what happened in a period: may be summed
    'gauge',      -- a level at a moment: the last one counts
    'ratio'       -- a quotient: never summed, numerator and denominator are kept
);

create table engagement.metric_definitions (
    metric_name text primary key,
    kind engagement.metric_kind not null,
    unit text not null,
    is_additive_over_posts boolean not null,
    is_additive_over_days boolean not null,
    numerator text,
    denominator text references engagement.metric_definitions,
    denominator_kind text,
    formula_version integer,
    description text not null,
    check ((kind = 'ratio') = (numerator is not null and denominator is not null and formula_version is not null))
);

comment on table engagement.metric_definitions is
'One row is one metric. Rules are rows: what may be summed, and how a ratio is made, is read from here.';
comment on column engagement.metric_definitions.metric_name is 'The name everywhere.';
comment on column engagement.metric_definitions.kind is 'How it behaves over time.';
comment on column engagement.metric_definitions.unit is 'What is counted.';
comment on column engagement.metric_definitions.is_additive_over_posts is 'Whether a sum over posts means something.';
comment on column engagement.metric_definitions.is_additive_over_days is 'Whether a sum over days means something.';
comment on column engagement.metric_definitions.numerator is 'Of a ratio.';
comment on column engagement.metric_definitions.denominator is 'Of a ratio.';
comment on column engagement.metric_definitions.denominator_kind is 'What the ratio is by.';
comment on column engagement.metric_definitions.formula_version is 'Raised when the formula changes.';
comment on column engagement.metric_definitions.description is 'In a sentence.';

create table engagement.platform_metrics (
    platform text not null,
    metric_name text not null references engagement.metric_definitions,
    source_name text not null,
    entity_type text not null default 'post' check (entity_type in ('post', 'profile')),
    valid_from date not null default '2000-01-01',
    valid_to date,
    replaced_by text,
    primary key (platform, source_name, valid_from),
    check (valid_to > valid_from)
);

comment on table engagement.platform_metrics is
'One row is what one platform calls a metric, and from when to when it does.';
comment on column engagement.platform_metrics.platform is 'The platform.';
comment on column engagement.platform_metrics.metric_name is 'Our name.';
comment on column engagement.platform_metrics.source_name is 'The platform''s name.';
comment on column engagement.platform_metrics.entity_type is 'What it is a metric of: a post, or a profile or page.';
comment on column engagement.platform_metrics.valid_from is 'The first day on which it has this name.';
comment on column engagement.platform_metrics.valid_to is 'The first day on which it has not; NULL while it is valid.';
comment on column engagement.platform_metrics.replaced_by is 'The platform''s name that came after.';

create table engagement.cohort_ages (
    age_name text primary key,
    age interval not null unique check (age > '0'),
    tolerance interval not null check (tolerance > '0' and tolerance <= age)
);

comment on table engagement.cohort_ages is
'One row is one age at which posts are compared, and how far before it the last observation may lie.';
comment on column engagement.cohort_ages.age_name is 'The name of the age.';
comment on column engagement.cohort_ages.age is 'Time since publication.';
comment on column engagement.cohort_ages.tolerance is 'How long before the age the last observation may lie.';

create table engagement.sampling_gaps (
    platform text primary key,
    sampling_gap interval not null check (sampling_gap > '0')
);

comment on table engagement.sampling_gaps is
'One row is how long a platform''s post may have been out before our first look, and still be called watched '
'from its beginning.';
comment on column engagement.sampling_gaps.platform is 'The platform.';
comment on column engagement.sampling_gaps.sampling_gap is
'How long a post may have been out before our first look and count as watched from its beginning.';

create table engagement.post_engagement_daily (
    organization_id text not null,
    post_id text not null,
    activity_date date not null,
    platform text not null,
    profile_id text,
    reactions bigint,
    comments bigint,
    shares bigint,
    saves bigint,
    clicks bigint,
    views bigint,
    impressions bigint,
    reach bigint,
    reactions_delta bigint,
    comments_delta bigint,
    shares_delta bigint,
    saves_delta bigint,
    clicks_delta bigint,
    views_delta bigint,
    impressions_delta bigint,
    reach_delta bigint,
    observations integer not null check (observations > 0),
    first_observed_at timestamptz not null,
    last_observed_at timestamptz not null,
    previous_observed_at timestamptz,
    gap_days integer check (gap_days > 0),
    is_opening boolean not null generated always as (previous_observed_at is null) stored,
    is_gap boolean not null generated always as (coalesce(gap_days > 1, false)) stored,
    is_correction boolean not null,
    is_published_on_day boolean not null,
    engagement_delta bigint,
    rate_denominator_kind engagement.denominator_kind,
    rate_denominator bigint,
    engagement_rate numeric(9, 6),
    rate_formula text,
    updated_at timestamptz not null default now(),
    primary key (organization_id, post_id, activity_date),
    foreign key (organization_id, post_id) references scraping.posts on delete cascade,
    check (first_observed_at <= last_observed_at),
    check (previous_observed_at < first_observed_at)
);

comment on table engagement.post_engagement_daily is
'One row is one post on one UTC day with at least one observation.';
comment on column engagement.post_engagement_daily.post_id is 'The post.';
comment on column engagement.post_engagement_daily.activity_date is 'The UTC day.';
comment on column engagement.post_engagement_daily.platform is 'The platform.';
comment on column engagement.post_engagement_daily.profile_id is 'The author''s profile.';
comment on column engagement.post_engagement_daily.reactions is
'Likes and other reactions of all kinds: the day''s last measured value.';
comment on column engagement.post_engagement_daily.comments is 'Comments: the day''s last measured value.';
comment on column engagement.post_engagement_daily.shares is
'Reposts, retweets, reblogs: the day''s last measured value.';
comment on column engagement.post_engagement_daily.saves is 'Saves and bookmarks: the day''s last measured value.';
comment on column engagement.post_engagement_daily.clicks is 'Clicks, not public: the day''s last measured value.';
comment on column engagement.post_engagement_daily.views is 'Plays and views: the day''s last measured value.';
comment on column engagement.post_engagement_daily.impressions is
'Times the post was shown: the day''s last measured value.';
comment on column engagement.post_engagement_daily.reach is
'People who saw the post; never summed: the day''s last measured value.';
comment on column engagement.post_engagement_daily.reactions_delta is
'Change of reactions since the last day on which they were measured; NULL if that is not known.';
comment on column engagement.post_engagement_daily.comments_delta is
'Change of comments since the last day on which they were measured; NULL if that is not known.';
comment on column engagement.post_engagement_daily.shares_delta is
'Change of shares since the last day on which they were measured; NULL if that is not known.';
comment on column engagement.post_engagement_daily.saves_delta is
'Change of saves since the last day on which they were measured; NULL if that is not known.';
comment on column engagement.post_engagement_daily.clicks_delta is
'Change of clicks since the last day on which they were measured; NULL if that is not known.';
comment on column engagement.post_engagement_daily.views_delta is
'Change of views since the last day on which they were measured; NULL if that is not known.';
comment on column engagement.post_engagement_daily.impressions_delta is
'Change of impressions since the last day on which they were measured; NULL if that is not known.';
comment on column engagement.post_engagement_daily.reach_delta is
'Change of reach since the last day on which they were measured; NULL if that is not known.';
comment on column engagement.post_engagement_daily.observations is 'Snapshots on the day.';
comment on column engagement.post_engagement_daily.first_observed_at is 'The day''s first snapshot.';
comment on column engagement.post_engagement_daily.last_observed_at is 'The day''s last snapshot.';
comment on column engagement.post_engagement_daily.previous_observed_at is
'The last snapshot of the observed day before; NULL for the first.';
comment on column engagement.post_engagement_daily.is_opening is 'The first day on which we saw the post.';
comment on column engagement.post_engagement_daily.is_gap is 'There are days without observation before it.';
comment on column engagement.post_engagement_daily.is_correction is
'A counter went down: likes were taken back, spam was purged.';
comment on column engagement.post_engagement_daily.is_published_on_day is 'The post was published on the day.';
comment on column engagement.post_engagement_daily.rate_denominator_kind is 'What the rate is by.';
comment on column engagement.post_engagement_daily.rate_denominator is 'The denominator of the rate.';
comment on column engagement.post_engagement_daily.rate_formula is 'Metric and version of the rate.';

comment on column engagement.post_engagement_daily.gap_days is
'Days since the previous observed day; NULL for the first. A delta over a gap is flagged, not spread.';
comment on column engagement.post_engagement_daily.engagement_delta is
'Public engagement of the day: reactions + comments + shares (+ saves where measured); NULL if none is measured.';
comment on column engagement.post_engagement_daily.engagement_rate is
'engagement_delta / rate_denominator as a fraction; NULL where the denominator is 0 or NULL, or the fraction is '
'1000 or more.';

create index post_engagement_daily_day on engagement.post_engagement_daily (organization_id, activity_date)
include (post_id, platform, engagement_delta);

create table engagement.stale_days (
    organization_id text not null references tenancy.organizations on delete cascade,
    table_name text not null,
    activity_date date not null,
    primary key (organization_id, table_name, activity_date)
);

comment on table engagement.stale_days is
'One row is one day of an aggregated rollup that must be computed again, because a day of a post changed outside '
'of the window that was being rolled up. The rollup that does it deletes the row.';
comment on column engagement.stale_days.table_name is 'The rollup that has to do it.';
comment on column engagement.stale_days.activity_date is 'The UTC day.';

create table engagement.profile_engagement_daily (
    organization_id text not null,
    profile_id text not null,
    activity_date date not null,
    platform text not null,
    posts_observed integer not null,
    posts_published integer not null,
    posts_with_gap integer not null,
    corrections integer not null,
    reactions_delta bigint,
    comments_delta bigint,
    shares_delta bigint,
    saves_delta bigint,
    clicks_delta bigint,
    views_delta bigint,
    impressions_delta bigint,
    engagement_delta bigint,
    rate_denominator_kind engagement.denominator_kind,
    rate_numerator bigint,
    rate_denominator bigint,
    engagement_rate numeric(9, 6),
    mean_engagement_rate numeric(9, 6),
    rate_formula text,
    updated_at timestamptz not null default now(),
    primary key (organization_id, profile_id, activity_date),
    foreign key (organization_id, profile_id) references scraping.profiles on delete cascade
);

comment on table engagement.profile_engagement_daily is
'One row is one profile on one UTC day on which a post of it was observed.';
comment on column engagement.profile_engagement_daily.profile_id is 'The profile.';
comment on column engagement.profile_engagement_daily.activity_date is 'The UTC day.';
comment on column engagement.profile_engagement_daily.platform is 'The platform.';
comment on column engagement.profile_engagement_daily.posts_observed is 'Posts with an observation on the day.';
comment on column engagement.profile_engagement_daily.posts_published is 'Those of them that were published on it.';
comment on column engagement.profile_engagement_daily.posts_with_gap is
'Those with days without observation before it.';
comment on column engagement.profile_engagement_daily.corrections is 'Those of which a counter went down.';
comment on column engagement.profile_engagement_daily.reactions_delta is
'Sum of the posts'' reactions of the day; NULL if none was measured.';
comment on column engagement.profile_engagement_daily.comments_delta is
'Sum of the posts'' comments of the day; NULL if none was measured.';
comment on column engagement.profile_engagement_daily.shares_delta is
'Sum of the posts'' shares of the day; NULL if none was measured.';
comment on column engagement.profile_engagement_daily.saves_delta is
'Sum of the posts'' saves of the day; NULL if none was measured.';
comment on column engagement.profile_engagement_daily.clicks_delta is
'Sum of the posts'' clicks of the day; NULL if none was measured.';
comment on column engagement.profile_engagement_daily.views_delta is
'Sum of the posts'' views of the day; NULL if none was measured.';
comment on column engagement.profile_engagement_daily.impressions_delta is
'Sum of the posts'' impressions of the day; NULL if none was measured.';
comment on column engagement.profile_engagement_daily.engagement_delta is 'Public engagement of the day.';
comment on column engagement.profile_engagement_daily.rate_denominator_kind is
'What the rates are by; NULL where posts differ in it.';
comment on column engagement.profile_engagement_daily.rate_numerator is
'Engagement of the posts that have a denominator.';
comment on column engagement.profile_engagement_daily.rate_denominator is 'Sum of their denominators.';
comment on column engagement.profile_engagement_daily.engagement_rate is 'Ratio of sums, as a fraction.';
comment on column engagement.profile_engagement_daily.mean_engagement_rate is
'Mean of the posts'' rates, as a fraction.';
comment on column engagement.profile_engagement_daily.rate_formula is 'Metric and version of the rates.';

create index profile_engagement_daily_day on engagement.profile_engagement_daily (organization_id, activity_date)
include (profile_id, engagement_delta, reactions_delta, comments_delta, shares_delta, views_delta);

create table engagement.platform_engagement_daily (
    organization_id text not null references tenancy.organizations on delete cascade,
    platform text not null,
    activity_date date not null,
    posts_observed integer not null,
    posts_published integer not null,
    posts_with_gap integer not null,
    corrections integer not null,
    reactions_delta bigint,
    comments_delta bigint,
    shares_delta bigint,
    saves_delta bigint,
    clicks_delta bigint,
    views_delta bigint,
    impressions_delta bigint,
    engagement_delta bigint,
    rate_denominator_kind engagement.denominator_kind,
    rate_numerator bigint,
    rate_denominator bigint,
    engagement_rate numeric(9, 6),
    mean_engagement_rate numeric(9, 6),
    rate_formula text,
    updated_at timestamptz not null default now(),
    primary key (organization_id, platform, activity_date)
);

comment on table engagement.platform_engagement_daily is
'One row is one platform on one UTC day on which a post of it was observed.';
comment on column engagement.platform_engagement_daily.platform is 'The platform.';
comment on column engagement.platform_engagement_daily.activity_date is 'The UTC day.';
comment on column engagement.platform_engagement_daily.posts_observed is 'Posts with an observation on the day.';
comment on column engagement.platform_engagement_daily.posts_published is 'Those of them that were published on it.';
comment on column engagement.platform_engagement_daily.posts_with_gap is
'Those with days without observation before it.';
comment on column engagement.platform_engagement_daily.corrections is 'Those of which a counter went down.';
comment on column engagement.platform_engagement_daily.reactions_delta is
'Sum of the posts'' reactions of the day; NULL if none was measured.';
comment on column engagement.platform_engagement_daily.comments_delta is
'Sum of the posts'' comments of the day; NULL if none was measured.';
comment on column engagement.platform_engagement_daily.shares_delta is
'Sum of the posts'' shares of the day; NULL if none was measured.';
comment on column engagement.platform_engagement_daily.saves_delta is
'Sum of the posts'' saves of the day; NULL if none was measured.';
comment on column engagement.platform_engagement_daily.clicks_delta is
'Sum of the posts'' clicks of the day; NULL if none was measured.';
comment on column engagement.platform_engagement_daily.views_delta is
'Sum of the posts'' views of the day; NULL if none was measured.';
comment on column engagement.platform_engagement_daily.impressions_delta is
'Sum of the posts'' impressions of the day; NULL if none was measured.';
comment on column engagement.platform_engagement_daily.engagement_delta is 'Public engagement of the day.';
comment on column engagement.platform_engagement_daily.rate_denominator_kind is
'What the rates are by; NULL where posts differ in it.';
comment on column engagement.platform_engagement_daily.rate_numerator is
'Engagement of the posts that have a denominator.';
comment on column engagement.platform_engagement_daily.rate_denominator is 'Sum of their denominators.';
comment on column engagement.platform_engagement_daily.engagement_rate is 'Ratio of sums, as a fraction.';
comment on column engagement.platform_engagement_daily.mean_engagement_rate is
'Mean of the posts'' rates, as a fraction.';
comment on column engagement.platform_engagement_daily.rate_formula is 'Metric and version of the rates.';

create table engagement.hashtag_engagement_daily (
    organization_id text not null,
    hashtag_id text not null,
    platform text not null,
    activity_date date not null,
    posts_observed integer not null,
    posts_published integer not null,
    posts_with_gap integer not null,
    corrections integer not null,
    reactions_delta bigint,
    comments_delta bigint,
    shares_delta bigint,
    saves_delta bigint,
    clicks_delta bigint,
    views_delta bigint,
    impressions_delta bigint,
    engagement_delta bigint,
    rate_denominator_kind engagement.denominator_kind,
    rate_numerator bigint,
    rate_denominator bigint,
    engagement_rate numeric(9, 6),
    mean_engagement_rate numeric(9, 6),
    rate_formula text,
    updated_at timestamptz not null default now(),
    primary key (organization_id, hashtag_id, platform, activity_date),
    foreign key (organization_id, hashtag_id) references scraping.hashtags on delete cascade
);

comment on table engagement.hashtag_engagement_daily is
'One row is one hashtag on one platform and UTC day, over the posts whose text had it on that day.';
comment on column engagement.hashtag_engagement_daily.hashtag_id is 'The hashtag.';
comment on column engagement.hashtag_engagement_daily.platform is 'The platform.';
comment on column engagement.hashtag_engagement_daily.activity_date is 'The UTC day.';
comment on column engagement.hashtag_engagement_daily.posts_observed is 'Posts with an observation on the day.';
comment on column engagement.hashtag_engagement_daily.posts_published is 'Those of them that were published on it.';
comment on column engagement.hashtag_engagement_daily.posts_with_gap is
'Those with days without observation before it.';
comment on column engagement.hashtag_engagement_daily.corrections is 'Those of which a counter went down.';
comment on column engagement.hashtag_engagement_daily.reactions_delta is
'Sum of the posts'' reactions of the day; NULL if none was measured.';
comment on column engagement.hashtag_engagement_daily.comments_delta is
'Sum of the posts'' comments of the day; NULL if none was measured.';
comment on column engagement.hashtag_engagement_daily.shares_delta is
'Sum of the posts'' shares of the day; NULL if none was measured.';
comment on column engagement.hashtag_engagement_daily.saves_delta is
'Sum of the posts'' saves of the day; NULL if none was measured.';
comment on column engagement.hashtag_engagement_daily.clicks_delta is
'Sum of the posts'' clicks of the day; NULL if none was measured.';
comment on column engagement.hashtag_engagement_daily.views_delta is
'Sum of the posts'' views of the day; NULL if none was measured.';
comment on column engagement.hashtag_engagement_daily.impressions_delta is
'Sum of the posts'' impressions of the day; NULL if none was measured.';
comment on column engagement.hashtag_engagement_daily.engagement_delta is 'Public engagement of the day.';
comment on column engagement.hashtag_engagement_daily.rate_denominator_kind is
'What the rates are by; NULL where posts differ in it.';
comment on column engagement.hashtag_engagement_daily.rate_numerator is
'Engagement of the posts that have a denominator.';
comment on column engagement.hashtag_engagement_daily.rate_denominator is 'Sum of their denominators.';
comment on column engagement.hashtag_engagement_daily.engagement_rate is 'Ratio of sums, as a fraction.';
comment on column engagement.hashtag_engagement_daily.mean_engagement_rate is
'Mean of the posts'' rates, as a fraction.';
comment on column engagement.hashtag_engagement_daily.rate_formula is 'Metric and version of the rates.';

create index hashtag_engagement_daily_day on engagement.hashtag_engagement_daily (organization_id, activity_date)
include (hashtag_id, engagement_delta, posts_observed);

create table engagement.post_cohorts (
    organization_id text not null,
    post_id text not null,
    age_name text not null references engagement.cohort_ages on update cascade,
    platform text not null,
    posted_at timestamptz not null,
    observed_at timestamptz,
    observed_age interval generated always as (observed_at - posted_at) stored,
    reactions bigint,
    comments bigint,
    shares bigint,
    saves bigint,
    clicks bigint,
    views bigint,
    impressions bigint,
    reach bigint,
    engagement bigint,
    rate_denominator_kind engagement.denominator_kind,
    rate_denominator bigint,
    engagement_rate numeric(9, 6),
    rate_formula text,
    updated_at timestamptz not null default now(),
    primary key (organization_id, post_id, age_name),
    foreign key (organization_id, post_id) references scraping.posts on delete cascade,
    check (observed_at is not null or (reactions, comments, shares, saves, clicks, views, impressions, reach) is null)
);

comment on table engagement.post_cohorts is
'One row is one post at one age: its last observation not later than that age and within the tolerance before '
'it. All counters are NULL where there is none.';
comment on column engagement.post_cohorts.post_id is 'The post.';
comment on column engagement.post_cohorts.age_name is 'The age, of engagement.cohort_ages.';
comment on column engagement.post_cohorts.platform is 'The platform.';
comment on column engagement.post_cohorts.posted_at is 'When the post was published.';
comment on column engagement.post_cohorts.observed_at is
'When the value was observed; NULL if there is none within the tolerance.';
comment on column engagement.post_cohorts.observed_age is 'How old the post was then.';
comment on column engagement.post_cohorts.reactions is 'Likes and other reactions of all kinds at that age.';
comment on column engagement.post_cohorts.comments is 'Comments at that age.';
comment on column engagement.post_cohorts.shares is 'Reposts, retweets, reblogs at that age.';
comment on column engagement.post_cohorts.saves is 'Saves and bookmarks at that age.';
comment on column engagement.post_cohorts.clicks is 'Clicks, not public at that age.';
comment on column engagement.post_cohorts.views is 'Plays and views at that age.';
comment on column engagement.post_cohorts.impressions is 'Times the post was shown at that age.';
comment on column engagement.post_cohorts.reach is 'People who saw the post; never summed at that age.';
comment on column engagement.post_cohorts.engagement is 'Public engagement at that age.';
comment on column engagement.post_cohorts.rate_denominator_kind is 'What the rate is by.';
comment on column engagement.post_cohorts.rate_denominator is 'The denominator of the rate.';
comment on column engagement.post_cohorts.engagement_rate is 'engagement / rate_denominator as a fraction.';
comment on column engagement.post_cohorts.rate_formula is 'Metric and version of the rate.';

create index post_cohorts_observed_at on engagement.post_cohorts (observed_at);

select tenancy.protect_tenant_table('engagement.post_engagement_daily');
select tenancy.protect_tenant_table('engagement.stale_days');
select tenancy.protect_tenant_table('engagement.profile_engagement_daily');
select tenancy.protect_tenant_table('engagement.platform_engagement_daily');
select tenancy.protect_tenant_table('engagement.hashtag_engagement_daily');
select tenancy.protect_tenant_table('engagement.post_cohorts');

grant select, insert, update, delete
on engagement.metric_definitions, engagement.platform_metrics, engagement.cohort_ages, engagement.sampling_gaps
to syndication_pipeline;
grant select
on engagement.metric_definitions, engagement.platform_metrics, engagement.cohort_ages, engagement.sampling_gaps
to syndication_reader;

-- Every metric of every entity in one long form: what analysts ask for. Counters of posts are cumulative
-- (metric_definitions.kind tells); those of profiles, platforms and hashtags are a day's deltas.
create view engagement.time_series_metrics with (security_invoker = true) as
select
    d.organization_id,
    'post' as entity_type,
    d.post_id as entity_id,
    m.metric_name,
    m.metric_value::numeric as metric_value,
    d.downloaded_at as recorded_at,
    p.platform,
    jsonb_build_object(
        'download_id', d.download_id, 'run_id', d.run_id, 'source_file_path', d.source_file_path,
        'observed_as', d.observed_as
    ) as metadata
from scraping.data_downloads d
join scraping.posts p on p.organization_id = d.organization_id and p.post_id = d.post_id
cross join lateral (
    values
    ('reactions', d.reactions), ('comments', d.comments), ('shares', d.shares), ('saves', d.saves),
    ('clicks', d.clicks), ('views', d.views), ('impressions', d.impressions), ('reach', d.reach)
) m (metric_name, metric_value)
where m.metric_value is not null
union all
select
    d.organization_id,
    'post',
    d.post_id,
    'reactions_' || k.kind,
    k.reactions::numeric,
    d.downloaded_at,
    p.platform,
    jsonb_build_object(
        'download_id', d.download_id, 'run_id', d.run_id, 'source_file_path', d.source_file_path,
        'observed_as', d.observed_as
    )
from scraping.data_downloads d
join scraping.posts p on p.organization_id = d.organization_id and p.post_id = d.post_id
cross join lateral jsonb_each_text(d.stats -> 'reactions') k (kind, reactions)
where k.reactions is not null
union all
select
    e.organization_id,
    'profile',
    e.profile_id,
    m.metric_name,
    m.metric_value::numeric,
    (e.activity_date + 1)::timestamp at time zone 'utc',
    e.platform,
    jsonb_build_object('activity_date', e.activity_date, 'posts_observed', e.posts_observed)
from engagement.profile_engagement_daily e
cross join lateral (
    values
    ('reactions_delta', e.reactions_delta), ('comments_delta', e.comments_delta), ('shares_delta', e.shares_delta),
    ('saves_delta', e.saves_delta), ('clicks_delta', e.clicks_delta), ('views_delta', e.views_delta),
    ('impressions_delta', e.impressions_delta), ('engagement_delta', e.engagement_delta)
) m (metric_name, metric_value)
where m.metric_value is not null
union all
select
    e.organization_id,
    'platform',
    e.platform,
    m.metric_name,
    m.metric_value::numeric,
    (e.activity_date + 1)::timestamp at time zone 'utc',
    e.platform,
    jsonb_build_object('activity_date', e.activity_date, 'posts_observed', e.posts_observed)
from engagement.platform_engagement_daily e
cross join lateral (
    values
    ('reactions_delta', e.reactions_delta), ('comments_delta', e.comments_delta), ('shares_delta', e.shares_delta),
    ('saves_delta', e.saves_delta), ('clicks_delta', e.clicks_delta), ('views_delta', e.views_delta),
    ('impressions_delta', e.impressions_delta), ('engagement_delta', e.engagement_delta)
) m (metric_name, metric_value)
where m.metric_value is not null
union all
select
    e.organization_id,
    'hashtag',
    e.hashtag_id,
    m.metric_name,
    m.metric_value::numeric,
    (e.activity_date + 1)::timestamp at time zone 'utc',
    e.platform,
    jsonb_build_object('activity_date', e.activity_date, 'posts_observed', e.posts_observed)
from engagement.hashtag_engagement_daily e
cross join lateral (
    values
    ('reactions_delta', e.reactions_delta), ('comments_delta', e.comments_delta), ('shares_delta', e.shares_delta),
    ('saves_delta', e.saves_delta), ('clicks_delta', e.clicks_delta), ('views_delta', e.views_delta),
    ('impressions_delta', e.impressions_delta), ('engagement_delta', e.engagement_delta)
) m (metric_name, metric_value)
where m.metric_value is not null;

grant select on engagement.time_series_metrics to syndication_pipeline, syndication_reader;

insert into engagement.metric_definitions (
    metric_name, kind, unit, is_additive_over_posts, is_additive_over_days, numerator, denominator, denominator_kind,
    formula_version, description
) values
('reactions', 'cumulative', 'reactions', true, false, null, null, null, null, 'Likes and other reactions, all kinds.'),
('comments', 'cumulative', 'comments', true, false, null, null, null, null, 'Comments.'),
('shares', 'cumulative', 'shares', true, false, null, null, null, null, 'Reposts, retweets, reblogs.'),
('saves', 'cumulative', 'saves', true, false, null, null, null, null, 'Saves and bookmarks.'),
('clicks', 'cumulative', 'clicks', true, false, null, null, null, null, 'Clicks, not public.'),
('views', 'cumulative', 'views', true, false, null, null, null, null, 'Plays and views.'),
('impressions', 'cumulative', 'impressions', true, false, null, null, null, null, 'Times the post was shown.'),
('reach', 'cumulative', 'people', false, false, null, null, null, null,
    'People who saw the post. Never summed over posts, days or parts.'),
('followers', 'gauge', 'people', false, false, null, null, null, null, 'Followers of a profile.'),
('following', 'gauge', 'profiles', false, false, null, null, null, null, 'Profiles that a profile follows.'),
('posts', 'gauge', 'posts', false, false, null, null, null, null, 'Posts of a profile.'),
('engagement', 'cumulative', 'actions', true, false, null, null, null, null,
    'Public engagement: reactions + comments + shares, + saves where they are public.'),
('engagement_all', 'cumulative', 'actions', true, false, null, null, null, null, 'Public engagement + clicks.'),
('engagement_delta', 'delta', 'actions', true, true, null, null, null, null, 'Public engagement of a day.'),
('reactions_delta', 'delta', 'reactions', true, true, null, null, null, null, 'Reactions of a day.'),
('comments_delta', 'delta', 'comments', true, true, null, null, null, null, 'Comments of a day.'),
('shares_delta', 'delta', 'shares', true, true, null, null, null, null, 'Shares of a day.'),
('reach_delta', 'delta', 'people', false, false, null, null, null, null,
    'People newly reached on a day. Never summed.'),
('saves_delta', 'delta', 'saves', true, true, null, null, null, null, 'Saves of a day.'),
('clicks_delta', 'delta', 'clicks', true, true, null, null, null, null, 'Clicks of a day.'),
('views_delta', 'delta', 'views', true, true, null, null, null, null, 'Views of a day.'),
('impressions_delta', 'delta', 'impressions', true, true, null, null, null, null, 'Impressions of a day.'),
('engagement_rate_by_impressions', 'ratio', 'fraction', false, false, 'engagement', 'impressions', 'impressions', 1,
    'Public engagement / impressions.'),
('engagement_rate_by_reach', 'ratio', 'fraction', false, false, 'engagement', 'reach', 'reach', 1,
    'Public engagement / reach; may exceed 1.'),
('engagement_rate_by_views', 'ratio', 'fraction', false, false, 'engagement', 'views', 'views', 1,
    'Public engagement / views.'),
('engagement_rate_by_followers', 'ratio', 'fraction', false, false, 'engagement', 'followers', 'followers', 1,
    'Public engagement / followers.');

insert into engagement.platform_metrics (
    platform, metric_name, source_name, entity_type, valid_from, valid_to, replaced_by
) values
('linkedin', 'reactions', 'total_reactions', 'post', '2000-01-01', null, null),
('linkedin', 'comments', 'comments', 'post', '2000-01-01', null, null),
('linkedin', 'shares', 'reposts', 'post', '2000-01-01', null, null),
('youtube', 'views', 'viewCount', 'post', '2000-01-01', null, null),
('youtube', 'reactions', 'likeCount', 'post', '2000-01-01', null, null),
('youtube', 'comments', 'commentCount', 'post', '2000-01-01', null, null),
('facebook', 'impressions', 'page_impressions', 'profile', '2000-01-01', '2025-11-15', 'page_media_view'),
('facebook', 'views', 'page_media_view', 'profile', '2025-11-15', null, null),
('facebook', 'impressions', 'post_impressions', 'post', '2000-01-01', '2025-11-15', 'post_media_view'),
('facebook', 'views', 'post_media_view', 'post', '2025-11-15', null, null),
('facebook', 'reach', 'post_impressions_unique', 'post', '2000-01-01', '2026-06-15', 'post_total_media_view_unique'),
('facebook', 'reach', 'post_total_media_view_unique', 'post', '2026-06-15', null, null),
('facebook', 'clicks', 'post_clicks', 'post', '2000-01-01', null, null),
('facebook', 'reactions', 'post_reactions_by_type_total', 'post', '2000-01-01', null, null),
('instagram', 'impressions', 'impressions', 'post', '2000-01-01', '2025-04-21', 'views'),
('instagram', 'views', 'views', 'post', '2025-04-21', null, null);

insert into engagement.cohort_ages (age_name, age, tolerance) values
('1 hour', '1 hour', '30 minutes'),
('24 hours', '24 hours', '8 hours'),
('7 days', '7 days', '24 hours'),
('28 days', '28 days', '48 hours');

insert into engagement.sampling_gaps (platform, sampling_gap) values
('linkedin', '24 hours'),
('youtube', '24 hours');
