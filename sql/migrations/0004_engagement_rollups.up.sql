-- Engagement: rollups of snapshots by day and at equal age. Everything here can be rebuilt from scraping.

create schema engagement authorization syndication_owner;

set local role syndication_owner;

grant usage on schema engagement to syndication_pipeline, syndication_reader;

create function engagement.later_value(earlier bigint, later bigint)
returns bigint language sql immutable strict parallel safe
as $$ select later $$;

comment on function engagement.later_value is
'The transition function of last_known: being strict, it skips NULL, so that the last measured value remains.';

create aggregate engagement.last_known(bigint) ( -- noqa: LT01
    sfunc = engagement.later_value, stype = bigint, parallel = safe
);

grant execute on function engagement.last_known to syndication_pipeline, syndication_reader;

create aggregate engagement.total(bigint) ( -- noqa: LT01
    sfunc = int8pl, stype = bigint, combinefunc = int8pl, parallel = safe
);

comment on aggregate engagement.total(bigint) is -- noqa: LT01
'The sum of bigint as a bigint. PostgreSQL''s own sum() returns numeric, at several times the cost.';

grant execute on function engagement.total to syndication_pipeline, syndication_reader;

create function engagement.dated(day date, value bigint)
returns bigint language sql immutable parallel safe
as $$ select ((day - date '2000-01-01')::bigint << 40) + value $$;

comment on function engagement.dated is
'Packs a day and a counter into one number, so that max() finds the latest value and skips NULL. The counter has the '
'lower 40 bits, which a CHECK in scraping guarantees; days are counted from 2000-01-01.';

create function engagement.undated(dated bigint)
returns bigint language sql immutable parallel safe
as $$ select dated & ((1::bigint << 40) - 1) $$;

create function engagement.day_of(dated bigint)
returns date language sql immutable parallel safe
as $$ select date '2000-01-01' + (dated >> 40)::integer $$;

create function engagement.value_before(value bigint, known bigint, is_watched boolean)
returns bigint language sql immutable parallel safe
as $$
    select case when value is not null then coalesce(engagement.undated(known), case when is_watched then 0 end) end
$$;

comment on function engagement.value_before is
'What a counter was before a day that measures it: its last known value (dated), else 0 if the post was watched from '
'its publication.';

create function engagement.redefined(value bigint, known bigint, defined_since date)
returns bigint language sql immutable parallel safe
as $$ select case when engagement.day_of(known) < defined_since then value end $$;

comment on function engagement.redefined is
'The value of a counter whose definition began after its last known value (dated); NULL for any other.';

create function engagement.gap_days(
    value bigint, known bigint, defined_since date, is_watched boolean, activity_date date
)
returns integer language sql immutable parallel safe
as $$
    select case
        when value is null or engagement.day_of(known) < defined_since then null
        when known is not null then activity_date - engagement.day_of(known)
        when is_watched then 0
    end
$$;

comment on function engagement.gap_days is
'How many days the delta of a counter covers: those since its last known value (dated), or 0 if it counts from the '
'publication; NULL if there is no delta, because the counter was not known by its definition of the day.';

create function engagement.delta(value bigint, value_before bigint, redefined_counters integer, counter_bit integer)
returns bigint language sql immutable parallel safe
as $$ select case when redefined_counters & counter_bit = 0 then value - value_before end $$;

comment on function engagement.delta is
'The change of a counter; NULL if the two values are of different definitions, which cannot be compared.';

create function engagement.covers_equal_days(
    reactions_gap_days integer, comments_gap_days integer, shares_gap_days integer, saves_gap_days integer,
    denominator_gap_days integer
)
returns boolean language sql immutable parallel safe
as $$
    select coalesce(
        least(reactions_gap_days, comments_gap_days, shares_gap_days, saves_gap_days, denominator_gap_days)
        = greatest(reactions_gap_days, comments_gap_days, shares_gap_days, saves_gap_days, denominator_gap_days),
        false
    )
$$;

comment on function engagement.covers_equal_days is
'Whether the measured deltas of engagement and of the denominator cover the same days, so that a rate compares like '
'with like.';

grant execute on function
engagement.dated, engagement.undated, engagement.day_of, engagement.value_before, engagement.redefined,
engagement.gap_days, engagement.delta, engagement.covers_equal_days
to syndication_pipeline, syndication_reader;

create function engagement.public_engagement(reactions bigint, comments bigint, shares bigint, saves bigint)
returns bigint language sql immutable parallel safe
as $$
    select case
        when num_nonnulls(reactions, comments, shares, saves) > 0
            then coalesce(reactions, 0) + coalesce(comments, 0) + coalesce(shares, 0) + coalesce(saves, 0)
    end
$$;

comment on function engagement.public_engagement is
'Public engagement: the sum of what is measured; NULL if nothing is.';

create type engagement.denominator_kind as enum ('impressions', 'reach', 'views');
comment on type engagement.denominator_kind is
'The metric that an engagement rate is divided by.';

create function engagement.rate(numerator bigint, denominator bigint)
returns numeric language sql immutable parallel safe
as $$
    select case
        when denominator > 0 and abs(numerator) < 999.9999995 * denominator
            then round(numerator::numeric / denominator, 6)
    end
$$;

comment on function engagement.rate is
'A quotient, rounded to six decimal places; NULL unless the denominator is positive, or if the fraction is 1000 or '
'more.';

create function engagement.rate_formula(denominator_kind engagement.denominator_kind)
returns text language sql immutable parallel safe
as $$
    select case denominator_kind
        when 'impressions' then 'engagement_rate_by_impressions/1'
        when 'reach' then 'engagement_rate_by_reach/1'
        when 'views' then 'engagement_rate_by_views/1'
    end
$$;

comment on function engagement.rate_formula is
'The metric and formula version of a rate, as engagement.metric_definitions has it; a check compares them.';

create function engagement.measured_counters(
    reactions bigint, comments bigint, shares bigint, saves bigint,
    clicks bigint, views bigint, impressions bigint, reach bigint
)
returns integer language sql immutable parallel safe
as $$
    select (reactions is not null)::integer
        | ((comments is not null)::integer << 1)
        | ((shares is not null)::integer << 2)
        | ((saves is not null)::integer << 3)
        | ((clicks is not null)::integer << 4)
        | ((views is not null)::integer << 5)
        | ((impressions is not null)::integer << 6)
        | ((reach is not null)::integer << 7)
$$;

comment on function engagement.measured_counters is
'Which counters are measured, one bit each.';

grant execute on function
engagement.public_engagement, engagement.rate, engagement.rate_formula, engagement.measured_counters
to syndication_pipeline, syndication_reader;

create type engagement.metric_kind as enum ('cumulative', 'delta', 'gauge', 'ratio');
comment on type engagement.metric_kind is
'How a metric behaves over time, which decides how it may be aggregated.
cumulative: only grows, except for corrections: use closing values and deltas, never sums of snapshots
delta: a change in a period: may be summed
gauge: a level at a moment: use the last value
ratio: a quotient: never summed, recomputed from its numerator and denominator';

create table engagement.metric_definitions (
    metric_name text primary key,
    kind engagement.metric_kind not null,
    unit text not null,
    is_additive_over_posts boolean not null,
    is_additive_over_days boolean not null,
    numerator text,
    denominator text references engagement.metric_definitions,
    formula_version integer,
    addends text[],
    description text not null,
    check ((kind = 'ratio') = (numerator is not null and denominator is not null and formula_version is not null))
);

create index metric_definitions_denominator on engagement.metric_definitions (denominator);

comment on table engagement.metric_definitions is
'One row is one metric: what it counts, whether it may be summed, and how it is computed. Checks compare the rows with '
'what the tables compute, so a formula is changed by a migration of both.';
comment on column engagement.metric_definitions.metric_name is 'The name used in every table, view and report.';
comment on column engagement.metric_definitions.kind is
'How the metric behaves over time, which decides how it may be aggregated.';
comment on column engagement.metric_definitions.unit is
'What is counted, in the plural: reactions, people; fraction for a ratio.';
comment on column engagement.metric_definitions.is_additive_over_posts is
'Whether values of different posts may be summed.';
comment on column engagement.metric_definitions.is_additive_over_days is
'Whether values of different days may be summed.';
comment on column engagement.metric_definitions.numerator is
'The metric above the line of a ratio; NULL for every other kind.';
comment on column engagement.metric_definitions.denominator is
'The metric below the line of a ratio; NULL for every other kind.';
comment on column engagement.metric_definitions.formula_version is
'The version of a ratio''s formula, raised with every change of it; NULL for every other kind.';
comment on column engagement.metric_definitions.addends is
'The metrics that a sum of metrics adds up, where they are measured; NULL for a metric that is counted by itself.';
comment on column engagement.metric_definitions.description is 'What the metric counts, as a sentence for people.';

create table engagement.platform_metrics (
    platform text not null,
    metric_name text not null references engagement.metric_definitions,
    source_name text not null,
    period text not null default 'lifetime',
    valid_from date not null default '2000-01-01',
    valid_to date,
    replaced_by text,
    primary key (platform, source_name, valid_from),
    check (valid_to > valid_from)
);

create index platform_metrics_metric on engagement.platform_metrics (metric_name);

comment on table engagement.platform_metrics is
'One row is the definition of one counter on one platform: the metric of the platform that fills it, and the days on '
'which it does. An API is asked for these names, because one retired name fails a whole request, and a load reads only '
'them. Where a definition begins, a counter begins a new series: its first value has no delta. For a platform whose '
'counters have no names to choose from, rows only tell since when a counter means something else. A changed row counts '
'for loads and rollups from then on: materialize its days again.';
comment on column engagement.platform_metrics.platform is 'The platform whose API uses the name, such as facebook.';
comment on column engagement.platform_metrics.metric_name is 'Our name of the metric.';
comment on column engagement.platform_metrics.source_name is
'The platform''s name of the metric, as its API spells it.';
comment on column engagement.platform_metrics.period is
'The period of the values that are read, as the API spells it. A counter is a total, so a value of a day fills none.';
comment on column engagement.platform_metrics.valid_from is 'The first UTC day on which the metric fills the counter.';
comment on column engagement.platform_metrics.valid_to is
'The day on which the name was retired or the definition ended, exclusive; NULL while it is valid.';
comment on column engagement.platform_metrics.replaced_by is
'The source_name that replaced a retired name; NULL if none did.';

create view engagement.counter_definitions with (security_invoker = true) as
select
    d.platform,
    d.valid_from,
    d.valid_to,
    max(m.valid_from) filter (where m.metric_name = 'reactions') as reactions_since,
    max(m.valid_from) filter (where m.metric_name = 'comments') as comments_since,
    max(m.valid_from) filter (where m.metric_name = 'shares') as shares_since,
    max(m.valid_from) filter (where m.metric_name = 'saves') as saves_since,
    max(m.valid_from) filter (where m.metric_name = 'clicks') as clicks_since,
    max(m.valid_from) filter (where m.metric_name = 'views') as views_since,
    max(m.valid_from) filter (where m.metric_name = 'impressions') as impressions_since,
    max(m.valid_from) filter (where m.metric_name = 'reach') as reach_since
from (
    select
        b.platform,
        b.day as valid_from,
        lead(b.day) over (partition by b.platform order by b.day) as valid_to
    from (
        select
            platform,
            valid_from as day
        from engagement.platform_metrics
        union
        select
            platform,
            valid_to
        from engagement.platform_metrics
        where valid_to is not null
    ) as b
) as d
left join engagement.platform_metrics as m
    on
        d.platform = m.platform
        and d.valid_from >= m.valid_from
        and (d.valid_from < m.valid_to) is not false
group by d.platform, d.valid_from, d.valid_to;

comment on view engagement.counter_definitions is
'One row is one platform and one stretch of days on which all of its counters keep their definitions, from '
'engagement.platform_metrics. Two values of a counter are comparable if both were measured since its definition began.';
comment on column engagement.counter_definitions.platform is 'The platform whose counters are defined.';
comment on column engagement.counter_definitions.valid_from is 'The first day of the stretch.';
comment on column engagement.counter_definitions.valid_to is
'The day after the last of the stretch; NULL for the newest.';
comment on column engagement.counter_definitions.reactions_since is
'When the definition of reactions began; NULL if no row defines it.';
comment on column engagement.counter_definitions.comments_since is
'When the definition of comments began; NULL if no row defines it.';
comment on column engagement.counter_definitions.shares_since is
'When the definition of shares began; NULL if no row defines it.';
comment on column engagement.counter_definitions.saves_since is
'When the definition of saves began; NULL if no row defines it.';
comment on column engagement.counter_definitions.clicks_since is
'When the definition of clicks began; NULL if no row defines it.';
comment on column engagement.counter_definitions.views_since is
'When the definition of views began; NULL if no row defines it.';
comment on column engagement.counter_definitions.impressions_since is
'When the definition of impressions began; NULL if no row defines it.';
comment on column engagement.counter_definitions.reach_since is
'When the definition of reach began; NULL if no row defines it.';

create table engagement.cohort_ages (
    age_name text primary key,
    age interval not null unique check (age > '0'),
    tolerance interval not null check (tolerance > '0' and tolerance <= age)
);

comment on table engagement.cohort_ages is
'One row is one age at which posts are compared, and the tolerance for the observation that is used.';
comment on column engagement.cohort_ages.age_name is 'The age as people read it, such as 24 hours.';
comment on column engagement.cohort_ages.age is 'The time since publication.';
comment on column engagement.cohort_ages.tolerance is
'How long before the age the last observation may be to count for it.';

create table engagement.sampling_gaps (
    platform text primary key,
    sampling_gap interval not null check (sampling_gap > '0')
);

comment on table engagement.sampling_gaps is
'One row is the sampling gap of one platform: how old a post may be at its first snapshot and still count as '
'watched from the beginning. A platform without a row has no watched posts.';
comment on column engagement.sampling_gaps.platform is 'The platform of the posts, such as linkedin.';
comment on column engagement.sampling_gaps.sampling_gap is
'The greatest age at the first snapshot of a post that counts as watched from the beginning.';

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
    reactions_before bigint,
    comments_before bigint,
    shares_before bigint,
    saves_before bigint,
    clicks_before bigint,
    views_before bigint,
    impressions_before bigint,
    reach_before bigint,
    reactions_gap_days integer,
    comments_gap_days integer,
    shares_gap_days integer,
    saves_gap_days integer,
    clicks_gap_days integer,
    views_gap_days integer,
    impressions_gap_days integer,
    reach_gap_days integer,
    redefined_counters integer not null default 0,
    reactions_delta bigint generated always as (
        engagement.delta(reactions, reactions_before, redefined_counters, 1)
    ) stored,
    comments_delta bigint generated always as (
        engagement.delta(comments, comments_before, redefined_counters, 2)
    ) stored,
    shares_delta bigint generated always as (
        engagement.delta(shares, shares_before, redefined_counters, 4)
    ) stored,
    saves_delta bigint generated always as (
        engagement.delta(saves, saves_before, redefined_counters, 8)
    ) stored,
    clicks_delta bigint generated always as (
        engagement.delta(clicks, clicks_before, redefined_counters, 16)
    ) stored,
    views_delta bigint generated always as (
        engagement.delta(views, views_before, redefined_counters, 32)
    ) stored,
    impressions_delta bigint generated always as (
        engagement.delta(impressions, impressions_before, redefined_counters, 64)
    ) stored,
    reach_delta bigint generated always as (
        engagement.delta(reach, reach_before, redefined_counters, 128)
    ) stored,
    observations integer not null check (observations > 0),
    first_observed_at timestamptz not null,
    last_observed_at timestamptz not null,
    previous_observed_at timestamptz,
    gap_days integer generated always as (activity_date - (previous_observed_at at time zone 'utc')::date) stored
    check (gap_days > 0),
    is_opening boolean not null generated always as (previous_observed_at is null) stored,
    is_gap boolean not null generated always as (
        coalesce(activity_date - (previous_observed_at at time zone 'utc')::date > 1, false)
        or coalesce(
            greatest(
                reactions_gap_days, comments_gap_days, shares_gap_days, saves_gap_days,
                clicks_gap_days, views_gap_days, impressions_gap_days, reach_gap_days
            ) > 1,
            false
        )
        -- A counter that is measured later than the post counts from the publication.
        or (
            previous_observed_at is not null
            and coalesce(
                least(
                    reactions_gap_days, comments_gap_days, shares_gap_days, saves_gap_days,
                    clicks_gap_days, views_gap_days, impressions_gap_days, reach_gap_days
                ) = 0,
                false
            )
        )
    ) stored,
    is_correction boolean not null generated always as (
        least(
            engagement.delta(reactions, reactions_before, redefined_counters, 1),
            engagement.delta(comments, comments_before, redefined_counters, 2),
            engagement.delta(shares, shares_before, redefined_counters, 4),
            engagement.delta(saves, saves_before, redefined_counters, 8),
            engagement.delta(clicks, clicks_before, redefined_counters, 16),
            engagement.delta(views, views_before, redefined_counters, 32),
            engagement.delta(impressions, impressions_before, redefined_counters, 64),
            engagement.delta(reach, reach_before, redefined_counters, 128),
            0
        ) < 0
    ) stored,
    definition_changed boolean not null generated always as (redefined_counters <> 0) stored,
    is_published_on_day boolean not null,
    is_simulated boolean not null default false,
    measured_counters integer not null generated always as (
        engagement.measured_counters(reactions, comments, shares, saves, clicks, views, impressions, reach)
    ) stored,
    engagement_delta bigint generated always as (
        engagement.public_engagement(
            engagement.delta(reactions, reactions_before, redefined_counters, 1),
            engagement.delta(comments, comments_before, redefined_counters, 2),
            engagement.delta(shares, shares_before, redefined_counters, 4),
            engagement.delta(saves, saves_before, redefined_counters, 8)
        )
    ) stored,
    rate_denominator_kind engagement.denominator_kind generated always as (
        case
            when engagement.delta(impressions, impressions_before, redefined_counters, 64) is not null
                then 'impressions'::engagement.denominator_kind
            when engagement.delta(views, views_before, redefined_counters, 32) is not null
                then 'views'::engagement.denominator_kind
        end
    ) stored,
    rate_denominator bigint generated always as (
        coalesce(
            engagement.delta(impressions, impressions_before, redefined_counters, 64),
            engagement.delta(views, views_before, redefined_counters, 32)
        )
    ) stored,
    is_rated boolean not null generated always as (
        engagement.covers_equal_days(
            reactions_gap_days, comments_gap_days, shares_gap_days, saves_gap_days,
            coalesce(impressions_gap_days, views_gap_days)
        )
        and coalesce(reactions_gap_days, comments_gap_days, shares_gap_days, saves_gap_days) is not null
        and coalesce(
            coalesce(
                engagement.delta(impressions, impressions_before, redefined_counters, 64),
                engagement.delta(views, views_before, redefined_counters, 32)
            ) >= 0,
            false
        )
    ) stored,
    engagement_rate numeric(9, 6) generated always as (
        case
            when
                engagement.covers_equal_days(
                    reactions_gap_days, comments_gap_days, shares_gap_days, saves_gap_days,
                    coalesce(impressions_gap_days, views_gap_days)
                )
                then engagement.rate(
                    engagement.public_engagement(
                        engagement.delta(reactions, reactions_before, redefined_counters, 1),
                        engagement.delta(comments, comments_before, redefined_counters, 2),
                        engagement.delta(shares, shares_before, redefined_counters, 4),
                        engagement.delta(saves, saves_before, redefined_counters, 8)
                    ),
                    coalesce(
                        engagement.delta(impressions, impressions_before, redefined_counters, 64),
                        engagement.delta(views, views_before, redefined_counters, 32)
                    )
                )
        end
    ) stored,
    rate_formula text generated always as (
        case
            when engagement.delta(impressions, impressions_before, redefined_counters, 64) is not null
                then engagement.rate_formula('impressions'::engagement.denominator_kind)
            when engagement.delta(views, views_before, redefined_counters, 32) is not null
                then engagement.rate_formula('views'::engagement.denominator_kind)
        end
    ) stored,
    updated_at timestamptz not null default now(),
    primary key (organization_id, post_id, activity_date),
    foreign key (organization_id, post_id) references scraping.post_records on delete cascade,
    check (first_observed_at <= last_observed_at),
    check (previous_observed_at < first_observed_at)
);

comment on table engagement.post_engagement_daily is
'One row is one post on one UTC day with at least one observation.';
comment on column engagement.post_engagement_daily.post_id is 'The post that was observed.';
comment on column engagement.post_engagement_daily.activity_date is 'The UTC day of the observations.';
comment on column engagement.post_engagement_daily.platform is 'The platform of the post, copied for filtering.';
comment on column engagement.post_engagement_daily.profile_id is
'The profile of the post''s author; NULL if the author is unknown.';
comment on column engagement.post_engagement_daily.reactions is
'Likes and other reactions of all kinds: the last measured total of the day; NULL if the day measured none.';
comment on column engagement.post_engagement_daily.comments is
'Comments: the last measured total of the day; NULL if the day measured none.';
comment on column engagement.post_engagement_daily.shares is
'Reposts, retweets and reblogs: the last measured total of the day; NULL if the day measured none.';
comment on column engagement.post_engagement_daily.saves is
'Saves and bookmarks: the last measured total of the day; NULL if the day measured none.';
comment on column engagement.post_engagement_daily.clicks is
'Clicks, which are not public: the last measured total of the day; NULL if the day measured none.';
comment on column engagement.post_engagement_daily.views is
'Plays and views: the last measured total of the day; NULL if the day measured none.';
comment on column engagement.post_engagement_daily.impressions is
'How often the post was shown: the last measured total of the day; NULL if the day measured none.';
comment on column engagement.post_engagement_daily.reach is
'How many people saw the post; never summed: the last measured total of the day; NULL if the day measured none.';
comment on column engagement.post_engagement_daily.reactions_before is
'The total of reactions on the last earlier day that measured them, by any definition, or 0 if there is none and the '
'post was watched from its publication; NULL if unknown or not measured on the day.';
comment on column engagement.post_engagement_daily.comments_before is
'The total of comments on the last earlier day that measured them, by any definition, or 0 if there is none and the '
'post was watched from its publication; NULL if unknown or not measured on the day.';
comment on column engagement.post_engagement_daily.shares_before is
'The total of shares on the last earlier day that measured them, by any definition, or 0 if there is none and the '
'post was watched from its publication; NULL if unknown or not measured on the day.';
comment on column engagement.post_engagement_daily.saves_before is
'The total of saves on the last earlier day that measured them, by any definition, or 0 if there is none and the '
'post was watched from its publication; NULL if unknown or not measured on the day.';
comment on column engagement.post_engagement_daily.clicks_before is
'The total of clicks on the last earlier day that measured them, by any definition, or 0 if there is none and the '
'post was watched from its publication; NULL if unknown or not measured on the day.';
comment on column engagement.post_engagement_daily.views_before is
'The total of views on the last earlier day that measured them, by any definition, or 0 if there is none and the '
'post was watched from its publication; NULL if unknown or not measured on the day.';
comment on column engagement.post_engagement_daily.impressions_before is
'The total of impressions on the last earlier day that measured them, by any definition, or 0 if there is none and the '
'post was watched from its publication; NULL if unknown or not measured on the day.';
comment on column engagement.post_engagement_daily.reach_before is
'The total of reach on the last earlier day that measured it, by any definition, or 0 if there is none and the '
'post was watched from its publication; NULL if unknown or not measured on the day.';
comment on column engagement.post_engagement_daily.reactions_gap_days is
'Days that reactions_delta covers: those since the last earlier day that measured them; 0 if it counts from the '
'publication; NULL without a delta.';
comment on column engagement.post_engagement_daily.reactions_delta is
'Change of reactions since the last earlier day that measured them; NULL if unknown, or if the definition changed '
'since.';
comment on column engagement.post_engagement_daily.comments_gap_days is
'Days that comments_delta covers: those since the last earlier day that measured them; 0 if it counts from the '
'publication; NULL without a delta.';
comment on column engagement.post_engagement_daily.comments_delta is
'Change of comments since the last earlier day that measured them; NULL if unknown, or if the definition changed '
'since.';
comment on column engagement.post_engagement_daily.shares_gap_days is
'Days that shares_delta covers: those since the last earlier day that measured them; 0 if it counts from the '
'publication; NULL without a delta.';
comment on column engagement.post_engagement_daily.shares_delta is
'Change of shares since the last earlier day that measured them; NULL if unknown, or if the definition changed '
'since.';
comment on column engagement.post_engagement_daily.saves_gap_days is
'Days that saves_delta covers: those since the last earlier day that measured them; 0 if it counts from the '
'publication; NULL without a delta.';
comment on column engagement.post_engagement_daily.saves_delta is
'Change of saves since the last earlier day that measured them; NULL if unknown, or if the definition changed '
'since.';
comment on column engagement.post_engagement_daily.clicks_gap_days is
'Days that clicks_delta covers: those since the last earlier day that measured them; 0 if it counts from the '
'publication; NULL without a delta.';
comment on column engagement.post_engagement_daily.clicks_delta is
'Change of clicks since the last earlier day that measured them; NULL if unknown, or if the definition changed '
'since.';
comment on column engagement.post_engagement_daily.views_gap_days is
'Days that views_delta covers: those since the last earlier day that measured them; 0 if it counts from the '
'publication; NULL without a delta.';
comment on column engagement.post_engagement_daily.views_delta is
'Change of views since the last earlier day that measured them; NULL if unknown, or if the definition changed '
'since.';
comment on column engagement.post_engagement_daily.impressions_gap_days is
'Days that impressions_delta covers: those since the last earlier day that measured them; 0 if it counts from the '
'publication; NULL without a delta.';
comment on column engagement.post_engagement_daily.impressions_delta is
'Change of impressions since the last earlier day that measured them; NULL if unknown, or if the definition changed '
'since.';
comment on column engagement.post_engagement_daily.reach_gap_days is
'Days that reach_delta covers: those since the last earlier day that measured it; 0 if it counts from the '
'publication; NULL without a delta.';
comment on column engagement.post_engagement_daily.reach_delta is
'Change of reach since the last earlier day that measured it; NULL if unknown, or if the definition changed '
'since. Never summed.';
comment on column engagement.post_engagement_daily.observations is 'The number of snapshots on the day.';
comment on column engagement.post_engagement_daily.first_observed_at is 'The time of the day''s first snapshot.';
comment on column engagement.post_engagement_daily.last_observed_at is 'The time of the day''s last snapshot.';
comment on column engagement.post_engagement_daily.previous_observed_at is
'The last snapshot of the previous observed day; NULL on the first observed day.';
comment on column engagement.post_engagement_daily.is_opening is 'Whether this is the first observed day of the post.';
comment on column engagement.post_engagement_daily.is_gap is
'Whether a delta covers several days, because days before did not measure its counter: see the gap_days of each.';
comment on column engagement.post_engagement_daily.is_correction is
'Whether a counter decreased: likes were withdrawn, or the platform removed spam.';
comment on column engagement.post_engagement_daily.redefined_counters is
'Which counters have another definition than at their last earlier value, one bit each as in measured_counters: they '
'begin a new series, without a delta.';
comment on column engagement.post_engagement_daily.definition_changed is
'Whether the definition of a counter changed since its last earlier value, by engagement.platform_metrics, so that its '
'delta is NULL.';
comment on column engagement.post_engagement_daily.is_published_on_day is
'Whether the post was published on this UTC day.';
comment on column engagement.post_engagement_daily.is_simulated is
'Whether the post is simulated (see scraping.posts): it counts in no total.';
comment on column engagement.post_engagement_daily.measured_counters is
'Which counters the day measured, one bit each: 1 for reactions, 2 for comments, and so on, in the order of the '
'columns.';
comment on column engagement.post_engagement_daily.rate_denominator_kind is
'The metric that the rate is divided by; NULL if the day measured neither impressions nor views.';
comment on column engagement.post_engagement_daily.rate_denominator is
'The delta that the rate is divided by; NULL if not measured.';
comment on column engagement.post_engagement_daily.is_rated is
'Whether the day counts in the rates of totals: engagement and the denominator are measured, cover the same days, and '
'the denominator is not negative.';
comment on column engagement.post_engagement_daily.rate_formula is
'The rate''s metric and formula version, such as engagement_rate_by_views/1; NULL without a denominator.';

comment on column engagement.post_engagement_daily.gap_days is
'Days since the previous observed day; NULL on the first observed day. A delta over a gap is flagged by is_gap, not '
'spread over the days between.';
comment on column engagement.post_engagement_daily.engagement_delta is
'Public engagement gained: reactions + comments + shares (+ saves where measured); NULL if none is measured.';
comment on column engagement.post_engagement_daily.engagement_rate is
'engagement_delta / rate_denominator as a fraction; NULL unless the denominator is positive and covers the same days, '
'or if the fraction is 1000 or more.';

create index post_engagement_daily_day on engagement.post_engagement_daily (organization_id, activity_date)
include (post_id, platform, engagement_delta, is_simulated);

create table engagement.stale_days (
    organization_id text not null references tenancy.organizations on delete cascade,
    table_name text not null,
    activity_date date not null,
    primary key (organization_id, table_name, activity_date)
);

comment on table engagement.stale_days is
'One row is one day of a rollup that has to be recomputed, because a day of a post changed outside of the window '
'of a run. The next run of that rollup recomputes the day and deletes the row.';
comment on column engagement.stale_days.table_name is 'The rollup that has to recompute the day, without its schema.';
comment on column engagement.stale_days.activity_date is 'The UTC day to recompute.';

create function engagement.take_days(rollup text, window_start date, window_end date)
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

-- What a day of a post counts in the totals of its profile, its platform and its hashtags: its deltas, the two sides of
-- its rate if it is rated, and the rate in millionths, whose sum is exact and faster than avg(). Simulated posts count
-- in no total.
create view engagement.post_days with (security_invoker = true) as
select
    e.organization_id,
    e.post_id,
    e.activity_date,
    e.platform,
    e.profile_id,
    e.is_published_on_day,
    e.is_simulated,
    e.is_gap,
    e.is_correction,
    e.reactions_delta,
    e.comments_delta,
    e.shares_delta,
    e.saves_delta,
    e.clicks_delta,
    e.views_delta,
    e.impressions_delta,
    e.engagement_delta,
    e.rate_denominator_kind,
    r.rate_numerator,
    r.rate_denominator,
    r.rate_millionths
from engagement.post_engagement_daily e
cross join lateral (
    select
        case when e.is_rated then e.engagement_delta end as rate_numerator,
        case when e.is_rated then e.rate_denominator end as rate_denominator,
        (e.engagement_rate * 1000000)::bigint as rate_millionths
) r;

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
    engagement_rate numeric(9, 6) generated always as (engagement.rate(rate_numerator, rate_denominator)) stored,
    mean_engagement_rate numeric(9, 6),
    rate_formula text generated always as (engagement.rate_formula(rate_denominator_kind)) stored,
    updated_at timestamptz not null default now(),
    primary key (organization_id, profile_id, activity_date),
    foreign key (organization_id, profile_id) references scraping.profiles on delete cascade,
    check (rate_denominator is null or rate_denominator_kind is not null)
);

comment on table engagement.profile_engagement_daily is
'One row is one profile on one UTC day on which at least one of its posts was observed.';
comment on column engagement.profile_engagement_daily.profile_id is 'The author of the posts.';
comment on column engagement.profile_engagement_daily.activity_date is 'The UTC day of the observations.';
comment on column engagement.profile_engagement_daily.platform is 'The platform of the profile, copied for filtering.';
comment on column engagement.profile_engagement_daily.posts_observed is 'Posts with an observation on the day.';
comment on column engagement.profile_engagement_daily.posts_published is
'Observed posts that were published on the day.';
comment on column engagement.profile_engagement_daily.posts_with_gap is
'Observed posts with a delta that covers several days, because days before were not measured.';
comment on column engagement.profile_engagement_daily.corrections is 'Observed posts with a counter that decreased.';
comment on column engagement.profile_engagement_daily.reactions_delta is
'Sum of the posts'' reactions_delta; NULL if none was measured.';
comment on column engagement.profile_engagement_daily.comments_delta is
'Sum of the posts'' comments_delta; NULL if none was measured.';
comment on column engagement.profile_engagement_daily.shares_delta is
'Sum of the posts'' shares_delta; NULL if none was measured.';
comment on column engagement.profile_engagement_daily.saves_delta is
'Sum of the posts'' saves_delta; NULL if none was measured.';
comment on column engagement.profile_engagement_daily.clicks_delta is
'Sum of the posts'' clicks_delta; NULL if none was measured.';
comment on column engagement.profile_engagement_daily.views_delta is
'Sum of the posts'' views_delta; NULL if none was measured.';
comment on column engagement.profile_engagement_daily.impressions_delta is
'Sum of the posts'' impressions_delta; NULL if none was measured.';
comment on column engagement.profile_engagement_daily.engagement_delta is
'Public engagement: sum of the posts'' engagement_delta; NULL if none was measured.';
comment on column engagement.profile_engagement_daily.rate_denominator_kind is
'The metric that the rates are divided by; NULL if the posts have none, or different ones.';
comment on column engagement.profile_engagement_daily.rate_numerator is
'Sum of engagement_delta over the rated posts; NULL without rate_denominator_kind.';
comment on column engagement.profile_engagement_daily.rate_denominator is
'Sum of rate_denominator over the rated posts; NULL without rate_denominator_kind.';
comment on column engagement.profile_engagement_daily.engagement_rate is
'rate_numerator / rate_denominator as a fraction; NULL unless the denominator is positive, or if the fraction is 1000 '
'or more.';
comment on column engagement.profile_engagement_daily.mean_engagement_rate is
'Mean of the posts'' rates, as a fraction; NULL without rates or without rate_denominator_kind.';
comment on column engagement.profile_engagement_daily.rate_formula is
'The rates'' metric and formula version, such as engagement_rate_by_views/1; NULL without a denominator.';

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
    engagement_rate numeric(9, 6) generated always as (engagement.rate(rate_numerator, rate_denominator)) stored,
    mean_engagement_rate numeric(9, 6),
    rate_formula text generated always as (engagement.rate_formula(rate_denominator_kind)) stored,
    updated_at timestamptz not null default now(),
    primary key (organization_id, platform, activity_date),
    check (rate_denominator is null or rate_denominator_kind is not null)
);

comment on table engagement.platform_engagement_daily is
'One row is one platform on one UTC day on which at least one of its posts was observed.';
comment on column engagement.platform_engagement_daily.platform is 'The platform of the posts.';
comment on column engagement.platform_engagement_daily.activity_date is 'The UTC day of the observations.';
comment on column engagement.platform_engagement_daily.posts_observed is 'Posts with an observation on the day.';
comment on column engagement.platform_engagement_daily.posts_published is
'Observed posts that were published on the day.';
comment on column engagement.platform_engagement_daily.posts_with_gap is
'Observed posts with a delta that covers several days, because days before were not measured.';
comment on column engagement.platform_engagement_daily.corrections is 'Observed posts with a counter that decreased.';
comment on column engagement.platform_engagement_daily.reactions_delta is
'Sum of the posts'' reactions_delta; NULL if none was measured.';
comment on column engagement.platform_engagement_daily.comments_delta is
'Sum of the posts'' comments_delta; NULL if none was measured.';
comment on column engagement.platform_engagement_daily.shares_delta is
'Sum of the posts'' shares_delta; NULL if none was measured.';
comment on column engagement.platform_engagement_daily.saves_delta is
'Sum of the posts'' saves_delta; NULL if none was measured.';
comment on column engagement.platform_engagement_daily.clicks_delta is
'Sum of the posts'' clicks_delta; NULL if none was measured.';
comment on column engagement.platform_engagement_daily.views_delta is
'Sum of the posts'' views_delta; NULL if none was measured.';
comment on column engagement.platform_engagement_daily.impressions_delta is
'Sum of the posts'' impressions_delta; NULL if none was measured.';
comment on column engagement.platform_engagement_daily.engagement_delta is
'Public engagement: sum of the posts'' engagement_delta; NULL if none was measured.';
comment on column engagement.platform_engagement_daily.rate_denominator_kind is
'The metric that the rates are divided by; NULL if the posts have none, or different ones.';
comment on column engagement.platform_engagement_daily.rate_numerator is
'Sum of engagement_delta over the rated posts; NULL without rate_denominator_kind.';
comment on column engagement.platform_engagement_daily.rate_denominator is
'Sum of rate_denominator over the rated posts; NULL without rate_denominator_kind.';
comment on column engagement.platform_engagement_daily.engagement_rate is
'rate_numerator / rate_denominator as a fraction; NULL unless the denominator is positive, or if the fraction is 1000 '
'or more.';
comment on column engagement.platform_engagement_daily.mean_engagement_rate is
'Mean of the posts'' rates, as a fraction; NULL without rates or without rate_denominator_kind.';
comment on column engagement.platform_engagement_daily.rate_formula is
'The rates'' metric and formula version, such as engagement_rate_by_views/1; NULL without a denominator.';

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
    engagement_rate numeric(9, 6) generated always as (engagement.rate(rate_numerator, rate_denominator)) stored,
    mean_engagement_rate numeric(9, 6),
    rate_formula text generated always as (engagement.rate_formula(rate_denominator_kind)) stored,
    updated_at timestamptz not null default now(),
    primary key (organization_id, hashtag_id, platform, activity_date),
    foreign key (organization_id, hashtag_id) references scraping.hashtags on delete cascade,
    check (rate_denominator is null or rate_denominator_kind is not null)
);

comment on table engagement.hashtag_engagement_daily is
'One row is one hashtag on one platform and UTC day, over the posts whose text had it on that day.';
comment on column engagement.hashtag_engagement_daily.hashtag_id is 'The hashtag in the texts of the posts.';
comment on column engagement.hashtag_engagement_daily.platform is 'The platform of the posts.';
comment on column engagement.hashtag_engagement_daily.activity_date is 'The UTC day of the observations.';
comment on column engagement.hashtag_engagement_daily.posts_observed is 'Posts with an observation on the day.';
comment on column engagement.hashtag_engagement_daily.posts_published is
'Observed posts that were published on the day.';
comment on column engagement.hashtag_engagement_daily.posts_with_gap is
'Observed posts with a delta that covers several days, because days before were not measured.';
comment on column engagement.hashtag_engagement_daily.corrections is 'Observed posts with a counter that decreased.';
comment on column engagement.hashtag_engagement_daily.reactions_delta is
'Sum of the posts'' reactions_delta; NULL if none was measured.';
comment on column engagement.hashtag_engagement_daily.comments_delta is
'Sum of the posts'' comments_delta; NULL if none was measured.';
comment on column engagement.hashtag_engagement_daily.shares_delta is
'Sum of the posts'' shares_delta; NULL if none was measured.';
comment on column engagement.hashtag_engagement_daily.saves_delta is
'Sum of the posts'' saves_delta; NULL if none was measured.';
comment on column engagement.hashtag_engagement_daily.clicks_delta is
'Sum of the posts'' clicks_delta; NULL if none was measured.';
comment on column engagement.hashtag_engagement_daily.views_delta is
'Sum of the posts'' views_delta; NULL if none was measured.';
comment on column engagement.hashtag_engagement_daily.impressions_delta is
'Sum of the posts'' impressions_delta; NULL if none was measured.';
comment on column engagement.hashtag_engagement_daily.engagement_delta is
'Public engagement: sum of the posts'' engagement_delta; NULL if none was measured.';
comment on column engagement.hashtag_engagement_daily.rate_denominator_kind is
'The metric that the rates are divided by; NULL if the posts have none, or different ones.';
comment on column engagement.hashtag_engagement_daily.rate_numerator is
'Sum of engagement_delta over the rated posts; NULL without rate_denominator_kind.';
comment on column engagement.hashtag_engagement_daily.rate_denominator is
'Sum of rate_denominator over the rated posts; NULL without rate_denominator_kind.';
comment on column engagement.hashtag_engagement_daily.engagement_rate is
'rate_numerator / rate_denominator as a fraction; NULL unless the denominator is positive, or if the fraction is 1000 '
'or more.';
comment on column engagement.hashtag_engagement_daily.mean_engagement_rate is
'Mean of the posts'' rates, as a fraction; NULL without rates or without rate_denominator_kind.';
comment on column engagement.hashtag_engagement_daily.rate_formula is
'The rates'' metric and formula version, such as engagement_rate_by_views/1; NULL without a denominator.';

create index hashtag_engagement_daily_day on engagement.hashtag_engagement_daily (organization_id, activity_date)
include (hashtag_id, engagement_delta, posts_observed);

create table engagement.post_cohorts (
    organization_id text not null,
    post_id text not null,
    age_name text not null references engagement.cohort_ages on update cascade,
    platform text not null,
    posted_at timestamptz not null,
    is_simulated boolean not null default false,
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
    engagement bigint generated always as (
        engagement.public_engagement(reactions, comments, shares, saves)
    ) stored,
    rate_denominator_kind engagement.denominator_kind generated always as (
        case
            when impressions is not null then 'impressions'::engagement.denominator_kind
            when reach is not null then 'reach'::engagement.denominator_kind
            when views is not null then 'views'::engagement.denominator_kind
        end
    ) stored,
    rate_denominator bigint generated always as (coalesce(impressions, reach, views)) stored,
    engagement_rate numeric(9, 6) generated always as (
        engagement.rate(
            engagement.public_engagement(reactions, comments, shares, saves), coalesce(impressions, reach, views)
        )
    ) stored,
    rate_formula text generated always as (
        case
            when impressions is not null then engagement.rate_formula('impressions'::engagement.denominator_kind)
            when reach is not null then engagement.rate_formula('reach'::engagement.denominator_kind)
            when views is not null then engagement.rate_formula('views'::engagement.denominator_kind)
        end
    ) stored,
    updated_at timestamptz not null default now(),
    primary key (organization_id, post_id, age_name),
    foreign key (organization_id, post_id) references scraping.post_records on delete cascade,
    check (observed_at is not null or (reactions, comments, shares, saves, clicks, views, impressions, reach) is null)
);

comment on table engagement.post_cohorts is
'One row is one post at one age: its last observation not later than that age, and within the tolerance before it. '
'Without such an observation, all counters are NULL.';
comment on column engagement.post_cohorts.post_id is 'The post that is compared at this age.';
comment on column engagement.post_cohorts.age_name is 'The age, from engagement.cohort_ages.';
comment on column engagement.post_cohorts.platform is 'The platform of the post, copied for filtering.';
comment on column engagement.post_cohorts.posted_at is
'When the post was published, as known when the row was computed.';
comment on column engagement.post_cohorts.is_simulated is
'Whether the post is simulated (see scraping.posts): leave it out of comparisons.';
comment on column engagement.post_cohorts.observed_at is
'The time of the observation that is used; NULL if there is none within the tolerance.';
comment on column engagement.post_cohorts.observed_age is
'The age of the post at observed_at; NULL without an observation.';
comment on column engagement.post_cohorts.reactions is
'Likes and other reactions of all kinds: the total at that age; NULL if not measured.';
comment on column engagement.post_cohorts.comments is 'Comments: the total at that age; NULL if not measured.';
comment on column engagement.post_cohorts.shares is
'Reposts, retweets and reblogs: the total at that age; NULL if not measured.';
comment on column engagement.post_cohorts.saves is 'Saves and bookmarks: the total at that age; NULL if not measured.';
comment on column engagement.post_cohorts.clicks is
'Clicks, which are not public: the total at that age; NULL if not measured.';
comment on column engagement.post_cohorts.views is 'Plays and views: the total at that age; NULL if not measured.';
comment on column engagement.post_cohorts.impressions is
'How often the post was shown: the total at that age; NULL if not measured.';
comment on column engagement.post_cohorts.reach is
'How many people saw the post; never summed: the total at that age; NULL if not measured.';
comment on column engagement.post_cohorts.engagement is
'Public engagement at that age: reactions + comments + shares (+ saves where measured); NULL if none is measured.';
comment on column engagement.post_cohorts.rate_denominator_kind is
'The metric that the rate is divided by; NULL if impressions, reach and views are all unmeasured.';
comment on column engagement.post_cohorts.rate_denominator is
'The total that the rate is divided by; NULL if not measured.';
comment on column engagement.post_cohorts.engagement_rate is
'engagement / rate_denominator as a fraction; NULL if the denominator is 0 or NULL, or the fraction is 1000 or more.';
comment on column engagement.post_cohorts.rate_formula is
'The rate''s metric and formula version, such as engagement_rate_by_reach/1; NULL without a denominator.';

create index post_cohorts_observed_at on engagement.post_cohorts (observed_at);
create index post_cohorts_age on engagement.post_cohorts (age_name);

select tenancy.protect_tenant_table('engagement.post_engagement_daily');
select tenancy.protect_tenant_table('engagement.stale_days');
select tenancy.protect_tenant_table('engagement.profile_engagement_daily');
select tenancy.protect_tenant_table('engagement.platform_engagement_daily');
select tenancy.protect_tenant_table('engagement.hashtag_engagement_daily');
select tenancy.protect_tenant_table('engagement.post_cohorts');

grant execute on function engagement.take_days to syndication_pipeline;
grant select on engagement.counter_definitions, engagement.post_days to syndication_pipeline, syndication_reader;

grant select, insert, update, delete
on engagement.metric_definitions, engagement.platform_metrics, engagement.cohort_ages, engagement.sampling_gaps
to syndication_pipeline;
grant select
on engagement.metric_definitions, engagement.platform_metrics, engagement.cohort_ages, engagement.sampling_gaps
to syndication_reader;

-- One row is one value of one metric of one entity at one time. Counters of posts are cumulative totals; those of
-- profiles, platforms and hashtags are deltas of a day (see metric_definitions.kind).
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
    ) as metadata,
    p.is_simulated
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
    ),
    p.is_simulated
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
    jsonb_build_object('activity_date', e.activity_date, 'posts_observed', e.posts_observed),
    false
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
    jsonb_build_object('activity_date', e.activity_date, 'posts_observed', e.posts_observed),
    false
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
    jsonb_build_object('activity_date', e.activity_date, 'posts_observed', e.posts_observed),
    false
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
    metric_name, kind, unit, is_additive_over_posts, is_additive_over_days, numerator, denominator, formula_version,
    addends, description
) values
('reactions', 'cumulative', 'reactions', true, false, null, null, null, null, 'Likes and all other reactions.'),
('comments', 'cumulative', 'comments', true, false, null, null, null, null, 'Comments.'),
('shares', 'cumulative', 'shares', true, false, null, null, null, null, 'Reposts, retweets and reblogs.'),
('saves', 'cumulative', 'saves', true, false, null, null, null, null, 'Saves and bookmarks.'),
('clicks', 'cumulative', 'clicks', true, false, null, null, null, null, 'Clicks, which are not public.'),
('views', 'cumulative', 'views', true, false, null, null, null, null, 'Plays and views.'),
('impressions', 'cumulative', 'impressions', true, false, null, null, null, null, 'How often the post was shown.'),
('reach', 'cumulative', 'people', false, false, null, null, null, null,
    'People who saw the post. Never summed over posts, days or partial values.'),
('engagement', 'cumulative', 'actions', true, false, null, null, null, '{reactions,comments,shares,saves}',
    'Public engagement: reactions + comments + shares (+ saves where measured).'),
('engagement_delta', 'delta', 'actions', true, true, null, null, null,
    '{reactions_delta,comments_delta,shares_delta,saves_delta}', 'Public engagement gained on a day.'),
('reactions_delta', 'delta', 'reactions', true, true, null, null, null, null, 'Reactions gained on a day.'),
('comments_delta', 'delta', 'comments', true, true, null, null, null, null, 'Comments gained on a day.'),
('shares_delta', 'delta', 'shares', true, true, null, null, null, null, 'Shares gained on a day.'),
('reach_delta', 'delta', 'people', false, false, null, null, null, null,
    'Change of reach on a day. Never summed.'),
('saves_delta', 'delta', 'saves', true, true, null, null, null, null, 'Saves gained on a day.'),
('clicks_delta', 'delta', 'clicks', true, true, null, null, null, null, 'Clicks gained on a day.'),
('views_delta', 'delta', 'views', true, true, null, null, null, null, 'Views gained on a day.'),
('impressions_delta', 'delta', 'impressions', true, true, null, null, null, null, 'Impressions gained on a day.'),
('engagement_rate_by_impressions', 'ratio', 'fraction', false, false, 'engagement', 'impressions', 1, null,
    'Public engagement / impressions.'),
('engagement_rate_by_reach', 'ratio', 'fraction', false, false, 'engagement', 'reach', 1, null,
    'Public engagement / reach; may exceed 1.'),
('engagement_rate_by_views', 'ratio', 'fraction', false, false, 'engagement', 'views', 1, null,
    'Public engagement / views.');

insert into engagement.platform_metrics (
    platform, metric_name, source_name, valid_from, valid_to, replaced_by
) values
('facebook', 'impressions', 'post_impressions', '2000-01-01', '2025-11-15', 'post_media_view'),
('facebook', 'views', 'post_media_view', '2025-11-15', null, null),
('facebook', 'reach', 'post_impressions_unique', '2000-01-01', '2026-06-15', 'post_total_media_view_unique'),
('facebook', 'reach', 'post_total_media_view_unique', '2026-06-15', null, null),
('facebook', 'clicks', 'post_clicks', '2000-01-01', null, null),
('facebook', 'reactions', 'post_reactions_by_type_total', '2000-01-01', null, null);

insert into engagement.cohort_ages (age_name, age, tolerance) values
('1 hour', '1 hour', '30 minutes'),
('24 hours', '24 hours', '8 hours'),
('7 days', '7 days', '24 hours'),
('28 days', '28 days', '48 hours');

insert into engagement.sampling_gaps (platform, sampling_gap) values
('linkedin', '24 hours'),
('youtube', '24 hours');
